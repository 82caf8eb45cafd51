/**
 * What a response costs, measured: the real workers on workerd, one form with one integration to five, responses one by
 * one at several rates. Counts are D1's and those of counted.ts; prices.ts prices them. bench/README.md says what is
 * reckoned beside it.
 */
import { parseArgs } from "node:util";
import { API } from "../scripts/cloud/config";
import { STEPS } from "./cost-kinds";
import type { Run, Sweeps } from "./cost-measured";
import { untilQuiet } from "./cost-quiet";
import { makeForm, runOnce, spreadsheetOf } from "./cost-run";
import { countsTable, dollarsTable, limits, workersTable } from "./cost-tables";
import { type Fleet, withFleet } from "./fleet";
import { circumstances } from "./installation";
import { load } from "./lists-load";
import { PRICES } from "./prices";
import { printTable } from "./report";

/**
 * Delivered before anything is counted: the log of a webhook's attempts keeps a thousand, and deletes one for each from
 * then on.
 */
const WARM = 1_100;

/**
 * `--rates 1,10,100,1000,1000x50 --integrations 1-5 --seconds N --answer 100 --port 9500`: 1000x50 comes in batches of
 * 50; providers answer after 100 ms. Whether all is within its limits.
 */
export async function cost(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      rates: { type: "string", default: "1,10,100,1000" },
      integrations: { type: "string", default: "1-5" },
      seconds: { type: "string" },
      answer: { type: "string", default: "100" },
      port: { type: "string", default: "9500" },
    },
  });
  const loads = values.rates.split(",").map((text) => readLoad(text, values.seconds));
  const [least = 1, most = least] = values.integrations.split("-").map(Number);
  if (!(least >= 1 && most >= least && most <= STEPS.length)) throw new TypeError("--integrations is 3 or 1-5");
  const steps = Array.from({ length: most - least + 1 }, (_, i) => least + i);
  const options = {
    port: Number(values.port),
    textsPerSecond: 100,
    spreadsheets: steps.map(spreadsheetOf),
    answerMs: Number(values.answer),
    countAll: true,
  };
  const { runs, sweeps } = await withFleet(options, async (fleet) => {
    await fleet.countsOf(API, "sweeps");
    const runs: Run[] = [];
    for (const step of steps) runs.push(...(await runsOf(fleet, step, loads)));
    return { runs, sweeps: await sweepsOf(fleet) };
  });
  console.log(`\n${circumstances()}; npm run bench -- cost ${args.join(" ")}`);
  console.log(`\nOf one response (a sweep: ${JSON.stringify(sweeps)}):\n\n${countsTable(runs, sweeps)}`);
  console.log(`\nBy worker, without sweeps:\n\n${workersTable(runs)}`);
  console.log(`\nDollars for a million, prices of ${PRICES.date}; (reckoned):\n\n${dollarsTable(runs, sweeps)}\n`);
  return printTable(limits(runs, sweeps));
}

interface Asked {
  readonly rate: number;
  readonly batch: number;
  readonly seconds: number;
}

/** `100`, or `1000x50`. At low rates it takes long until there are enough to be typical. */
function readLoad(text: string, seconds: string | undefined): Asked {
  const [rate = 0, batch = 1] = text.split("x").map(Number);
  if (!(rate > 0 && batch >= 1)) throw new TypeError("--rates is 1,10,100,1000x50");
  const enough = rate <= 1 ? 90 : rate <= 10 ? 40 : rate <= 100 ? 20 : 6;
  return { rate, batch, seconds: seconds === undefined ? enough : Number(seconds) };
}

/** All rates over one form. */
async function runsOf(fleet: Fleet, integrations: number, loads: readonly Asked[]): Promise<Run[]> {
  const form = await makeForm(fleet, integrations);
  await load(fleet, { path: form.path, responses: WARM });
  await untilQuiet(fleet, form);
  const runs: Run[] = [];
  let first = WARM;
  for (const asked of loads) {
    const run = await runOnce(fleet, form, { ...asked, first });
    first += run.responses;
    runs.push(run);
    console.log(`${integrations} integrations, ${asked.rate}/s: ${run.responses} responses`);
  }
  return runs;
}

async function sweepsOf(fleet: Fleet): Promise<Sweeps> {
  return { counts: await fleet.countsOf(API, "sweeps"), logBytes: fleet.lines.get("swept")?.bytes ?? 0 };
}
