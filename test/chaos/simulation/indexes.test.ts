import { it } from "vitest";
import { search } from "../../../src/integrations/search/index";
import { summary } from "../../../src/integrations/summary/index";
import { checkIndex } from "./providers";
import { everySecond, index, prepareRuns, segmentMaxOf } from "./runs";
import { simulate } from "./simulator";

prepareRuns();

// Both are written by one writer (dispatch/index-writer.ts).
it.each(everySecond(0))("summary, seed %i: every response settled once, and nothing parked", async (seed) => {
  const simulated = await index(summary, undefined, { segmentMax: segmentMaxOf(seed) });
  await checkIndex(simulated, await simulate(seed, simulated.run));
});

it.each(everySecond(1))("search, seed %i: every response settled once, and nothing parked", async (seed) => {
  const simulated = await index(search, undefined, { segmentMax: segmentMaxOf(seed) });
  await checkIndex(simulated, await simulate(seed, simulated.run));
});
