/**
 * Rules over other responses of a form that lies on three databases, a response on each: what one changes is judged on
 * the others, where only the holder of that cursor may say anything, wherever workers die or hang meanwhile.
 */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseResponseId, segmentOf } from "../../src/core/ids";
import { drain } from "../../src/dispatch/drain";
import type { Engine } from "../../src/dispatch/engine";
import { rules } from "../../src/integrations/rules/index";
import { editResponse } from "../../src/services/edit";
import { getResponse } from "../../src/services/responses";
import { findCursor } from "../../src/store/cursor-control";
import type { WakeUp } from "../../src/store/cursors";
import type { D1Call, D1Gate } from "../support/gated-d1";
import { CONFIG, gatedWorker, TRIPS } from "../support/lookups";
import { countRows } from "../support/meter";
import { migrate } from "../support/migrate";
import { others } from "../support/span";
import { type Clock, createWorld, type World } from "../support/world";

const ASHA = { phone: "+919876543210" };
const OTHER = { phone: "+919812345678" };
const FLAG = ["unique_phone"];

const clock: Clock = { now: 0 };
let world: World;
beforeAll(async () => {
  for (const db of others) await migrate(db, env.TEST_MIGRATIONS);
});
beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  clock.now = Date.now();
  world = await createWorld({
    kind: rules,
    config: CONFIG,
    definition: TRIPS,
    fetch: () => Promise.reject(new Error("an index calls nobody")),
    index: () => env.TEST_SEARCH_DB,
    settings: {},
    clock,
    segmentMax: 1,
  });
});
afterEach(() => void vi.restoreAllMocks());

/** One response after the other, each on the next database, judged. */
async function send(...answers: readonly Record<string, unknown>[]): Promise<string[]> {
  const ids: string[] = [];
  for (const one of answers) {
    clock.now += 1_000;
    ids.push(...(await world.submit(one)));
  }
  await world.run();
  expect(new Set(ids.map((id) => placeOf(id).shard)).size).toBe(Math.min(3, ids.length));
  return ids;
}
function placeOf(id: string): { shard: number; segment: number } {
  const { shard, position } = parseResponseId(id) ?? { shard: -1, position: 0 };
  return { shard, segment: segmentOf(position) };
}
const edit = (response: string, answers: Record<string, unknown>) =>
  editResponse(world.ctx, world.workspace, { form: world.form, response, precondition: "any", answers });
const flagsOf = async (...ids: readonly string[]) => {
  const read = (response: string) => getResponse(world.ctx, world.workspace, { form: world.form, response });
  return (await Promise.all(ids.map(read))).map(({ flags }) => flags.map(({ rule }) => rule));
};
const wakeUpOf = (id: string): WakeUp => ({ ...placeOf(id), integration: world.no, kind: "rules", notBefore: 0 });
/** The worker of the cursor that a response is under, and nobody else, has its turn. */
const work = (id: string, change: Partial<Engine> = {}) => drain(world.engine(change), wakeUpOf(id));
const askedOf = async (id: string) => {
  const { shard, segment } = placeOf(id);
  return (await findCursor(world.ctx.shards.get(shard).db, segment, world.no))?.asked;
};
const countPending = async () =>
  (await env.TEST_SEARCH_DB.prepare("SELECT position FROM rule_pending WHERE integration = ?").bind(world.no).all())
    .results.length;
const expectRest = async (...ids: readonly string[]) => {
  expect([await countPending(), ...(await Promise.all(ids.map(askedOf)))]).toEqual([0, ...ids.map(() => 0)]);
};

describe("a form over three databases is compared as one", () => {
  it("flags whoever comes later, wherever the one before lies", async () => {
    const [a = "", b = "", c = ""] = await send(ASHA, ASHA, { phone: "098765 43210" });
    expect(await flagsOf(a, b, c)).toEqual([[], FLAG, FLAG]);
    await expectRest(a, b, c);
  });

  it("flags one that lies before, when a trip is sent late; reads others there for conditions", async () => {
    const trip = (day: string, km: number) => ({
      vehicle: "MH 12 AB 1234",
      trip_type: "round_trip",
      trip_date: `2026-11-${day}`,
      km,
    });
    const [later = "", earlier = "", least = ""] = await send(trip("05", 10), trip("01", 20), trip("20", 15));
    expect(await flagsOf(later, earlier, least)).toEqual([["no_second_round_trip"], [], ["odometer_runs_back"]]);
    await edit(earlier, { km: 12, trip_date: "2026-10-01" });
    await world.run();
    expect(await flagsOf(later, earlier, least)).toEqual([[], [], []]);
  });

  it("an edit frees and flags one on another database whose cursor has nothing else to do, and wakes it at once", async () => {
    const [a = "", b = "", c = ""] = await send(ASHA, OTHER, ASHA);
    for (const [answers, flags] of [
      [OTHER, [[], FLAG, []]],
      [ASHA, [[], [], FLAG]],
    ] as const) {
      await edit(a, answers);
      const woken: WakeUp[] = [];
      await work(a, { wake: async (wakeUps) => void woken.push(...wakeUps) });
      expect(woken.map(({ segment }) => segment)).toEqual([b, c].map((id) => placeOf(id).segment));
      // When this one has settled: otherwise they would find it at work, and have to look again.
      expect(woken.map(({ notBefore }) => notBefore)).toEqual([clock.now + 1_000, clock.now + 1_000]);
      expect(await Promise.all([b, c].map(askedOf))).toEqual([1, 1]);
      // By the doorbell alone, without the sweeper.
      for (const wakeUp of woken) await drain(world.engine(), wakeUp);
      expect(await flagsOf(a, b, c)).toEqual(flags);
      await expectRest(a, b, c);
    }
    expect(await world.view()).toMatchObject({ state: "active", lag: { entries: 0 }, parked: 0 });
  });
});

/** A worker that dies at its n-th call: before or after what it does. Returns whether it came so far. */
async function dieAt(id: string, n: number, when: "before" | "after"): Promise<boolean> {
  const died = Promise.withResolvers<void>();
  let calls = 0;
  const gate: D1Gate = async (run) => {
    calls += 1;
    if (calls < n) return run();
    if (when === "after" && calls === n) await run();
    died.resolve();
    return new Promise<never>(() => {});
  };
  const ended = work(id, gatedWorker(world, gate)).catch(() => {});
  await Promise.race([died.promise, ended]);
  return calls >= n;
}

/** More calls than a delivery makes. */
const CALLS_MAX = 60;

describe("a worker that dies at any of its calls", () => {
  it.each(["before", "after"] as const)("leaves nobody unjudged: %s the call of who notes", async (when) => {
    const [a = "", b = ""] = await send(ASHA, ASHA);
    let n = 1;
    for (let went = true; went && n < CALLS_MAX; n += 1) {
      const frees = n % 2 === 1;
      await edit(a, frees ? OTHER : ASHA);
      went = await dieAt(a, n, when);
      await world.run();
      expect([n, await flagsOf(b)]).toEqual([n, [frees ? [] : FLAG]]);
      await expectRest(a, b);
    }
    expect(n).toBeGreaterThan(10);
    expect(n).toBeLessThan(CALLS_MAX);
  });

  it.each(["before", "after"] as const)("leaves nobody unjudged: %s the call of who judges", async (when) => {
    const [a = "", b = ""] = await send(ASHA, ASHA);
    let n = 1;
    for (let went = true; went && n < CALLS_MAX; n += 1) {
      const frees = n % 2 === 1;
      await edit(a, frees ? OTHER : ASHA);
      await work(a);
      expect(await askedOf(b)).toBe(1);
      went = await dieAt(b, n, when);
      await world.run();
      expect([n, await flagsOf(b)]).toEqual([n, [frees ? [] : FLAG]]);
      await expectRest(a, b);
    }
    expect(n).toBeGreaterThan(10);
    expect(n).toBeLessThan(CALLS_MAX);
  });
});

/** The worker of a response's cursor, held before a call that `isIt` until it is let go. */
async function holdAt(id: string, isIt: (call: D1Call) => boolean) {
  const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const gate: D1Gate = async (run, call) => {
    if (isIt(call)) {
      reached.resolve();
      await release.promise;
    }
    return run();
  };
  const done = work(id, gatedWorker(world, gate));
  await reached.promise;
  return async () => {
    release.resolve();
    await done;
  };
}
const has = (text: string) => (call: D1Call) => call.sql.some((sql) => sql.includes(text));

describe("two at once", () => {
  it("an old holder that lost its lease brings no flag back", async () => {
    const [a = "", b = ""] = await send(OTHER, ASHA);
    await edit(a, ASHA);
    await work(a);
    const letGo = await holdAt(b, has("INSERT INTO revisions"));
    world.outlive();
    await edit(a, OTHER);
    await world.run();
    await letGo();
    await world.run();
    expect(await flagsOf(b)).toEqual([[]]);
    await expectRest(a, b);
  });

  it("an ask that comes while its holder delivers a page is answered by him", async () => {
    const [a = "", b = ""] = await send(ASHA, ASHA);
    await edit(b, { km: 1 });
    const letGo = await holdAt(b, has("UPDATE cursors SET position"));
    await edit(a, OTHER);
    await work(a);
    await letGo();
    expect(await flagsOf(b)).toEqual([[]]);
    await expectRest(a, b);
  });

  it.each([
    ["is judged again", "DELETE FROM rule_pending"],
    ["is given back", "UPDATE cursors SET position"],
  ])("what is noted while a response %s is not struck out by that", async (_, call) => {
    const [a = "", b = ""] = await send(ASHA, ASHA);
    await edit(a, OTHER);
    await work(a);
    const letGo = await holdAt(b, has(call));
    await edit(a, ASHA);
    await work(a);
    await letGo();
    // By its own holder, whom nobody wakes.
    expect(await flagsOf(b)).toEqual([FLAG]);
    await expectRest(a, b);
  });
});

it("a database that can't be asked holds up what is noted for it, and nobody is forgotten", async () => {
  const [a = "", b = ""] = await send(ASHA, ASHA);
  await edit(a, OTHER);
  const away: D1Gate = (run, call) =>
    has("asked = asked + 1")(call) ? Promise.reject(new Error("D1_ERROR: Network connection lost.")) : run();
  await work(a, gatedWorker(world, away));
  expect(await world.view()).toMatchObject({
    state: "waiting",
    lastError: "Another database of the form can't be asked.",
  });
  expect(await askedOf(b)).toBe(0);
  await world.run();
  expect(await flagsOf(b)).toEqual([[]]);
  await expectRest(a, b);
});

it("costs a round trip and a row for each database where somebody is to be judged again, and a turn there", async () => {
  const [a = "", b = ""] = await send(ASHA, OTHER);
  const cost = async (id: string) => {
    let trips = 0;
    const count: D1Gate = (run) => {
      trips += 1;
      return run();
    };
    const meters = [env.TEST_SEARCH_DB, ...world.ctx.shards.all.map(({ db }) => db)].map((db) => countRows(db));
    await work(id, gatedWorker(world, count));
    const written = meters.map((meter) => meter.stop().written).reduce((sum, n) => sum + n, 0);
    return { trips, written };
  };
  await edit(a, { phone: null });
  const alone = await cost(a);
  await edit(a, OTHER);
  const asking = await cost(a);
  // Whom it concerns, and that its cursor is asked.
  expect(asking).toEqual({ trips: alone.trips + 1, written: alone.written + 2 });
  await edit(a, { phone: null });
  await work(a);
  // Nothing new is to be said. Its cursor is claimed and settled; SEARCH_DB has a new holder, and nobody who is to be
  // judged.
  const turn = await cost(b);
  expect(turn).toEqual({ trips: 12, written: 4 });
});
