import { it } from "vitest";
import { check, sheets } from "./providers";
import { prepareRuns, SEEDS, segmentMaxOf } from "./runs";
import { simulate } from "./simulator";

prepareRuns();

it.each(SEEDS)("google-sheets, seed %i: every response settled once, and nothing parked", async (seed) => {
  const simulated = await sheets({ segmentMax: segmentMaxOf(seed) });
  await check(simulated, await simulate(seed, simulated.run), true);
});
