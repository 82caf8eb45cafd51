import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";
import { onlyOnOneShard } from "../support/shards";
import { countTrips } from "../support/trips";

const MINUTE = 60_000;
const HALF_MINUTE = MINUTE / 2;
const HOUR = 60 * MINUTE;

let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace();
  form = await newForm(key, { access: "link" });
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });

/** A link of a form, and the token in it. */
async function newLink(input: Record<string, unknown> = {}, of = form) {
  const made = await call("POST", `/v1/forms/${of}/links`, { key, body: { name: "Asha", ...input } });
  expect(made.status).toBe(201);
  const url = new URL(made.body.url);
  return { ...made.body, path: url.pathname + url.search, token: url.searchParams.get("link") ?? "" };
}
const by = (token: string) => ({ headers: { "formlog-link": token } });
const metadataOf = async (id: string, of = form) =>
  (await call("GET", `/v1/forms/${of}/responses/${id}`, { key })).body.metadata;
const typed = (fields: Record<string, string>) => ({
  body: new URLSearchParams(fields).toString(),
  headers: { "content-type": "application/x-www-form-urlencoded" },
});

describe("a form by link", () => {
  it("takes responses by a link, as header or as bearer, singly and in a batch, and with a key", async () => {
    const { token } = await newLink();
    expect((await submit(form, { name: "a" }, by(token))).status).toBe(201);
    expect((await submit(form, { name: "b" }, { key: token })).status).toBe(201);
    expect((await submit(form, { name: "c" }, { key })).status).toBe(201);
    const body = { responses: [{ answers: { name: "d" } }, { answers: { name: "e" } }] };
    const batch = await call("POST", `/v1/forms/${form}/responses/batch`, { body, ...by(token) });
    expect(batch.body.items.map((item: { status: number }) => item.status)).toEqual([201, 201]);
    expect(await metadataOf(batch.body.items[1].id)).toEqual({ collector: "Asha" });
  });

  it("answers 401 without one, and says how", async () => {
    for (const path of ["responses", "responses/batch"]) {
      const body = path === "responses" ? { answers: {} } : { responses: [{ answers: {} }] };
      const { status, headers, body: problem } = await call("POST", `/v1/forms/${form}/${path}`, { body });
      expect([status, problem.code, headers.get("www-authenticate")]).toEqual([401, "link_needed", "Bearer"]);
      expect(problem.detail).toContain("Formlog-Link");
    }
  });

  it("refuses a link that was changed, cut off, made for another form or made elsewhere", async () => {
    const { token } = await newLink();
    const other = await newForm(key, { access: "link" });
    const elsewhere = createOutage({ FORMLOG_ENCRYPTION_KEY: `x:${btoa("y".repeat(32))}` });
    const refusals = [
      await submit(form, { name: "a" }, by(token.replace(/.$/, (char: string) => (char === "A" ? "Q" : "A")))),
      await submit(form, { name: "a" }, by(token.slice(0, -5))),
      await submit(form, { name: "a" }, { key: token.slice(0, -5) }),
      await submit(form, { name: "a" }, by("")),
      await submit(other, { name: "a" }, by(token)),
      await elsewhere.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name: "a" } }, ...by(token) }),
    ];
    for (const { status, body } of refusals) expect([status, body.code]).toEqual([403, "link_refused"]);
    expect(refusals[4]?.body.detail).toBe("This link is for another form.");
  });

  it("refuses an expired link with the time", async () => {
    const expiresAt = new Date(Date.now() + HOUR).toISOString();
    const { token } = await newLink({ expiresAt });
    expect((await submit(form, { name: "a" }, by(token))).status).toBe(201);
    later(HOUR);
    const { status, body } = await submit(form, { name: "a" }, by(token));
    expect([status, body.detail]).toEqual([403, expect.stringContaining(`expired at ${expiresAt}`)]);
  });

  it("refuses a revoked link within half a minute in an isolate that knew it, and at once where it was revoked", async () => {
    const { id, token } = await newLink();
    const elsewhere = createOutage();
    const send = () =>
      elsewhere.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name: "a" } }, ...by(token) });
    expect((await send()).status).toBe(201);
    expect((await submit(form, { name: "a" }, by(token))).status).toBe(201);
    expect((await call("DELETE", `/v1/forms/${form}/links/${id}`, { key })).status).toBe(204);
    const here = await submit(form, { name: "a" }, by(token));
    expect([here.status, here.body.detail]).toEqual([403, expect.stringContaining("withdrawn")]);
    later(HALF_MINUTE);
    expect((await send()).status).toBe(403);
    expect((await call("DELETE", `/v1/forms/${form}/links/${id}`, { key })).status).toBe(404);
  });

  it("goes on taking responses by a link that it knows while D1 is down", async () => {
    const { token } = await newLink();
    const outage = createOutage();
    const send = () =>
      outage.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name: "out" } }, ...by(token) });
    expect((await send()).status).toBe(201);
    outage.d1.fault = "unreachable";
    later(10 * MINUTE);
    expect((await send()).status).toBe(202);
    expect(JSON.parse(outage.spooled[0]?.metadata ?? "")).toEqual({ collector: "Asha" });
  });
});

describe("metadata.collector", () => {
  it("is the link's name whatever the client says, and the rest of its metadata stays", async () => {
    const { token } = await newLink({ name: "Ravi", metadata: { district: "Pune" } });
    const body = { answers: { name: "a" }, metadata: { collector: "Somebody", device: "t1" } };
    const made = await call("POST", `/v1/forms/${form}/responses`, { body, ...by(token) });
    expect(await metadataOf(made.body.id)).toEqual({ collector: "Ravi", device: "t1" });
  });

  it("is there on a public form too, and a link that does not work is refused there as well", async () => {
    const open = await newForm(key);
    const { id, token } = await newLink({}, open);
    const made = await submit(open, { name: "a" }, by(token));
    expect(await metadataOf(made.body.id, open)).toEqual({ collector: "Asha" });
    await call("DELETE", `/v1/forms/${open}/links/${id}`, { key });
    expect((await submit(open, { name: "a" }, by(token))).status).toBe(403);
    expect((await submit(open, { name: "a" })).status).toBe(201);
  });

  it("sent twice with one Idempotency-Key is stored once", async () => {
    const { token } = await newLink();
    const headers = { ...by(token).headers, "idempotency-key": "by-link" };
    const [first, again] = [
      await submit(form, { name: "a" }, { headers }),
      await submit(form, { name: "a" }, { headers }),
    ];
    expect([first.status, again.body]).toEqual([201, first.body]);
  });
});

describe("a form by key", () => {
  it("does not take a link", async () => {
    const keyed = await newForm(key, { access: "key" });
    const { token, path } = await newLink({}, keyed);
    expect((await submit(keyed, { name: "a" }, by(token))).status).toBe(401);
    expect((await call("GET", path)).status).toBe(403);
  });
});

describe("the hosted form by link", () => {
  it("is shown and sent by the link, with the collector's name on the response", async () => {
    const { path } = await newLink({ name: "Uma" });
    const page = await call("GET", path);
    expect(page.status).toBe(200);
    const [, formKey = ""] = /name="formlog_key"[^>]*value="([^"]+)"/.exec(page.body) ?? [];
    const sent = await call("POST", path, typed({ formlog_key: formKey, q_name: "Mira" }));
    expect(sent.status).toBe(303);
    const [, id = ""] = /thanks\/([a-z0-9]+)\?link=/.exec(sent.headers.get("location") ?? "") ?? [];
    expect(await metadataOf(id)).toEqual({ collector: "Uma" });
    expect((await call("GET", sent.headers.get("location") ?? "")).body).toContain(path.replaceAll("&", "&amp;"));
  });

  it("keeps the link and the language together, and is closed or full for its collector as for anybody", async () => {
    const translations = { hi: { title: "फ़सल" } };
    const own = await newForm(key, { access: "link", translations, responsesMax: 1 });
    const { path } = await newLink({}, own);
    const page = await call("GET", `${path}&lang=hi`);
    const action = /action="([^"]+)"/.exec(page.body)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect([page.body, action]).toEqual([expect.stringContaining("फ़सल"), `${path}&lang=hi`]);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const sent = await call("POST", action, { body: "q_name=Mira", headers });
    const thanks = sent.headers.get("location") ?? "";
    expect(thanks).toMatch(/\/thanks\/[a-z0-9]+\?link=.+&lang=hi$/);
    expect((await call("GET", thanks)).body).toContain(`href="${path}&amp;lang=hi"`);
    const full = await call("POST", action, { body: "q_name=Ravi", headers });
    expect([full.status, full.body]).toEqual([409, expect.stringContaining("यह फ़ॉर्म भर चुका है")]);
    expect((await call("GET", `/f/${own}`)).body).toContain("This form needs its link");
  });

  it("says what is wrong without a link, and with one that expired", async () => {
    const without = await call("GET", `/f/${form}`);
    expect([without.status, without.body]).toEqual([401, expect.stringContaining("This form needs its link")]);
    const expiresAt = new Date(Date.now() + HOUR).toISOString();
    const { path } = await newLink({ expiresAt });
    later(HOUR);
    const expired = await call("GET", path);
    expect([expired.status, expired.body]).toEqual([403, expect.stringContaining(`expired at ${expiresAt}`)]);
    const sent = await call("POST", path, typed({ q_name: "Mira" }));
    expect([sent.status, sent.body]).toEqual([403, expect.stringContaining('value="Mira"')]);
  });
});

describe("/v1/forms/{form}/links", () => {
  it("lists links newest first, with their addresses, until they are revoked", async () => {
    const own = await newForm(key);
    const made = [await newLink({ name: "One" }, own), await newLink({ name: "Two", metadata: { team: 2 } }, own)];
    const list = await call("GET", `/v1/forms/${own}/links?limit=1`, { key });
    expect(list.body.items).toEqual([
      {
        id: made[1].id,
        name: "Two",
        metadata: { team: 2 },
        createdAt: expect.any(String),
        expiresAt: null,
        responsesMax: null,
        responsesUsed: null,
        url: made[1].url,
      },
    ]);
    const next = await call("GET", `/v1/forms/${own}/links?limit=1&cursor=${list.body.next}`, { key });
    expect(next.body.items.map((link: { name: string }) => link.name)).toEqual(["One"]);
    expect((await call("GET", `/v1/forms/${own}/links/${made[0].id}`, { key })).body).toEqual(next.body.items[0]);
    await call("DELETE", `/v1/forms/${own}/links/${made[1].id}`, { key });
    expect((await call("GET", `/v1/forms/${own}/links`, { key })).body.items).toHaveLength(1);
    expect((await call("GET", `/v1/forms/${own}/links/${made[1].id}`, { key })).status).toBe(404);
  });

  it("keeps no link in the database", async () => {
    const { token } = await newLink();
    const { results } = await env.DB.prepare("SELECT * FROM links").all();
    expect(JSON.stringify(results)).not.toContain(token.split(".").at(-1));
  });

  it.each([
    ["no name", { name: " " }, "/name"],
    ["an expiry that has passed", { name: "a", expiresAt: "2020-01-01T00:00:00Z" }, "/expiresAt"],
    ["metadata that is too deep", { name: "a", metadata: { a: {} } }, "/metadata/a"],
    ["anything else", { name: "a", quota: 3 }, ""],
  ])("refuses %s", async (_, body, pointer) => {
    const refused = await call("POST", `/v1/forms/${form}/links`, { key, body });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, pointer]);
  });

  it("is for keys with forms:write of the workspace, also to read: a link lets its reader submit", async () => {
    const reader = await call("POST", "/v1/keys", { key, body: { name: "r", scopes: ["forms:read"] } });
    const stranger = await newWorkspace();
    const { id } = await newLink();
    const at = `/v1/forms/${form}/links`;
    expect((await call("GET", at, { key: reader.body.key })).status).toBe(403);
    for (const [method, path, body] of [
      ["GET", at],
      ["POST", at, { name: "a" }],
      ["GET", `${at}/${id}`],
      ["DELETE", `${at}/${id}`],
    ] as const) {
      expect((await call(method, path, { key: stranger, ...(body && { body }) })).status).toBe(404);
    }
    const other = await newForm(key);
    expect((await call("DELETE", `/v1/forms/${other}/links/${id}`, { key })).status).toBe(404);
  });
});

describe("a warm submission by link", () => {
  onlyOnOneShard("a form that goes on elsewhere after each response costs more").it(
    "makes one round trip to D1",
    async () => {
      const { token } = await newLink();
      await submit(form, { name: "warm" }, by(token));
      const trips = countTrips();
      expect((await submit(form, { name: "one" }, by(token))).status).toBe(201);
      expect(trips.stop()).toBe(1);
    },
  );
});
