/** Reading the log: pages for cursors (forwards) and for lists (backwards), one response, its place. Raw SQL: hot path. */
import type { LogAddress } from "../core/ids";
import { responseId, SEGMENT_SIZE } from "../core/ids";
import type { ResponseRecord } from "../core/response";

const COLUMNS = "id, version, revision, received_at, erased_at, answers, metadata";

/** A row of `responses` as D1 returns it. */
export interface ResponseRow {
  readonly id: number;
  readonly version: number;
  readonly revision: number;
  readonly received_at: number;
  readonly erased_at: number | null;
  readonly answers: string;
  readonly metadata: string;
}

/** A response row as the rest of the code sees it. */
export function toResponse(row: ResponseRow, shard: number): ResponseRecord {
  return {
    id: responseId({ shard, position: row.id }),
    position: row.id,
    version: row.version,
    revision: row.revision,
    receivedAt: row.received_at,
    erasedAt: row.erased_at,
    answers: JSON.parse(row.answers),
    metadata: JSON.parse(row.metadata),
  };
}

export interface PageLimits {
  readonly count: number;
  /** Bytes of answers; the first row is returned whatever its size. */
  readonly bytes: number;
}

/** The responses after a position of a segment, in log order, up to `count` rows and `bytes` of answers. */
export async function readAfter(
  shard: { no: number; db: D1Database },
  segment: number,
  after: number,
  limits: PageLimits,
): Promise<ResponseRecord[]> {
  const { results } = await shard.db
    .prepare(
      `SELECT ${COLUMNS} FROM (
         SELECT ${COLUMNS}, sum(length(answers)) OVER (ORDER BY id) AS bytes, row_number() OVER (ORDER BY id) AS n
         FROM (SELECT ${COLUMNS} FROM responses WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3))
       WHERE n = 1 OR bytes <= ?4`,
    )
    .bind(after, (segment + 1) * SEGMENT_SIZE, limits.count, limits.bytes)
    .all<ResponseRow>();
  return results.map((row) => toResponse(row, shard.no));
}

/** The newest responses of a segment before a position (not included), newest first. */
export async function readBefore(
  shard: { no: number; db: D1Database },
  segment: number,
  before: number,
  limit: number,
): Promise<ResponseRecord[]> {
  const { results } = await shard.db
    .prepare(`SELECT ${COLUMNS} FROM responses WHERE id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3`)
    .bind(segment * SEGMENT_SIZE, before, limit)
    .all<ResponseRow>();
  return results.map((row) => toResponse(row, shard.no));
}

/** One response with the form it belongs to, or null. */
export async function findResponse(
  db: D1Database,
  address: LogAddress,
): Promise<{ form: string; response: ResponseRecord } | null> {
  const row = await db
    .prepare(
      `SELECT ${COLUMNS}, (SELECT form FROM segments s WHERE s.no = r.id >> 33) AS form FROM responses r WHERE id = ?`,
    )
    .bind(address.position)
    .first<ResponseRow & { form: string }>();
  return row ? { form: row.form, response: toResponse(row, address.shard) } : null;
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
