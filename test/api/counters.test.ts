import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../src/context";
import { createCountFlush } from "../../src/dispatch/flush-counts";
import { addCounts } from "../../src/store/counters";
import { count, takeCounts } from "../../src/telemetry/counters";
import worker from "../../src/worker";
import { call, newForm, newWorkspace, ROOT_KEY, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";
import { countRows } from "../support/meter";
import { onlyOnOneShard } from "../support/shards";

let key = "";
beforeAll(async () => {
  key = await newWorkspace();
});

/** Everything that was counted since the last one, by series. */
const taken = () =>
  Object.fromEntries(
    takeCounts().map(({ name, labels, value }) => [[name, ...Object.values(labels)].join(" "), value]),
  );
const submissions = () => Object.entries(taken()).filter(([name]) => name.startsWith("formlog_submissions"));

beforeEach(() => void taken());
afterEach(() => void vi.restoreAllMocks());

describe("submissions", () => {
  it("are counted by what became of them, each of a batch by itself", async () => {
    const form = await newForm(key);
    taken();
    const repeat = { headers: { "idempotency-key": "one" } };
    await submit(form, { name: "Asha" }, repeat);
    await submit(form, { name: "Asha" }, repeat);
    await submit(form, { name: "Ravi" }, repeat);
    await submit(form, { age: 3 });
    await submit("form_0000000000000000", { name: "Asha" });
    const responses = [{ answers: { name: "Lata" } }, { answers: { name: "Meera" } }, { answers: {} }];
    await call("POST", `/v1/forms/${form}/responses/batch`, { key, body: { responses } });
    expect(Object.fromEntries(submissions())).toEqual({
      "formlog_submissions stored": 3,
      "formlog_submissions replayed": 1,
      "formlog_submissions refused idempotency_key_reused": 1,
      "formlog_submissions refused invalid_answers": 2,
      "formlog_submissions refused not_found": 1,
    });
  });

  it("of a batch that is refused as a whole are all counted", async () => {
    const responses = [{ answers: { name: "Lata" } }, { answers: { name: "Meera" } }, { answers: {} }];
    await call("POST", "/v1/forms/form_0000000000000000/responses/batch", { key, body: { responses } });
    expect(Object.fromEntries(submissions())).toEqual({ "formlog_submissions refused not_found": 3 });
  });

  it("of a batch that were stored before, or are spooled, are counted as such", async () => {
    for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
    const form = await newForm(key);
    const outage = createOutage();
    const batch = (...names: string[]) => {
      const responses = names.map((name) => ({ answers: { name }, idempotencyKey: `key-of-${name}` }));
      return outage.call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
    };
    await batch("Lata");
    taken();
    await batch("Lata", "Meera", "Asha");
    expect(Object.fromEntries(submissions())).toEqual({
      "formlog_submissions replayed": 1,
      "formlog_submissions stored": 2,
    });
    outage.d1.fault = "unreachable";
    await batch("Lata", "Ravi");
    expect(Object.fromEntries(submissions())).toEqual({ "formlog_submissions spooled": 2 });
  });

  onlyOnOneShard("a form that goes on elsewhere after each response costs more").it(
    "have the rows beside them that D1 says they cost",
    async () => {
      const form = await newForm(key);
      await submit(form, { name: "warm" });
      taken();
      const rows = countRows();
      await submit(form, { name: "Asha" });
      const { read, written } = rows.stop();
      expect(taken()).toMatchObject({ "formlog_d1_rows read": read, "formlog_d1_rows written": written });
      expect(written).toBe(1);
    },
  );
});

describe("what was counted", () => {
  const database = (fail = false) => {
    const calls: string[] = [];
    const statement = {
      bind: (rows: string) => ({
        run: async () => {
          if (fail) throw new Error("D1_ERROR: gone");
          calls.push(rows);
        },
      }),
    };
    return { calls, db: { prepare: () => statement } as unknown as D1Database };
  };
  const clock = { now: 1_000_000 };
  const flushOf = (db: D1Database, everyMs = 10_000, analytics?: AnalyticsEngineDataset) =>
    createCountFlush({ db, now: () => clock.now, everyMs, analytics });

  it("is written once in ten seconds, a row for each series, and never when that is switched off", async () => {
    const { calls, db } = database();
    const [flush, off] = [flushOf(db), flushOf(db, 0)];
    for (let i = 0; i < 5; i += 1) count("formlog_wake_ups", { kind: "webhook" });
    expect(flush()).toBeNull();
    clock.now += 9_999;
    expect(flush()).toBeNull();
    clock.now += 1;
    expect(off()).toBeNull();
    await flush();
    expect(calls).toEqual([JSON.stringify([["formlog_wake_ups", '{"kind":"webhook"}', 5]])]);
    count("formlog_wake_ups", { kind: "webhook" });
    expect(flush()).toBeNull();
    clock.now += 10_000;
    await flush();
    clock.now += 10_000;
    expect(flush()).toBeNull();
    expect(calls).toHaveLength(2);
  });

  it("is lost rather than counted twice when the database fails, and fails nobody", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const flush = flushOf(database(true).db, 1);
    count("formlog_wake_ups", { kind: "webhook" });
    clock.now += 1;
    await flush();
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("counts_lost"));
    expect(taken()).toEqual({});
  });

  it("goes to Analytics Engine besides, 25 points at most", async () => {
    const writeDataPoint = vi.fn();
    const flush = flushOf(database().db, 1, { writeDataPoint });
    for (let i = 0; i < 30; i += 1) count("formlog_deliveries", { kind: `k${i}`, outcome: "delivered" }, i + 1);
    clock.now += 1;
    await flush();
    expect(writeDataPoint).toHaveBeenCalledTimes(25);
    expect(writeDataPoint).toHaveBeenCalledWith({
      indexes: ["formlog_deliveries"],
      blobs: ["formlog_deliveries", "kind=k0", "outcome=delivered"],
      doubles: [1],
    });
  });

  it("adds up over isolates, one row written for each series, and /metrics shows it as counters", async () => {
    const series = { name: "formlog_wake_ups", labels: { kind: "webhook" }, value: 3 };
    await addCounts(env.DB, [series]);
    const rows = countRows();
    await addCounts(env.DB, [series, { ...series, labels: { kind: "search" } }]);
    expect(rows.stop().written).toBe(2);
    const { body } = await call("GET", "/metrics", { key: ROOT_KEY });
    expect(body).toContain("# TYPE formlog_wake_ups counter\n");
    expect(body).toContain('\nformlog_wake_ups_total{kind="webhook"} 6\n');
    expect(body).toContain('\nformlog_wake_ups_total{kind="search"} 3\n');
  });

  it("is written after an answer", async () => {
    // A runtime of its own, which is made once for each database.
    const DB = new Proxy(env.DB, { get: (db, name) => Reflect.get(db, name).bind(db) });
    const bound = { ...env, DB, COUNT_SECONDS: "1" } as unknown as Env;
    const form = await newForm(key);
    const send = async () => {
      const execution = createExecutionContext();
      const body = JSON.stringify({ answers: { name: "Asha" } });
      const init = { method: "POST", headers: { "content-type": "application/json" }, body };
      const request = new Request(`http://formlog.test/v1/forms/${form}/responses`, init);
      expect((await worker.fetch(request as never, bound, execution)).status).toBe(201);
      await waitOnExecutionContext(execution);
    };
    const stored = async () =>
      (await env.DB.prepare("SELECT value FROM counters WHERE labels = ?").bind('{"outcome":"stored"}').all()).results;
    await send();
    expect(await stored()).toEqual([]);
    const now = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(now + 1_000);
    await send();
    expect(await stored()).toEqual([{ value: 2 }]);
  });
});
