/** The measured costs as tables in Markdown. Pure. */
import { countsOf, dollarsPerMillion } from "./cost";
import { KINDS, STEPS } from "./cost-kinds";
import { dollarsOf, ofOneResponse, type Run, type Sweeps, sumOf } from "./cost-measured";
import type { Figure } from "./report";

const SHEETS_MAX = 2.1;
const MORE_MAX = 2.5;
const LIMITED_RATE = 100;

const number = (n: number): string => n.toFixed(n < 9.995 ? 2 : 1);
const rateOf = ({ rate, batch }: Run): string =>
  `${rate.toLocaleString("en")}/s${batch > 1 ? ` in batches of ${batch}` : ""}`;
const titleOf = ({ kinds }: Run): string => `${kinds.length}: ${kinds.map((kind) => KINDS[kind].title).join(", ")}`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** Of one response, a line a run. */
export function countsTable(runs: readonly Run[], sweeps: Sweeps): string {
  const head = [
    "integrations",
    "asked for",
    "reached",
    "behind at the end",
    "responses",
    "D1 round trips",
    "rows read",
    "rows written",
    "queue operations",
    "invocations",
    "CPU ms",
    "log KB",
  ];
  const rows = runs.map((run) => {
    const { trips, rowsRead, rowsWritten, queueOperations, requests, cpuMilliseconds, logKilobytes } = ofOneResponse(
      run,
      sweeps,
    );
    const counts = [trips, rowsRead, rowsWritten, queueOperations, requests, cpuMilliseconds, logKilobytes];
    const told = [`${number(run.reached)}/s`, String(run.behind), String(run.responses)];
    return [titleOf(run), rateOf(run), ...told, ...counts.map(number)];
  });
  return table(head, rows);
}

/** Dollars a million responses, and in brackets what was reckoned. */
export function dollarsTable(runs: readonly Run[], sweeps: Sweeps): string {
  const rates = [...new Set(runs.map(rateOf))];
  const rows = STEPS.flatMap((_, i) => {
    const own = runs.filter(({ kinds }) => kinds.length === i + 1);
    if (!own[0]) return [];
    const cells = rates.map((rate) => {
      const run = own.find((one) => rateOf(one) === rate);
      if (!run) return "";
      const reckoned = run.batch > 1 ? "" : ` (${dollarsPerMillion(countsOf(run.rate, run.kinds)).toFixed(2)})`;
      return `${dollarsOf(run, sweeps).toFixed(2)}${reckoned}`;
    });
    return [[titleOf(own[0]), ...cells]];
  });
  return table(["integrations", ...rates], rows);
}

/** What each worker did for a response, of the runs with most integrations. */
export function workersTable(runs: readonly Run[]): string {
  const most = Math.max(...runs.map(({ kinds }) => kinds.length));
  const rows = runs
    .filter(({ kinds }) => kinds.length === most)
    .flatMap((run) =>
      [...run.workers].map(([name, counts]) => {
        const { trips, rowsRead, rowsWritten, queueOperations, invocations } = sumOf([counts]);
        const each = [trips, rowsRead, rowsWritten, queueOperations, invocations];
        return [rateOf(run), name, ...each.map((n) => number(n / run.responses))];
      }),
    );
  return table(
    ["rate", "worker", "D1 round trips", "rows read", "rows written", "queue operations", "invocations"],
    rows,
  );
}

/** What issue 7 asks for, at 100 a second: as far as it was measured. */
export function limits(runs: readonly Run[], sweeps: Sweeps): Figure[] {
  const dollars = runs
    .filter(({ rate, batch }) => rate === LIMITED_RATE && batch === 1)
    .map((run) => ({ kinds: run.kinds, dollars: dollarsOf(run, sweeps) }));
  const of = (n: number) => dollars.find(({ kinds }) => kinds.length === n)?.dollars;
  const figure = (what: string, measured: number, max: number): Figure => ({
    what: `${LIMITED_RATE} a second: ${what}`,
    measured: `$${measured.toFixed(2)}`,
    limit: `≤ $${max.toFixed(2)}`,
    good: measured <= max,
  });
  return dollars.flatMap(({ kinds, dollars }) => {
    const before = of(kinds.length - 1);
    if (kinds.length === 1) return [figure("Sheets alone", dollars, SHEETS_MAX)];
    if (kinds.length > 3 || before === undefined) return [];
    return [figure(`${KINDS[kinds.at(-1) ?? "search"].title} adds`, dollars - before, MORE_MAX)];
  });
}
