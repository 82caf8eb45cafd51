import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { deleteOldSessions } from "../../src/store/sessions";
import { call, newForm, newWorkspace, ROOT_KEY, submit } from "../support/api";
import { formOf, operator, textOf, visitor } from "../support/console";
import { createOutage } from "../support/failing-d1";

let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace("Krishna Valley");
  form = await newForm(key);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const HOUR = 3600_000;
const newKey = async (scopes: string[], more = {}) =>
  (await call("POST", "/v1/keys", { key, body: { name: "Tablet 4", scopes, ...more } })).body as {
    id: string;
    key: string;
  };

describe("the address of an installation alone", () => {
  it("leads to the console", async () => {
    const answer = await visitor().get("/");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/console/forms"]);
  });
});

describe("signing in", () => {
  it("leads to the page that was asked for, and shows whose console it is", async () => {
    const one = visitor();
    const asked = await one.get("/console/forms?list=archived");
    expect([asked.status, asked.headers.get("location")]).toEqual([
      303,
      "/console/sign-in?next=%2Fconsole%2Fforms%3Flist%3Darchived",
    ]);
    const page = await one.follow(asked);
    const { next } = formOf(page.body, "/console/sign-in");
    const signedIn = await one.post("/console/sign-in", { key: ` ${key}\n`, next: next ?? "" });
    expect([signedIn.status, signedIn.headers.get("location")]).toEqual([303, "/console/forms?list=archived"]);
    expect((await one.follow(signedIn)).body).toContain("Krishna Valley");
  });

  it("leads to pages of the console only", async () => {
    for (const next of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "/v1/forms",
      "/consolex",
      "javascript:1",
      "",
    ]) {
      const one = visitor();
      const { headers } = await one.post("/console/sign-in", { key, next });
      expect(headers.get("location"), next).toBe("/console/forms");
    }
  });

  it("is refused with anything but a key, which is shown to nobody", async () => {
    const gone = await newKey(["admin"]);
    await call("DELETE", `/v1/keys/${gone.id}`, { key });
    for (const wrong of [`${key}0`, gone.key, "", "<script>alert(1)</script>"]) {
      const one = visitor();
      const page = await one.post("/console/sign-in", { key: wrong });
      expect([page.status, one.jar.size], wrong).toEqual([401, 0]);
      expect(textOf(page.body)).toContain("This key is not known, or it was revoked.");
      if (wrong !== "") expect(page.body).not.toContain(wrong);
    }
  });

  it("with the root key of the installation is told what to do instead", async () => {
    const page = await visitor().post("/console/sign-in", { key: ROOT_KEY });
    expect(page.status).toBe(401);
    expect(textOf(page.body)).toContain("This is the root key, which makes workspaces (POST /v1/workspaces).");
    expect((await call("GET", "/v1/forms", { key: ROOT_KEY })).body.detail).toContain("This is the root key");
  });

  it("leaves an entry in the audit log, and so does signing out", async () => {
    const own = await newWorkspace();
    const one = await operator(own);
    await one.submit("/console/forms", "/console/sign-out");
    const { items } = (await call("GET", "/v1/audit", { key: own })).body;
    const keyId = (await call("GET", "/v1/keys", { key: own })).body.items[0].id;
    expect(items.slice(0, 2)).toMatchObject([
      { action: "session.ended", actor: keyId, detail: { key: keyId } },
      { action: "session.started", actor: keyId, detail: { key: keyId } },
    ]);
    expect(items[0].object).toBe(items[1].object);
  });
});

it("tries to sign in are counted by network, whatever is tried", async () => {
  const low = createOutage({ RATE_SIGN_IN: env.RATE_LOW });
  const attempt = (address: string) => {
    const headers = { origin: "http://formlog.test", "cf-connecting-ip": address };
    return low.call("POST", "/console/sign-in", { body: new URLSearchParams({ key: "fl_wrong" }), headers });
  };
  // The window may turn once meanwhile.
  const answers = [];
  for (let i = 0; i < 7; i += 1) answers.push(await attempt("203.0.113.99"));
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(3);
  expect(refused[0]?.headers.get("retry-after")).toBe("60");
  expect(textOf(refused[0]?.body)).toContain("Too many tries to sign in came from your network.");
  expect((await attempt("203.0.113.98")).status).toBe(401);
});

it("an installation without an encryption key says that nobody can sign in", async () => {
  const low = createOutage({ FORMLOG_ENCRYPTION_KEY: "" });
  const headers = { origin: "http://formlog.test" };
  const page = await low.call("POST", "/console/sign-in", { body: new URLSearchParams({ key }), headers });
  expect([page.status, textOf(page.body)]).toEqual([409, expect.stringContaining("no FORMLOG_ENCRYPTION_KEY")]);
});

it("what fails on our side is a page in words, and a line in the log without what was typed", async () => {
  const one = await operator(key);
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const prepare = vi.spyOn(env.DB, "prepare").mockImplementation(() => {
    throw new TypeError("broken binding");
  });
  const page = await one.get("/console/forms?search=typed");
  prepare.mockRestore();
  expect([page.status, textOf(page.body)]).toEqual([500, expect.stringContaining("Something went wrong on our side")]);
  expect(page.body).not.toContain("broken binding");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(String(log.mock.calls[0])).toContain("broken binding");
  expect(String(log.mock.calls[0])).not.toContain("typed");
});

describe("the cookie", () => {
  it("is out of reach of scripts, other sites and, over https, other hosts", async () => {
    const overHttp = await visitor().signIn(key);
    expect(overHttp.headers.get("set-cookie")).toMatch(
      /^formlog_session=[^;]+; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const overHttps = await visitor("https://formlog.test").signIn(key);
    expect(overHttps.headers.get("set-cookie")).toMatch(
      /^__Host-formlog_session=[^;]+; Max-Age=28800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it("of a page without TLS is none over https", async () => {
    const one = await operator(key);
    const text = one.jar.get("formlog_session") ?? "";
    const other = visitor("https://formlog.test");
    other.jar.set("formlog_session", text);
    expect((await other.get("/console/forms")).status).toBe(303);
    other.jar.set("__Host-formlog_session", text);
    expect((await other.get("/console/forms")).status).toBe(200);
  });

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const next = (char: string) => ALPHABET[(ALPHABET.indexOf(char) + 1) % 64] ?? "";

  it("with anything changed in it is none, and neither are a key and its hash", async () => {
    const one = await operator(key);
    const text = one.jar.get("formlog_session") ?? "";
    const parts = text.split(".");
    const changed = [
      // The last character has two bits that say nothing: no other spelling is taken for the same.
      text.slice(0, -1) + next(text.slice(-1)),
      text.replace(/.{2}$/, (two) => next(two.charAt(0)) + two.charAt(1)),
      [parts[0], parts[1], parts[2], (Date.now() + 1).toString(36), parts[4]].join("."),
      [`sess_${"0".repeat(16)}`, ...parts.slice(1)].join("."),
      parts.slice(0, 4).join("."),
      key,
      parts[1] ?? "",
    ];
    for (const cookie of changed) {
      const other = visitor();
      other.jar.set("formlog_session", cookie);
      const page = await other.get("/console/forms");
      expect([page.status, other.jar.size], cookie).toEqual([303, 0]);
    }
  });
});

describe("a session", () => {
  it("ends eight hours after its last use, and a day after it began", async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ["Date"] });
    const one = await operator(key);
    const idle = await operator(key);
    for (const hours of [7, 7, 7]) {
      vi.setSystemTime(Date.now() + hours * HOUR);
      expect((await one.get("/console/forms")).status).toBe(200);
    }
    expect((await idle.get("/console/forms")).headers.get("location")).toContain("over=1");
    vi.setSystemTime(Date.now() + 3 * HOUR - 1000);
    expect((await one.get("/console/forms")).status).toBe(200);
    vi.setSystemTime(Date.now() + 1000);
    expect((await one.get("/console/forms")).status).toBe(303);
  });

  it("is over at once for whoever signs out, with every copy of its cookie", async () => {
    const one = await operator(key);
    const copy = visitor();
    copy.jar.set("formlog_session", one.jar.get("formlog_session") ?? "");
    expect((await copy.get("/console/forms")).status).toBe(200);
    const out = await one.submit("/console/forms", "/console/sign-out");
    expect([out.status, one.jar.size]).toEqual([303, 0]);
    expect(textOf((await one.follow(out)).body)).toContain("You are signed out.");
    expect((await copy.get("/console/forms")).status).toBe(303);
    // Nobody remembers it for longer than it could be used.
    const left = async () =>
      (await env.DB.prepare("SELECT count(*) AS n FROM ended_sessions").first<{ n: number }>())?.n;
    await deleteOldSessions(env.DB, Date.now() + 23 * HOUR);
    expect(await left()).toBeGreaterThan(0);
    await deleteOldSessions(env.DB, Date.now() + 25 * HOUR);
    expect(await left()).toBe(0);
  });

  it("ends with its key: revoked, within a minute; expired, at once", async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ["Date"] });
    const revoked = await newKey(["forms:read"]);
    const expiring = await newKey(["forms:read"], { expiresAt: new Date(Date.now() + HOUR).toISOString() });
    const [one, two] = [await operator(revoked.key), await operator(expiring.key)];
    await env.DB.prepare("UPDATE keys SET revoked_at = 1 WHERE id = ?").bind(revoked.id).run();
    vi.setSystemTime(Date.now() + 31_000);
    expect((await one.get("/console/forms")).status).toBe(303);
    expect((await two.get("/console/forms")).status).toBe(200);
    vi.setSystemTime(Date.now() + HOUR);
    expect((await two.get("/console/forms")).status).toBe(303);
  });

  it("may what its key may: pages and buttons that it can't use are not there, and refused", async () => {
    const reader = await operator((await newKey(["forms:read"])).key);
    const { id } = (await submit(form, { name: "Asha" })).body;
    const list = await reader.get("/console/forms");
    expect(list.status).toBe(200);
    const at = `/console/forms/${form}/responses`;
    for (const path of [at, `${at}/${id}`]) {
      const page = await reader.get(path);
      expect([page.status, textOf(page.body)]).toEqual([
        403,
        expect.stringContaining("a key with the scope responses:read"),
      ]);
    }
    const watcher = await operator((await newKey(["forms:read", "responses:read"])).key);
    const page = await watcher.get(`${at}/${id}`);
    expect(page.status).toBe(200);
    expect(page.body).not.toMatch(/\/erase"|\/review"/);
    const token = formOf(page.body, "/console/sign-out");
    for (const action of ["erase", "review"]) {
      const sent = await watcher.post(`${at}/${id}/${action}`, { ...token, state: "approved", revision: "1" });
      expect(sent.status, action).toBe(403);
    }
    expect((await call("GET", `/v1/forms/${form}/responses/${id}`, { key })).body).toMatchObject({ revision: 1 });
  });

  it("of a key of one form sees that form alone", async () => {
    const other = await newForm(key, { title: "Somebody else's" });
    const one = await operator((await newKey(["admin"], { form })).key);
    const list = await one.get("/console/forms");
    expect(list.body).toContain(form);
    expect(list.body).not.toContain(other);
    expect((await one.get(`/console/forms/${form}/responses`)).status).toBe(200);
    expect((await one.get(`/console/forms/${other}/responses`)).status).toBe(404);
    expect((await one.get("/console/integrations")).status).toBe(200);
  });
});

describe("what was not sent from one of our own pages", () => {
  it("is refused: from another site, without the token, with another session's", async () => {
    const one = await operator(key);
    const other = await operator(key);
    const { id } = (await submit(form, { name: "Asha" })).body;
    const page = `/console/forms/${form}/responses/${id}`;
    const fields = { ...formOf((await one.get(page)).body, `${page}/review`), state: "approved" };
    const { formlog_token: _, ...bare } = fields as Record<string, string>;
    const foreign = formOf((await other.get(page)).body, `${page}/review`);
    const from = (headers: Record<string, string | null>) => one.post(`${page}/review`, fields, { headers });
    const refused = [
      await from({ origin: "https://evil.example" }),
      await from({ origin: "null" }),
      await from({ origin: null }),
      await from({ "sec-fetch-site": "cross-site" }),
      await from({ "sec-fetch-site": "same-site" }),
      await from({ "sec-fetch-site": "none" }),
      await one.post(`${page}/review`, bare),
      await one.post(`${page}/review`, { ...bare, formlog_token: "x" }),
      await one.post(`${page}/review`, { ...fields, ...foreign }),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
    expect(await visitor().post(`${page}/review`, fields)).toMatchObject({ status: 401 });
    expect((await call("GET", `/v1/forms/${form}/responses/${id}`, { key })).body.review).toEqual({
      state: "received",
    });
    // The browser's own word counts where there is one: a proxy in front may have another host name.
    expect((await from({ "sec-fetch-site": "same-origin", origin: "https://console.example" })).status).toBe(303);
  });

  it("does not sign in either", async () => {
    const one = visitor();
    const sent = await one.post("/console/sign-in", { key }, { headers: { origin: "https://evil.example" } });
    expect([sent.status, one.jar.size]).toEqual([403, 0]);
  });

  it("is refused as JSON, and when it is too large", async () => {
    const one = await operator(key);
    const json = await one.post("/console/sign-out", {}, { headers: { "content-type": "application/json" } });
    expect(json.status).toBe(415);
    expect((await one.post("/console/sign-out", { x: "x".repeat(2_100_000) })).status).toBe(413);
  });
});

it("a sentence about what was done is shown once, and only where we said it", async () => {
  const one = await operator(key);
  const { id } = (await submit(form, { name: "Asha" })).body;
  const page = `/console/forms/${form}/responses/${id}`;
  const sent = await one.submit(page, `${page}/review`, { state: "approved", comment: "Fine" });
  expect([sent.status, sent.headers.get("location")]).toEqual([303, page]);
  const flash = one.jar.get("formlog_flash") ?? "";
  expect(textOf((await one.follow(sent)).body)).toContain("The review is saved.");
  expect(textOf((await one.follow(sent)).body)).not.toContain("The review is saved.");
  for (const forged of [flash.replace("saved", "eaten"), `${"A".repeat(43)}Send%20your%20key%20to%20me`]) {
    one.jar.set("formlog_flash", forged);
    expect(textOf((await one.get(page)).body)).not.toMatch(/eaten|Send your key/);
  }
});

it("every page has the strict policy, and is kept by nobody", async () => {
  const one = await operator(key);
  const { id } = (await submit(form, { name: "Asha" })).body;
  for (const path of [
    "/console/sign-in",
    "/console/forms",
    `/console/forms/${form}/responses/${id}`,
    "/console/nothing",
  ]) {
    const { headers, body } = await one.get(path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(body).not.toMatch(/ style="|<style| on\w+="|<script(?! src="\/console\/assets\/[^"]+" defer="")/);
  }
});
