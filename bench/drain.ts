/**
 * How a backlog drains: responses wait, an integration is added that begins at the first one, and the real workers work
 * it off against the emulated providers. Counts first, which are the same everywhere; then how many a second on this
 * machine.
 */
import { parseArgs } from "node:util";
import { KINDS } from "./cost-kinds";
import { DRAINED, type DrainedKind, spreadsheetOf } from "./drain-kinds";
import { type Backlog, type Drained, drainOne, idsOf } from "./drain-run";
import { type Fleet, withFleet } from "./fleet";
import { circumstances } from "./installation";
import { FORM, load } from "./lists-load";
import { type Figure, printTable } from "./report";

/** Twilio takes so many segments a second of this sender; texts here have one. */
const SEGMENTS_PER_SECOND = 100;

/**
 * `--waiting 1000,10000 --kinds google-sheets,twilio-sms,webhook --port 9400`. Whether all arrived once, and for no
 * more rows than cost.ts says.
 */
export async function drain(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      waiting: { type: "string", default: "1000,10000" },
      kinds: { type: "string", default: DRAINED.map(({ kind }) => kind).join(",") },
      port: { type: "string", default: "9400" },
    },
  });
  const sizes = values.waiting.split(",").map(Number);
  if (!sizes.every((size) => Number.isInteger(size) && size > 0))
    throw new TypeError("--waiting is numbers: 1000,10000");
  const kinds = DRAINED.filter(({ kind }) => values.kinds.split(",").includes(kind));
  if (kinds.length === 0) throw new TypeError(`--kinds is some of ${DRAINED.map(({ kind }) => kind).join(",")}`);
  const port = Number(values.port);
  const options = { port, textsPerSecond: SEGMENTS_PER_SECOND, spreadsheets: sizes.map(spreadsheetOf) };
  const figures = await withFleet(options, async (fleet) => {
    const all: Figure[] = [];
    for (const waiting of sizes) {
      const backlog = await fill(fleet, waiting);
      for (const one of kinds) all.push(...figuresOf(one, waiting, await drainOne(fleet, one, backlog)));
    }
    return all;
  });
  console.log(`\n${circumstances()}; npm run bench -- drain ${args.join(" ")}\n`);
  const good = printTable(figures);
  console.log(`\nWhat bounds a second:\n${kinds.map(({ title, bound }) => `- ${title}: ${bound}.`).join("\n")}`);
  return good;
}

/** A form with so many responses. */
async function fill(fleet: Fleet, responses: number): Promise<Backlog> {
  const { id } = await fleet.call("POST", "/v1/forms", FORM);
  const path = `/v1/forms/${id}`;
  await load(fleet, { path, responses });
  return { path, ids: new Set(await idsOf(fleet, path)) };
}

function figuresOf(one: DrainedKind, waiting: number, drained: Drained): Figure[] {
  const { counts, calls, seconds, missing, doubled } = drained;
  const of = (what: string) => `${one.title}, ${waiting} waiting: ${what}`;
  const told = (what: string, measured: string): Figure => ({ what: of(what), measured, good: true });
  const each = (n: number) => n / waiting;
  const most = (what: string, n: number, limit: number): Figure => ({
    what: of(what),
    measured: each(n).toFixed(3),
    limit: `≤ ${limit.toFixed(3)}`,
    good: each(n) <= limit,
  });
  const { rowsRead, rowsWritten } = rowLimits(one, waiting);
  const made = calls[one.call] ?? 0;
  return [
    told(`responses for each of ${made} ${one.called}`, (waiting / made).toFixed(1)),
    told(
      "all calls",
      Object.entries(calls)
        .map(([name, n]) => `${name} ${n}`)
        .join(", "),
    ),
    most("rows read for a response", counts.rowsRead, rowsRead),
    most("rows written for a response", counts.rowsWritten, rowsWritten),
    told("D1 round trips, wake-ups, queue operations", `${counts.trips}, ${counts.wakeUps}, ${counts.queueOperations}`),
    { what: of("missing, doubled"), measured: `${missing}, ${doubled}`, limit: "0, 0", good: missing + doubled === 0 },
    told(`a second (${seconds.toFixed(1)} s)`, (waiting / seconds).toFixed(1)),
  ];
}

/** What cost.ts reckons with, of full pages or of one with everything. */
function rowLimits({ kind, pageOfForm = Number.POSITIVE_INFINITY }: DrainedKind, waiting: number) {
  const { page, wakeUpRows, pageRows, response } = KINDS[kind];
  const { rowsRead = 0, rowsWritten = 0 }: { rowsRead?: number; rowsWritten?: number } = response;
  const full = Math.min(page, pageOfForm, waiting);
  // A wake-up for each page, and pages that a budget cuts are half full; what is deleted days later no drain sees.
  return {
    rowsRead: rowsRead + 20 / full + 20 / waiting,
    rowsWritten: rowsWritten + (2 * (wakeUpRows + pageRows)) / full,
  };
}
