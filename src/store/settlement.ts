/** Writing what a page came to: delivery rows and the cursor, in one batch that holds only for the holder's epoch. */
import { type Cursor, type CursorChange, type Settled, settleStatement } from "./cursors";
import { type DeliveryWrite, unmarkStatement, writeStatement } from "./deliveries";

export interface PageSettlement {
  readonly change: CursorChange;
  readonly feed: 0 | 1;
  readonly writes: readonly DeliveryWrite[];
  /** Positions whose fresh `sending` rows are taken back. */
  readonly unmark: readonly number[];
}

/** What is left to do, or null: the lease was lost and nothing was written. */
export async function settlePage(
  db: D1Database,
  cursor: Cursor,
  { change, feed, writes, unmark }: PageSettlement,
  now: number,
): Promise<Settled | null> {
  const results = await db.batch<Settled>([
    ...(writes.length > 0 ? [writeStatement(db, cursor, writes)] : []),
    ...(unmark.length > 0 ? [unmarkStatement(db, cursor, feed, unmark)] : []),
    settleStatement(db, cursor, change, now),
  ]);
  return results.at(-1)?.results[0] ?? null;
}
