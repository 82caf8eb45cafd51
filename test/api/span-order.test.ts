/** A kind that delivers in order waits for the segments before: for no longer than they take, by the doorbell alone. */

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { DefinitionSchema } from "../../src/core/form-schema";
import { parseResponseId, segmentOf } from "../../src/core/ids";
import type { Halt, Integration, Page } from "../../src/core/integration";
import { drain } from "../../src/dispatch/drain";
import { webhook } from "../../src/integrations/webhook/index";
import { editResponse } from "../../src/services/edit";
import type { WakeUp } from "../../src/store/cursors";
import { setPaused } from "../support/cursors";
import { migrate } from "../support/migrate";
import { RULED } from "../support/rules";
import { others } from "../support/span";
import { type Clock, createWorld, type World } from "../support/world";

const clock: Clock = { now: Date.now() };
const PAGE = 2;
let world: World;
/** The earlier segment's response and that of the next one. */
let ids: string[] = [];
let delivered: string[] = [];
/** What a page comes to, once the test lets it. */
let hold: (page: Page) => Promise<Halt | undefined> = async () => undefined;

const inOrder: Integration = {
  ...(webhook as Integration),
  manifest: {
    ...(webhook as Integration).manifest,
    eventsOf: () => ["created", "updated"],
    policy: { ...webhook.manifest.policy, pageSize: PAGE, pageGapSeconds: 0, inOrder: true },
  },
  async deliver(page) {
    const halt = await hold(page);
    if (halt) return { outcomes: new Map(), halt };
    delivered.push(...page.entries.map(({ event, response }) => `${event} ${response.answers.name}`));
    return { outcomes: new Map(page.entries.map(({ position }) => [position, { type: "delivered" }])) };
  },
  reconcile: async () => ({ outcomes: new Map() }),
};

beforeAll(async () => {
  for (const db of others) await migrate(db, env.TEST_MIGRATIONS);
});
beforeEach(async () => {
  for (const level of ["info", "warn"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  hold = async () => undefined;
  world = await createWorld({
    kind: inOrder,
    config: { url: "https://receiver.formlog-tests.io/hook" },
    definition: DefinitionSchema.parse(RULED),
    fetch: async () => new Response(),
    settings: {},
    clock,
    segmentMax: 1,
  });
  delivered = [];
});

/** Stores a batch for each segment, in order. */
async function fill(...segments: readonly (readonly string[])[]): Promise<void> {
  ids = [];
  for (const names of segments) {
    clock.now += 1_000;
    const stored = await world.submit(...names.map((name) => ({ name })));
    ids.push(stored[0] ?? "");
  }
  expect(new Set(ids.map((id) => wakeUpOf(id).segment)).size).toBe(segments.length);
}
function wakeUpOf(id = ""): WakeUp {
  const { shard, position } = parseResponseId(id) ?? { shard: -1, position: 0 };
  return { shard, segment: segmentOf(position), integration: world.no, kind: "webhook", notBefore: 0 };
}
/** The worker of one segment has its turn. Returns in how many milliseconds it is rung for again. */
async function work(id = ""): Promise<number[]> {
  const rung: WakeUp[] = [];
  await drain(world.engine({ wake: async (wakeUps) => void rung.push(...wakeUps) }), wakeUpOf(id));
  return rung.map(({ notBefore }) => notBefore - clock.now);
}
/** The worker of a segment begins a page, and ends it when it is let go. */
async function begin(id = "") {
  const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  hold = async () => {
    hold = async () => undefined;
    reached.resolve();
    await release.promise;
    return undefined;
  };
  const done = work(id);
  await reached.promise;
  return async () => {
    release.resolve();
    await done;
  };
}

it("what is behind a page that takes its time goes out a second after it", async () => {
  await fill(["a"], ["b"]);
  const letGo = await begin(ids[0]);
  clock.now += 1_500;
  expect(await work(ids[1])).toEqual([1_000]);
  clock.now += 1_000;
  expect(await work(ids[1])).toEqual([1_000]);
  await letGo();
  clock.now += 1_000;
  expect(await work(ids[1])).toEqual([]);
  expect(delivered).toEqual(["created a", "created b"]);
});

it("so it is behind an edit in an old segment", async () => {
  await fill(["a"], []);
  await work(ids[0]);
  const edit = { form: world.form, response: ids[0] ?? "", precondition: "any" as const };
  await editResponse(world.ctx, world.workspace, { ...edit, answers: { name: "c" } });
  const letGo = await begin(ids[0]);
  ids[1] = (await world.submit({ name: "b" }))[0] ?? "";
  expect(await work(ids[1])).toEqual([1_000]);
  await letGo();
  clock.now += 1_000;
  await work(ids[1]);
  expect(delivered).toEqual(["created a", "updated c", "created b"]);
});

it("more than a page is looked at again ten seconds later: that takes its time, and each look costs", async () => {
  await fill(["a", "b", "c"], ["d"]);
  const letGo = await begin(ids[0]);
  expect(await work(ids[1])).toEqual([10_000]);
  await letGo();
});

it.each([
  [4, 4_000],
  [300, 10_000],
])("one that waits %d s by itself is not looked at before, nor much after", async (afterSeconds, wait) => {
  await fill(["a"], ["b"]);
  hold = async () => ({ type: "retry", reason: "Later.", afterSeconds });
  await work(ids[0]);
  expect(await work(ids[1])).toEqual([wait]);
});

it("one that people have stopped is looked at every five minutes, by the sweeper", async () => {
  await fill(["a"], ["b"]);
  const { shard, segment } = wakeUpOf(ids[0]);
  await setPaused(world.ctx.shards.get(shard).db, { segment, integration: world.no }, { paused: true, now: 0 });
  expect(await work(ids[1])).toEqual([]);
  const rungOf = async () => (await world.due()).map((one) => one.segment);
  clock.now += 299_000;
  expect(await rungOf()).toEqual([]);
  // The sweeper leaves a bell alone that was to ring just now.
  clock.now += 3_000;
  expect(await rungOf()).toEqual([wakeUpOf(ids[1]).segment]);
});
