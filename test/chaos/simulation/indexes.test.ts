import { it } from "vitest";
import { search } from "../../../src/integrations/search/index";
import { summary } from "../../../src/integrations/summary/index";
import { checkIndex } from "./providers";
import { everySecond, index, prepareRuns, segmentMaxOf } from "./runs";
import { simulate } from "./simulator";

prepareRuns();

/** One run in three is of an index that lies in three databases. */
const settingOf = (seed: number) => ({ segmentMax: segmentMaxOf(seed), spread: seed % 3 === 0 });

// Both are written by one writer (dispatch/index-writer.ts).
it.each(everySecond(0))("summary, seed %i: every response settled once, and nothing parked", async (seed) => {
  const simulated = await index(summary, undefined, settingOf(seed));
  await checkIndex(simulated, await simulate(seed, simulated.run));
});

it.each(everySecond(1))("search, seed %i: every response settled once, and nothing parked", async (seed) => {
  const simulated = await index(search, undefined, settingOf(seed));
  await checkIndex(simulated, await simulate(seed, simulated.run));
});
