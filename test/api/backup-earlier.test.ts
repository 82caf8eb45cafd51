/**
 * An installation that was restored to an earlier time gives nothing that is lost its id again: others know it by that.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../src/context";
import { parseResponseId, segmentOf } from "../../src/core/ids";
import { drain } from "../../src/dispatch/drain";
import { openNextSegment } from "../../src/dispatch/next-segment";
import { createSheetsEmulator } from "../../src/integrations/google-sheets/emulator";
import { googleSheets } from "../../src/integrations/google-sheets/index";
import { account, EMAIL, privateKey } from "../../src/integrations/google-sheets/testing";
import { createReceiver } from "../../src/integrations/webhook/emulator";
import { webhook } from "../../src/integrations/webhook/index";
import { editResponse } from "../../src/services/edit";
import { createForm } from "../../src/services/form-verbs";
import { readCursors } from "../../src/services/integration-view";
import { getIntegration } from "../../src/services/integrations";
import { createIntegration } from "../../src/services/new-integration";
import { submitResponse } from "../../src/services/submit";
import { submitBatch } from "../../src/services/submit-batch";
import { sweepCursors } from "../../src/store/cursors";
import { findIntegration } from "../../src/store/integrations";
import { listSegments, openShards } from "../../src/store/shards";
import { createBackups, createRestore, empty, prepareOthers, SOURCE, TARGET } from "../support/backup";
import { createWorld, type World, type WorldOptions } from "../support/world";

const definition = { title: "W", questions: [{ ref: "name", type: "short_text" as const, title: "Name" }] };
const reader = { languages: [], origin: "http://formlog.test" };
const clock = { now: Date.now() };
const people = (...names: string[]) => names.map((name) => ({ name }));

beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  await prepareOthers();
  await empty(TARGET);
});

/**
 * A world that is backed up; what `lose` does then is lost. Another installation, restored to the time of the backup.
 */
async function loseIn(world: World, lose: () => Promise<unknown>) {
  const backups = createBackups();
  backups.clock.now = clock.now;
  const backup = await backups.make(openShards(env as Env));
  await lose();
  const restore = createRestore({ backup });
  restore.clock.now = clock.now;
  await restore.finish();
  const ctx = { ...restore.ctx(), now: () => clock.now };
  return {
    ctx,
    restore,
    edit: (response: string, name: string) =>
      editResponse(ctx, world.workspace, { form: world.form, precondition: "any", response, answers: { name } }),
    async submit(...names: string[]): Promise<string[]> {
      const items = people(...names).map((answers) => ({ answers }));
      const results = await submitBatch(ctx, { form: world.form, key: null, items, reader });
      return results.map((one) => ("receipt" in one ? one.receipt.id : JSON.stringify(one)));
    },
    async sweep(): Promise<void> {
      for (let i = 0; i < 20; i += 1) {
        clock.now += 3_000;
        for (const shard of TARGET.all) {
          for (const one of await sweepCursors(shard.db, shard.no, clock.now, 100)) {
            if (one.integration === world.no) await drain(world.engine({ shards: TARGET }), one);
          }
        }
      }
    },
  };
}

describe("a webhook that knows what was lost", () => {
  const receiver = createReceiver({ now: () => clock.now });
  const options: WorldOptions = {
    kind: webhook,
    config: { url: "https://receiver.formlog-tests.io/hook" },
    definition,
    fetch: (request) => receiver.fetch(request),
    settings: {},
    clock,
  };
  const idsOf = (received: typeof receiver.received) =>
    received.map(({ headers }) => new Headers(headers).get("webhook-id") ?? "");

  it("meets none of its ids again, of responses, of changes, of other forms", async () => {
    const world = await createWorld(options);
    const [old = ""] = await world.submit(...people("Asha", "Binu"));
    await world.run();
    const known = receiver.received.length;
    const lost: string[] = [];
    const other: string[] = [];
    const named = { form: world.form, precondition: "any" as const };
    const restored = await loseIn(world, async () => {
      lost.push(...(await world.submit(...people("lost 1", "lost 2", "lost 3"))));
      for (const name of ["lost A", "lost B"]) {
        await editResponse(world.ctx, world.workspace, { ...named, response: old, answers: { name } });
      }
      const form = await createForm(world.ctx, world.workspace, { definition, access: "public", metadata: {} });
      const receipt = await submitResponse(world.ctx, { form: form.id, key: null, answers: { name: "x" }, reader });
      if ("id" in receipt) other.push(receipt.id);
      await world.run();
    });
    const told = idsOf(receiver.received).slice(known);
    expect(told).toHaveLength(5);

    const fresh = await restored.submit("new 1", "new 2", "new 3", "new 4");
    await restored.edit(old, "new A");
    await restored.edit(old, "new B");
    await restored.sweep();
    const anew = receiver.received.slice(known + told.length);
    expect(anew.map(({ body }) => JSON.parse(body).data.response.answers.name).toSorted()).toEqual([
      "new 1",
      "new 2",
      "new 3",
      "new 4",
      "new B",
      "new B",
    ]);
    expect(idsOf(anew).filter((id) => told.includes(id))).toEqual([]);
    expect(fresh.filter((id) => [...lost, ...other].includes(id))).toEqual([]);
    const view = await getIntegration(restored.ctx, world.workspace, world.named);
    expect(view).toMatchObject({ lag: { entries: 0 }, state: "active" });
    // A form that is made now meets none either, nor does an integration.
    const form = await createForm(restored.ctx, world.workspace, { definition, access: "public", metadata: {} });
    const [segment] = await listSegments(TARGET, form.id);
    expect(segment?.no).toBeGreaterThan(
      1_000 + Math.max(...lost.map((id) => segmentOf(parseResponseId(id)?.position ?? 0))),
    );
    const made = await createIntegration(restored.ctx, world.workspace, { ...options, form: form.id, kind: "webhook" });
    expect((await findIntegration(TARGET.control, form.id, made.id))?.no).toBeGreaterThan(1_000 + world.no);
  });

  it("and its cursor's lag counts what is there", async () => {
    const world = await createWorld(options);
    const [old = ""] = await world.submit(...people("Asha", "Binu"));
    await world.run();
    const restored = await loseIn(world, () => Promise.resolve());
    await restored.edit(old, "one");
    await restored.edit(old, "two");
    const entries = async () => (await getIntegration(restored.ctx, world.workspace, world.named)).lag.entries;
    expect(await entries()).toBe(2);
    await restored.submit("three");
    expect(await entries()).toBe(3);
    await restored.sweep();
    expect(await entries()).toBe(0);
    await restored.edit(old, "four");
    expect(await entries()).toBe(1);
  });
});

it("a sheet keeps the rows of what was lost, and gets what comes now beside them", async () => {
  const emulator = createSheetsEmulator({ now: () => clock.now, accounts: [account] });
  emulator.createSpreadsheet({ id: "sheet-earlier", title: "W", sharedWith: [EMAIL] });
  const world = await createWorld({
    kind: googleSheets,
    config: { spreadsheetId: "sheet-earlier" },
    definition,
    fetch: emulator.fetch,
    settings: {
      GOOGLE_SHEETS_URL: "https://sheets.test",
      GOOGLE_TOKEN_URL: "https://sheets.test/token",
      GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email: EMAIL, private_key: privateKey }),
    },
    clock,
  });
  const [old = "", second = ""] = await world.submit(...people("Asha", "Binu"));
  await world.run();
  const named = { form: world.form, precondition: "any" as const };
  const restored = await loseIn(world, async () => {
    await world.submit(...people("lost 1", "lost 2"));
    await editResponse(world.ctx, world.workspace, { ...named, response: old, answers: { name: "lost A" } });
    await world.run();
  });
  await restored.submit("new 1");
  await restored.edit(second, "new B");
  await restored.edit(old, "new A");
  await restored.sweep();
  await restored.submit("new 2");
  await restored.sweep();
  const rows = emulator.readRows("sheet-earlier", "Responses").slice(1);
  expect(rows.map((row) => row[2])).toEqual(["new A", "new B", "lost 1", "lost 2", "new 1", "new 2"]);
  expect(new Set(rows.map(([id]) => id)).size).toBe(6);
});

it("until it is over no form goes on, and takes nothing: its integrations are not there yet", async () => {
  const world = await createWorld({
    kind: webhook,
    config: { url: "https://receiver.formlog-tests.io/hook" },
    definition,
    fetch: async () => new Response(),
    settings: {},
    clock,
  });
  await world.submit(...people("Asha"));
  const backup = await createBackups().make(openShards(env as Env));
  const restore = createRestore({ backup });
  const phase = () => TARGET.control.prepare("SELECT phase FROM restores").first<string>("phase");
  while ((await phase()) !== "forms") await restore.piece(undefined, 1);
  const ctx = restore.ctx();
  const input = { form: world.form, key: null, answers: { name: "too early" }, reader };
  await expect(submitResponse(ctx, input)).rejects.toMatchObject({ code: "store_unavailable" });
  const [from] = await listSegments(TARGET, world.form);
  if (!from) throw new Error("the form has no segment");
  expect(await openNextSegment(ctx.opener, { form: world.form, from, anywhere: true })).toBe(false);
  await restore.finish();
  const { ctx: restored } = restore;
  expect(await submitResponse(restored(), { ...input, answers: { name: "in time" } })).toMatchObject({ revision: 1 });
  const row = await findIntegration(TARGET.control, world.form, world.named.integration);
  // Those of the segments that were there, and that of the one in which it goes on.
  const there = (await listSegments(SOURCE, world.form)).length;
  expect(row && (await readCursors(restore.ctx(), row))).toHaveLength(there + 1);
});
