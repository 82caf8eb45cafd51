import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";
import { BROKEN, FLAG, GOOD, RULED } from "../support/rules";
import { everywhere } from "../support/shards";
import { countTrips } from "../support/trips";

let key = "";
let form = "";
let id = "";
let token = "";
beforeAll(async () => {
  key = await newWorkspace();
});
beforeEach(async () => {
  form = await newForm(key, RULED);
  const { body } = await submit(form, BROKEN);
  id = body.id;
  token = body.correction.url.split("/").at(-1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const read = (text = token, headers: Record<string, string> = {}) =>
  call("GET", `/v1/corrections/${text}`, { headers });
const correct = (answers: unknown, headers: Record<string, string> = {}) =>
  call("PATCH", `/v1/corrections/${token}`, { body: { answers }, headers });
const get = async () => (await call("GET", `/v1/forms/${form}/responses/${id}`, { key })).body;
const review = (state: string) => call("POST", `/v1/forms/${form}/responses/${id}/review`, { key, body: { state } });

describe("a correction link", () => {
  it("shows without a key what was answered, what is flagged and what the form asks", async () => {
    const { status, body, headers } = await read();
    expect([status, headers.get("etag"), headers.get("cache-control")]).toEqual([200, '"1"', "no-store"]);
    const { title, language, questions, rules, translations } = RULED;
    expect(body).toEqual({
      form,
      response: id,
      revision: 1,
      receivedAt: expect.any(String),
      expiresAt: expect.any(String),
      open: true,
      review: { state: "flagged" },
      flags: [FLAG],
      answers: BROKEN,
      version: 1,
      definition: { title, language, questions, rules, translations },
    });
    expect((await read(token, { "accept-language": "hi" })).body.flags[0].message).toBe("बचत आय से अधिक है।");
  });

  it("mends the response: a revision by the collector, after which nothing is flagged and nothing can be changed", async () => {
    const { status, body, headers } = await correct({ monthly_savings: 50 });
    expect([status, headers.get("etag")]).toEqual([200, '"2"']);
    expect(body).toMatchObject({ open: false, revision: 2, flags: [], review: { state: "corrected" } });
    expect(await get()).toMatchObject({ answers: { ...BROKEN, monthly_savings: 50 }, flags: [], revision: 2 });
    const { items } = (await call("GET", `/v1/forms/${form}/responses/${id}/revisions`, { key })).body;
    expect(items.at(-1)).toMatchObject({ event: "updated", by: "collector", review: { to: "corrected" } });
    const audit = await call("GET", `/v1/audit?object=${id}`, { key });
    expect(audit.body.items).toMatchObject([
      { actor: "collector", action: "response.corrected", detail: { revision: 2, questions: ["monthly_savings"] } },
    ]);
    const late = await correct({ name: "Mallory" });
    expect([late.status, late.body.code, (await get()).answers.name]).toEqual([409, "conflict", BROKEN.name]);
    expect((await read()).body).toMatchObject({ open: false, flags: [] });
  });

  it("says what is wrong still: a flag that stays, and a rule that refuses", async () => {
    expect((await correct({ monthly_savings: 300 })).body).toMatchObject({ open: true, revision: 2, flags: [FLAG] });
    const refused = await correct({ monthly_income: -1 }, { "accept-language": "hi" });
    expect([refused.status, refused.body.errors[0]]).toMatchObject([
      422,
      { question: "monthly_income", rule: "income_not_negative", detail: "आय ऋणात्मक नहीं होती।" },
    ]);
    expect((await correct({ monthly_income: "much" })).body.errors).toMatchObject([{ code: "wrong_type" }]);
    expect((await correct({ monthly_savings: 300 })).body.revision).toBe(2);
  });

  it("changes answers alone, and heeds If-Match", async () => {
    const body = { answers: {}, metadata: { collector: "somebody else" } };
    expect((await call("PATCH", `/v1/corrections/${token}`, { body })).status).toBe(422);
    await correct({ monthly_savings: 300 });
    const stale = await correct({ monthly_savings: 1 }, { "if-match": '"1"' });
    expect([stale.status, stale.headers.get("etag")]).toEqual([412, '"2"']);
    expect((await correct({ monthly_savings: 1 }, { "if-match": '"2"' })).body.revision).toBe(3);
  });

  it("works while somebody waits for it: not once it is approved, again when it is rejected", async () => {
    await review("approved");
    expect((await correct({ monthly_savings: 1 })).status).toBe(409);
    await review("rejected");
    expect((await correct({ monthly_savings: 1 })).body).toMatchObject({ open: false, review: { state: "corrected" } });
  });

  it("is refused with the reason when it is cut off, made up or has expired", async () => {
    for (const bad of [token.slice(0, -3), `corr_${id}.zzz`, "x", token.replace(id, "3e4e5e6e7e")]) {
      const { status, body } = await read(bad);
      expect([status, body.code, body.detail]).toEqual([403, "link_refused", expect.stringContaining("whole link")]);
    }
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 14 * 86_400_000 + 1_000 });
    const expired = await correct({ monthly_savings: 1 });
    expect([expired.status, expired.body.detail]).toEqual([403, expect.stringMatching(/expired at .*new one/)]);
    expect((await read()).status).toBe(403);
  });

  it("leads nowhere once the response is erased or its form is deleted", async () => {
    await call("DELETE", `/v1/forms/${form}/responses/${id}`, { key });
    expect([(await read()).status, (await correct({ name: "x" })).status]).toEqual([404, 404]);
    const other = await submit(form, BROKEN);
    token = other.body.correction.url.split("/").at(-1);
    await call("DELETE", `/v1/forms/${form}`, { key });
    expect([(await read()).status, (await correct({ name: "x" })).status]).toEqual([404, 404]);
  });

  it("works for a closed form, and for one that takes responses with a key only", async () => {
    await call("PATCH", `/v1/forms/${form}`, { key, body: { access: "key" } });
    await call("POST", `/v1/forms/${form}/close`, { key });
    expect((await correct({ monthly_savings: 1 })).body.open).toBe(false);
  });

  it("costs one round trip to read, and a made-up one none", async () => {
    await read();
    const trips = countTrips();
    await read();
    expect(trips.stop()).toBe(1);
    const none = countTrips();
    await read(`corr_${id}.k.${"A".repeat(43)}`);
    expect(none.stop()).toBe(0);
  });

  it("may be used from pages of other sites", async () => {
    const { headers } = await read(token, { origin: "https://elsewhere.example" });
    expect(headers.get("access-control-allow-origin")).toBe("*");
    const asked = { origin: "https://elsewhere.example", "access-control-request-method": "PATCH" };
    const preflight = await call("OPTIONS", `/v1/corrections/${token}`, { headers: asked });
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET, PATCH");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("If-Match");
  });
});

describe("an operator", () => {
  const make = (body?: unknown) =>
    call("POST", `/v1/forms/${form}/responses/${id}/correction-link`, { key, ...(body !== undefined && { body }) });

  it("makes a link for any response, for as long as it is to work", async () => {
    form = await newForm(key, { questions: QUESTIONS });
    id = (await submit(form, { name: "Asha" })).body.id;
    const plain = await make();
    expect([plain.status, Date.parse(plain.body.expiresAt) > Date.now() + 13 * 86_400_000]).toEqual([201, true]);
    token = plain.body.url.split("/").at(-1);
    expect(plain.headers.get("location")).toBe(`/v1/corrections/${token}`);
    expect((await read()).body).toMatchObject({ open: false, flags: [] });
    await review("flagged");
    expect((await correct({ name: "Asha K" })).body).toMatchObject({ open: false, review: { state: "corrected" } });
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect((await make({ expiresAt: soon })).body.expiresAt).toBe(soon);
    expect((await make({ expiresAt: "2020-01-01T00:00:00Z" })).body.errors).toMatchObject([{ pointer: "/expiresAt" }]);
    expect((await make({ expiresAt: "2099-01-01T00:00:00Z" })).body.errors).toMatchObject([{ code: "too_late" }]);
    await call("DELETE", `/v1/forms/${form}/responses/${id}`, { key });
    expect((await make()).body.code).toBe("conflict");
  });
});

it("flags of what was spooled while D1 was down are told by its receipt, as the 201 would have", async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  const outage = createOutage();
  const send = (answers: unknown) => outage.call("POST", `/v1/forms/${form}/responses`, { body: { answers } });
  await send(GOOD);
  outage.d1.fault = "unreachable";
  const sent = [await send(BROKEN), await send(GOOD)];
  expect(sent.map(({ status }) => status)).toEqual([202, 202]);
  outage.d1.fault = null;
  await outage.takeIn();
  const [flagged, fine] = await Promise.all(sent.map(async ({ body }) => (await call("GET", body.url)).body));
  expect(fine).toMatchObject({ status: "stored", flags: [] });
  expect(flagged).toMatchObject({ status: "stored", flags: [FLAG], correction: { url: expect.any(String) } });
  expect(fine).not.toHaveProperty("correction");
  token = flagged.correction.url.split("/").at(-1);
  expect((await read()).body).toMatchObject({ response: flagged.id, flags: [FLAG], open: true });
  const events = "SELECT event FROM revisions v JOIN responses r ON r.id = v.response WHERE r.stored_at IS NOT NULL";
  expect(await everywhere(events)).toEqual([{ event: "flagged" }]);
  const inHindi = await call("GET", sent[0]?.body.url, { headers: { "accept-language": "hi" } });
  expect(inHindi.body.flags[0].message).toBe("बचत आय से अधिक है।");
});
