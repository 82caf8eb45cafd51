import { it } from "vitest";
import { checkEvents, hooks } from "./hooks";
import { everySecond, prepareRuns, segmentMaxOf } from "./runs";
import { simulate } from "./simulator";

prepareRuns();

it.each(everySecond(1))("webhook, seed %i: every response settled once, and nothing parked", async (seed) => {
  const simulated = await hooks({ segmentMax: segmentMaxOf(seed) });
  await checkEvents(simulated, await simulate(seed, simulated.run));
});
