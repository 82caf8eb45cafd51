import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { makeContext } from "../../src/context";
import { CommitTimeout, QueueFull } from "../../src/services/group-commit";
import { submitResponse } from "../../src/services/submit";
import { call, newForm, newWorkspace, QUESTIONS } from "../support/api";
import { createOutage, type Fault } from "../support/failing-d1";
import { onlyOnOneShard, spanning } from "../support/shards";

let key = "";
let form = "";
let outage = createOutage();
let log: { mock: { calls: unknown[][] } }[] = [];

beforeAll(async () => {
  key = await newWorkspace();
});
beforeEach(async () => {
  log = (["info", "warn", "error"] as const).map((level) => vi.spyOn(console, level).mockImplementation(() => {}));
  outage = createOutage();
  form = await newForm(key);
  await submit({ name: "warm" });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const submit = (answers: unknown, idempotencyKey?: string) =>
  outage.call("POST", `/v1/forms/${form}/responses`, {
    body: { answers },
    ...(idempotencyKey !== undefined && { headers: { "idempotency-key": idempotencyKey } }),
  });
/** The stored responses but the first, oldest first, read over another binding that works. */
const stored = async (): Promise<{ id: string; version: number; answers: { name: string } }[]> =>
  (await call("GET", `/v1/forms/${form}/responses?limit=500`, { key })).body.items.toReversed().slice(1);
const names = async () => (await stored()).map((response) => response.answers.name);
const ask = async (accepted: { url: string }) => (await call("GET", accepted.url)).body;

describe.each<Fault>(["unreachable", "overloaded", "lost", "lost_then_unreachable"])("D1 is %s", (fault) => {
  it.each([
    ["without a key", undefined],
    ["with a key", "k"],
  ])("keeps a submission %s with a receipt (202), and stores it exactly once when D1 is back", async (_, own) => {
    outage.d1.fault = fault;
    const sent = await submit({ name: "Asha", age: 31 }, own);
    expect(sent.status).toBe(202);
    expect(sent.body).toEqual({
      receipt: expect.stringMatching(/^[A-Za-z0-9_-]{16}[0-9a-z]{19}[0-2]$/),
      status: "accepted",
      url: `/v1/receipts/${sent.body.receipt}`,
    });
    expect(sent.headers.get("location")).toBe(sent.body.url);
    expect(await ask(sent.body)).toEqual({ status: "pending" });
    // With a key the earlier shards are asked first: what that can't tell is not tried.
    const isTried = fault.startsWith("lost") && !(spanning && own);
    expect(await names()).toEqual(isTried ? ["Asha"] : []);

    outage.d1.fault = null;
    const messages = [...outage.spooled];
    expect((await outage.takeIn()).acked).toHaveLength(1);
    const [response] = await stored();
    expect(await names()).toEqual(["Asha"]);
    const told = { id: response?.id, revision: 1, version: 1, receivedAt: expect.any(String), flags: [] };
    expect(await ask(sent.body)).toEqual({ status: "stored", ...told });
    // The message comes again, and so does a sender who can say that it is the same.
    expect((await outage.takeIn(messages)).acked).toHaveLength(1);
    expect(await names()).toEqual(["Asha"]);
    if (own === undefined) return;
    const again = await submit({ name: "Asha", age: 31 }, own);
    expect([again.status, again.body.id]).toEqual([201, response?.id]);
    expect(await names()).toEqual(["Asha"]);
  });

  it("keeps each item of a batch by itself, and refuses the bad ones", async () => {
    outage.d1.fault = fault;
    const responses = [{ answers: { name: "one" } }, { answers: { age: 1 } }, { answers: { name: "two" } }];
    const sent = await outage.call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
    expect(sent.body.items.map((item: { status: number }) => item.status)).toEqual([202, 422, 202]);
    outage.d1.fault = null;
    expect((await outage.takeIn()).acked).toHaveLength(2);
    expect(await names()).toEqual(["one", "two"]);
    expect(await ask(sent.body.items[2])).toMatchObject({ status: "stored", id: (await stored())[1]?.id });
  });
});

describe("the consumer", () => {
  it("keeps what the device said of the time, and a client that polls from a time finds what was stored since", async () => {
    outage.d1.fault = "unreachable";
    const submittedAt = "2026-11-20T04:00:00.000Z";
    await outage.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name: "a" }, submittedAt } });
    await submit({ name: "b" });
    outage.d1.fault = null;
    // They waited for an hour; the second one was spooled before messages had the device's time.
    const messages = outage.spooled.map((message) => ({ ...message, receivedAt: message.receivedAt - 3_600_000 }));
    const { submittedAt: _, ...old } = messages[1] as (typeof messages)[number];
    await outage.takeIn([messages[0], old] as typeof messages);
    const since = new Date(Date.now() - 60_000).toISOString();
    const { body } = await call("GET", `/v1/forms/${form}/responses?since=${since}`, { key });
    expect(body.items.slice(-2)).toMatchObject([{ answers: { name: "a" }, submittedAt }, { answers: { name: "b" } }]);
    expect(Date.parse(body.items.at(-1).receivedAt)).toBeLessThan(Date.parse(since));
    expect(body.items.at(-1)).not.toHaveProperty("submittedAt");
  });

  it("gives every message back while D1 is down, each with a pause, and loses none", async () => {
    outage.d1.fault = "unreachable";
    await submit({ name: "a" });
    await submit({ name: "b" });
    const messages = [...outage.spooled];
    const { acked, retried, delays } = await outage.takeIn();
    expect([acked.length, retried.length]).toEqual([0, 2]);
    expect(delays).toEqual([expect.any(Number), expect.any(Number)]);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1);
    outage.d1.fault = null;
    await outage.takeIn(messages);
    expect(await names()).toEqual(["a", "b"]);
  });

  it("stores once when its own answers are lost and the messages come again", async () => {
    outage.d1.fault = "unreachable";
    const sent = await submit({ name: "a" });
    const messages = [...outage.spooled];
    outage.d1.fault = "lost";
    expect((await outage.takeIn()).acked).toEqual([]);
    outage.d1.fault = null;
    expect((await outage.takeIn(messages)).acked).toHaveLength(1);
    expect(await names()).toEqual(["a"]);
    expect(await ask(sent.body)).toMatchObject({ status: "stored" });
  });

  it("stores once when several copies of a message are in one batch", async () => {
    outage.d1.fault = "unreachable";
    await submit({ name: "a" });
    outage.d1.fault = null;
    const [message] = outage.spooled;
    expect((await outage.takeIn([message, message, message])).acked).toHaveLength(3);
    expect(await names()).toEqual(["a"]);
  });

  it("is not held up by messages that can't be stored, and keeps those", async () => {
    outage.d1.fault = "unreachable";
    await submit({ name: "good" });
    outage.d1.fault = null;
    const [good] = outage.spooled;
    const bad = [
      { ...good, nonce: "x1", answers: "{" },
      { ...good, nonce: "x2", shard: 7 },
    ];
    const lost = { ...good, nonce: "x3", segment: 999_999 };
    const { acked, retried } = await outage.takeIn([...bad, lost, "nonsense", good]);
    expect(acked).toEqual(["m4"]);
    expect(retried.map((message) => message.msgId).toSorted()).toEqual(["m0", "m1", "m2", "m3"]);
    expect(await names()).toEqual(["good"]);
  });

  it("stores what was promised although the form was closed or has a new version, under its own version", async () => {
    outage.d1.fault = "unreachable";
    await submit({ name: "promised", age: 7 });
    outage.d1.fault = null;
    await call("POST", `/v1/forms/${form}/versions`, {
      key,
      body: { title: "Visit", questions: QUESTIONS.slice(0, 1) },
    });
    await call("POST", `/v1/forms/${form}/close`, { key });
    await outage.takeIn();
    expect(await stored()).toMatchObject([{ version: 1, answers: { name: "promised", age: 7 } }]);
    expect((await call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name: "late" } } })).body.code).toBe(
      "form_closed",
    );
  });
});

describe("what is taken in", () => {
  it("wakes the integrations of its form", async () => {
    const body = { kind: "google-sheets", config: { spreadsheetId: "sheet" } };
    expect((await call("POST", `/v1/forms/${form}/integrations`, { key, body })).status).toBe(201);
    outage.d1.fault = "unreachable";
    await submit({ name: "a" });
    outage.d1.fault = null;
    outage.rung.length = 0;
    await outage.takeIn();
    expect(outage.rung).toHaveLength(1);
  });

  onlyOnOneShard("a form that goes on elsewhere after each response costs more").it(
    "costs reads that grow with what came since, not with that times the messages",
    async () => {
      outage.d1.fault = "unreachable";
      const responses = (count: number) => ({
        responses: Array.from({ length: count }, () => ({ answers: { name: "x" } })),
      });
      await outage.call("POST", `/v1/forms/${form}/responses/batch`, { body: responses(100) });
      outage.d1.fault = null;
      await call("POST", `/v1/forms/${form}/responses/batch`, { body: responses(500) });
      const rows = countReads();
      expect((await outage.takeIn()).acked).toHaveLength(100);
      expect(rows.stop()).toBeLessThan(2_000);
      const count = "SELECT count(*) AS n FROM responses WHERE id >> 33 = (SELECT no FROM segments WHERE form = ?)";
      expect(await env.DB.prepare(count).bind(form).first("n")).toBe(601);
    },
  );
});

/** Sums the rows that batches of the shared D1 binding read. */
function countReads() {
  const { batch } = env.DB;
  let rows = 0;
  env.DB.batch = async <T>(statements: D1PreparedStatement[]) => {
    const results = (await batch.call(env.DB, statements)) as D1Result<T>[];
    for (const { meta } of results) rows += meta.rows_read;
    return results;
  };
  return {
    stop() {
      env.DB.batch = batch;
      return rows;
    },
  };
}

describe("a key that comes more than once during an outage", () => {
  it("points every receipt to the one response, and says refused where the content was another", async () => {
    outage.d1.fault = "unreachable";
    const sent = [await submit({ name: "a" }, "k"), await submit({ name: "a" }, "k"), await submit({ name: "b" }, "k")];
    outage.d1.fault = null;
    expect((await outage.takeIn()).acked).toHaveLength(3);
    const told = await Promise.all(sent.map((one) => ask(one.body)));
    expect(told.map(({ status, id }) => [status, id])).toEqual([
      ["stored", (await stored())[0]?.id],
      ["stored", (await stored())[0]?.id],
      ["refused", undefined],
    ]);
    expect(told[2].problem).toMatchObject({ status: 409, code: "idempotency_key_reused" });
    expect(await names()).toEqual(["a"]);
  });

  it("is settled by what the sender stored before the consumer came", async () => {
    outage.d1.fault = "unreachable";
    const sent = await submit({ name: "a" }, "k");
    outage.d1.fault = null;
    const made = await submit({ name: "a" }, "k");
    expect(made.status).toBe(201);
    await outage.takeIn();
    expect(await ask(sent.body)).toEqual({ status: "stored", ...made.body });
    expect(await names()).toEqual(["a"]);
  });
});

describe("what can't be kept either", () => {
  it("is refused with 503 and Retry-After when it is too large for the queue", async () => {
    form = await newForm(key, { questions: [{ ref: "name", type: "long_text", title: "Name", maxLength: 100_000 }] });
    await submit({ name: "warm" });
    outage.d1.fault = "overloaded";
    const sent = await submit({ name: "é".repeat(64_000) });
    expect([sent.status, sent.body.code, sent.headers.get("retry-after")]).toEqual([503, "overloaded", "2"]);
    expect((await submit({ name: "é".repeat(63_000) })).status).toBe(202);
    expect(outage.spooled).toHaveLength(1);
    expect(await names()).toEqual([]);
  });

  it("is refused with 503 and Retry-After when the queue fails too, alone and in a batch", async () => {
    outage.d1.fault = "overloaded";
    outage.queue.down = true;
    const sent = await submit({ name: "a" });
    expect([sent.status, sent.body.code, sent.headers.get("retry-after")]).toEqual([503, "store_unavailable", "2"]);
    const responses = [{ answers: { name: "b" } }];
    const batch = await outage.call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
    expect(batch.body.items).toMatchObject([{ status: 503, error: { code: "store_unavailable" } }]);
    expect(await names()).toEqual([]);
  });

  it("is refused with 503 where the form was never loaded: there is nothing to check answers against", async () => {
    form = await newForm(key);
    outage.d1.fault = "unreachable";
    const sent = await submit({ name: "a" });
    expect([sent.status, sent.body.code, sent.headers.get("retry-after")]).toEqual([503, "store_unavailable", "2"]);
    expect(outage.spooled).toEqual([]);
  });

  it("never shows in the log what was answered", async () => {
    outage.d1.fault = "unreachable";
    await submit({ name: "Secret Person" });
    outage.queue.down = true;
    await submit({ name: "Secret Person" });
    await outage.takeIn(outage.spooled);
    await outage.takeIn(outage.spooled.map((message) => ({ ...message, version: "Secret" })));
    outage.d1.fault = null;
    await outage.takeIn(outage.spooled.map((message) => ({ ...message, answers: "{Secret" })));
    const lines = log.flatMap((spy) => spy.mock.calls);
    expect(lines.length).toBeGreaterThan(4);
    expect(JSON.stringify(lines)).not.toContain("Secret");
  });
});

describe("an outage that lasts", () => {
  it("goes on keeping submissions to a form that this isolate knows, with a key that it knows", async () => {
    form = await newForm(key, { access: "key" });
    const headers = { authorization: `Bearer ${key}` };
    const send = () =>
      outage.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name: "a" } }, headers });
    expect((await send()).status).toBe(201);
    outage.d1.fault = "unreachable";
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * 60_000 });
    expect((await send()).status).toBe(202);
    vi.setSystemTime(Date.now() + 10 * 60_000);
    expect([(await send()).status, outage.spooled.length]).toEqual([503, 1]);
  });
});

describe("a group commit that gives up", () => {
  it.each([
    ["too many wait", () => new QueueFull("too many wait")],
    ["no answer in time", () => new CommitTimeout(true)],
  ])("spools the submission: %s", async (_, error) => {
    const base = makeContext(outage.env, { waitUntil: () => {} }, "test");
    const ctx = { ...base, commit: () => ({ submit: () => Promise.reject(error()) }) };
    const sent = await submitResponse(ctx, {
      form,
      key: null,
      answers: { name: "a" },
      reader: { languages: [], origin: "" },
    });
    expect(sent).toMatchObject({ status: "accepted" });
    await outage.takeIn();
    expect(await names()).toEqual(["a"]);
  });
});

describe("over the real queue", () => {
  it("a submission is stored by the worker's own consumer of formlog-intake", async () => {
    outage = createOutage({ QUEUE_INTAKE: env.QUEUE_INTAKE });
    await submit({ name: "known" });
    outage.d1.fault = "unreachable";
    const sent = await submit({ name: "Asha" });
    expect(sent.status).toBe(202);
    // The consumer runs in the pool's own worker, whose D1 works all along.
    await vi.waitFor(async () => expect(await ask(sent.body)).toMatchObject({ status: "stored" }), { timeout: 20_000 });
    expect(await names()).toEqual(["known", "Asha"]);
  });
});

describe("the hosted form", () => {
  it("says that the answers are kept and will be stored, with the receipt, while D1 is still down", async () => {
    outage.d1.fault = "unreachable";
    const sent = await outage.call("POST", `/f/${form}`, { body: new URLSearchParams({ q_name: "Asha" }) });
    expect(sent.status).toBe(303);
    const page = await outage.call("GET", sent.headers.get("location") ?? "");
    expect(page.status).toBe(200);
    expect(page.body).toContain("will be stored");
    const [, url = ""] = /href="(\/v1\/receipts\/[^"]+)"/.exec(page.body) ?? [];
    outage.d1.fault = null;
    await outage.takeIn();
    expect(await ask({ url })).toMatchObject({ status: "stored", id: (await stored())[0]?.id });
  });
});
