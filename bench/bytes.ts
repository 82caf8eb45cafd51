/**
 * How many bytes a response takes in the databases: the form of lists-load.ts with no integration and with some, every
 * response delivered. Bytes are D1's own (`size_after`), before and after, so that what every database has is not in
 * them.
 */
import { parseArgs } from "node:util";
import { API } from "../scripts/cloud/config";
import { STEPS } from "./cost-kinds";
import { untilQuiet } from "./cost-quiet";
import { makeForm, spreadsheetOf } from "./cost-run";
import { type Fleet, withFleet } from "./fleet";
import { workerOf } from "./fleet-workers";
import { circumstances } from "./installation";
import { load } from "./lists-load";
import { type Figure, printTable } from "./report";

/** Each database with a worker that is bound to it. */
const DATABASES = { DB: API, SEARCH_DB: workerOf("search") };

/** `--responses 100000 --integrations 0,3,5 --port 9600`. It measures, and has no limit. */
export async function bytes(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      responses: { type: "string", default: "100000" },
      integrations: { type: "string", default: `0,3,${STEPS.length}` },
      port: { type: "string", default: "9600" },
    },
  });
  const responses = Number(values.responses);
  const steps = values.integrations.split(",").map(Number);
  const options = {
    port: Number(values.port),
    textsPerSecond: 100,
    spreadsheets: steps.map(spreadsheetOf),
    countAll: true,
  };
  const figures = await withFleet(options, async (fleet) => {
    const all: Figure[] = [];
    for (const step of steps) all.push(...(await measure(fleet, step, responses)));
    return all;
  });
  console.log(`\n${circumstances()}; npm run bench -- bytes ${args.join(" ")}\n`);
  return printTable(figures);
}

async function measure(fleet: Fleet, integrations: number, responses: number): Promise<Figure[]> {
  const form = await makeForm(fleet, integrations);
  const before = await sizes(fleet);
  await load(fleet, { path: form.path, responses });
  if (integrations > 0) await untilQuiet(fleet, form);
  const after = await sizes(fleet);
  return Object.keys(DATABASES).map((name, i) => ({
    what: `${name}, bytes of a response with ${integrations} integrations`,
    measured: (((after[i] ?? 0) - (before[i] ?? 0)) / responses).toFixed(0),
    good: true,
  }));
}

const sizes = ({ miniflare }: Fleet): Promise<number[]> =>
  Promise.all(
    Object.entries(DATABASES).map(async ([binding, worker]) => {
      const db = (await miniflare.getD1Database(binding, worker)) as unknown as D1Database;
      return (await db.prepare("SELECT 1").run()).meta.size_after;
    }),
  );
