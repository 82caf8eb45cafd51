import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type LogAddress, parseResponseId, segmentOf, seqOf } from "../../src/core/ids";
import { appendResponses, type NewResponse } from "../../src/store/append";
import { openFirstSegment, openShards } from "../../src/store/shards";
import { type Answer, call, newForm, newWorkspace, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";
import { onlyOnOneShard } from "../support/shards";
import { countTrips } from "../support/trips";

let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace();
});
beforeEach(async () => {
  form = await newForm(key, { access: "link" });
});

async function newLink(responsesMax?: number) {
  const made = await call("POST", `/v1/forms/${form}/links`, { key, body: { name: "Asha", responsesMax } });
  expect(made.status).toBe(201);
  const url = new URL(made.body.url);
  const token = url.searchParams.get("link") ?? "";
  return { id: made.body.id as string, made: made.body, token, path: url.pathname + url.search };
}
const by = (token: string) => ({ headers: { "formlog-link": token } });
const used = async (id: string) => (await call("GET", `/v1/forms/${form}/links/${id}`, { key })).body.responsesUsed;
const batchOf = (names: readonly string[]) => ({ responses: names.map((name) => ({ answers: { name } })) });
const sendBatch = (token: string, names: readonly string[]) =>
  call("POST", `/v1/forms/${form}/responses/batch`, { body: batchOf(names), ...by(token) });
const statuses = ({ body }: Answer) => body.items.map((item: { status: number }) => item.status);
const stored = async () => (await call("GET", `/v1/forms/${form}/responses?limit=500`, { key })).body.items;
const many = (n: number) => Array.from({ length: n }, (_, i) => `n${i}`);

describe("a link that takes so many responses", () => {
  it("takes them and no more: singly, in a batch over its end, erased ones counted; and says how many", async () => {
    const { id, token, made } = await newLink(3);
    expect([made.responsesMax, made.responsesUsed]).toEqual([3, 0]);
    const first = await submit(form, { name: "one" }, by(token));
    expect(await used(id)).toBe(1);
    const batch = await sendBatch(token, ["two", "three", "four", "five"]);
    expect(statuses(batch)).toEqual([201, 201, 409, 409]);
    expect(batch.body.items[2].error.code).toBe("link_full");
    const refused = await submit(form, { name: "four" }, by(token));
    expect([refused.status, refused.body.code]).toEqual([409, "link_full"]);
    await call("DELETE", `/v1/forms/${form}/responses/${first.body.id}`, { key });
    expect((await submit(form, { name: "four" }, by(token))).body.code).toBe("link_full");
    const [listed] = (await call("GET", `/v1/forms/${form}/links`, { key })).body.items;
    expect([listed.id, listed.responsesMax, listed.responsesUsed]).toEqual([id, 3, 3]);
  });

  it("is counted by itself: other links, keys and the form go on", async () => {
    const [one, other, free] = [await newLink(1), await newLink(2), await newLink()];
    for (const { token } of [one, other, free]) expect((await submit(form, { name: "a" }, by(token))).status).toBe(201);
    expect((await submit(form, { name: "b" }, by(one.token))).status).toBe(409);
    for (const { token } of [other, free]) expect((await submit(form, { name: "b" }, by(token))).status).toBe(201);
    expect((await submit(form, { name: "b" }, { key })).status).toBe(201);
    const withKey = { key, ...by(one.token) };
    expect((await submit(form, { name: "c" }, withKey)).body.code).toBe("link_full");
    expect([await used(one.id), await used(other.id), await used(free.id)]).toEqual([1, 2, null]);
  });

  it("holds exactly while several isolates send at once, singly and in batches, and the log has no gaps", {
    timeout: 30_000,
  }, async () => {
    const { id, token } = await newLink(20);
    const free = await newLink();
    const isolates = [createOutage(), createOutage()];
    const post = (isolate: (typeof isolates)[number], body: unknown, of: string) => {
      const path = "responses" in (body as object) ? "responses/batch" : "responses";
      return isolate.call("POST", `/v1/forms/${form}/${path}`, { body, headers: { "formlog-link": of } });
    };
    const answers = await Promise.all(
      isolates.flatMap((isolate) => [
        ...many(15).map((name) => post(isolate, { answers: { name } }, token)),
        ...many(5).map((name) => post(isolate, { answers: { name } }, free.token)),
        post(isolate, batchOf(many(10)), token),
      ]),
    );
    const all = answers.flatMap(({ status, body }) => (status === 207 ? statuses({ body } as Answer) : [status]));
    expect(all.filter((status) => status === 201)).toHaveLength(20 + 10);
    expect(all.filter((status) => status === 409)).toHaveLength(2 * 25 - 20);
    expect(await used(id)).toBe(20);
    const ids = (await stored()).map((one: { id: string }) => parseResponseId(one.id));
    const bySegment = Map.groupBy(ids, (id: LogAddress) => `${id.shard} ${segmentOf(id.position)}`);
    for (const [segment, here] of bySegment) {
      const places = here.map(({ position }) => seqOf(position)).toSorted((x, y) => x - y);
      expect(places, segment).toEqual(Array.from(places, (_, i) => i + 1));
    }
  });

  it("answers a repeat as at first though it is used up, and leaves no room unused because of one", async () => {
    const { id, token } = await newLink(2);
    const item = (name: string) => ({ answers: { name }, idempotencyKey: name });
    const send = (...names: string[]) => {
      const body = { responses: names.map(item) };
      return call("POST", `/v1/forms/${form}/responses/batch`, { body, ...by(token) });
    };
    const first = await send("a");
    const second = await send("a", "b");
    expect(statuses(second)).toEqual([201, 201]);
    expect(second.body.items[0]).toMatchObject({ id: first.body.items[0].id, replayed: true });
    expect(statuses(await send("a", "b", "c"))).toEqual([201, 201, 409]);
    expect(await used(id)).toBe(2);
  });

  it("says that a batch of 500 is too many in a few round trips", async () => {
    const { token } = await newLink(1);
    await submit(form, { name: "a" }, by(token));
    const trips = countTrips();
    const { body } = await sendBatch(token, many(500));
    expect(trips.stop()).toBeLessThan(12);
    expect(new Set(body.items.map((item: { status: number }) => item.status))).toEqual(new Set([409]));
  });

  it("keeps a promise of an outage beyond its maximum, and counts it once, however often it comes", async () => {
    const { id, token } = await newLink(1);
    const outage = createOutage();
    const send = () =>
      outage.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name: "a" } }, ...by(token) });
    expect((await send()).status).toBe(201);
    vi.spyOn(console, "warn").mockImplementation(() => {});
    outage.d1.fault = "unreachable";
    expect((await send()).status).toBe(202);
    outage.d1.fault = null;
    const messages = [...outage.spooled];
    await outage.takeIn();
    await outage.takeIn(messages);
    vi.restoreAllMocks();
    expect(await used(id)).toBe(2);
    expect((await stored())[0].metadata).toEqual({ collector: "Asha" });
    expect((await submit(form, { name: "b" }, by(token))).body.code).toBe("link_full");
  });

  it.each([0, -1, 1.5, "3", null])("of %j is refused", async (responsesMax) => {
    const refused = await call("POST", `/v1/forms/${form}/links`, { key, body: { name: "a", responsesMax } });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, "/responsesMax"]);
  });
});

describe("the hosted form by a link that is used up", () => {
  it("says so before anybody fills it in, and shows what was typed to who was too late", async () => {
    const { token, path } = await newLink(1);
    expect((await call("GET", path)).status).toBe(200);
    await submit(form, { name: "a" }, by(token));
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const sent = await call("POST", path, { body: "q_name=Mira", headers });
    expect([sent.status, sent.body]).toEqual([409, expect.stringContaining("Mira")]);
    const page = await call("GET", path);
    expect([page.status, page.body]).toEqual([409, expect.stringContaining("This link is used up")]);
  });
});

describe("what counting costs", () => {
  const shards = openShards(env);
  let segment = 0;
  let count = 0;
  const entry = (link: NewResponse["link"] = null): NewResponse => {
    count += 1;
    const content = { answers: "{}", metadata: "{}", idempotencyKey: null, fingerprint: null, flags: null };
    const at = { segment, version: 1, receivedAt: 1, submittedAt: null, since: segment * 2 ** 33 };
    return { nonce: `use-${count}`, ...at, ...content, link };
  };
  const append = (...entries: NewResponse[]) => appendResponses(env.DB, 0, entries, 100_000);
  const limited = { id: "link_limited", responsesMax: 1_000 };
  const fill = async (n: number) => {
    const { positions } = await append(...many(n).map(() => entry(limited)));
    return Math.max(...positions.map((position) => position ?? 0));
  };

  beforeEach(async () => {
    segment = (await openFirstSegment(shards, { id: crypto.randomUUID(), version: 1, state: "open", now: 0 })).no;
  });

  it("is one row for each such link of a batch, and nothing for other links", async () => {
    expect((await append(entry({ id: "link_free", responsesMax: null }))).rowsWritten).toBe(1);
    expect((await append(entry(limited))).rowsWritten).toBe(2);
    const other = { id: "link_other", responsesMax: 5 };
    expect((await append(...many(100).map((_, i) => entry(i % 2 ? limited : other)))).rowsWritten).toBe(57);
  });

  it("is no more rows read for a link that brought many", async () => {
    await append(entry(limited));
    const few = await append({ ...entry(limited), since: segment * 2 ** 33 + 1 });
    const since = await fill(500);
    expect((await append({ ...entry(limited), since })).rowsRead).toBeLessThanOrEqual(few.rowsRead + 2);
  });

  it("counts a batch once that is sent again after a lost answer", async () => {
    const batch = many(3).map(() => entry(limited));
    await append(...batch);
    expect((await append(...batch)).rowsWritten).toBe(0);
    const row = await env.DB.prepare("SELECT used FROM link_uses WHERE segment = ?").bind(segment).first("used");
    expect(row).toBe(3);
  });

  onlyOnOneShard("a form that goes on elsewhere after each response costs more").it(
    "is one round trip for a warm submission",
    async () => {
      const { token } = await newLink(100);
      await submit(form, { name: "warm" }, by(token));
      const trips = countTrips();
      expect((await submit(form, { name: "one" }, by(token))).status).toBe(201);
      expect(trips.stop()).toBe(1);
    },
  );
});
