import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import alerts from "../../ops/alerts.yml?raw";
import dashboard from "../../ops/grafana-dashboard.json?raw";
import { makeContext } from "../../src/context";
import { type Sweeper, sweep } from "../../src/dispatch/sweep";
import { catalog } from "../../src/integrations/kinds";
import type { Readiness } from "../../src/services/vitals";
import { INDEX_SCHEMA, noteSweep, SCHEMA } from "../../src/store/vitals";
import { call, newForm, newWorkspace, ROOT_KEY, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";
import { gatedD1 } from "../support/gated-d1";
import { askWorker } from "../support/indexes";
import { countRows } from "../support/meter";
import { databases, everywhere } from "../support/shards";

const SHEETS = { kind: "google-sheets", config: { spreadsheetId: "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq" } };
const SMS = { kind: "twilio-sms", config: { to: "phone", body: "Thanks {{name}}" } };
const METRICS_KEY = "metrics-key-of-the-tests-0123456789ab";

const sweepAt = (now: number, change: Partial<Sweeper> = {}) => {
  const ctx = makeContext(env, { waitUntil: () => {} }, "test");
  return sweep({ ...ctx, wake: async () => {}, ...change }, now);
};
const KINDS = catalog.filter(({ index }) => index).map(({ kind }) => kind);
/** The workers of these kinds answer, bound to this database of indexes; those of the others do not. */
const workersOf = (SEARCH_DB: D1Database | undefined, of: readonly string[] = KINDS) =>
  Object.fromEntries(
    catalog.map(({ kind, serviceBinding }) => {
      const fetch = async (url: string, init: RequestInit) =>
        of.includes(kind)
          ? askWorker(kind, new URL(url).pathname, JSON.parse(String(init.body)), { SEARCH_DB })
          : new Response(null, { status: 501 });
      return [serviceBinding, { fetch }];
    }),
  );
const ready = async (): Promise<Readiness> => (await call("GET", "/readyz")).body;

// They are of the whole installation: nothing may wait in it that another file left.
beforeAll(async () => void (await everywhere("DELETE FROM cursors")));

beforeEach(async () => {
  for (const level of ["info", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  await everywhere("DELETE FROM heartbeats");
});

describe("/readyz", () => {
  it("is ready before the first sweep, and while sweeps come", async () => {
    const health = (sweptSecondsAgo: unknown) =>
      databases.map((_, shard) => ({ shard, state: "ready", oldestLagSeconds: 0, sweptSecondsAgo }));
    expect(await call("GET", "/readyz")).toMatchObject({
      status: 200,
      body: { status: "ready", shards: health(null) },
    });
    await sweepAt(Date.now() - 200_000);
    const { shards } = await ready();
    expect(shards).toEqual(health(expect.closeTo(200, -1)));
  });

  it("is not once the sweeper has stopped for five minutes", async () => {
    await sweepAt(Date.now() - 301_000);
    const { status, body } = await call("GET", "/readyz");
    expect([status, body.status, body.shards[0].state]).toEqual([503, "not_ready", "not_swept"]);
  });

  it("is not while the database can't be asked, or is older than the code", async () => {
    const { d1, ...outage } = createOutage();
    d1.fault = "unreachable";
    const down = await outage.call("GET", "/readyz");
    expect([down.status, down.body.shards[0].state]).toEqual([503, "unreachable"]);
    const old = await createOutage({ DB: env.DB_OLD }).call("GET", "/readyz");
    expect([old.status, old.body.shards[0].state]).toEqual([503, "unreachable"]);
    d1.fault = null;
    await env.DB.prepare("UPDATE d1_migrations SET name = '0025_before.sql' WHERE name = ?").bind(SCHEMA).run();
    const before = await outage.call("GET", "/readyz");
    await env.DB.prepare("UPDATE d1_migrations SET name = ? WHERE name = '0025_before.sql'").bind(SCHEMA).run();
    expect([before.status, before.body.shards[0].state]).toEqual([503, "old_schema"]);
  });

  it("says how long the oldest entry had been waiting that an integration could go on with", async () => {
    const key = await newWorkspace();
    const form = await newForm(key);
    const { body } = await call("POST", `/v1/forms/${form}/integrations`, { key, body: SHEETS });
    await submit(form, { name: "Asha" });
    const later = Date.now() + 90_000;
    await sweepAt(later);
    expect((await ready()).shards[0]?.oldestLagSeconds).toBeGreaterThanOrEqual(89);
    await call("POST", `/v1/forms/${form}/integrations/${body.id}/pause`, { key });
    await sweepAt(later);
    expect((await ready()).shards[0]?.oldestLagSeconds).toBe(0);
  });

  it("names the newest migrations", () => {
    const newest = (migrations: { name: string }[]) =>
      migrations
        .map(({ name }) => name)
        .toSorted()
        .at(-1);
    expect(newest(env.TEST_MIGRATIONS)).toBe(SCHEMA);
    expect(newest(env.TEST_SEARCH_MIGRATIONS)).toBe(INDEX_SCHEMA);
  });

  it("says how the database of indexes is, and is ready without it", async () => {
    const with_ = async (SEARCH_DB: D1Database | undefined, of = KINDS) => {
      const answer = await createOutage(workersOf(SEARCH_DB, of)).call("GET", "/readyz");
      return [answer.status, answer.body.indexes];
    };
    const search = env.TEST_SEARCH_DB;
    expect(await with_(search)).toEqual([200, [{ database: 0, state: "ready" }]]);
    // One kind's worker is enough.
    expect(await with_(search, ["slang"])).toEqual([200, [{ database: 0, state: "ready" }]]);
    expect(await with_(search, [])).toEqual([200, [{ database: 0, state: "unreachable" }]]);
    const down = gatedD1(search, () => Promise.reject(new Error("D1_ERROR: Network connection lost.")));
    expect(await with_(down)).toEqual([200, [{ database: 0, state: "unreachable" }]]);
    await search.prepare("UPDATE d1_migrations SET name = '0000 ' || name").run();
    const old = await with_(search);
    await search.prepare("UPDATE d1_migrations SET name = substr(name, 6)").run();
    expect(old).toEqual([200, [{ database: 0, state: "old_schema" }]]);
  });
});

describe("/metrics", () => {
  const installation = () => createOutage({ FORMLOG_METRICS_KEY: METRICS_KEY, ...workersOf(env.TEST_SEARCH_DB) });
  const read = async (key: string) => {
    const { status, body, headers } = await installation().call("GET", "/metrics", {
      headers: { authorization: `Bearer ${key}` },
    });
    return { status, text: String(body), type: headers.get("content-type") };
  };

  it("are read with their own key or the root key, and no other", async () => {
    const type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    for (const key of [METRICS_KEY, ROOT_KEY]) expect(await read(key)).toMatchObject({ status: 200, type });
    expect(await read(await newWorkspace())).toMatchObject({ status: 401 });
    const made = await installation().call("POST", "/v1/workspaces", {
      headers: { authorization: `Bearer ${METRICS_KEY}` },
      body: { name: "No" },
    });
    expect(made.status).toBe(401);
  });

  it("show shards and integrations with their state, lag and parked deliveries", async () => {
    const key = await newWorkspace();
    const form = await newForm(key);
    const made = await call("POST", `/v1/forms/${form}/integrations`, { key, body: SHEETS });
    await submit(form, { name: "Asha" });
    await submit(form, { name: "Ravi" });
    await sweepAt(Date.now());
    const { text } = await read(METRICS_KEY);
    const labels = `integration="${made.body.id}",kind="google-sheets",form="${form}"`;
    for (const line of [
      'formlog_shard_ready{shard="0"} 1',
      `formlog_integration_lag_entries{${labels}} 2`,
      `formlog_integration_state{${labels},state="active"} 1`,
      `formlog_integration_state{${labels},state="blocked"} 0`,
      `formlog_integration_parked{${labels}} 0`,
      "# EOF",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect(text).toMatch(/formlog_shard_size_bytes\{shard="0"\} \d{5,}/);
    expect(text).not.toContain("Asha");
    expect(text).toContain('formlog_index_ready{database="0"} 1\n');
    const { meta } = await env.TEST_SEARCH_DB.prepare("SELECT 1").run();
    expect(text).toContain(`formlog_index_size_bytes{database="0"} ${meta.size_after}\n`);
  });

  it("cost as many round trips for many integrations as for one", async () => {
    const key = await newWorkspace();
    const trips = async () => {
      const { d1, call } = installation();
      await call("GET", "/metrics", { headers: { authorization: `Bearer ${METRICS_KEY}` } });
      return d1.calls;
    };
    const before = await trips();
    for (let i = 0; i < 5; i += 1) {
      const form = await newForm(key);
      for (const body of [SHEETS, SMS]) await call("POST", `/v1/forms/${form}/integrations`, { key, body });
    }
    expect(await trips()).toBe(before);
  });

  it("are those that the alerts and the dashboard of ops/ ask for", async () => {
    const { text } = await read(METRICS_KEY);
    const asked = [alerts, dashboard].flatMap((file) => file.match(/\bformlog_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(15);
    for (const name of asked) {
      const [family, counter] = name.split(/(_total)$/);
      expect(text).toContain(`# TYPE ${family} ${counter ? "counter" : "gauge"}`);
    }
  });

  it("a sweep notes itself in one row", async () => {
    const rows = countRows();
    await noteSweep(env.DB, Date.now());
    expect(rows.stop().written).toBe(1);
  });
});

describe("the size of the databases of indexes", () => {
  const open = async () =>
    (await env.DB.prepare("SELECT rule FROM alerts WHERE rule = 'indexes_nearly_full'").all()).results.length;

  it("is looked at by each sweep", async () => {
    const sized = (...sizes: number[]): Partial<Sweeper> => ({
      askIndexes: async () => sizes.map((sizeBytes, no) => ({ no, vitals: { schema: INDEX_SCHEMA, sizeBytes } })),
    });
    await sweepAt(Date.now(), sized(7.9e9));
    expect(await open()).toBe(0);
    await sweepAt(Date.now(), sized(8e9));
    expect(await open()).toBe(1);
    await env.DB.prepare("DELETE FROM alerts WHERE rule = 'indexes_nearly_full'").run();
  });

  it("stands beside the shards", async () => {
    const { body } = await createOutage(workersOf(env.TEST_SEARCH_DB)).call("GET", "/v1/shards", {
      headers: { authorization: `Bearer ${ROOT_KEY}` },
    });
    expect(body.indexes).toEqual([{ database: 0, sizeBytes: expect.any(Number) }]);
    expect(body.indexes[0].sizeBytes).toBeGreaterThan(10_000);
  });
});
