/** Writing what a page came to: delivery rows and the cursor, in one batch that holds only for the holder's epoch. */
import type { FeedNumber } from "../core/ids";
import type { AttemptRecord } from "../core/integration";
import type { LogEntry } from "../core/log";
import type { Incident } from "../core/notice";
import { attemptStatements } from "./attempts";
import { type Cursor, type CursorChange, type Settled, settleStatement } from "./cursors";
import { type DeliveryWrite, writeStatement } from "./deliveries";
import { logStatement } from "./logs";
import { noticeStatements } from "./notices";

export interface PageSettlement {
  readonly change: CursorChange;
  readonly feed: FeedNumber;
  readonly writes: readonly DeliveryWrite[];
  /** What others are to be told of this page. */
  readonly incident: Incident | null;
  /** Entries of the log service. */
  readonly logs?: readonly LogEntry[];
  /** What the log of attempts gets, and the stretch of the feed that the page covers; kinds that keep one. */
  readonly attempts?: {
    readonly made: ReadonlyMap<number, AttemptRecord>;
    readonly after: number;
    readonly through: number;
  };
}

/** What is left to do, or null: the lease was lost and nothing was written. */
export async function settlePage(
  db: D1Database,
  cursor: Cursor,
  { change, feed, writes, incident, logs = [], attempts }: PageSettlement,
  now: number,
): Promise<Settled | null> {
  const results = await db.batch<Settled>([
    ...(writes.length > 0 ? [writeStatement(db, cursor, writes)] : []),
    // After the rows: which attempts are kept depends on what became of their deliveries.
    ...(attempts && attempts.made.size > 0 ? attemptStatements(db, cursor, { feed, ...attempts }) : []),
    ...(incident ? noticeStatements(db, cursor, incident, now) : []),
    ...(logs.length > 0 ? [logStatement(db, logs, cursor)] : []),
    settleStatement(db, cursor, change, now),
  ]);
  return results.at(-1)?.results[0] ?? null;
}
