/**
 * Checks of what a kind with a ledger has delivered: which deliveries the provider is to be asked for, and what it
 * said. Most have no time of their own: they are found after `cursors.checked`, in the order of the log. What is said
 * of them is written only when it is not `DELIVERED`; those whose last word is still to come get a time of their own
 * then.
 */
import { type FeedNumber, segmentStart } from "../core/ids";
import { DELIVERED } from "../core/status";
import type { Cursor } from "./cursors";
import type { DeliveryState } from "./deliveries";

/** A delivery as it is looked at for a check. */
export interface CheckRow {
  readonly feed: FeedNumber;
  readonly position: number;
  readonly state: DeliveryState;
  readonly looks: number;
  readonly triedAt: number;
  readonly nextAt: number | null;
  readonly reference: string | null;
  readonly rank: number;
}

const COLUMNS = "feed, position, state, looks, tried_at AS triedAt, next_at AS nextAt, reference, rank";

/**
 * The next deliveries of responses after those that were asked for, in order, whatever became of them: as many rows are
 * read.
 */
export async function readUnchecked(db: D1Database, cursor: Cursor, limit: number): Promise<CheckRow[]> {
  const after = Math.max(cursor.checked, segmentStart(cursor.segment));
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM deliveries WHERE integration = ?1 AND feed = 0 AND position > ?2 AND position <= ?3
       ORDER BY position LIMIT ?4`,
    )
    .bind(cursor.integration, after, cursor.position, limit)
    .all<CheckRow>();
  return results;
}

/** The deliveries of a segment whose own time to be asked for has come, oldest first. */
export async function readDueChecks(db: D1Database, cursor: Cursor, now: number, limit: number): Promise<CheckRow[]> {
  const { integration, segment } = cursor;
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM deliveries WHERE integration = ?1 AND next_at <= ?2 AND position > ?3 AND position < ?4
         AND state = 'delivered' ORDER BY next_at LIMIT ?5`,
    )
    .bind(integration, now, segmentStart(segment), segmentStart(segment + 1), limit)
    .all<CheckRow>();
  return results;
}

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
 * Writes checks, and how far the cursor has come with them, as long as the holder's epoch is the cursor's. False: it is
 * not, and nothing was written. A row with a final report, or of another message, has nothing left to be checked and
 * stays; one with a report of a later stage keeps it. No row is made due for another attempt.
 */
export async function writeChecks(
  db: D1Database,
  cursor: Cursor,
  checks: readonly CheckWrite[],
  { checked, checkAt }: Pick<Cursor, "checked" | "checkAt">,
): Promise<boolean> {
  const moved = db
    .prepare("UPDATE cursors SET checked = ?1, check_at = ?2 WHERE segment = ?3 AND integration = ?4 AND epoch = ?5")
    .bind(checked, checkAt, cursor.segment, cursor.integration, cursor.epoch);
  const results = await db.batch([...(checks.length > 0 ? [checksStatement(db, cursor, checks)] : []), moved]);
  return results.at(-1)?.meta.changes === 1;
}

function checksStatement(db: D1Database, cursor: Cursor, checks: readonly CheckWrite[]): D1PreparedStatement {
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
  return db
    .prepare(
      `UPDATE deliveries SET looks = looks + 1, next_at = c.next_at, rank = max(deliveries.rank, c.rank),
         state = CASE WHEN c.rank >= deliveries.rank THEN c.state ELSE deliveries.state END,
         status = CASE WHEN c.rank >= deliveries.rank THEN coalesce(c.status, deliveries.status) ELSE deliveries.status END,
         reason = CASE WHEN c.rank >= deliveries.rank THEN c.reason ELSE deliveries.reason END
       FROM (SELECT value->>0 AS feed, value->>1 AS position, value->>2 AS reference, value->>3 AS state, value->>4 AS status,
         value->>5 AS rank, value->>6 AS reason, value->>7 AS next_at FROM json_each(?1)) AS c
       WHERE integration = ?2 AND deliveries.feed = c.feed AND deliveries.position = c.position
         AND deliveries.state = 'delivered' AND deliveries.reference IS c.reference
         AND (deliveries.next_at IS NOT NULL OR (deliveries.looks = 0 AND deliveries.rank < ${DELIVERED.rank}))
         AND EXISTS (SELECT 1 FROM cursors WHERE segment = ?3 AND integration = ?2 AND epoch = ?4)`,
    )
    .bind(JSON.stringify(values), cursor.integration, cursor.segment, cursor.epoch);
}
