/**
 * What people do with cursors, and what they want to know of them: create, look, rewind, delete, lag. What they want of
 * a whole integration is told to its cursors by store/commands.ts.
 */
import { SEGMENT_SIZE, segmentStart } from "../core/ids";
import { CURSOR_COLUMNS, type Cursor, type CursorRow, type CursorState, toCursor } from "./cursors";
import type { Segment } from "./shards";

/** Positions that a cursor was put past without delivering them: after the first, up to the second. */
type Passed = readonly (readonly [after: number, through: number, again?: 1])[];

/** Whether a position was put past undelivered: nobody should expect it at the provider. */
export const isPassed = ({ passed, position }: KnownCursor, at: number): boolean =>
  at <= position && passed.some(([after, through, again]) => again === undefined && at > after && at <= through);

/** A cursor as people look at it. */
export interface KnownCursor extends Cursor {
  readonly passed: Passed;
  /** The newest command of its integration that it knows. */
  readonly obeyed: number;
  /** As it goes on when its form is restored; null: its form is not deleted. */
  readonly stateBefore: CursorState | null;
}

const KNOWN_COLUMNS = `${CURSOR_COLUMNS}, passed, obeyed, state_before AS stateBefore`;
type KnownRow = CursorRow & Pick<KnownCursor, "obeyed" | "stateBefore"> & { readonly passed: string };

const toKnown = ({ obeyed, stateBefore, passed, ...row }: KnownRow): KnownCursor => ({
  ...toCursor(row),
  obeyed,
  stateBefore,
  passed: JSON.parse(passed) as Passed,
});

export type NewCursor = Pick<
  Cursor,
  "segment" | "integration" | "kind" | "position" | "revisionPosition" | "reconcileAt"
> & {
  /** Since when it owes what is there already (milliseconds); unless told, since that came in. */
  readonly owedAt?: number;
};

/** The segment before a cursor's, and the cursor there (null: it has none). */
export interface Before {
  readonly segment: Segment;
  readonly cursor: KnownCursor | null;
}

/** Stopped, a cursor's next one is stopped too; a wait for the provider is its own. */
const stopOf = (state: CursorState): CursorState => (state === "waiting" ? "active" : state);

/**
 * The statement that gives an integration its cursor in a segment, unless it has it or the segment is being erased.
 * What stands before its position is not delivered. In a further segment of a form it begins as its cursor in the one
 * before is: paused, or blocked by a cause that was told, and knowing the same commands.
 */
export function createStatement(db: D1Database, cursor: NewCursor, before: Before | null = null): D1PreparedStatement {
  const like = before?.cursor ?? null;
  const stateBefore = like?.stateBefore ?? null;
  const blocked = (stateBefore ?? like?.state) === "blocked" ? like : null;
  return db
    .prepare(
      `INSERT INTO cursors
         (segment, integration, kind, state, position, revision_position, high, reconcile_at, compare_from, passed,
          follows, next_at, failures, last_error, failing_since, failed_at, blocked, owed_at, state_before, obeyed)
       SELECT no, ?2, ?3, ?8, ?4, ?5, ?6, ?7, ?4, CASE WHEN ?4 > ?6 THEN json_array(json_array(?6, ?4)) ELSE '[]' END,
          ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18
       FROM segments WHERE no = ?1 AND version >= 0
       ON CONFLICT DO NOTHING`,
    )
    .bind(
      cursor.segment,
      cursor.integration,
      cursor.kind,
      cursor.position,
      cursor.revisionPosition,
      segmentStart(cursor.segment),
      cursor.reconcileAt,
      stopOf(like?.state ?? "active"),
      before && JSON.stringify([before.segment.shard, before.segment.no]),
      blocked?.nextAt ?? 0,
      blocked?.failures ?? 0,
      blocked?.lastError ?? null,
      blocked?.failing?.since ?? null,
      blocked?.failing?.at ?? null,
      blocked?.blocked ? JSON.stringify(blocked.blocked) : null,
      Math.trunc(cursor.owedAt ?? 0),
      stateBefore && stopOf(stateBefore),
      like?.obeyed ?? 0,
    );
}

export async function findCursor(db: D1Database, segment: number, integration: number): Promise<KnownCursor | null> {
  const row = await db
    .prepare(`SELECT ${KNOWN_COLUMNS} FROM cursors WHERE segment = ? AND integration = ?`)
    .bind(segment, integration)
    .first<KnownRow>();
  return row && toKnown(row);
}

/** The cursors of a shard that these segments and integrations name, in no order. One round trip. */
export async function findCursors(
  db: D1Database,
  named: readonly { segment: number; integration: number }[],
): Promise<KnownCursor[]> {
  const { results } = await db
    .prepare(
      `SELECT ${KNOWN_COLUMNS} FROM json_each(?) e
       CROSS JOIN cursors ON segment = e.value->>0 AND integration = e.value->>1`,
    )
    .bind(JSON.stringify(named.map(({ segment, integration }) => [segment, integration])))
    .all<KnownRow>();
  return results.map(toKnown);
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

interface Rewind {
  readonly position: number;
  readonly now: number;
  /** Of a command: a cursor that knows it was moved already. Unless told, it is moved in any case. */
  readonly unlessObeyed?: number;
}

/**
 * The statement that moves a cursor back so that the log is delivered again from there. Raising the epoch takes the
 * cursor from a holder, whose page (if one is in flight) stays marked: its effect is reconciled first. What was passed
 * over from there on is to be delivered.
 */
export function rewindStatement(
  db: D1Database,
  { segment, integration }: Pick<Cursor, "segment" | "integration">,
  { position, now, unlessObeyed = Number.MAX_SAFE_INTEGER }: Rewind,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE cursors SET position = min(position, ?1), owed_at = CASE WHEN position > ?1 THEN ?4 ELSE owed_at END,
         compare_from = min(compare_from, ?1), epoch = epoch + 1,
         lease_until = 0, next_at = 0, wake_at = 0,
         passed = (SELECT json_group_array(json(range)) FROM (
           SELECT json_array(a, min(b, ?1)) AS range FROM (${PASSED}) WHERE NOT again AND a < ?1
           UNION ALL SELECT json_array(max(a, ?1), b, 1) FROM (${PASSED}) WHERE NOT again AND b > ?1
           UNION ALL SELECT json_array(max(a, position), b, 1) FROM (${PASSED}) WHERE again AND b > position))
       WHERE segment = ?2 AND integration = ?3 AND obeyed < ?5`,
    )
    .bind(position, segment, integration, Math.trunc(now), unlessObeyed);
}

/**
 * The statement that deletes a cursor. What lies under its integration's number is left to the sweeper
 * (dispatch/erase.ts).
 */
export const deleteStatement = (db: D1Database, segment: number, integration: number): D1PreparedStatement =>
  db.prepare("DELETE FROM cursors WHERE segment = ? AND integration = ?").bind(segment, integration);

/** The numbers of the integrations that have a cursor in a segment. */
export async function listFollowers(db: D1Database, segment: number): Promise<number[]> {
  const { results } = await db
    .prepare("SELECT integration FROM cursors WHERE segment = ?")
    .bind(segment)
    .all<{ integration: number }>();
  return results.map(({ integration }) => integration);
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
