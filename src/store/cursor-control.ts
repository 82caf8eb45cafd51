/** What people do with cursors, and what they want to know of them: create, look, pause, resume, rewind, delete, lag. */
import { segmentStart } from "../core/ids";
import { CURSOR_COLUMNS, type Cursor, type CursorRow, toCursor } from "./cursors";

/** Gives an integration its cursor in a segment. */
export async function createCursor(
  db: D1Database,
  cursor: { segment: number; integration: number; kind: string; position: number; revisionPosition: number | null },
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO cursors (segment, integration, kind, state, position, revision_position, high)
       VALUES (?1, ?2, ?3, 'active', ?4, ?5, ?6) ON CONFLICT DO NOTHING`,
    )
    .bind(
      cursor.segment,
      cursor.integration,
      cursor.kind,
      cursor.position,
      cursor.revisionPosition,
      segmentStart(cursor.segment),
    )
    .run();
}

export async function findCursor(db: D1Database, segment: number, integration: number): Promise<Cursor | null> {
  const row = await db
    .prepare(`SELECT ${CURSOR_COLUMNS} FROM cursors WHERE segment = ? AND integration = ?`)
    .bind(segment, integration)
    .first<CursorRow>();
  return row ? toCursor(row) : null;
}

/** Stops a cursor where it is; a holder finishes its page and then stops. */
export async function pauseCursor(db: D1Database, segment: number, integration: number): Promise<void> {
  await db
    .prepare("UPDATE cursors SET state = 'paused' WHERE segment = ? AND integration = ?")
    .bind(segment, integration)
    .run();
}

/** Lets a paused, waiting or blocked cursor go on at once. */
export async function resumeCursor(db: D1Database, segment: number, integration: number): Promise<void> {
  await db
    .prepare(
      `UPDATE cursors SET state = 'active', next_at = 0, wake_at = 0, failures = 0, last_error = NULL
       WHERE segment = ? AND integration = ?`,
    )
    .bind(segment, integration)
    .run();
}

/**
 * Moves a cursor back so that the log is delivered again from there. Raising the epoch takes the cursor from a holder, whose
 * page (if one is in flight) stays marked: its effect is reconciled first.
 */
export async function rewindCursor(
  db: D1Database,
  segment: number,
  integration: number,
  position: number,
): Promise<void> {
  await db
    .prepare(
      `UPDATE cursors SET position = min(position, ?1), epoch = epoch + 1, lease_until = 0, next_at = 0, wake_at = 0
       WHERE segment = ?2 AND integration = ?3`,
    )
    .bind(position, segment, integration)
    .run();
}

export async function deleteCursor(db: D1Database, segment: number, integration: number): Promise<void> {
  await db.prepare("DELETE FROM cursors WHERE segment = ? AND integration = ?").bind(segment, integration).run();
}

/** How much lies after a cursor: entries of both feeds, and when the oldest came in. */
export async function lagOf(db: D1Database, cursor: Cursor): Promise<{ entries: number; oldestAt: number | null }> {
  const end = segmentStart(cursor.segment + 1);
  const row = await db
    .prepare(
      `SELECT coalesce((SELECT id FROM responses WHERE id > ?1 AND id < ?2 ORDER BY id DESC LIMIT 1), ?1) - ?1
         + CASE WHEN ?3 IS NULL THEN 0 ELSE
           coalesce((SELECT id FROM revisions WHERE id > ?3 AND id < ?2 ORDER BY id DESC LIMIT 1), ?3) - ?3 END AS entries,
         (SELECT received_at FROM responses WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT 1) AS responseAt,
         (SELECT created_at FROM revisions WHERE ?3 IS NOT NULL AND id > ?3 AND id < ?2 ORDER BY id LIMIT 1) AS revisionAt`,
    )
    .bind(cursor.position, end, cursor.revisionPosition)
    .first<{ entries: number; responseAt: number | null; revisionAt: number | null }>();
  const times = [row?.responseAt, row?.revisionAt].filter((at) => at !== null && at !== undefined);
  return { entries: row?.entries ?? 0, oldestAt: times.length > 0 ? Math.min(...times) : null };
}
