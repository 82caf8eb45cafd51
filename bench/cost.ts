/** What a million responses cost on Cloudflare: counts of a response times prices (prices.ts). Pure. */
import { PRICES } from "./prices";

/** Of one response. */
export interface Counts {
  readonly requests: number;
  readonly cpuMilliseconds: number;
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly queueOperations: number;
  readonly logKilobytes: number;
}

/** What a kind adds: for each wake-up, for each page, for each response of it. */
export interface KindCounts {
  readonly title: string;
  /** Most responses of a page (`policy.pageSize`). */
  readonly page: number;
  /** Seconds from one page to the next while responses come in: its pace, or a bell, a few round trips and the provider's answer. */
  readonly cycleSeconds: number;
  /** Rows written: the bell and the claim. */
  readonly wakeUpRows: number;
  /** Budget, mark, settle, and the entry of the log service. */
  readonly pageRows: number;
  readonly response: Partial<Counts>;
  /** What was delivered is asked for once more, in pages. */
  readonly checks?: {
    readonly page: number;
    readonly everySeconds: number;
    /** Ring, claim and release of the wake-up; the cursor of each page. */
    readonly wakeUpRows: number;
    readonly pageRows: number;
  };
}

/** A message is written, read and deleted. */
const OPERATIONS_OF_A_MESSAGE = 3;
/** An invocation's own entry and an event of ours. */
const LOG_KILOBYTES = 1;
const WAKE_UP_ROWS = 2;
/** The entry of a page is deleted when its days are over. */
const PRUNED_ROWS = 1;

/**
 * Rows are measured by test/api/cost.test.ts (those of responses by append.test.ts, of indexes by search.test.ts and
 * summary-cost.test.ts); CPU is an estimate from above, and hardly matters: a millisecond is two cents.
 */
export const SUBMISSION: Counts = {
  requests: 1,
  cpuMilliseconds: 1,
  rowsWritten: 1,
  rowsRead: 10,
  queueOperations: 0,
  logKilobytes: LOG_KILOBYTES,
};
export const KINDS = {
  "google-sheets": {
    title: "Sheets",
    page: 2500,
    cycleSeconds: 2,
    wakeUpRows: WAKE_UP_ROWS,
    pageRows: 4,
    response: { rowsRead: 5, cpuMilliseconds: 0.1 },
  },
  webhook: {
    title: "webhook",
    page: 25,
    cycleSeconds: 0.5,
    wakeUpRows: WAKE_UP_ROWS,
    pageRows: 3,
    response: { rowsWritten: 2, rowsRead: 16, cpuMilliseconds: 2 },
  },
  "twilio-sms": {
    title: "SMS",
    page: 20,
    cycleSeconds: 0.5,
    wakeUpRows: WAKE_UP_ROWS,
    pageRows: 4,
    response: { rowsWritten: 1, rowsRead: 20, cpuMilliseconds: 5 },
    checks: { page: 1000, everySeconds: 300, wakeUpRows: 3, pageRows: 1 },
  },
  search: {
    title: "search",
    page: 500,
    cycleSeconds: 0.5,
    wakeUpRows: WAKE_UP_ROWS,
    pageRows: 3,
    response: { rowsWritten: 4, rowsRead: 10, cpuMilliseconds: 1 },
  },
  summary: {
    title: "summary",
    page: 1000,
    cycleSeconds: 2,
    wakeUpRows: WAKE_UP_ROWS,
    // Mark, settle and the entry, and a row for each different count of a page: 30 of a form of eight questions.
    pageRows: 33,
    response: { rowsWritten: 1, rowsRead: 10, cpuMilliseconds: 0.2 },
  },
} as const satisfies Record<string, KindCounts>;
export type CostedKind = keyof typeof KINDS;

/** What one response comes to, of a form that gets `rate` a second, with these integrations. Without Idempotency-Key: with one a row more. */
export function countsOf(rate: number, kinds: readonly CostedKind[]): Counts {
  return kinds.map((kind) => countsOfKind(KINDS[kind], rate)).reduce(add, SUBMISSION);
}

const NOTHING: Counts = {
  requests: 0,
  cpuMilliseconds: 0,
  rowsWritten: 0,
  rowsRead: 0,
  queueOperations: 0,
  logKilobytes: 0,
};

/** What comes after a run has ended: statuses are asked for, entries of the log of `pages` pages a response are deleted. */
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
  { page, cycleSeconds, wakeUpRows, pageRows }: Pick<KindCounts, "page" | "cycleSeconds" | "wakeUpRows" | "pageRows">,
  rate: number,
): Counts {
  const waiting = Math.max(1, rate * cycleSeconds);
  const [wakeUps, pages] = [1 / waiting, 1 / Math.min(waiting, page)];
  return {
    requests: wakeUps,
    cpuMilliseconds: 5 * wakeUps,
    rowsWritten: wakeUps * wakeUpRows + pages * pageRows,
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

export const RATES = [1, 10, 100, 1_000] as const;
/** One integration to five. */
export const STEPS: readonly CostedKind[] = ["google-sheets", "webhook", "twilio-sms", "search", "summary"];

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
