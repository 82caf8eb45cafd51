/**
 * What people do with cursors, and what they want to know of them: create, look, pause, resume, rewind, delete, lag.
 */
import { SEGMENT_SIZE, segmentStart } from "../core/ids";
import {
  CURSOR_COLUMNS,
  type Cursor,
  type CursorRow,
  RING_RETURNING,
  toCursor,
  toWakeUp,
  type WakeUp,
} from "./cursors";
import type { Segment } from "./shards";

/** Positions that a cursor was put past without delivering them: after the first, up to the second. */
type Passed = readonly (readonly [after: number, through: number, again?: 1])[];

/** Whether a position was put past undelivered: nobody should expect it at the provider. */
export const isPassed = ({ passed, position }: KnownCursor, at: number): boolean =>
  at <= position && passed.some(([after, through, again]) => again === undefined && at > after && at <= through);

/** A cursor as people look at it. */
export type KnownCursor = Cursor & { readonly passed: Passed };

type NewCursor = Pick<Cursor, "segment" | "integration" | "kind" | "position" | "revisionPosition" | "reconcileAt"> & {
  /** Since when it owes what is there already (milliseconds); unless told, since that came in. */
  readonly owedAt?: number;
};

/**
 * Gives an integration its cursor in a segment, unless that is being erased. What stands before its position is not
 * delivered. In a further segment of a form it begins as its cursor in the one before is (`after`): paused, or blocked
 * by a cause that was told.
 */
export async function createCursor(
  db: D1Database,
  cursor: NewCursor,
  after: { readonly segment: Segment; readonly cursor: Cursor | null } | null = null,
): Promise<void> {
  const before = after?.cursor;
  const isBlocked = before?.state === "blocked";
  const state = isBlocked || before?.state === "paused" ? before.state : "active";
  await db
    .prepare(
      `INSERT INTO cursors
         (segment, integration, kind, state, position, revision_position, high, reconcile_at, compare_from, passed,
          follows, next_at, failures, last_error, failing_since, failed_at, blocked, owed_at)
       SELECT no, ?2, ?3, ?8, ?4, ?5, ?6, ?7, ?4, CASE WHEN ?4 > ?6 THEN json_array(json_array(?6, ?4)) ELSE '[]' END,
          ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16
       FROM segments WHERE no = ?1 AND version >= 0
       ON CONFLICT DO UPDATE SET state = 'paused' WHERE excluded.state = 'paused'`,
    )
    .bind(
      cursor.segment,
      cursor.integration,
      cursor.kind,
      cursor.position,
      cursor.revisionPosition,
      segmentStart(cursor.segment),
      cursor.reconcileAt,
      state,
      after && JSON.stringify([after.segment.shard, after.segment.no]),
      isBlocked ? before.nextAt : 0,
      isBlocked ? before.failures : 0,
      isBlocked ? before.lastError : null,
      (isBlocked && before.failing?.since) || null,
      (isBlocked && before.failing?.at) || null,
      isBlocked && before.blocked ? JSON.stringify(before.blocked) : null,
      Math.trunc(cursor.owedAt ?? 0),
    )
    .run();
}

export async function findCursor(db: D1Database, segment: number, integration: number): Promise<KnownCursor | null> {
  const row = await db
    .prepare(`SELECT ${CURSOR_COLUMNS}, passed FROM cursors WHERE segment = ? AND integration = ?`)
    .bind(segment, integration)
    .first<CursorRow & { readonly passed: string }>();
  return row ? { ...toCursor(row), passed: JSON.parse(row.passed) as Passed } : null;
}

/** The cursors of a shard that these segments and integrations name, in no order. One round trip. */
export async function findCursors(
  db: D1Database,
  named: readonly { segment: number; integration: number }[],
): Promise<KnownCursor[]> {
  const { results } = await db
    .prepare(
      `SELECT ${CURSOR_COLUMNS}, passed FROM json_each(?) e
       CROSS JOIN cursors ON segment = e.value->>0 AND integration = e.value->>1`,
    )
    .bind(JSON.stringify(named.map(({ segment, integration }) => [segment, integration])))
    .all<CursorRow & { readonly passed: string }>();
  return results.map((row) => ({ ...toCursor(row), passed: JSON.parse(row.passed) as Passed }));
}

/** Stops a cursor where it is, also one that is held; a holder finishes its page and then stops. */
export async function pauseCursor(db: D1Database, segment: number, integration: number): Promise<void> {
  await db
    .prepare("UPDATE cursors SET state = 'paused', state_before = NULL WHERE segment = ? AND integration = ?")
    .bind(segment, integration)
    .run();
}

/**
 * Stops all cursors of a segment, each to go on as it was: its form is deleted, and may be restored. May be repeated.
 */
export async function holdCursors(db: D1Database, segment: number): Promise<void> {
  await db
    .prepare("UPDATE cursors SET state_before = state, state = 'paused' WHERE segment = ? AND state_before IS NULL")
    .bind(segment)
    .run();
}

/**
 * Lets the cursors of a segment go on as they were before holdCursors. Returns whether any were held, and whom to wake.
 */
export async function releaseCursors(
  shard: { no: number; db: D1Database },
  segment: number,
): Promise<{ held: boolean; wakeUps: WakeUp[] }> {
  const { results } = await shard.db
    .prepare(
      `UPDATE cursors SET state = state_before, state_before = NULL, wake_at = 0
       WHERE segment = ? AND state_before IS NOT NULL RETURNING state, ${RING_RETURNING}`,
    )
    .bind(segment)
    .all<Record<string, unknown>>();
  const running = results.filter((row) => row.state !== "paused");
  return { held: results.length > 0, wakeUps: running.map((row) => toWakeUp(row, shard.no)) };
}

/** Lets a paused, waiting or blocked cursor go on at once. */
export async function resumeCursor(
  db: D1Database,
  { segment, integration }: Pick<Cursor, "segment" | "integration">,
  now: number,
): Promise<void> {
  await db
    .prepare(
      `UPDATE cursors SET state = 'active', state_before = NULL, next_at = 0, wake_at = 0, failures = 0, last_error = NULL,
         failing_since = NULL, failed_at = NULL, owed_at = CASE WHEN state IN ('paused', 'blocked') THEN ?3 ELSE owed_at END
       WHERE segment = ?1 AND integration = ?2`,
    )
    .bind(segment, integration, Math.trunc(now))
    .run();
}

/** A cursor, and how many responses of its segment wait for it. */
export interface Backlog {
  readonly cursor: Cursor;
  readonly left: number;
}

/** What waits for an integration's cursor in a segment. One round trip. */
export async function findBacklog(db: D1Database, segment: number, integration: number): Promise<Backlog | null> {
  // Positions have no gaps: the last one tells how many there are.
  const row = await db
    .prepare(
      `SELECT ${CURSOR_COLUMNS}, coalesce((SELECT r.id FROM responses r WHERE r.id > cursors.position AND r.id < ?3
         ORDER BY r.id DESC LIMIT 1) - position, 0) AS left
       FROM cursors WHERE segment = ?1 AND integration = ?2`,
    )
    .bind(segment, integration, segmentStart(segment + 1))
    .first<CursorRow & { readonly left: number }>();
  return row && { cursor: toCursor(row), left: row.left };
}

/** Gives a claimed cursor back as it was, not to be claimed before a time. */
export async function postponeCursor(db: D1Database, cursor: Cursor, until: number): Promise<void> {
  await db
    .prepare(
      "UPDATE cursors SET lease_until = 0, next_at = ?1, wake_at = ?1 WHERE segment = ?2 AND integration = ?3 AND epoch = ?4",
    )
    .bind(until, cursor.segment, cursor.integration, cursor.epoch)
    .run();
}

/** The ranges of `passed`, as rows. */
export const PASSED = `SELECT p.value->>0 AS a, p.value->>1 AS b, p.value->>2 IS NOT NULL AS again
  FROM json_each(cursors.passed) p`;

/**
 * Moves a cursor back so that the log is delivered again from there. Raising the epoch takes the cursor from a holder,
 * whose page (if one is in flight) stays marked: its effect is reconciled first. What was passed over from there on is
 * to be delivered.
 */
export async function rewindCursor(
  db: D1Database,
  { segment, integration }: Pick<Cursor, "segment" | "integration">,
  { position, now }: { readonly position: number; readonly now: number },
): Promise<void> {
  await db
    .prepare(
      `UPDATE cursors SET position = min(position, ?1), owed_at = CASE WHEN position > ?1 THEN ?4 ELSE owed_at END,
         compare_from = min(compare_from, ?1), epoch = epoch + 1,
         lease_until = 0, next_at = 0, wake_at = 0,
         passed = (SELECT json_group_array(json(range)) FROM (
           SELECT json_array(a, min(b, ?1)) AS range FROM (${PASSED}) WHERE NOT again AND a < ?1
           UNION ALL SELECT json_array(max(a, ?1), b, 1) FROM (${PASSED}) WHERE NOT again AND b > ?1
           UNION ALL SELECT json_array(max(a, position), b, 1) FROM (${PASSED}) WHERE again AND b > position))
       WHERE segment = ?2 AND integration = ?3`,
    )
    .bind(position, segment, integration, Math.trunc(now))
    .run();
}

/** Another target or filter from here on: what was settled under the old one is not compared with the new one. */
export async function compareFromHere(db: D1Database, segment: number, integration: number): Promise<void> {
  await db
    .prepare("UPDATE cursors SET compare_from = max(position, high) WHERE segment = ? AND integration = ?")
    .bind(segment, integration)
    .run();
}

/** Deletes a cursor. What lies under its integration's number is erased by the sweeper (dispatch/erase.ts). */
export async function deleteCursor(db: D1Database, segment: number, integration: number): Promise<void> {
  await db.prepare("DELETE FROM cursors WHERE segment = ? AND integration = ?").bind(segment, integration).run();
}

/**
 * How much lies after a cursor: entries of both feeds, since when the oldest is owed, and the last position of the log.
 */
export interface Lag {
  readonly entries: number;
  readonly oldestAt: number | null;
  readonly head: number;
}

interface LagRow {
  readonly head: number;
  readonly changes: number;
  readonly responseAt: number | null;
  readonly revisionAt: number | null;
}

/**
 * The lag of each of these cursors of a shard, in their order. Changes that a restore has lost are none: their
 * positions, from the last one that is there to `changes_after`, are left out. One round trip.
 */
export async function lagsOf(db: D1Database, cursors: readonly Cursor[]): Promise<Lag[]> {
  const places = cursors.map(({ position, revisionPosition, segment }) => [
    position,
    segmentStart(segment + 1),
    revisionPosition,
  ]);
  const { results } = await db
    .prepare(
      `WITH places (i, at, "end", revised) AS (SELECT key, value->>0, value->>1, value->>2 FROM json_each(?))
       SELECT coalesce((SELECT id FROM responses WHERE id > at AND id < "end" ORDER BY id DESC LIMIT 1), at) AS head,
         CASE WHEN revised IS NULL THEN 0 ELSE
           coalesce((SELECT id - CASE WHEN id > gap THEN max(0, gap - max(revised, "before")) ELSE 0 END FROM revisions
             WHERE id > revised AND id < "end" ORDER BY id DESC LIMIT 1), revised) - revised END AS changes,
         (SELECT received_at FROM responses WHERE id > at AND id < "end" ORDER BY id LIMIT 1) AS responseAt,
         (SELECT created_at FROM revisions WHERE revised IS NOT NULL AND id > revised AND id < "end" ORDER BY id LIMIT 1)
           AS revisionAt
       FROM (SELECT *, (SELECT coalesce(max(id), start) FROM revisions WHERE id > start AND id <= gap) AS "before" FROM (
         SELECT p.*, s.no * ${SEGMENT_SIZE} AS start, s.changes_after AS gap
         FROM places p LEFT JOIN segments s ON s.no = (p."end" >> 33) - 1)) ORDER BY i`,
    )
    .bind(JSON.stringify(places))
    .all<LagRow>();
  return results.map(({ head, changes, responseAt, revisionAt }, i) => {
    const times = [responseAt, revisionAt].filter((at) => at !== null);
    const entries = head - (cursors[i]?.position ?? head) + changes;
    const oldestAt = times.length > 0 ? Math.max(cursors[i]?.owedAt ?? 0, Math.min(...times)) : null;
    return { entries, oldestAt, head };
  });
}
