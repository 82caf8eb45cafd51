/**
 * What all simulated runs begin with: seeds, empty databases; a run of a kind with an index; how a broken build is
 * caught.
 */
import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, vi } from "vitest";
import type { Integration } from "../../../src/core/integration";
import { indexProvider } from "../../contracts/index.provider";
import { emptyDatabase } from "../../support/empty";
import { searchDatabases, takingTurns } from "../../support/search-databases";
import { type Clock, createWorld } from "../../support/world";
import { answers, definition, START } from "./form";
import type { Setting } from "./providers";
import type { Random } from "./random";
import { type Expected, type Provider, type Run, simulate } from "./simulator";

/** `npm run chaos -- --seed N` replays one run; without it `CHAOS_SEEDS` runs, from `CHAOS_FROM`. */
export const ONE = Number(env.CHAOS_SEED ?? 0);
const FROM = ONE || Number(env.CHAOS_FROM ?? 1);
const COUNT = ONE ? 1 : Number(env.CHAOS_SEEDS ?? 25);
/** Seeds that failed once. */
const REGRESSIONS: readonly number[] = [4, 19];
export const SEEDS = [...(ONE ? [] : REGRESSIONS), ...Array.from({ length: COUNT }, (_, i) => FROM + i)];

/**
 * Two kinds that take turns at the seeds: what both of them go through is the engine's. Seeds that failed once are for
 * both.
 */
export const everySecond = (turn: 0 | 1): readonly number[] =>
  SEEDS.filter((_, i) => ONE || i < REGRESSIONS.length || i % 2 === turn);

/** One run in five is of a form that goes over three databases: so many responses have its segments then, about. */
export const segmentMaxOf = (seed: number): number | undefined => (seed % 5 === 0 ? 4 + (seed % 3) : undefined);

interface IndexSetting extends Pick<Setting, "segmentMax"> {
  /** Over three databases of indexes, of which each page finds room in another one. */
  readonly spread?: boolean;
  readonly config?: Record<string, unknown>;
  readonly of?: Run["answers"];
}

/** A run of a kind that keeps an index, on a SEARCH_DB that fails in every way. */
export async function index(
  kind: Integration,
  db = env.TEST_SEARCH_DB,
  { config = {}, of = answers, segmentMax, spread = false }: IndexSetting = {},
): Promise<{ readonly run: Run }> {
  const clock: Clock = { now: START };
  const real = spread ? takingTurns() : { index: db, furtherIndexes: [] };
  const {
    fetch,
    index: failing,
    furtherIndexes,
    fail,
    heal,
  } = indexProvider(undefined, real.index, real.furtherIndexes);
  if (!failing) throw new Error("SEARCH_DB is not bound");
  const modes = ["outage", "rate_limit", "error_before", "error_after", "drop_after"] as const;
  const failNext = (random: Random) => fail(random.pick(modes) ?? "outage", 1);
  const provider: Provider = { fetch, index: failing, lateCallsArrive: true, failNext, heal };
  const world = await createWorld({
    kind,
    config,
    definition,
    fetch,
    index: () => failing,
    furtherIndexes,
    settings: {},
    clock,
    segmentMax,
  });
  return { run: { world, clock, provider, answers: of, edits: true, compared: false } };
}

/** All that a form may go over. */
export const SHARDS = [env.DB, env.SPAN_1, env.SPAN_2] as D1Database[];

/** Rows of all of them. */
export async function rowsOfAll<T>(sql: string, ...values: readonly unknown[]): Promise<T[]> {
  const found = await Promise.all(
    SHARDS.map((db) =>
      db
        .prepare(sql)
        .bind(...values)
        .all<T>(),
    ),
  );
  return found.flatMap(({ results }) => results);
}

/** Each run starts with empty databases: its ids, and so its whole course, depend on its seed alone. */
const emptyDatabases = () => Promise.all([...SHARDS, ...searchDatabases].map(emptyDatabase));

/** What waits for so long in real time is a limit of a call, and nothing that a run needs. */
const TIME_LIMIT_MS = 10_000;

/** For every file of simulations. */
export function prepareRuns(): void {
  beforeAll(async () => {
    for (const db of SHARDS.slice(1)) await applyD1Migrations(db, env.TEST_MIGRATIONS);
  });
  beforeEach(async () => {
    await emptyDatabases();
    // Time belongs to the simulator: what a client gives up on is a held call that is never released.
    const { setTimeout: wait } = globalThis;
    const waitUnlessLong = (then: () => void, ms?: number) => ((ms ?? 0) < TIME_LIMIT_MS ? wait(then, ms) : 0);
    vi.spyOn(globalThis, "setTimeout").mockImplementation(waitUnlessLong as unknown as typeof setTimeout);
    for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
}

/** The first seed whose run goes wrong, or null. */
export async function caughtBy<T extends { readonly run: Run }>(
  make: () => Promise<T>,
  checkRun: (simulated: T, expected: Expected) => Promise<void>,
): Promise<number | null> {
  for (let seed = 1; seed <= 50; seed += 1) {
    await emptyDatabases();
    const simulated = await make();
    try {
      await checkRun(simulated, await simulate(seed, simulated.run));
    } catch {
      return seed;
    }
  }
  return null;
}
