/**
 * What a response, a page and a wake-up come to, of submissions and of each kind: what the reckoning (cost.ts)
 * multiplies. Data.
 */
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
  /**
   * Seconds from one page to the next while responses come in: its pace, or a few round trips and a provider that
   * answers at once.
   */
  readonly cycleSeconds: number;
  /** Rows written: the bell and the claim. */
  readonly wakeUpRows: number;
  /** Budget, mark, settle, and the entry of the log service. */
  readonly pageRows: number;
  /**
   * Rows of a page that its responses share: of one response, and of any number. In between they grow with the square
   * root.
   */
  readonly shared?: { readonly one: number; readonly most: number };
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

/** An invocation's own entry and an event of ours. */
export const LOG_KILOBYTES = 1;
const WAKE_UP_ROWS = 2;
/** After half a second, in a queue that counts in whole ones (docs/decisions/037). */
const GATHERED_SECONDS = 1;

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
    cycleSeconds: GATHERED_SECONDS,
    wakeUpRows: WAKE_UP_ROWS,
    pageRows: 3,
    response: { rowsWritten: 2, rowsRead: 16, cpuMilliseconds: 2 },
  },
  "twilio-sms": {
    title: "SMS",
    page: 20,
    cycleSeconds: GATHERED_SECONDS,
    wakeUpRows: WAKE_UP_ROWS,
    pageRows: 4,
    response: { rowsWritten: 1, rowsRead: 12, cpuMilliseconds: 5 },
    checks: { page: 1000, everySeconds: 300, wakeUpRows: 3, pageRows: 1 },
  },
  search: {
    title: "search",
    page: 500,
    cycleSeconds: GATHERED_SECONDS,
    wakeUpRows: WAKE_UP_ROWS,
    pageRows: 3,
    response: { rowsWritten: 4, rowsRead: 10, cpuMilliseconds: 1 },
  },
  summary: {
    title: "summary",
    page: 1000,
    cycleSeconds: 2,
    wakeUpRows: WAKE_UP_ROWS,
    pageRows: 3,
    // A row for each different count of a page, of a form of eight questions with 150 counts: measured 23 for 2
    // responses, 61 for 21, 141 for 200.
    shared: { one: 14, most: 150 },
    response: { rowsWritten: 1, rowsRead: 10, cpuMilliseconds: 0.2 },
  },
} as const satisfies Record<string, KindCounts>;
export type CostedKind = keyof typeof KINDS;

/**
 * What comes as time passes: a sweep a minute (measured by `npm run bench -- cost`), and the counters of `/metrics`.
 */
export const SWEEP = { everySeconds: 60, rowsWritten: 3.5, rowsRead: 180 };
/**
 * Every isolate writes a row for each of its series: at the gateway outcomes, rows read and written, and wake-ups of
 * each kind; at a kind rows read and written, and deliveries.
 */
export const COUNTERS = { everySeconds: 10, gateway: 3, kind: 4 };

/** One integration to five. */
export const STEPS: readonly CostedKind[] = ["google-sheets", "webhook", "twilio-sms", "search", "summary"];
