/**
 * What alerts are made of, from the database's side: since when something is owed, backups; and what the log tells of
 * them.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { tellAlerts } from "../../src/dispatch/alerts";
import { resumeIntegration } from "../../src/services/integration-control";
import { replayIntegration } from "../../src/services/integration-replay";
import { getIntegration } from "../../src/services/integrations";
import { createIntegration } from "../../src/services/new-integration";
import { call, ROOT_KEY } from "../support/api";
import { everywhere } from "../support/shards";
import { createSiblings, DAY, MINUTE } from "../support/siblings";

const HOUR = 60 * MINUTE;

beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  const tables = ["alerts", "cursors", "backups", "logs"];
  for (const table of tables) await everywhere(`DELETE FROM ${table}`);
});

async function createScene() {
  const siblings = await createSiblings();
  const { world, clock } = siblings;
  await world.submit({ name: "Asha" }, { name: "Ravi" });
  await world.run();
  return {
    ...siblings,
    /** What is open after one look, so much later. */
    async look(after = 0, change: object = {}): Promise<string[]> {
      clock.now += after;
      await tellAlerts({ ...world.ctx, ...change }, [], clock.now);
      const { results } = await env.DB.prepare("SELECT rule FROM alerts WHERE gone_at IS NULL ORDER BY cause").all<{
        rule: string;
      }>();
      return results.map(({ rule }) => rule);
    },
    async logs(key = world.key, path = "/v1/logs") {
      const { items } = (await call("GET", `${path}?limit=100`, { key })).body;
      return items.filter(({ event }: { event: string }) => event.startsWith("alert_"));
    },
  };
}

type Scene = Awaited<ReturnType<typeof createScene>>;

describe("a lag counts since it is owed", () => {
  const begin = async ({ world }: Scene) => {
    const config = { url: "https://late.formlog-tests.io/hook" };
    const input = { form: world.form, kind: "webhook", config, start: "beginning" } as const;
    const { id } = await createIntegration(world.ctx, world.workspace, input);
    return { form: world.form, integration: id };
  };
  const replay = async ({ world }: Scene) => {
    await replayIntegration(world.ctx, world.workspace, { ...world.named, from: "beginning" });
    return world.named;
  };
  const resume = async ({ world, no }: Scene) => {
    await replay({ world } as Scene);
    await everywhere("UPDATE cursors SET state = 'paused', owed_at = 0 WHERE integration = ?", no);
    await resumeIntegration(world.ctx, world.workspace, world.named);
    return world.named;
  };

  it.each<[what: string, start: (scene: Scene) => Promise<{ form: string; integration: string }>]>([
    ["an integration that starts at the beginning", begin],
    ["a replay", replay],
    ["one that was paused and is resumed", resume],
  ])("%s", async (_, start) => {
    const scene = await createScene();
    const { world, clock, look } = scene;
    clock.now += DAY;
    const named = await start(scene);
    const lagOf = async () => (await getIntegration(world.ctx, world.workspace, named)).lag;
    expect(await lagOf()).toEqual({ entries: 2, seconds: 0 });
    expect(await look()).toEqual([]);
    expect(await look(15 * MINUTE - 1)).toEqual([]);
    expect(await look(1)).toEqual(["lag"]);
    expect(await lagOf()).toEqual({ entries: 2, seconds: 900 });
  });

  it("and so do many entries", async () => {
    const scene = await createScene();
    const { segment, clock, look } = scene;
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 50010)
       INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata)
       SELECT ?1 * 8589934592 + i, 'n', 1, 1, ?2, '{}', '{}' FROM n`,
    )
      .bind(segment, clock.now + 2 * DAY)
      .run();
    // What its own integration had not delivered yet is no business of this test.
    await env.DB.prepare("UPDATE cursors SET state = 'paused'").run();
    clock.now += DAY;
    await begin(scene);
    expect(await look()).toEqual([]);
    expect(await look(15 * MINUTE)).toEqual(["lag"]);
  });

  it("what comes in afterwards is owed since it came in", async () => {
    const scene = await createScene();
    await replay(scene);
    await scene.world.run();
    scene.clock.now += HOUR;
    await scene.world.submit({ name: "Mina" });
    expect(await scene.look(15 * MINUTE - 1)).toEqual([]);
    expect(await scene.look(1)).toEqual(["lag"]);
  });
});

describe("the log service", () => {
  it("tells of an alert that begins, is told again, and is over, in its workspace", async () => {
    const { world, clock, segment, no, look, logs } = await createScene();
    const body = { type: "webhook", url: "https://oncall.formlog-tests.io/hook" };
    expect((await call("POST", "/v1/alerts/destinations", { key: world.key, body })).status).toBe(201);
    const stop = JSON.stringify({ since: clock.now - HOUR, causes: [] });
    await env.DB.prepare("UPDATE cursors SET state = 'blocked', blocked = ?3 WHERE segment = ?1 AND integration = ?2")
      .bind(segment, no, stop)
      .run();
    await look();
    await look(MINUTE);
    await look(4 * HOUR);
    await env.DB.prepare("UPDATE cursors SET state = 'active', blocked = NULL").run();
    await look(MINUTE);
    await look(5 * MINUTE);
    const cause = `integration_blocked/${world.named.integration}`;
    const { form, integration } = world.named;
    const about = { form, integration, detail: { rule: "integration_blocked", severity: "ticket", cause } };
    // The destination is not delivered to here, and lags.
    const told = (await logs()).filter(({ detail }: { detail: { rule: string } }) => detail.rule !== "lag");
    expect(told).toMatchObject([
      { event: "alert_recovered", level: "info", ...about, detail: { ...about.detail, minutes: 247 } },
      { event: "alert_repeated", level: "warn", ...about },
      { event: "alert_raised", level: "warn", ...about },
    ]);
    expect(JSON.stringify(await logs())).not.toContain("Notices");
    expect(await logs(ROOT_KEY, "/v1/logs/installation")).toEqual([]);
  });

  it("tells the installation of its own, and nobody else", async () => {
    const { world, look, logs } = await createScene();
    await look(2 * DAY);
    const [alert, ...others] = await logs(ROOT_KEY, "/v1/logs/installation");
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ event: "alert_raised", level: "warn", detail: { rule: "backup_old" } });
    expect(await logs(world.key)).toEqual([]);
  });
});

describe("the last good backup", () => {
  const insert = (startedAt: number, end: "finished_at" | "failed_at") =>
    env.DB.prepare(`INSERT INTO backups (id, schema, started_at, bounds, ${end}) VALUES (?1, '', ?2, '{}', ?2)`)
      .bind(`bak_${startedAt}_${end}`, startedAt)
      .run();
  const ageShown = async () => {
    const { body } = await call("GET", "/metrics", { key: ROOT_KEY });
    return Number(/^formlog_backup_age_seconds (\d+)$/m.exec(body)?.[1] ?? Number.NaN);
  };

  it("is told when it is older than a night and a half, and when there never was one", async () => {
    const { clock, look } = await createScene();
    expect(await look(35 * HOUR)).toEqual([]);
    expect(await look(2 * HOUR)).toEqual(["backup_old"]);
    await insert(clock.now, "failed_at");
    expect(await look()).toEqual(["backup_old"]);
    await insert(clock.now, "finished_at");
    expect(await look()).toEqual([]);
    expect(await look(36 * HOUR - 1)).toEqual([]);
    expect(await look(1)).toEqual(["backup_old"]);
    expect(await look(0, { bucket: null }), "where none are made").toEqual([]);
  });

  it("has its age among the metrics", async () => {
    await createScene();
    await insert(Date.now() - HOUR, "finished_at");
    await insert(Date.now(), "failed_at");
    expect(Math.round((await ageShown()) / 60)).toBe(60);
  });
});
