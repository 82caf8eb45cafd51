/**
 * What reading a large form costs: rows that D1 reads for pages of its list and for its summary, and the memory of the
 * worker that exports it. Counted, not timed: a figure over its limit fails the run. `--responses N`: a million unless
 * told.
 */
import { parseArgs } from "node:util";
import { circumstances, withInstallation } from "./installation";
import { exportAll, exportSlowly } from "./lists-export";
import { FORM, load } from "./lists-load";
import { pages } from "./lists-pages";
import { summaryOf } from "./lists-summary";
import { printTable } from "./report";

/** Whether every figure is within its limit. */
export async function lists(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      responses: { type: "string", default: "1000000" },
      port: { type: "string", default: "9120" },
    },
  });
  const count = Number(values.responses);
  if (!Number.isInteger(count) || count < 10_000) throw new TypeError("--responses is a number from 10000");
  const figures = await withInstallation({ port: Number(values.port), kinds: ["summary"] }, async (installation) => {
    const { id } = await installation.call("POST", "/v1/forms", FORM);
    const form = { path: `/v1/forms/${id}`, responses: count };
    await load(installation, form);
    await installation.index();
    return [
      ...(await pages(installation, form)),
      await summaryOf(installation, form),
      await exportAll(installation, form),
      await exportSlowly(installation, form),
    ];
  });
  console.log(`\n${circumstances()}: ${count} responses\n`);
  return printTable(figures);
}
