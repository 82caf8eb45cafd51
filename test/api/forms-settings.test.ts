import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Env, makeContext } from "../../src/context";
import { appendSpooled } from "../../src/store/spooled";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { onlyOnOneShard } from "../support/shards";

let key = "";
beforeAll(async () => {
  key = await newWorkspace();
});

const patch = (form: string, body: unknown) => call("PATCH", `/v1/forms/${form}`, { key, body });
const YEAR = 365 * 86_400_000;
const later = new Date(Date.now() + YEAR).toISOString();
const earlier = new Date(Date.now() - YEAR).toISOString();

describe("when a form takes responses", () => {
  it("not before it opens: 409 with the time, on the page too, and a repeat is still answered", async () => {
    const form = await newForm(key);
    const headers = { "idempotency-key": "k" };
    const first = await submit(form, { name: "Asha" }, { headers });
    expect((await patch(form, { opensAt: later })).body.opensAt).toBe(later);
    const refused = await submit(form, { name: "Ravi" });
    expect([refused.status, refused.body.code]).toEqual([409, "form_closed"]);
    expect(refused.body.detail).toContain(later.slice(0, 16));
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(300 * 86_400);
    expect((await call("GET", `/f/${form}`)).body).toContain(later.slice(0, 16));
    expect((await submit(form, { name: "Asha" }, { headers })).body).toEqual(first.body);
    await patch(form, { opensAt: null });
    expect((await submit(form, { name: "Ravi" })).status).toBe(201);
  });

  it("not after it closes, with the words of its owner", async () => {
    const form = await newForm(key, { closesAt: earlier, closedMessage: "The season is over." });
    expect((await submit(form, { name: "a" })).body.detail).toBe(
      "The season is over. This form takes no more responses.",
    );
    expect((await call("GET", `/f/${form}`)).body).toContain("The season is over.");
  });

  it("not outside of its opening hours", async () => {
    const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    const today = days[(new Date().getUTCDay() + 6) % 7];
    const tomorrow = days[new Date().getUTCDay() % 7];
    const opening = (day: string | undefined) => ({
      timeZone: "UTC",
      hours: [{ days: [day], from: "00:00", to: "24:00" }],
    });
    const form = await newForm(key, { openingHours: opening(days[(new Date().getUTCDay() + 2) % 7]) });
    expect((await submit(form, { name: "a" })).body.code).toBe("form_closed");
    await patch(form, {
      openingHours: { timeZone: "UTC", hours: [opening(today).hours[0], opening(tomorrow).hours[0]] },
    });
    expect((await submit(form, { name: "a" })).status).toBe(201);
  });

  it.each([
    [{ opensAt: "tomorrow" }, "/opensAt"],
    [{ opensAt: later, closesAt: earlier }, "/closesAt"],
    [
      { openingHours: { timeZone: "Mars/Base", hours: [{ days: ["mon"], from: "09:00", to: "10:00" }] } },
      "/openingHours/timeZone",
    ],
    [
      { openingHours: { timeZone: "UTC", hours: [{ days: ["mon"], from: "22:00", to: "02:00" }] } },
      "/openingHours/hours/0/to",
    ],
    [{ responsesMax: 0 }, "/responsesMax"],
    [{ redirectUrl: "javascript:alert(1)" }, "/redirectUrl"],
    [{ redirectUrl: "//example.org" }, "/redirectUrl"],
  ])("%j is refused", async (change, pointer) => {
    const form = await newForm(key);
    const { status, body } = await patch(form, change);
    expect([status, body.errors[0].pointer]).toEqual([422, pointer]);
  });
});

describe("the quota of a form", () => {
  it("is exact: for single ones, a batch over its end, erased ones, and when it is raised", async () => {
    const form = await newForm(key, { responsesMax: 3 });
    const first = await submit(form, { name: "one" });
    const items = ["two", "three", "four", "five"].map((name) => ({ answers: { name } }));
    const batch = await call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses: items } });
    expect(batch.body.items.map((item: { status: number }) => item.status)).toEqual([201, 201, 409, 409]);
    expect(batch.body.items[2].error.code).toBe("form_full");
    expect((await submit(form, { name: "four" })).body.code).toBe("form_full");
    await call("DELETE", `/v1/forms/${form}/responses/${first.body.id}`, { key });
    expect((await submit(form, { name: "four" })).body.code).toBe("form_full");
    await patch(form, { responsesMax: 4 });
    expect((await submit(form, { name: "four" })).status).toBe(201);
    expect((await submit(form, { name: "five" })).status).toBe(409);
    await patch(form, { responsesMax: null });
    expect((await submit(form, { name: "five" })).status).toBe(201);
  });

  it("holds for a whole batch of 500 in a few round trips", async () => {
    const form = await newForm(key, { responsesMax: 1 });
    const responses = Array.from({ length: 500 }, (_, i) => ({ answers: { name: `n${i}` } }));
    const { body } = await call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
    expect(body.items.filter((item: { status: number }) => item.status === 201)).toHaveLength(1);
  });

  it("is said on the page, and what was typed is shown", async () => {
    const form = await newForm(key, { responsesMax: 1 });
    await submit(form, { name: "one" });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const sent = await call("POST", `/f/${form}`, { body: "q_name=Mira", headers });
    expect([sent.status, sent.body]).toEqual([409, expect.stringContaining("Mira")]);
    await patch(form, {});
    expect((await call("GET", `/f/${form}`)).body).toContain("has all the responses");
  });

  onlyOnOneShard("it is appended by hand, to one segment").it(
    "does not break a promise that was made during an outage",
    async () => {
      const form = await newForm(key, { responsesMax: 1 });
      await submit(form, { name: "one" });
      const { shards } = makeContext(env as Env, { waitUntil: () => {} }, "test");
      const segment = await env.DB.prepare("SELECT no FROM segments WHERE form = ?").bind(form).first<{ no: number }>();
      const entry = {
        nonce: "promised-nonce-1",
        segment: segment?.no ?? 0,
        version: 1,
        receivedAt: Date.now(),
        submittedAt: null,
        answers: '{"name":"promised"}',
        metadata: "{}",
        flags: null,
        idempotencyKey: null,
        fingerprint: null,
        since: (segment?.no ?? 0) * 2 ** 33,
      };
      const { settled } = await appendSpooled(shards.get(0), [entry], Date.now());
      expect(settled).toHaveLength(1);
      expect((await call("GET", `/v1/forms/${form}/responses`, { key })).body.items).toHaveLength(2);
    },
  );
});

describe("after sending", () => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };

  it("the hosted form leads where its owner says, and its policy allows that", async () => {
    const form = await newForm(key, { redirectUrl: "https://example.org/done?a=1" });
    const page = await call("GET", `/f/${form}`);
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self' https://example.org;");
    const sent = await call("POST", `/f/${form}`, { body: "q_name=Asha", headers });
    expect([sent.status, sent.headers.get("location")]).toEqual([303, "https://example.org/done?a=1"]);
  });

  it("to the page of thanks when nothing else is set", async () => {
    const form = await newForm(key);
    const page = await call("GET", `/f/${form}`);
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self';");
    const sent = await call("POST", `/f/${form}`, { body: "q_name=Asha", headers });
    expect(sent.headers.get("location")).toMatch(/\/thanks\//);
  });
});
