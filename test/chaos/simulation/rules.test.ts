/** Rules over other responses, while everything fails: who is flagged in the end follows from the log alone. */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Integration } from "../../../src/core/integration";
import { rules } from "../../../src/integrations/rules/index";
import { readLog } from "../../support/lookups";
import { index, ONE, prepareRuns, SEEDS } from "./runs";
import { type Run, simulate } from "./simulator";

const COMPARED = ["name", "phone"];

/** Every third person has one number, every fifth one name, which edits take away. */
const lookups = (segmentMax: number | undefined) =>
  index(rules as Integration, env.TEST_SEARCH_DB, {
    config: { rules: COMPARED.map((ref) => ({ name: ref, message: "Twice.", lookup: { same: [ref] } })) },
    segmentMax,
    of: (n) => ({ name: `person ${n % 5}`, phone: `+9198765${10_000 + (n % 3)}` }),
  });

/** Flagged is whoever has a name or a number that one before has, and nobody else. */
async function check({ run: { world } }: { readonly run: Run }): Promise<void> {
  const log = (await readLog(world.ctx.shards, world.form)).filter(({ erasedAt }) => erasedAt === null);
  const wanted = log.map(({ id, answers }, i) => {
    const before = log.slice(0, i);
    return [id, COMPARED.filter((ref) => before.some((one) => one.answers[ref] === answers[ref]))];
  });
  const found = log.map(({ id, flags }) => [
    id,
    flags.filter(({ source }) => source !== undefined).map(({ rule }) => rule),
  ]);
  expect(found).toEqual(wanted);
  const { state, lag, parked } = await world.view();
  expect({ state, entries: lag.entries, parked }).toEqual({ state: "active", entries: 0, parked: 0 });
}

prepareRuns();

// The property test of test/api/lookups-property.test.ts goes further; here one seed in twenty shows the engine around
// it.
const FEW = SEEDS.filter((_, i) => ONE || i % 20 === 0);

it.each(FEW)("rules, seed %i", async (seed) => {
  const simulated = await lookups(undefined);
  await simulate(seed, simulated.run);
  await check(simulated);
});

it.each(FEW)("rules, over three databases, seed %i", async (seed) => {
  const simulated = await lookups(2 + (seed % 5));
  await simulate(seed, simulated.run);
  await check(simulated);
});
