/**
 * A long load at a share of what the installation can do, with faults at the providers: a closed loop with the same
 * faults finds what it reaches at most, open loops from there downwards what it keeps up with; then it sends in an open
 * loop at 70 % of that, looks every ten seconds, lets everything drain and verifies every response.
 */
import { parseArgs } from "node:util";
import { withFleet } from "./fleet";
import { circumstances } from "./installation";
import { printTable } from "./report";
import { findCapacity } from "./soak-capacity";
import { makeForms, readRates, SPREADSHEETS } from "./soak-forms";
import { judge } from "./soak-judge";
import { formatNumbers } from "./soak-look";
import { runOpen } from "./soak-run";
import { untilDrained, verifyAll } from "./soak-verify";

/**
 * `--minutes 10 --load 0.7 --faults 0.05 --port 9400`, or instead of a share of the capacity `--rates 326,326,12,27`,
 * as an earlier run found them. Whether nothing failed, nothing was lost, and nothing grew.
 */
export async function soak(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: "string", default: "10" },
      load: { type: "string", default: "0.7" },
      faults: { type: "string", default: "0.05" },
      port: { type: "string", default: "9400" },
      rates: { type: "string" },
    },
  });
  const [minutes, share, faults, port] = [values.minutes, values.load, values.faults, values.port].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const options = { port, textsPerSecond: 100, spreadsheets: SPREADSHEETS, flaky: true };
  return withFleet(options, async (fleet) => {
    console.log(`\n${circumstances()}; npm run bench -- soak ${args.join(" ")}\n`);
    const forms = await makeForms(fleet);
    const ids = new Map(forms.map(({ path }) => [path, [] as string[]]));
    await fleet.setFaults(faults);
    const rates = values.rates ? readRates(values.rates) : (await findCapacity(fleet, { forms, ids, faults }))(share);
    console.log(`the load, a second: ${formatNumbers(rates)}`);
    const { looks, unknown } = await runOpen(fleet, { forms, rates, seconds: minutes * 60, ids });
    await fleet.setFaults(0);
    const seconds = await untilDrained(fleet);
    console.log(
      `drained in ${seconds.toFixed(0)} s; errors in the log: ${formatNumbers(Object.fromEntries(fleet.errors))}\n`,
    );
    return printTable([...judge(looks, rates), ...(await verifyAll(fleet, { forms, ids, unknown }))]);
  });
}
