/** Writes down what an isolate has counted: after an answer or a batch, never before. */
import type { Counted } from "../core/counters";
import { addCounts } from "../store/counters";
import { count, takeCounts } from "../telemetry/counters";
import * as events from "../telemetry/events";

/** Analytics Engine took 25 points an invocation when this was written (platform.md section 1). */
const POINTS_MAX = 25;

export interface CountFlush {
  readonly db: D1Database;
  readonly now: () => number;
  /** At most once in so many milliseconds; 0: never. */
  readonly everyMs: number;
  /** Where the same counts go as points besides, if it is bound. */
  readonly analytics: AnalyticsEngineDataset | undefined;
}

/**
 * What writes the counts of an isolate: one statement when it is time, else null at once. It begins with a wait, so
 * that a short-lived isolate does not write for each request. Never fails: counts of a write whose outcome is not known
 * are dropped rather than counted twice.
 */
export function createCountFlush({ db, now, everyMs, analytics }: CountFlush): () => Promise<void> | null {
  let at = now();
  return () => {
    if (everyMs === 0 || now() - at < everyMs) return null;
    at = now();
    const counted = takeCounts();
    if (counted.length === 0) return null;
    if (analytics) writePoints(analytics, counted);
    return addCounts(db, counted).catch((error) => events.countsLost({ series: counted.length, error }));
  };
}

/** A point for each series: its name as index and first blob, then its labels as `name=value`. */
function writePoints(analytics: AnalyticsEngineDataset, counted: readonly Counted[]): void {
  for (const { name, labels, value } of counted.slice(0, POINTS_MAX)) {
    const blobs = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
    analytics.writeDataPoint({ indexes: [name], blobs: [name, ...blobs], doubles: [value] });
  }
}

/** Counts rows of D1, as store/metered.ts tells them. */
export function countRows({ read, written }: { readonly read: number; readonly written: number }): void {
  count("formlog_d1_rows", { direction: "read" }, read);
  count("formlog_d1_rows", { direction: "written" }, written);
}

/** Counts what became of a page of this kind. */
export function countPage(kind: string, outcomes: Iterable<{ readonly type: string }>, halt: string | undefined): void {
  for (const { type } of outcomes) count("formlog_deliveries", { kind, outcome: type });
  if (halt !== undefined) count("formlog_halts", { kind, halt });
}
