import { it } from "vitest";
import { search } from "../../../src/integrations/search/index";
import { summary } from "../../../src/integrations/summary/index";
import { checkIndex } from "./providers";
import { index, prepareRuns, SEEDS } from "./runs";
import { simulate } from "./simulator";

prepareRuns();

it.each(SEEDS)("summary, seed %i: every response settled once, and nothing parked", async (seed) => {
  const simulated = await index(summary);
  await checkIndex(simulated, await simulate(seed, simulated.run));
});

it.each(SEEDS)("search, seed %i: every response settled once, and nothing parked", async (seed) => {
  const simulated = await index(search);
  await checkIndex(simulated, await simulate(seed, simulated.run));
});
