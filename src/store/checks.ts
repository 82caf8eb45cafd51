/** What checks of delivered rows came to: written to the rows that are still as they were when the provider was asked. */
import type { FeedNumber } from "../core/ids";
import type { Cursor } from "./cursors";

export interface CheckWrite {
  readonly feed: FeedNumber;
  readonly position: number;
  /** The provider's id that was asked about. */
  readonly reference: string | null;
  readonly state: "delivered" | "parked";
  readonly status: string | null;
  /** Of the status; -1: nothing was learned. */
  readonly rank: number;
  readonly reason: string | null;
  /** When it is checked again, in milliseconds; null: never. */
  readonly nextAt: number | null;
}

/**
 * Writes checks as long as the holder's epoch is the cursor's. A row with a final report, or of another message, has nothing
 * left to be checked and stays; one with a report of a later stage keeps it. No row is made due for another attempt.
 */
export async function writeChecks(db: D1Database, cursor: Cursor, checks: readonly CheckWrite[]): Promise<void> {
  const values = checks.map((check) => [
    check.feed,
    check.position,
    check.reference,
    check.state,
    check.status,
    check.rank,
    check.reason,
    check.nextAt,
  ]);
  await db
    .prepare(
      `UPDATE deliveries SET looks = looks + 1, next_at = c.next_at, rank = max(deliveries.rank, c.rank),
         state = CASE WHEN c.rank >= deliveries.rank THEN c.state ELSE deliveries.state END,
         status = CASE WHEN c.rank >= deliveries.rank THEN coalesce(c.status, deliveries.status) ELSE deliveries.status END,
         reason = CASE WHEN c.rank >= deliveries.rank THEN c.reason ELSE deliveries.reason END
       FROM (SELECT value->>0 AS feed, value->>1 AS position, value->>2 AS reference, value->>3 AS state, value->>4 AS status,
         value->>5 AS rank, value->>6 AS reason, value->>7 AS next_at FROM json_each(?1)) AS c
       WHERE integration = ?2 AND deliveries.feed = c.feed AND deliveries.position = c.position
         AND deliveries.state = 'delivered' AND deliveries.next_at IS NOT NULL AND deliveries.reference IS c.reference
         AND EXISTS (SELECT 1 FROM cursors WHERE segment = ?3 AND integration = ?2 AND epoch = ?4)`,
    )
    .bind(JSON.stringify(values), cursor.integration, cursor.segment, cursor.epoch)
    .run();
}
