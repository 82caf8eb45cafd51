/**
 * Giving up a backlog: the cursor is taken from its holder and put at the end of the log, in two statements and one
 * batch.
 */
import { PASSED } from "./cursor-control";
import { CURSOR_COLUMNS, type Cursor, type CursorRow, toCursor } from "./cursors";
import { scheduleStatement } from "./deliveries";
import { landStatement } from "./flights";

/**
 * Takes a cursor from whoever holds it, paused or not: nothing that they write counts any more, and nobody claims it
 * before `leaseUntil`. Returns it as they left it, with what they had under way.
 */
export async function seizeCursor(
  db: D1Database,
  at: { segment: number; integration: number },
  leaseUntil: number,
): Promise<Cursor | null> {
  const row = await db
    .prepare(
      `UPDATE cursors SET epoch = epoch + 1, lease_until = ?1, wake_at = ?1 WHERE segment = ?2 AND integration = ?3
       RETURNING ${CURSOR_COLUMNS}`,
    )
    .bind(leaseUntil, at.segment, at.integration)
    .first<CursorRow>();
  return row ? toCursor(row) : null;
}

export interface PassOver {
  /** Where the cursor is put: the end of the log. */
  readonly through: number;
  /** Responses of a page in flight, which the kind will look for: they are made due instead of given up. */
  readonly inFlight: readonly number[];
  readonly now: number;
}

/**
 * Puts a seized cursor past the rest of its responses and gives it back. What was under way becomes due, so that it is
 * brought to its end: it is reconciled before anything of it is repeated. What a replay did not come to stays as it
 * was. Changes (edits, erasures) still follow. Returns how many are due; null: somebody else has the cursor by now, and
 * nothing was changed.
 */
export async function passOver(
  db: D1Database,
  cursor: Cursor,
  { through, inFlight, now }: PassOver,
): Promise<number | null> {
  const { segment, integration, epoch, position } = cursor;
  const held = "EXISTS (SELECT 1 FROM cursors WHERE segment = ?1 AND integration = ?2 AND epoch = ?3)";
  const [, moved, marked, due] = await db.batch([
    landStatement(db, cursor),
    db
      .prepare(
        `UPDATE cursors SET position = ?4, high = max(high, ?4), lease_until = 0, next_at = 0, wake_at = 0,
           flight = CASE WHEN flight->>'feed' = 'responses' THEN NULL ELSE flight END,
           passed = (SELECT json_group_array(json(range)) FROM (
             SELECT json_array(a, b) AS range FROM (${PASSED}) WHERE NOT again
             UNION ALL SELECT json_array(max(a, position), b) FROM (${PASSED}) WHERE again AND b > position
             UNION ALL SELECT json_array(max(position, high), ?4) WHERE ?4 > max(position, high)))
         WHERE segment = ?1 AND integration = ?2 AND epoch = ?3`,
      )
      .bind(segment, integration, epoch, through),
    // In a ledger, these were about to be sent: beyond the cursor a page would find them, behind it only their time
    // does.
    db
      .prepare(
        `UPDATE deliveries SET state = 'unknown', next_at = ?6
         WHERE integration = ?2 AND feed = 0 AND position > ?4 AND position <= ?5 AND state = 'sending' AND next_at IS NULL
           AND ${held}`,
      )
      .bind(segment, integration, epoch, position, through, now),
    scheduleStatement(db, { segment, integration, keepDelivered: false }, inFlight, now),
  ]);
  if (moved?.meta.changes !== 1) return null;
  return (marked?.meta.changes ?? 0) + (due?.results.length ?? 0);
}
