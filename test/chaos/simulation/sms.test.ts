import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { lastWord } from "../../../src/store/deliveries";
import { check, sms } from "./providers";
import { prepareRuns, SEEDS } from "./runs";
import { simulate } from "./simulator";

prepareRuns();

it.each(SEEDS)("twilio-sms, seed %i: every response settled once, and nothing parked", async (seed) => {
  const simulated = await sms();
  const expected = await simulate(seed, simulated.run);
  await check(simulated, expected, false);
  // Checks have four turns within a day; they find out the last status of each text, and send none.
  for (let turn = 0; turn < 4; turn += 1) {
    simulated.run.clock.now += 12 * 3_600_000;
    await simulated.run.world.run();
  }
  await check(simulated, expected, false);
  const columns = `state, ${lastWord("deliveries")} AS status, next_at`;
  const { results } = await env.DB.prepare(`SELECT DISTINCT ${columns} FROM deliveries`).all();
  expect(results).toEqual(expected.size > 0 ? [{ state: "delivered", status: "delivered", next_at: null }] : []);
});
