import { beforeAll, describe, expect, it, vi } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";
import { onlyOnOneShard } from "../support/shards";
import { countTrips } from "../support/trips";

const OURS = "https://campaign.example";
const THEIRS = "https://elsewhere.example";

let key = "";
let open = "";
let listed = "";
let shut = "";

beforeAll(async () => {
  key = await newWorkspace();
  open = await newForm(key);
  listed = await newForm(key, { allowedOrigins: [OURS, "http://localhost:3000"] });
  shut = await newForm(key, { allowedOrigins: [] });
});

const at = (form: string) => `/v1/forms/${form}/responses`;
const preflight = (path: string, method: string, origin = OURS, headers = "content-type") =>
  call("OPTIONS", path, {
    headers: { origin, "access-control-request-method": method, "access-control-request-headers": headers },
  });
const send = (form: string, origin: string, answers: unknown = { name: "Asha" }) =>
  submit(form, answers, { headers: { origin } });
const allowed = ({ headers }: { headers: Headers }) => headers.get("access-control-allow-origin");
const varies = ({ headers }: { headers: Headers }) => /\borigin\b/i.test(headers.get("vary") ?? "");

describe("a page of another site", () => {
  it("may submit and ask for its receipt, and reads what it is told", async () => {
    for (const path of [at(open), `${at(open)}/batch`]) {
      const answer = await preflight(path, "POST");
      expect([answer.status, allowed(answer), varies(answer)]).toEqual([204, "*", false]);
      expect(answer.headers.get("access-control-allow-methods")).toBe("POST");
      expect(answer.headers.get("access-control-allow-headers")).toContain("Idempotency-Key");
      expect(answer.headers.get("access-control-max-age")).toBe("7200");
    }
    const asked = await preflight("/v1/receipts/AAAAAAAAAAAAAAAA0", "GET");
    expect(asked.headers.get("access-control-allow-methods")).toBe("GET");
    const [sent, refused] = [await send(open, OURS), await send(open, OURS, {})];
    expect([sent.status, refused.status]).toEqual([201, 422]);
    for (const answer of [sent, refused]) {
      expect([allowed(answer), varies(answer)]).toEqual(["*", false]);
      expect(answer.headers.get("access-control-expose-headers")).toContain("X-Request-Id");
    }
  });

  it("brings no key and no cookie, and calls nothing else", async () => {
    const { headers } = await preflight(at(open), "POST", OURS, "authorization");
    expect(headers.get("access-control-allow-headers")?.toLowerCase()).not.toContain("authorization");
    expect(headers.has("access-control-allow-credentials")).toBe(false);
    const others = ["/v1/forms", `/v1/forms/${open}`, `${at(open)}/x`, "/v1/keys", `/f/${open}`];
    for (const path of others) {
      const other = await preflight(path, "GET");
      expect(
        [...other.headers.keys()].filter((name) => name.startsWith("access-control")),
        path,
      ).toEqual([]);
    }
    for (const path of [...others, at(open)]) {
      const read = await call("GET", path, { key, headers: { origin: OURS } });
      expect(allowed(read), path).toBeNull();
    }
  });
});

describe("a form that names its sites", () => {
  it("takes responses from their pages, and each answer is for that site alone", async () => {
    for (const path of [at(listed), `${at(listed)}/batch`]) {
      const answer = await preflight(path, "POST");
      expect([allowed(answer), varies(answer)]).toEqual([OURS, true]);
      expect(answer.headers.get("access-control-allow-methods")).toBe("POST");
    }
    const body = { responses: [{ answers: { name: "b" } }] };
    const batch = call("POST", `${at(listed)}/batch`, { body, headers: { origin: "http://localhost:3000" } });
    for (const [answer, status, origin] of [
      [await send(listed, OURS), 201, OURS],
      [await send(listed, OURS, {}), 422, OURS],
      [await batch, 207, "http://localhost:3000"],
      [await call("POST", at(listed), { body: "{", headers: { origin: OURS } }), 400, OURS],
    ] as const) {
      expect([answer.status, allowed(answer), varies(answer)]).toEqual([status, origin, true]);
      expect(answer.headers.get("access-control-expose-headers")).toContain("Retry-After");
    }
  });

  it("refuses pages of others, in the preflight and, should they send nevertheless, with 403 and nothing stored", async () => {
    const before = (await call("GET", at(listed), { key })).body.items.length;
    for (const form of [listed, shut]) {
      for (const origin of [THEIRS, "null", OURS.toUpperCase(), `${OURS}.evil.example`]) {
        const asked = await preflight(at(form), "POST", origin);
        expect([asked.status, allowed(asked), varies(asked)]).toEqual([204, null, true]);
        expect(asked.headers.has("access-control-allow-methods")).toBe(false);
        const sent = await send(form, origin);
        expect([sent.status, sent.body.code, allowed(sent), varies(sent)]).toEqual([403, "origin_refused", null, true]);
      }
    }
    const body = { responses: [{ answers: { name: "b" } }] };
    const batch = await call("POST", `${at(listed)}/batch`, { body, headers: { origin: THEIRS } });
    expect(batch.body.code).toBe("origin_refused");
    expect((await call("GET", at(listed), { key })).body.items).toHaveLength(before);
  });

  it("takes what comes from no page, from a page of this installation, and with a key", async () => {
    for (const form of [listed, shut]) {
      const plain = await submit(form, { name: "a" });
      // What is sent is in no cache: whom else it would be shown to need not be said.
      expect([plain.status, allowed(plain), varies(plain)]).toEqual([201, null, false]);
      expect((await send(form, "http://formlog.test")).status).toBe(201);
      expect((await submit(form, { name: "a" }, { key, headers: { origin: THEIRS } })).status).toBe(201);
      const sent = await call("POST", `/f/${form}`, {
        body: "q_name=Mira",
        headers: { "content-type": "application/x-www-form-urlencoded", origin: "http://formlog.test" },
      });
      expect(sent.status).toBe(303);
    }
  });

  it("lets the same pages ask for receipts", async () => {
    const outage = createOutage();
    const post = () => outage.call("POST", at(listed), { body: { answers: { name: "a" } }, headers: { origin: OURS } });
    await post();
    outage.d1.fault = "unreachable";
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const { status, body } = await post();
    vi.restoreAllMocks();
    expect(status).toBe(202);
    outage.d1.fault = null;
    for (const [origin, expected] of [
      [OURS, OURS],
      [THEIRS, null],
    ] as const) {
      const read = await call("GET", body.url, { headers: { origin } });
      expect([read.status, allowed(read), varies(read)]).toEqual([200, expected, true]);
      expect(allowed(await preflight(body.url, "GET", origin))).toBe(expected);
    }
  });

  it("changes its mind by PATCH, and takes all again with null", async () => {
    const form = await newForm(key, { allowedOrigins: [THEIRS] });
    const patch = (allowedOrigins: unknown) => call("PATCH", `/v1/forms/${form}`, { key, body: { allowedOrigins } });
    expect((await send(form, OURS)).status).toBe(403);
    expect((await patch([OURS])).body.allowedOrigins).toEqual([OURS]);
    expect((await send(form, OURS)).status).toBe(201);
    expect((await patch(["*"])).status).toBe(200);
    expect(allowed(await send(form, THEIRS))).toBe("*");
    expect((await patch(null)).body).not.toHaveProperty("allowedOrigins");
    expect(allowed(await send(form, THEIRS))).toBe("*");
  });

  it.each([
    [["https://example.org/"], "/allowedOrigins/0"],
    [["https://example.org/path"], "/allowedOrigins/0"],
    [["https://Example.org"], "/allowedOrigins/0"],
    [["https://example.org:443"], "/allowedOrigins/0"],
    [["example.org"], "/allowedOrigins/0"],
    [["https://*.example.org"], "/allowedOrigins/0"],
    [["null"], "/allowedOrigins/0"],
    [["*", OURS], "/allowedOrigins"],
    [OURS, "/allowedOrigins"],
  ])("%j are no sites", async (allowedOrigins, pointer) => {
    const refused = await call("PATCH", `/v1/forms/${open}`, { key, body: { allowedOrigins } });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, pointer]);
  });
});

describe("a warm submission from a page", () => {
  onlyOnOneShard("a form that goes on elsewhere after each response costs more").it(
    "makes one round trip to D1, whatever the form allows, and a warm preflight none",
    async () => {
      for (const form of [open, listed]) {
        await send(form, OURS);
        const trips = countTrips();
        expect((await send(form, OURS)).status).toBe(201);
        expect(trips.stop()).toBe(1);
        const more = countTrips();
        await preflight(at(form), "POST");
        expect(more.stop()).toBe(0);
      }
    },
  );
});
