import { expect, it } from "vitest";
import { lastWord } from "../../../src/store/deliveries";
import { check, sms } from "./providers";
import { everySecond, prepareRuns, rowsOfAll, segmentMaxOf } from "./runs";
import { simulate } from "./simulator";

prepareRuns();

it.each(everySecond(0))("twilio-sms, seed %i: every response settled once, and nothing parked", async (seed) => {
  const simulated = await sms({ segmentMax: segmentMaxOf(seed) });
  const expected = await simulate(seed, simulated.run);
  await check(simulated, expected, false);
  // Checks have four turns within a day; they find out the last status of each text, and send none.
  for (let turn = 0; turn < 4; turn += 1) {
    simulated.run.clock.now += 12 * 3_600_000;
    await simulated.run.world.run();
  }
  await check(simulated, expected, false);
  const word = lastWord("deliveries");
  const open = `SELECT * FROM deliveries WHERE state <> 'delivered' OR ${word} <> 'delivered' OR next_at IS NOT NULL`;
  expect(await rowsOfAll(open)).toEqual([]);
  expect(await rowsOfAll("SELECT 1 FROM deliveries")).toHaveLength(expected.size);
});
