/**
 * Whoever configures an integration dies at each of their calls to D1: what they began is ended by the sweeper, or it
 * never was. A form that lies on two databases, and goes on in a third.
 */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Context } from "../../src/context";
import { deleteForm, restoreForm } from "../../src/services/form-deletion";
import { deleteIntegration, pauseIntegration, resumeIntegration } from "../../src/services/integration-control";
import { updateIntegration } from "../../src/services/integrations";
import { createIntegration } from "../../src/services/new-integration";
import { type Commanded, createCommanded, WEBHOOK } from "../support/commanded";
import { CALLS_MAX, dieAt } from "../support/interrupted";

const SIDES = ["before", "after"] as const;
const LONG = { timeout: 240_000 };

let on: Commanded;
beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  on = await createCommanded();
  await on.begin(2);
});
afterEach(() => void vi.restoreAllMocks());

/** Dies at each call of a verb, one after the other, and looks at what came of it. */
async function atEachCall(
  when: "before" | "after",
  verb: (n: number) => (ctx: Context) => Promise<unknown>,
  look: (n: number) => Promise<void>,
): Promise<void> {
  let n = 1;
  for (let went = true; went; n += 1) {
    expect(n).toBeLessThan(CALLS_MAX);
    went = await dieAt(on.ctx, { n, when }, verb(n));
    await look(n);
  }
  expect(n).toBeGreaterThan(6);
}

describe("an integration is made by a worker that dies", () => {
  const countConnections = async () =>
    (await env.DB.prepare("SELECT count(*) AS n FROM connections WHERE workspace = ?").bind(on.workspace).first())?.n;
  const made = async (): Promise<{ id: string; lag: { entries: number } }[]> =>
    (await on.span.call("GET", `/v1/forms/${on.form()}/integrations`, { key: on.key })).body.items;

  it("after a call: it is whole a sweep later or never was, and the repeat makes no other", LONG, async () => {
    const keyed = (n: number) => ({ ...WEBHOOK, form: on.form(), idempotencyKey: `key ${n}` });
    const verb = (n: number) => (ctx: Context) => createIntegration(ctx, on.workspace, keyed(n));
    await atEachCall("after", verb, async (n) => {
      const before = await made();
      // What comes in from then on is its, however late its cursors are made.
      await on.submit();
      if (n % 6 === 0) await on.openNext();
      await on.sweep();
      const segments = (await on.span.segments(on.form())).length;
      const healed = await made();
      expect([n, healed.length]).toEqual([n, before.length]);
      for (const { id } of healed) expect([n, await on.statesOf(id)]).toEqual([n, Array(segments).fill("active")]);
      expect([n, healed.map(({ lag }) => lag.entries)]).toEqual([n, before.map(() => 1)]);
      const repeated = await createIntegration(on.ctx, on.workspace, keyed(n));
      const known = before.length === 1;
      expect([n, repeated.replayed === true, "secrets" in repeated]).toEqual([n, known, !known]);
      expect([n, (await made()).length, await countConnections()]).toEqual([n, 1, n]);
      await deleteIntegration(on.ctx, on.workspace, on.named(repeated.id));
    });
  });
});

describe("an integration is commanded by a worker that dies", () => {
  it.each(SIDES)(
    "%s a call: it is paused everywhere or nowhere, and goes on everywhere or nowhere",
    LONG,
    async (when) => {
      const id = await on.integrate();
      const pauses = (n: number) => n % 2 === 1;
      const verb = (n: number) => (ctx: Context) =>
        (pauses(n) ? pauseIntegration : resumeIntegration)(ctx, on.workspace, on.named(id));
      let entries = (await on.actionsOn(id)).length;
      let paused = false;
      await atEachCall(when, verb, async (n) => {
        const actions = await on.actionsOn(id);
        if (actions.length > entries) paused = actions[0] === "integration.paused";
        entries = actions.length;
        await on.sweep();
        const state = paused ? "paused" : "active";
        expect([n, await on.statesOf(id)]).toEqual([n, [state, state]]);
        const { body } = await on.span.call("GET", `/v1/forms/${on.form()}/integrations/${id}`, { key: on.key });
        expect([n, body.state]).toEqual([n, state]);
      });
    },
  );

  it.each(SIDES)(
    "%s a call: an index is made anew in all segments, or its config is the old one",
    LONG,
    async (when) => {
      const id = await on.integrate({ kind: "summary", config: {} });
      const databases = on.ctx.shards.all.map(({ db }) => db);
      const settle = () =>
        Promise.all(
          databases.map((db) => db.prepare("UPDATE cursors SET position = position + 1 WHERE kind = 'summary'").run()),
        );
      const filterOf = (n: number) => `name != "${n}"`;
      const verb = (n: number) => (ctx: Context) =>
        updateIntegration(ctx, on.workspace, { ...on.named(id), filter: filterOf(n) });
      const starts = async () => (await on.cursorsOf(id)).map((cursor) => (cursor?.position ?? -1) % 2 ** 33);
      await settle();
      await atEachCall(when, verb, async (n) => {
        await on.sweep();
        const { body } = await on.span.call("GET", `/v1/forms/${on.form()}/integrations/${id}`, { key: on.key });
        const changed = body.filter === filterOf(n);
        expect([n, await starts()]).toEqual([n, changed ? [0, 0] : [1, 1]]);
        if (changed) await settle();
      });
    },
  );

  it.each(SIDES)("%s a call: it is deleted with all its cursors, or is as it was", LONG, async (when) => {
    let id = "";
    const verb = () => (ctx: Context) => deleteIntegration(ctx, on.workspace, on.named(id));
    id = await on.integrate();
    let n = 1;
    for (let went = true; went; n += 1) {
      went = await dieAt(on.ctx, { n, when }, verb());
      await on.sweep();
      const { status } = await on.span.call("GET", `/v1/forms/${on.form()}/integrations/${id}`, { key: on.key });
      const deleted = status === 404;
      expect([n, await on.statesOf(id)]).toEqual([n, deleted ? ["none", "none"] : ["active", "active"]]);
      expect([n, await on.orphans()]).toEqual([n, []]);
      if (deleted) id = await on.integrate();
    }
    expect(n).toBeGreaterThan(4);
  });

  it.each(SIDES)("%s a call: with its form it is held, and comes back as it was", LONG, async (when) => {
    const [runs, paused] = [await on.integrate(), await on.integrate()];
    await on.post(`integrations/${paused}/pause`, {});
    const input = { form: on.form(), retentionDays: 30 };
    let deleted = false;
    const verb = () => (ctx: Context) => (deleted ? restoreForm : deleteForm)(ctx, on.workspace, input);
    await atEachCall(when, verb, async (n) => {
      await on.sweep();
      const row = await env.DB.prepare("SELECT deleted_at AS at FROM forms WHERE id = ?").bind(on.form()).first();
      deleted = row?.at !== null;
      const state = deleted ? "paused" : "active";
      expect([n, await on.statesOf(runs), await on.statesOf(paused)]).toEqual([
        n,
        [state, state],
        ["paused", "paused"],
      ]);
      const before = [runs, paused].map(async (id) => (await on.cursorsOf(id)).map((cursor) => cursor?.stateBefore));
      const held = (one: string) => (deleted ? [one, one] : [null, null]);
      expect([n, await Promise.all(before)]).toEqual([n, [held("active"), held("paused")]]);
    });
  });
});

describe("a form's next segment is opened by a worker that dies", () => {
  it.each(SIDES)("%s a call: each integration has its cursor there, as it is", LONG, async (when) => {
    const [runs, paused] = [await on.integrate(), await on.integrate()];
    await on.post(`integrations/${paused}/pause`, {});
    const verb = () => (ctx: Context) => on.openNext(ctx);
    await atEachCall(when, verb, async (n) => {
      await on.sweep();
      const segments = (await on.span.segments(on.form())).length;
      expect([n, await on.statesOf(runs)]).toEqual([n, Array(segments).fill("active")]);
      expect([n, await on.statesOf(paused)]).toEqual([n, Array(segments).fill("paused")]);
    });
  });
});
