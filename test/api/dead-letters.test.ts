/** Submissions that were answered 202 and died on the intake queue: kept, told of, tried again, stored once. */
import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Context, makeContext } from "../../src/context";
import type { Spooled } from "../../src/core/spool";
import { resendDead } from "../../src/dispatch/dead-letters";
import { sweep } from "../../src/dispatch/sweep";
import { readDueLetters } from "../../src/store/dead-letters";
import { call, newForm, newWorkspace, ROOT_KEY } from "../support/api";
import { createOutage, failingD1 } from "../support/failing-d1";
import { gatedD1 } from "../support/gated-d1";
import { countRows } from "../support/meter";
import { everywhere, onlyOnOneShard } from "../support/shards";
import { countTrips } from "../support/trips";

const DEAD = "formlog-intake-dead";
const MINUTE = 60_000;

let key = "";
let form = "";
let outage = createOutage();
let log: { mock: { calls: unknown[][] } }[] = [];

beforeAll(async () => {
  key = await newWorkspace();
});
beforeEach(async () => {
  log = (["info", "warn", "error"] as const).map((level) => vi.spyOn(console, level).mockImplementation(() => {}));
  await env.DB.batch(["dead_letters", "alerts", "restores"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  outage = createOutage();
  form = await newForm(key);
  await submit({ name: "warm" });
});
afterEach(() => void vi.restoreAllMocks());
// Other files' sweeps would try what is left, and tell of it.
afterAll(async () => void (await env.DB.prepare("DELETE FROM dead_letters").run()));

const submit = (answers: unknown, idempotencyKey?: string) =>
  outage.call("POST", `/v1/forms/${form}/responses`, {
    body: { answers },
    ...(idempotencyKey !== undefined && { headers: { "idempotency-key": idempotencyKey } }),
  });

/**
 * Submissions that were answered 202 and came to the dead letter queue: what their senders were told, and the messages.
 */
async function die(...answers: unknown[]): Promise<{ sent: { url: string }[]; messages: Spooled[] }> {
  outage.d1.fault = "unreachable";
  const sent = [];
  for (const one of answers) sent.push((await submit(one)).body);
  outage.d1.fault = null;
  return { sent, messages: outage.spooled.splice(0) };
}

const keep = (messages: readonly unknown[]) => outage.takeIn(messages, DEAD);
const letters = async (): Promise<{ id: string; form: string; attempts: number; next_at: number; reason: string }[]> =>
  (await env.DB.prepare("SELECT id, form, attempts, next_at, reason FROM dead_letters ORDER BY id").all())
    .results as never;
/** The names in the stored responses but the first, oldest first. */
const names = async () => {
  const { body } = await call("GET", `/v1/forms/${form}/responses?limit=500&order=asc`, { key });
  return body.items.slice(1).map(({ answers }: { answers: { name: string } }) => answers.name);
};
const ask = async ({ url }: { url: string }) => (await call("GET", url)).body;
const context = (change: Partial<Context> = {}): Context => ({
  ...makeContext(env, { waitUntil: () => {} }, "test"),
  wake: async () => {},
  ...change,
});

/** The shards as they are while the log's can't be reached and the control database can. */
function withLogDown() {
  const d1 = failingD1(env.DB);
  d1.fault = "unreachable";
  const shard = { no: 0, db: d1.db };
  return { d1, shards: { control: env.DB, all: [shard], get: () => shard } };
}

/** A context whose alerts of the installation are caught, and their texts. */
function watched() {
  const told: { text: string }[] = [];
  const base = context();
  const config = { ...base.config, alertUrl: "https://watch.formlog-tests.io/in" };
  const callOut = async (request: Request) => {
    told.push(await request.json());
    return new Response();
  };
  return { ctx: { ...base, config, callOut }, told: () => told.map(({ text }) => text) };
}

const alerts = async () => (await call("GET", "/v1/alerts", { key })).body.items;

describe("a message of the dead letter queue", () => {
  it("is kept once, however often it comes", async () => {
    const { messages } = await die({ name: "Asha" }, { name: "Ravi" });
    expect((await keep([...messages, ...messages])).acked).toHaveLength(4);
    expect((await keep(messages)).acked).toHaveLength(2);
    expect((await letters()).map((one) => one.form)).toEqual([form, form]);
  });

  it("comes again, later and later, while it can't be kept: the database is down, or is being restored", async () => {
    const { messages } = await die({ name: "Asha" });
    outage.d1.fault = "unreachable";
    expect(await keep(messages)).toMatchObject({ acked: [], retried: [{}], delays: [expect.any(Number)] });
    outage.d1.fault = null;
    await env.DB.prepare("INSERT INTO restores (backup, started_at, phase) VALUES ('b', 1, 'parts')").run();
    expect(await keep(messages)).toMatchObject({ acked: [], retried: [{}] });
    expect(await letters()).toEqual([]);
    await env.DB.prepare("DELETE FROM restores").run();
    await keep(messages);
    expect(await letters()).toHaveLength(1);
  });

  it("is kept although it can't be read, for code that can", async () => {
    const { messages } = await die({ name: "Asha" });
    const strange = messages.map((message) => ({ ...message, version: "one" }));
    await keep([...strange, "nonsense"]);
    await sweep(context(), Date.now());
    expect((await letters()).map((one) => [one.form, one.reason])).toEqual([
      [form, "unreadable"],
      ["", "unreadable"],
    ]);
  });

  it("that really comes by the queue is kept by the worker's own consumer", async () => {
    const { messages } = await die({ name: "Asha" });
    await (env.TEST_INTAKE_DEAD as Queue).send(messages[0]);
    await vi.waitFor(async () => expect(await letters()).toHaveLength(1), { timeout: 20_000 });
  });
});

describe("from the 202 to the response", () => {
  onlyOnOneShard("the shard that is down is the only one").it(
    "kept, tried, told to the workspace and to the installation, stored once: the receipt says so",
    async () => {
      const { ctx, told } = watched();
      const { sent, messages } = await die({ name: "Asha" }, { name: "Ravi" });
      await keep(messages);
      expect(await Promise.all(sent.map(ask))).toEqual([{ status: "pending" }, { status: "pending" }]);
      const { shards } = withLogDown();
      const start = Date.now();
      await sweep({ ...ctx, shards }, start);
      expect((await letters()).map(({ attempts, reason }) => [attempts, reason])).toEqual([
        [1, "unreachable"],
        [1, "unreachable"],
      ]);
      expect([await alerts(), told().filter((text) => text.includes("accepted"))]).toEqual([[], []]);
      await sweep({ ...ctx, shards }, start + 6 * MINUTE);
      expect(await alerts()).toMatchObject([{ cause: `intake_dead/${form}`, severity: "ticket", form }]);
      expect(told().filter((text) => text.startsWith("2 accepted submissions can't be stored"))).toHaveLength(1);

      await sweep(ctx, start + 10 * MINUTE);
      expect([await names(), await letters()]).toEqual([["Asha", "Ravi"], []]);
      expect(await Promise.all(sent.map(ask))).toMatchObject([{ status: "stored" }, { status: "stored" }]);
      await sweep(ctx, start + 16 * MINUTE);
      expect([await alerts(), told().filter((text) => text.startsWith("Over: 2 accepted"))]).toMatchObject([[], [{}]]);
      expect(JSON.stringify([told(), log.map((spy) => spy.mock.calls)])).not.toMatch(/Asha|Ravi/);
    },
  );

  it("is in the metrics while it waits", async () => {
    const metrics = async () =>
      String((await outage.call("GET", "/metrics", { headers: { authorization: `Bearer ${ROOT_KEY}` } })).body);
    expect(await metrics()).toMatch(/^formlog_dead_letter_age_seconds 0$/m);
    await keep((await die({ name: "Asha" }, { name: "Ravi" })).messages);
    await env.DB.prepare("UPDATE dead_letters SET kept_at = kept_at - 600000").run();
    expect(await metrics()).toMatch(/^formlog_dead_letters 2$/m);
    expect(await metrics()).toMatch(/^formlog_dead_letter_age_seconds 60\d$/m);
  });

  it("wakes the integrations of its form", async () => {
    const body = { kind: "google-sheets", config: { spreadsheetId: "sheet" } };
    await call("POST", `/v1/forms/${form}/integrations`, { key, body });
    await keep((await die({ name: "Asha" })).messages);
    const rung: unknown[] = [];
    await resendDead(context({ wake: async (wakeUps) => void rung.push(...wakeUps) }), Date.now());
    expect(rung).toHaveLength(1);
  });

  it("is stored once although copies come by both queues, and two sweepers try at once", async () => {
    const { sent, messages } = await die({ name: "Asha" });
    await keep(messages);
    const now = Date.now();
    await Promise.all([resendDead(context(), now), resendDead(context(), now), outage.takeIn(messages)]);
    await keep(messages);
    await resendDead(context(), now + MINUTE);
    expect(await names()).toEqual(["Asha"]);
    expect(await letters()).toEqual([]);
    expect(await ask(sent[0] ?? { url: "" })).toMatchObject({ status: "stored" });
  });

  it("is stored once although the sweeper dies between storing and noting it", async () => {
    await keep((await die({ name: "Asha" })).messages);
    const real = context().shards;
    let died = false;
    // The batch that notes the tries is the last one of the control database.
    const control = gatedD1(real.control, (run, { isBatch }) => {
      died ||= isBatch;
      return isBatch ? Promise.reject(new Error("the sweeper died")) : run();
    });
    const now = Date.now();
    await expect(resendDead(context({ shards: { ...real, control } }), now)).rejects.toThrow("the sweeper died");
    expect([died, await names(), (await letters()).length]).toEqual([true, ["Asha"], 1]);
    expect(await resendDead(context(), now)).toBe(1);
    expect(await names()).toEqual(["Asha"]);
    expect(await letters()).toEqual([]);
  });

  it("is the response that its sender stored meanwhile under the same key", async () => {
    outage.d1.fault = "unreachable";
    const sent = await submit({ name: "Asha" }, "k");
    outage.d1.fault = null;
    await keep(outage.spooled.splice(0));
    const made = await submit({ name: "Asha" }, "k");
    await resendDead(context(), Date.now());
    expect(await ask(sent.body)).toEqual({ status: "stored", ...made.body });
    expect(await names()).toEqual(["Asha"]);
  });
});

describe("trying again", () => {
  it("happens with pauses that double from a minute up to an hour, and no earlier", async () => {
    await keep((await die({ name: "Asha" })).messages);
    const on = context({ shards: withLogDown().shards });
    const pauses: number[] = [];
    let now = Date.now() + MINUTE;
    for (let i = 0; i < 8; i += 1) {
      await resendDead(on, now);
      const nextAt = (await letters())[0]?.next_at ?? 0;
      pauses.push(Math.round((nextAt - now) / MINUTE));
      expect(await readDueLetters(env.DB, nextAt - 1, 10)).toEqual([]);
      now = nextAt;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it("takes many at once, and one that can't be stored holds up none", async () => {
    outage.d1.fault = "unreachable";
    const responses = Array.from({ length: 120 }, (_, i) => ({ answers: { name: `n${i}` } }));
    await outage.call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
    outage.d1.fault = null;
    const messages = outage.spooled.splice(0);
    const [first] = messages;
    const bad = [
      { ...first, nonce: "bad-1", answers: "{" },
      { ...first, nonce: "bad-2", shard: 7 },
      { ...first, nonce: "bad-3", segment: 999_999 },
    ];
    await keep([...bad, ...messages]);
    await sweep(context(), Date.now());
    expect(await names()).toHaveLength(120);
    expect((await letters()).map(({ id, reason }) => [id, reason])).toEqual([
      ["bad-1", "failed"],
      ["bad-2", "no_shard"],
      ["bad-3", "no_segment"],
    ]);
  });

  it("costs one round trip and next to no row when there is none", async () => {
    const [rows, trips] = [countRows(), countTrips()];
    await resendDead(context(), Date.now());
    expect([trips.stop(), rows.stop()]).toEqual([1, { read: 1, written: 0 }]);
  });
});

describe("what was erased", () => {
  it("a form that is erased takes its dead letters with it; those that come later are dropped", async () => {
    const { messages } = await die({ name: "Asha" }, { name: "Ravi" });
    const [early, late] = messages;
    const strange = { ...early, version: "one" };
    await keep([{ ...early, shard: 7 }, strange]);
    await call("DELETE", `/v1/forms/${form}?retentionDays=0`, { key });
    await env.DB.prepare("UPDATE dead_letters SET next_at = 9e15").run();
    await sweep(context(), Date.now() + 1_000);
    expect(await letters()).toEqual([]);
    await keep([late, strange]);
    expect(await letters()).toHaveLength(2);
    await sweep(context(), Date.now() + MINUTE);
    expect(await letters()).toEqual([]);
  });

  it("a copy of a response that was erased does not bring it back, and goes with the next try", async () => {
    const { messages } = await die({ name: "Asha" });
    await outage.takeIn(messages);
    await keep(messages);
    const { body } = await call("GET", `/v1/forms/${form}/responses`, { key });
    await call("DELETE", `/v1/forms/${form}/responses/${body.items[0].id}`, { key });
    await sweep(context(), Date.now());
    const all = "SELECT id FROM responses WHERE id >> 33 IN (SELECT no FROM segments WHERE form = ?)";
    expect(await everywhere(all, form)).toHaveLength(2);
    expect(await letters()).toEqual([]);
  });
});

describe("/v1/dead-letters", () => {
  const as = { key: ROOT_KEY };

  it("lists them without their answers, and tries them at once", async () => {
    const { sent, messages } = await die({ name: "Asha" });
    await keep([...messages, { ...messages[0], nonce: "bad", shard: 7 }]);
    await resendDead(context({ shards: withLogDown().shards }), Date.now());
    const listed = await call("GET", "/v1/dead-letters", as);
    expect(listed.body).toMatchObject({
      total: 2,
      items: [
        { form, attempts: 1 },
        { form, attempts: 1 },
      ],
    });
    expect(JSON.stringify(listed.body)).not.toContain("Asha");
    const left = await call("POST", "/v1/dead-letters/retry", as);
    expect(left.body).toMatchObject({ total: 1, items: [{ id: "bad", attempts: 2, reason: "no_shard" }] });
    expect(await ask(sent[0] ?? { url: "" })).toMatchObject({ status: "stored" });
  });

  it("gives one up, once, and the log says so: that of its workspace, or of the installation when it is nobody's", async () => {
    const [message] = (await die({ name: "Asha" })).messages;
    const at = Date.now();
    await keep([{ ...message, nonce: "bad", shard: 7 }, "nonsense"]);
    for (const { id } of await letters()) {
      expect((await call("DELETE", `/v1/dead-letters/${id}`, as)).status).toBe(204);
      expect((await call("DELETE", `/v1/dead-letters/${id}`, as)).status).toBe(404);
    }
    expect(await letters()).toEqual([]);
    const query = `?event=dead_letter_deleted&since=${new Date(at).toISOString()}`;
    const told = async (path: string, of: string) => (await call("GET", `${path}${query}`, { key: of })).body.items;
    expect(await told("/v1/logs", key)).toMatchObject([{ level: "warn", form }]);
    expect(await told("/v1/logs/installation", ROOT_KEY)).toHaveLength(1);
  });

  it("tries nothing while a backup is put in: its tables are counted", async () => {
    await keep((await die({ name: "Asha" })).messages);
    await env.DB.prepare("INSERT INTO restores (backup, started_at, phase) VALUES ('b', 1, 'parts')").run();
    expect((await call("POST", "/v1/dead-letters/retry", as)).status).toBe(409);
    await env.DB.prepare("DELETE FROM restores").run();
    expect(await names()).toEqual([]);
  });
});
