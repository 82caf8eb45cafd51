/**
 * Re-checks: old responses are looked at again by the rules of a newer version. A request (control) becomes a cursor
 * for each segment (shard); its holder has a lease, and each of its writes names the epoch of its claim, as those of
 * other cursors do.
 */
import { SEGMENT_SIZE, segmentStart } from "../core/ids";
import type { Segment, Shards } from "./shards";

/** What was asked for. Times in milliseconds. */
export interface RecheckRequest {
  readonly form: string;
  /** Whose rules. */
  readonly version: number;
  readonly askedAt: number;
  readonly startAt: number;
}

/**
 * Asks for a re-check if the form is at this version; one that was asked for before and has not begun gives way to it.
 */
export function requestStatement(
  db: D1Database,
  { form, version, askedAt, startAt }: RecheckRequest,
  at: { readonly formVersion: number },
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO recheck_requests (form, version, asked_at, start_at)
       SELECT id, ?2, ?3, ?4 FROM forms WHERE id = ?1 AND version = ?5 AND erasing_at IS NULL
       ON CONFLICT (form) DO UPDATE SET version = excluded.version, asked_at = excluded.asked_at,
         start_at = max(start_at, excluded.start_at)`,
    )
    .bind(form, version, askedAt, startAt, at.formVersion);
}

const REQUEST = "form, version, asked_at AS askedAt, start_at AS startAt";

/** Requests whose time has come. */
export async function readDueRequests(db: D1Database, now: number, limit: number): Promise<RecheckRequest[]> {
  const { results } = await db
    .prepare(`SELECT ${REQUEST} FROM recheck_requests WHERE start_at <= ? LIMIT ?`)
    .bind(now, limit)
    .all<RecheckRequest>();
  return results;
}

/** Begins a re-check of what a segment has by now. May be repeated: what has begun goes on. */
export async function beginRecheck(
  db: D1Database,
  segment: number,
  { request, now }: { request: RecheckRequest; now: number },
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO rechecks (segment, version, position, through, next_at, asked_at, finished_at)
       SELECT ?1, ?2, ?3, head, ?5, ?4, CASE WHEN head = ?3 THEN ?5 END
       FROM (SELECT coalesce((SELECT max(id) FROM responses WHERE id > ?3 AND id < ?3 + ${SEGMENT_SIZE}), ?3) AS head)
       WHERE EXISTS (SELECT 1 FROM segments WHERE no = ?1 AND form = ?6)
       ON CONFLICT (segment) DO UPDATE SET version = excluded.version, position = excluded.position, flagged = 0, cleared = 0,
         through = excluded.through, epoch = epoch + 1, lease_until = 0, next_at = excluded.next_at,
         asked_at = excluded.asked_at, finished_at = excluded.finished_at
       WHERE excluded.version > rechecks.version OR excluded.asked_at > rechecks.asked_at`,
    )
    .bind(segment, request.version, segmentStart(segment), request.askedAt, now, request.form)
    .run();
}

/** Forgets a request that has begun everywhere, unless another one took its place. */
export async function deleteRequest(db: D1Database, { form, version, askedAt }: RecheckRequest): Promise<void> {
  await db
    .prepare("DELETE FROM recheck_requests WHERE form = ? AND version = ? AND asked_at = ?")
    .bind(form, version, askedAt)
    .run();
}

/** A claimed re-check. */
export interface Recheck {
  readonly segment: number;
  readonly form: string;
  readonly version: number;
  readonly position: number;
  readonly through: number;
  readonly epoch: number;
}

/** Takes the lease of the re-check that has waited longest, and puts off its next share; null: none is due. */
export async function claimRecheck(
  db: D1Database,
  { now, leaseMs, nextAt }: { now: number; leaseMs: number; nextAt: number },
): Promise<Recheck | null> {
  return db
    .prepare(
      `UPDATE rechecks SET epoch = epoch + 1, lease_until = ?1 + ?2, next_at = ?3
       WHERE segment = (SELECT segment FROM rechecks
                        WHERE finished_at IS NULL AND next_at <= ?1 AND lease_until <= ?1 ORDER BY next_at LIMIT 1)
       RETURNING segment, version, position, through, epoch,
         (SELECT form FROM segments s WHERE s.no = rechecks.segment) AS form`,
    )
    .bind(now, leaseMs, nextAt)
    .first<Recheck>();
}

/** Notes how far it has come. Null: the lease was lost. `leaseUntil` 0 gives it back. */
export async function settleRecheck(
  db: D1Database,
  { segment, epoch }: Recheck,
  { position, leaseUntil, now }: { position: number; leaseUntil: number; now: number },
): Promise<{ done: boolean } | null> {
  const row = await db
    .prepare(
      `UPDATE rechecks SET position = ?3, finished_at = CASE WHEN ?3 >= through THEN ?5 END,
         lease_until = CASE WHEN ?3 >= through THEN 0 ELSE ?4 END
       WHERE segment = ?1 AND epoch = ?2 RETURNING finished_at IS NOT NULL AS done`,
    )
    .bind(segment, epoch, position, leaseUntil, now)
    .first<{ done: number }>();
  return row && { done: row.done === 1 };
}

/** Ends the re-check of a segment whose form is gone. */
export async function dropRecheck(db: D1Database, { segment, epoch }: Recheck): Promise<void> {
  await db.prepare("DELETE FROM rechecks WHERE segment = ? AND epoch = ?").bind(segment, epoch).run();
}

/**
 * What was promised while D1 was down is stored under the version that it was checked against, perhaps behind a
 * re-check: then that goes on to the end of the log. May be repeated.
 */
export async function extendRechecks(
  db: D1Database,
  stored: readonly { readonly segment: number; readonly version: number }[],
): Promise<void> {
  const oldest = [...Map.groupBy(stored, ({ segment }) => segment)].map(([segment, own]) => [
    segment,
    Math.min(...own.map(({ version }) => version)),
  ]);
  await db
    .prepare(
      `UPDATE rechecks SET through = h.head, finished_at = NULL FROM (
         SELECT e.value->>0 AS segment, e.value->>1 AS version, (SELECT max(r.id) FROM responses r
           WHERE r.id > e.value->>0 * ${SEGMENT_SIZE} AND r.id < (e.value->>0 + 1) * ${SEGMENT_SIZE}) AS head
         FROM json_each(?1) e) h
       WHERE rechecks.segment = h.segment AND rechecks.version > h.version AND rechecks.through < h.head`,
    )
    .bind(JSON.stringify(oldest))
    .run();
}

/** How far the re-check of a segment has come. */
export interface RecheckRow {
  readonly segment: number;
  readonly version: number;
  readonly position: number;
  readonly through: number;
  readonly flagged: number;
  readonly cleared: number;
  readonly askedAt: number;
  readonly finishedAt: number | null;
}

/** What was asked for a form and has not begun yet (null: nothing), and the newest re-checks of these segments. */
export async function readRechecks(
  shards: Shards,
  form: string,
  segments: readonly Segment[],
): Promise<{ request: RecheckRequest | null; rows: readonly RecheckRow[] }> {
  const read = async ([shard, own]: [number, Segment[]]) => {
    const { results } = await shards
      .get(shard)
      .db.prepare(
        `SELECT segment, version, position, through, flagged, cleared, asked_at AS askedAt, finished_at AS finishedAt
         FROM rechecks WHERE segment IN (SELECT value FROM json_each(?))`,
      )
      .bind(JSON.stringify(own.map(({ no }) => no)))
      .all<RecheckRow>();
    return results;
  };
  const [request, ...rows] = await Promise.all([
    shards.control.prepare(`SELECT ${REQUEST} FROM recheck_requests WHERE form = ?`).bind(form).first<RecheckRequest>(),
    ...[...Map.groupBy(segments, ({ shard }) => shard)].map(read),
  ]);
  return { request, rows: rows.flat() };
}
