/**
 * Alerts end to end: the sweeper finds them, a form of the workspace tells them, and its integrations carry them on.
 */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Context } from "../../src/context";
import { drain } from "../../src/dispatch/drain";
import { sweep } from "../../src/dispatch/sweep";
import { pauseIntegration, resumeIntegration } from "../../src/services/integration-control";
import type { WakeUp } from "../../src/store/cursors";
import { call, newForm, newWorkspace } from "../support/api";
import { countRows } from "../support/meter";
import { everywhere, onlyOnOneShard } from "../support/shards";
import { createSiblings, MINUTE } from "../support/siblings";

const HOUR = 60 * MINUTE;
/** Most take a second or two: a machine that does other things too takes longer. */
const SLOW = { timeout: 120_000 };

beforeEach(() => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
});
afterEach(() => void vi.restoreAllMocks());

/** A form with a webhook whose receiver may refuse it, and a workspace that is told of it by another webhook. */
async function createScene() {
  const siblings = await createSiblings();
  const { world, clock, at } = siblings;
  const { key, ctx } = world;
  const calls: { url: string; body: { type: string; text: string } }[] = [];
  const outside = { status: 200 };
  const sweeping: Context & { config: Context["config"] } = {
    ...ctx,
    config: {
      ...ctx.config,
      alertUrl: "https://watch.formlog-tests.io/in",
      deadmanUrl: "https://dead.formlog-tests.io/x",
    },
    callOut: async (request) => {
      calls.push({ url: request.url, body: request.method === "POST" ? await request.json() : ({} as never) });
      return new Response(null, { status: outside.status });
    },
  };
  const add = (body: unknown) => call("POST", "/v1/alerts/destinations", { key, body });
  const { status, body: destination } = await add({ type: "webhook", url: "https://oncall.formlog-tests.io/hook" });
  expect(status).toBe(201);
  /** The cursors of all webhooks of the workspace. */
  async function webhooks() {
    const { results } = await env.DB.prepare("SELECT no FROM integrations WHERE workspace = ? AND kind = 'webhook'")
      .bind(world.workspace)
      .all<{ no: number }>();
    const numbers = JSON.stringify(results.map(({ no }) => no));
    return everywhere<Pick<WakeUp, "shard" | "segment" | "integration" | "kind">>(
      `SELECT $shard AS shard, segment, integration, kind FROM cursors WHERE integration IN (SELECT value FROM json_each(?))`,
      numbers,
    );
  }
  return {
    ...siblings,
    calls,
    outside,
    add,
    destination,
    /** So many sweeps, a minute between them, and everything that they ring for. */
    async sweeps(count: number, { minutes = 1, ...change }: Partial<Context> & { minutes?: number } = {}) {
      for (let i = 0; i < count; i += 1) {
        clock.now += minutes * MINUTE;
        const rung: WakeUp[] = [];
        const wake = async (wakeUps: readonly WakeUp[]) => void rung.push(...wakeUps);
        await sweep({ ...sweeping, wake, ...change }, clock.now);
        for (const one of await webhooks()) await drain(world.engine(), { ...one, notBefore: 0 });
      }
    },
    /** What the workspace was told, oldest first. */
    heard: () => at("oncall").received.map(({ body }) => JSON.parse(body)),
    open: async () => (await call("GET", "/v1/alerts", { key })).body.items,
    responses: async () => {
      const { body } = await call("GET", `/v1/forms/${destination.form}/responses?order=asc`, { key });
      return body.items.map(({ answers }: { answers: unknown }) => answers);
    },
  };
}

describe("an integration that is stopped", () => {
  it("is one alert, told at once, again after four hours, and once more when it is over", SLOW, async () => {
    const scene = await createScene();
    const { world, sweeps, heard, open } = scene;
    await scene.stop();
    await sweeps(3);
    expect(await open()).toEqual([]);
    await sweeps(2);
    const [alert, ...others] = await open();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      cause: `integration_blocked/${world.named.integration}`,
      rule: "integration_blocked",
      severity: "ticket",
      form: world.form,
      integration: world.named.integration,
      toldAt: expect.any(String),
    });
    expect(heard()).toMatchObject([
      {
        type: "alert.raised",
        data: {
          rule: "integration_blocked",
          severity: "ticket",
          subject: "Stopped: Webhook of “Notices”",
          text: alert.text,
        },
      },
    ]);
    scene.clock.now += 3 * HOUR;
    await sweeps(1);
    expect(heard()).toHaveLength(1);
    scene.clock.now += HOUR;
    await sweeps(2);
    expect(heard().map(({ type }) => type)).toEqual(["alert.raised", "alert.raised"]);
    await scene.mend();
    await sweeps(4, { minutes: 3 });
    expect(heard().map(({ type }) => type)).toEqual(["alert.raised", "alert.raised", "alert.resolved"]);
    expect(heard().at(-1)?.data.text).toMatch(/^Over after \d+ min: Stopped: Webhook of “Notices”\.$/);
    expect(await open()).toEqual([]);
    expect(JSON.stringify(scene.calls), "no business of the installation").not.toContain(world.named.integration);
  });

  it("is the same response when a sweep dies after telling and before it is noted", SLOW, async () => {
    const scene = await createScene();
    await scene.stop();
    await scene.sweeps(4);
    const dying = {
      tellWorkspace: async (...[target, message]: Parameters<Context["tellWorkspace"]>) => {
        await scene.world.ctx.tellWorkspace(target, message);
        throw new Error("the worker dies");
      },
    };
    await scene.sweeps(3, dying);
    expect((await scene.open()).map(({ toldAt }: { toldAt: string | null }) => toldAt)).toEqual([null]);
    await scene.sweeps(2);
    expect((await scene.open())[0].toldAt).not.toBeNull();
    expect(await scene.responses()).toHaveLength(1);
    expect(scene.heard()).toHaveLength(1);
  });

  it("comes and goes as one alert", SLOW, async () => {
    const scene = await createScene();
    const { world, sweeps } = scene;
    await scene.stop();
    await sweeps(3, { minutes: 2 });
    await pauseIntegration(world.ctx, world.workspace, world.named);
    await sweeps(3);
    expect(await scene.open()).toEqual([]);
    await resumeIntegration(world.ctx, world.workspace, world.named);
    await sweeps(3);
    expect(scene.heard()).toHaveLength(1);
  });

  it("is told to whoever is added while it lasts, and shown to who is told nowhere", SLOW, async () => {
    const scene = await createScene();
    const { key, ctx, form, workspace } = scene.world;
    await env.DB.prepare("UPDATE workspaces SET alerts = NULL WHERE id = ?").bind(workspace).run();
    await scene.stop();
    await scene.sweeps(3, { minutes: 2 });
    expect(await scene.open()).toMatchObject([{ toldAt: null }]);
    const { key: narrow } = (await call("POST", "/v1/keys", { key, body: { name: "N", scopes: ["forms:read"], form } }))
      .body;
    expect((await call("GET", "/v1/alerts", { key: narrow })).body.items).toHaveLength(1);
    const stranger = await newWorkspace();
    expect((await call("GET", "/v1/alerts", { key: stranger })).body.items).toEqual([]);
    const { body } = await scene.add({ type: "slack", url: "https://hooks.formlog-tests.io/services/T/B/x" });
    expect(body).toMatchObject({ type: "slack", kind: "webhook", state: "active" });
    await scene.sweeps(1);
    expect(scene.at("hooks").received.map(({ body: sent }) => Object.keys(JSON.parse(sent)))).toEqual([["text"]]);
    expect(ctx.config.alertUrl).toBeNull();
  });
});

describe("destinations", () => {
  it("send the shape that the other side takes, with the credentials of a connection", SLOW, async () => {
    const scene = await createScene();
    const mail = {
      url: "https://mail.formlog-tests.io/emails",
      from: "Formlog <alerts@example.com>",
      to: ["a@example.com"],
    };
    const secret = "Bearer re_only_for_the_mail_service";
    const made = await scene.add({ type: "email", authorization: secret, ...mail });
    expect(made.body, JSON.stringify(made.body)).toMatchObject({ type: "email" });
    expect(JSON.stringify(made.body)).not.toContain(secret);
    await scene.stop();
    await scene.sweeps(3, { minutes: 2 });
    const [sent] = scene.at("mail").received;
    expect(sent?.headers).toMatchObject({ authorization: secret });
    expect(JSON.parse(sent?.body ?? "")).toEqual({
      from: mail.from,
      to: mail.to,
      subject: "Stopped: Webhook of “Notices”",
      text: expect.stringContaining("Nothing is lost"),
    });
    const { items } = (await call("GET", "/v1/alerts/destinations", { key: scene.world.key })).body;
    expect(items.map(({ type }: { type: string }) => type)).toEqual(["webhook", "email"]);
  });

  it("that are numbers stand in answers of the alert form, each in its own question", SLOW, async () => {
    const scene = await createScene();
    const numbers = ["+919876543210", "+14155552671"];
    const made = [];
    for (const number of numbers) made.push((await scene.add({ type: "sms", number })).body);
    expect(made.map(({ type, kind }) => [type, kind])).toEqual([
      ["sms", "twilio-sms"],
      ["sms", "twilio-sms"],
    ]);
    await scene.stop();
    await scene.sweeps(3, { minutes: 2 });
    expect(await scene.responses()).toMatchObject([
      { phone_1: numbers[0], phone_2: numbers[1], event: "alert.raised" },
    ]);
    await call("DELETE", `/v1/forms/${made[0].form}/integrations/${made[0].id}`, { key: scene.world.key });
    await scene.add({ type: "sms", number: "+919876543211" });
    for (let i = 0; i < 3; i += 1) await scene.add({ type: "sms", number: numbers[1] ?? "" });
    const { status, body } = await scene.add({ type: "sms", number: numbers[1] ?? "" });
    expect([status, body.detail]).toEqual([409, "Texts go to 5 numbers at most: delete one first."]);
  });

  it("are refused with what is wrong: an inner address, no number, an unknown type", SLOW, async () => {
    const key = await newWorkspace();
    const add = (body: unknown) => call("POST", "/v1/alerts/destinations", { key, body });
    for (const url of ["http://example.com/x", "https://10.0.0.1/x", "https://metadata.internal/x"]) {
      expect((await add({ type: "slack", url })).status, url).toBe(422);
    }
    expect((await add({ type: "sms", number: "12" })).body.errors[0].pointer).toBe("/number");
    expect((await add({ type: "pigeon" })).status).toBe(422);
    const { key: narrow } = (
      await call("POST", "/v1/keys", {
        key,
        body: { name: "N", scopes: ["integrations:write"], form: await newForm(key) },
      })
    ).body;
    const other = await call("POST", "/v1/alerts/destinations", {
      key: narrow,
      body: { type: "sms", number: "+14155552671" },
    });
    expect(other.status).toBe(403);
  });
});

describe("the installation itself", () => {
  it("is told at FORMLOG_ALERT_URL until that takes it: at least once, under one id", SLOW, async () => {
    const scene = await createScene();
    const { calls, outside, sweeps } = scene;
    const watched = () => calls.filter(({ url }) => url.includes("watch")).map(({ body }) => body.type);
    await sweeps(2);
    outside.status = 503;
    scene.clock.now += 10 * MINUTE;
    await sweeps(1);
    expect(watched(), "was not swept for ten minutes").toEqual(["alert.raised"]);
    outside.status = 200;
    // It was seen as gone meanwhile, and is over once that has lasted: nobody heard of it, and nobody hears that it is
    // over.
    await sweeps(8);
    expect(watched()).toEqual(["alert.raised"]);
    await everywhere("UPDATE heartbeats SET at = at - 900000");
    await sweeps(1);
    await env.DB.prepare("UPDATE alerts SET told = 0, told_at = NULL").run();
    await everywhere("UPDATE heartbeats SET at = at - 900000");
    await sweeps(8);
    expect(watched()).toEqual(["alert.raised", "alert.raised", "alert.raised", "alert.resolved"]);
    expect(JSON.stringify(calls)).not.toContain("ws_");
  });

  it("says to a dead man's switch that a sweep was good, and survives that nobody listens", SLOW, async () => {
    const scene = await createScene();
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const pings = () => scene.calls.filter(({ url }) => url.includes("dead")).length;
    await scene.sweeps(2);
    expect(pings()).toBe(2);
    await scene.sweeps(1, { callOut: async () => Promise.reject(new Error("no route to https://dead/x?secret")) });
    expect(JSON.stringify(warn.mock.calls)).toContain("deadman_not_pinged");
    expect(JSON.stringify(warn.mock.calls)).not.toContain("secret");
    const bad = {
      indexEraser: scene.world.ctx.indexEraser,
      wake: async () => Promise.reject(new Error("a bad sweep")),
    };
    await scene.world.submit({ name: "Asha" });
    scene.clock.now += MINUTE;
    const before = pings();
    await scene.sweeps(1, bad);
    expect(pings()).toBe(before);
  });
});

onlyOnOneShard("a thousand cursors of one segment").it(
  "costs a bounded number of rows for 1,000 integrations, and writes nothing while all is well",
  SLOW,
  async () => {
    await env.DB.batch([env.DB.prepare("DELETE FROM cursors"), env.DB.prepare("DELETE FROM alerts")]);
    const { world, clock } = await createSiblings();
    await world.submit(...Array.from({ length: 50 }, (_, i) => ({ name: `${i}` })));
    await world.run();
    const { segment, integration } = await world.wakeUp();
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       INSERT INTO integrations (no, id, workspace, form, kind, config, created_at, updated_at)
       SELECT 5000 + i, 'int_many' || i, workspace, form, kind, config, 1, 1 FROM n, integrations o WHERE o.no = ?1`,
      ).bind(integration),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       INSERT INTO cursors (segment, integration, kind, state, position, revision_position, high, compare_from)
       SELECT segment, 5000 + i, 'none', state, position, revision_position, high, 0 FROM n, cursors c
       WHERE c.segment = ?1 AND c.integration = ?2`,
      ).bind(segment, integration),
    ]);
    const { tellAlerts } = await import("../../src/dispatch/alerts");
    const meter = countRows();
    await tellAlerts(world.ctx, [], clock.now);
    const well = meter.stop();
    expect(well.read).toBeLessThan(5_500);
    expect(well.written).toBe(0);
    await env.DB.prepare("UPDATE cursors SET state = 'blocked' WHERE integration > 5000 AND integration <= 5999").run();
    const worst = countRows();
    await tellAlerts(world.ctx, [], clock.now);
    await tellAlerts(world.ctx, [], clock.now);
    const { read, written } = worst.stop();
    expect(read).toBeLessThan(30_000);
    // Each alert and what the log tells of it.
    expect(written).toBeLessThan(2_010);
    expect((await call("GET", "/v1/alerts", { key: world.key })).body.items).toHaveLength(500);
  },
);
