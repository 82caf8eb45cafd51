/**
 * Reading the log: pages for cursors (forwards) and for lists (backwards), one response, its place. Raw SQL: hot path.
 */
import { flagsFromJson } from "../core/flag";
import type { LogAddress } from "../core/ids";
import { responseId, SEGMENT_SIZE } from "../core/ids";
import type { ResponseRecord } from "../core/response";
import type { ReviewState } from "../core/review";

/** All columns of a response but its content. */
export const META_COLUMNS = "id, version, revision, received_at, submitted_at, erased_at, review";
const COLUMNS = `${META_COLUMNS}, answers, metadata, flags`;
/** Characters of a response's content. */
export const SIZE = "length(answers) + length(metadata) + coalesce(length(flags), 0)";

/** A row of `responses` as D1 returns it. */
export interface ResponseRow {
  readonly id: number;
  readonly version: number;
  readonly revision: number;
  readonly received_at: number;
  readonly submitted_at: number | null;
  readonly erased_at: number | null;
  readonly answers: string;
  readonly metadata: string;
  readonly review: ReviewState;
  readonly flags: string | null;
}

/** A response row as the rest of the code sees it. */
export function toResponse(row: ResponseRow, shard: number): ResponseRecord {
  return {
    id: responseId({ shard, position: row.id }),
    position: row.id,
    version: row.version,
    revision: row.revision,
    receivedAt: row.received_at,
    submittedAt: row.submitted_at,
    erasedAt: row.erased_at,
    answers: JSON.parse(row.answers),
    metadata: JSON.parse(row.metadata),
    flags: flagsFromJson(row.flags),
    review: row.review,
  };
}

export interface PageLimits {
  readonly count: number;
  /** Characters of answers, metadata and flags; the first row is returned whatever its size. */
  readonly bytes: number;
}

/** The responses after a position of a segment, in log order, up to `count` rows and `bytes` of content. */
export async function readAfter(
  shard: { no: number; db: D1Database },
  segment: number,
  after: number,
  limits: PageLimits,
): Promise<ResponseRecord[]> {
  const { results } = await shard.db
    .prepare(
      `SELECT ${COLUMNS} FROM (
         SELECT ${COLUMNS}, sum(${SIZE}) OVER (ORDER BY id) AS bytes, row_number() OVER (ORDER BY id) AS n
         FROM (SELECT ${COLUMNS} FROM responses WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3))
       WHERE n = 1 OR bytes <= ?4`,
    )
    .bind(after, (segment + 1) * SEGMENT_SIZE, limits.count, limits.bytes)
    .all<ResponseRow>();
  return results.map((row) => toResponse(row, shard.no));
}

/**
 * One response with its form and the collector link that it came by, or null; also when it is none of `form`, if that
 * is given.
 */
export async function findResponse(
  db: D1Database,
  address: LogAddress,
  form: string | null = null,
): Promise<{ form: string; link: string | null; response: ResponseRecord } | null> {
  const row = await db
    .prepare(
      `SELECT * FROM (SELECT ${COLUMNS}, link, (SELECT form FROM segments s WHERE s.no = r.id >> 33) AS form
         FROM responses r WHERE id = ?1) WHERE ?2 IS NULL OR form = ?2`,
    )
    .bind(address.position, form)
    .first<ResponseRow & { form: string; link: string | null }>();
  return row ? { form: row.form, link: row.link, response: toResponse(row, address.shard) } : null;
}

/** The responses at these positions, by position. */
export async function readAt(
  shard: { no: number; db: D1Database },
  positions: readonly number[],
): Promise<Map<number, ResponseRecord>> {
  const { results } = await shard.db
    .prepare(`SELECT ${COLUMNS} FROM responses WHERE id IN (SELECT value FROM json_each(?))`)
    .bind(JSON.stringify(positions))
    .all<ResponseRow>();
  return new Map(results.map((row) => [row.id, toResponse(row, shard.no)]));
}

/** The responses at these positions that are of this form, by position. */
export async function readOfForm(
  shard: { no: number; db: D1Database },
  form: string,
  positions: readonly number[],
): Promise<Map<number, ResponseRecord>> {
  const { results } = await shard.db
    .prepare(
      `SELECT ${COLUMNS} FROM responses r WHERE id IN (SELECT value FROM json_each(?1))
         AND EXISTS (SELECT 1 FROM segments s WHERE s.no = r.id >> 33 AND s.form = ?2)`,
    )
    .bind(JSON.stringify(positions), form)
    .all<ResponseRow>();
  return new Map(results.map((row) => [row.id, toResponse(row, shard.no)]));
}

/** Rows before the place found that are looked at: clocks differ, and what was spooled is stored later than it came. */
const LOOK_BACK = 10_000;
const LOOKS_MAX = 10;

/**
 * The position of the first response of a segment that was received at or after a time (milliseconds), or null.
 * Positions have no gaps and times grow with them but for outages, so halving finds the place: at most 33 halvings in
 * one round trip, and then a look back for those that stand a little earlier.
 */
export async function findSince(db: D1Database, segment: number, since: number): Promise<number | null> {
  const [start, end] = [segment * SEGMENT_SIZE, (segment + 1) * SEGMENT_SIZE];
  const late = "(SELECT received_at FROM responses WHERE id = (lo + hi) / 2) >= ?3";
  const row = await db
    .prepare(
      `WITH RECURSIVE
         log (head) AS (SELECT coalesce((SELECT id FROM responses WHERE id > ?1 AND id < ?2 ORDER BY id DESC LIMIT 1), ?1)),
         half (lo, hi) AS (SELECT CAST(?1 AS INTEGER), head + 1 FROM log
           UNION ALL SELECT CASE WHEN ${late} THEN lo ELSE (lo + hi) / 2 END, CASE WHEN ${late} THEN (lo + hi) / 2 ELSE hi END
           FROM half WHERE hi - lo > 1)
       SELECT hi, head FROM half, log WHERE hi - lo = 1`,
    )
    .bind(start, end, since)
    .first<{ hi: number; head: number }>();
  if (!row) return null;
  let first = row.hi;
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const earlier = await db
      .prepare("SELECT min(id) AS id FROM responses WHERE id > ?1 AND id > ?2 - ?3 AND id < ?2 AND received_at >= ?4")
      .bind(start, first, LOOK_BACK, since)
      .first<{ id: number | null }>();
    if (typeof earlier?.id !== "number") break;
    first = earlier.id;
  }
  return first <= row.head ? first : null;
}
