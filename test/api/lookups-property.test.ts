/** Whatever people do, and wherever workers die or hang, the flags are those of a look through all of the log. */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { rules } from "../../src/integrations/rules/index";
import { editResponse } from "../../src/services/edit";
import { replayIntegration } from "../../src/services/integration-replay";
import { eraseResponse } from "../../src/services/responses";
import { listSegments } from "../../src/store/shards";
import { CONFIG, compareFlags, gatedWorker, PHONES, PLATES, readLog, TRIPS } from "../support/lookups";
import { migrate } from "../support/migrate";
import { others } from "../support/span";
import { createWorld, type World } from "../support/world";

const days = ["2026-11-01", "2026-11-08", "2026-11-09", "2026-11-15", "2026-11-30"];
const answers = fc.record(
  {
    phone: fc.constantFrom(...PHONES),
    vehicle: fc.constantFrom(...PLATES),
    trip_type: fc.constantFrom("round_trip", "round_trip", "one_way"),
    trip_date: fc.constantFrom(...days),
    km: fc.integer({ min: 1, max: 9 }),
  },
  { requiredKeys: [] },
);
const call = fc.nat(14);
const side = fc.constantFrom("before" as const, "after" as const);

/** `of` chooses among the responses that there are; `call` is the one of a worker to a database at which it stops. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("submit" as const),
      all: fc.array(answers, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("edit" as const), of: fc.nat(), answers }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("erase" as const), of: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("replay" as const), of: fc.option(fc.nat()) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pass" as const), days: fc.constantFrom(0.01, 16) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("crash" as const), call, side }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("hang" as const), call }) },
  { weight: 3, arbitrary: fc.constant({ do: "go on" as const }) },
  { weight: 3, arbitrary: fc.constant({ do: "run" as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

beforeAll(async () => {
  for (const db of others) await migrate(db, env.TEST_MIGRATIONS);
});
beforeEach(() => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
});
afterEach(() => void vi.restoreAllMocks());

const create = (segmentMax: number | undefined) => {
  const clock = { now: Date.now() };
  const fetch = () => Promise.reject(new Error("an index calls nobody"));
  const index = () => env.TEST_SEARCH_DB;
  return createWorld({
    kind: rules,
    config: CONFIG,
    definition: TRIPS,
    fetch,
    index,
    settings: {},
    clock,
    segmentMax,
    filter: 'vehicle != "KA 01 X 1" || km != 9',
  }).then((world) => ({ world, clock }));
};
type Made = Awaited<ReturnType<typeof create>>;

/** A worker that stops at its n-th call: for ever, or until it is let go. */
function stopping(world: World, n: number, when: "before" | "after" | "hang") {
  const stopped = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let calls = 0;
  const worker = gatedWorker(world, async (run) => {
    calls += 1;
    if (calls <= n || (calls > n + 1 && when === "hang")) return run();
    if (when === "after" && calls === n + 1) await run();
    stopped.resolve();
    await release.promise;
    return when === "hang" ? run() : new Promise<never>(() => {});
  });
  const done = world.wakeOnce(worker);
  return { stopped: Promise.race([stopped.promise, done]), release: release.resolve, done };
}

async function take(
  { world, clock }: Made,
  ids: string[],
  held: ReturnType<typeof stopping>[],
  one: Step,
): Promise<void> {
  const { ctx, workspace, named, form } = world;
  if (one.do === "submit") return void ids.push(...(await world.submit(...one.all)));
  if (one.do === "run") return world.run();
  if (one.do === "pass") {
    clock.now += one.days * 86_400_000;
    return;
  }
  if (one.do === "go on") {
    const worker = held.shift();
    worker?.release();
    return worker?.done;
  }
  if (one.do === "crash" || one.do === "hang") {
    const worker = stopping(world, one.call, one.do === "crash" ? one.side : "hang");
    await worker.stopped;
    world.outlive();
    return void (one.do === "hang" && held.push(worker));
  }
  const response = ids[(one.of ?? 0) % Math.max(1, ids.length)];
  if (response === undefined) return;
  if (one.do === "replay") {
    const what = one.of === null ? { from: "beginning" as const } : { responses: [response] };
    return void (await replayIntegration(ctx, workspace, { ...named, ...what }));
  }
  const at = { form, response, precondition: "any" } as const;
  try {
    if (one.do === "erase") return void (await eraseResponse(ctx, workspace, at));
    const patch = Object.fromEntries(TRIPS.questions.map(({ ref }) => [ref, null]));
    await editResponse(ctx, workspace, { ...at, answers: { ...patch, ...one.answers } });
  } catch (error) {
    // An erased one stays so.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

it.each([
  ["", undefined, 20],
  [", of a form over three databases too", 2, 10],
] as const)("is the same as a look through all of the log%s", { timeout: 240_000 }, async (_, segmentMax, runs) => {
  let [flagged, responses, segments] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), async (steps) => {
      const made = await create(segmentMax);
      const [ids, held]: [string[], ReturnType<typeof stopping>[]] = [[], []];
      for (const one of steps) await take(made, ids, held, one);
      for (const worker of held) {
        worker.release();
        await worker.done;
      }
      await made.world.run();
      const { ctx, form } = made.world;
      const { wanted, found } = compareFlags(
        await readLog(ctx.shards, form),
        ({ vehicle, km }) => vehicle !== "KA 01 X 1" || km !== 9,
      );
      expect(found).toEqual(wanted);
      flagged += wanted.filter(([, broken]) => Array.isArray(broken) && broken.length > 0).length;
      responses += wanted.length;
      segments += (await listSegments(ctx.shards, form)).length;
      const left = await env.TEST_SEARCH_DB.prepare("SELECT count(*) AS n FROM rule_pending WHERE integration = ?")
        .bind(made.world.no)
        .first();
      expect(left).toEqual({ n: 0 });
      expect(await made.world.view()).toMatchObject({ state: "active", lag: { entries: 0 }, parked: 0 });
    }),
    { numRuns: runs, endOnFailure: true },
  );
  // It says something only where something is flagged, and something is not.
  expect(flagged).toBeGreaterThan(responses / 10);
  expect(flagged).toBeLessThan(responses);
  if (segmentMax !== undefined) expect(segments).toBeGreaterThan(2 * runs);
});
