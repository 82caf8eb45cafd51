/**
 * What a million responses cost on Cloudflare, reckoned: counts (cost-kinds.ts) times prices (prices.ts). What was
 * measured: cost-measured.ts. Pure.
 */
import {
  COUNTERS,
  type CostedKind,
  type Counts,
  KINDS,
  type KindCounts,
  LOG_KILOBYTES,
  STEPS,
  SUBMISSION,
  SWEEP,
} from "./cost-kinds";
import { PRICES } from "./prices";

/** A message is written, read and deleted. */
const OPERATIONS_OF_A_MESSAGE = 3;
/** The entry of a page is deleted when its days are over. */
const PRUNED_ROWS = 1;

export const RATES = [1, 10, 100, 1_000] as const;

/**
 * What one response comes to, of a form that gets `rate` a second, with these integrations. Without Idempotency-Key:
 * with one a row more.
 */
export function countsOf(rate: number, kinds: readonly CostedKind[]): Counts {
  return kinds.map((kind) => countsOfKind(KINDS[kind], rate)).reduce(add, add(SUBMISSION, countsOfTime(rate, kinds)));
}

/** Of one response: its share of a second, with one isolate of each worker. */
function countsOfTime(rate: number, kinds: readonly CostedKind[]): Counts {
  const sweeps = 1 / (SWEEP.everySeconds * rate);
  const series = (COUNTERS.gateway + kinds.length * COUNTERS.kind) / (COUNTERS.everySeconds * rate);
  return {
    ...NOTHING,
    requests: sweeps,
    rowsWritten: sweeps * SWEEP.rowsWritten + series,
    rowsRead: sweeps * SWEEP.rowsRead + series,
    logKilobytes: sweeps * LOG_KILOBYTES,
  };
}

const NOTHING: Counts = {
  requests: 0,
  cpuMilliseconds: 0,
  rowsWritten: 0,
  rowsRead: 0,
  queueOperations: 0,
  logKilobytes: 0,
};

/**
 * What comes after a run has ended: statuses are asked for, entries of the log of `pages` pages a response are deleted.
 */
export function countsLater(rate: number, kinds: readonly CostedKind[], pages: number): Counts {
  const pruned = { ...NOTHING, rowsWritten: pages * PRUNED_ROWS };
  return kinds
    .map((kind): KindCounts => KINDS[kind])
    .reduce((sum, { checks }) => add(sum, countsOfChecks(checks, rate)), pruned);
}

function countsOfKind({ response, pageRows, checks, ...kind }: KindCounts, rate: number): Counts {
  const delivered = countsOfPages({ ...kind, pageRows: pageRows + PRUNED_ROWS }, rate);
  return add({ ...NOTHING, ...response }, add(delivered, countsOfChecks(checks, rate)));
}

const countsOfChecks = (checks: KindCounts["checks"], rate: number): Counts =>
  checks ? countsOfPages({ ...checks, cycleSeconds: checks.everySeconds }, rate) : NOTHING;

function countsOfPages(
  {
    page,
    cycleSeconds,
    wakeUpRows,
    pageRows,
    shared = { one: 0, most: 0 },
  }: Pick<KindCounts, "page" | "cycleSeconds" | "wakeUpRows" | "pageRows" | "shared">,
  rate: number,
): Counts {
  const waiting = Math.max(1, rate * cycleSeconds);
  const full = Math.min(waiting, page);
  const [wakeUps, pages] = [1 / waiting, 1 / full];
  const sharedRows = Math.min(shared.most, shared.one * Math.sqrt(full));
  return {
    requests: wakeUps,
    cpuMilliseconds: 5 * wakeUps,
    rowsWritten: wakeUps * wakeUpRows + pages * (pageRows + sharedRows),
    rowsRead: 20 * pages,
    queueOperations: wakeUps * OPERATIONS_OF_A_MESSAGE,
    logKilobytes: (wakeUps + pages) * LOG_KILOBYTES,
  };
}

function add(a: Counts, b: Counts): Counts {
  const sum = (name: keyof Counts) => a[name] + b[name];
  return {
    requests: sum("requests"),
    cpuMilliseconds: sum("cpuMilliseconds"),
    rowsWritten: sum("rowsWritten"),
    rowsRead: sum("rowsRead"),
    queueOperations: sum("queueOperations"),
    logKilobytes: sum("logKilobytes"),
  };
}

/** Dollars for a million responses of such counts, beyond what the plan includes. */
export function dollarsPerMillion(counts: Counts): number {
  const { perMillion, logsPerGigabyte } = PRICES;
  const priced = ["requests", "cpuMilliseconds", "rowsWritten", "rowsRead", "queueOperations"] as const;
  return priced.reduce((sum, name) => sum + counts[name] * perMillion[name], counts.logKilobytes * logsPerGigabyte);
}

/** The table of docs/operating.md, as Markdown. */
export function costTable(): string {
  const rows = STEPS.map((kind, i) => {
    const kinds = STEPS.slice(0, i + 1);
    const cells = RATES.map((rate) => dollarsPerMillion(countsOf(rate, kinds)).toFixed(2));
    return `| ${kinds.length} | ${i === 0 ? "" : "+ "}${KINDS[kind].title} | ${cells.join(" | ")} |`;
  });
  const head = `| | integrations | ${RATES.map((rate) => `${rate.toLocaleString("en")}/s`).join(" | ")} |`;
  return [head, `|---|---|${RATES.map(() => "---|").join("")}`, ...rows].join("\n");
}
