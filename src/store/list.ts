/** Pages of lists: a bounded look at a part of a segment, in either direction, with conditions or without. */
import type { AnswerCondition, MetadataCondition } from "../core/filter";
import { SEGMENT_SIZE, segmentStart } from "../core/ids";
import type { ResponseRecord } from "../core/response";
import type { ReviewState } from "../core/review";
import { and, answerSql, INDEXED_CHARACTERS, metadataSql, type Sql, sql } from "./answer-values";
import { COLLECTOR } from "./inbox";
import { META_COLUMNS, type ResponseRow, readAt, SIZE, toResponse } from "./responses";

/** Characters of content in a page: an isolate has 128 MB for all its requests. Its first row always fits. */
const PAGE_CHARACTERS = 4_000_000;
/** Rows over this size are read one by one, when it is known which of them are in the page: few forms have any. */
const SMALL_CHARACTERS = 8_000;

export type Order = "asc" | "desc";

/** What responses of a list must be. */
export interface Conditions {
  readonly answers: readonly AnswerCondition[];
  readonly metadata: readonly MetadataCondition[];
  readonly review: ReviewState | null;
  /** Stored at this time or later, in milliseconds: received, for those that did not wait in the spool. */
  readonly since: number | null;
  /** Id of the collector link that they came by. */
  readonly link?: string;
}

/** Where the rows to look at are found. */
export type Source =
  | { readonly type: "log" }
  /** The index of those that were reviewed; any state but `received`. */
  | { readonly type: "review"; readonly state: ReviewState }
  /**
   * The indexes of those that are flagged: by the text of `metadata.collector`, or by the collector link that they came
   * by.
   */
  | { readonly type: "collector"; readonly name: string }
  | { readonly type: "link"; readonly link: string }
  /** The entries of the answer index with this value. */
  | { readonly type: "value"; readonly ref: string; readonly value: string | number }
  | { readonly type: "ids"; readonly ids: readonly number[] };

/** Part of a segment: positions (after, through]. */
export interface Part {
  readonly segment: number;
  readonly after: number;
  readonly through: number;
}

export interface Look {
  readonly order: Order;
  /** Rows to return at most. */
  readonly limit: number;
  /** Rows to look at, at most. */
  readonly scan: number;
  readonly source: Source;
  readonly conditions: Conditions;
}

export interface Looked {
  readonly items: readonly ResponseRecord[];
  /** The last position that was looked at, in the direction of the look. */
  readonly reached: number;
  /** Nothing is left in this part. */
  readonly done: boolean;
  /** Rows of the log that were looked at, those that fit among them. */
  readonly looked: number;
}

/**
 * Looks at a part of a segment until `limit` rows fit or `scan` were looked at. One round trip, a second one when few
 * fit.
 */
export async function lookAt(shard: { no: number; db: D1Database }, part: Part, look: Look): Promise<Looked> {
  const conditions = conditionsSql(look);
  const bare = conditions.length === 0;
  const candidates = candidatesSql(part, look, bare ? look.limit : look.scan);
  const where = and(conditions);
  const small = (column: string) => `CASE WHEN size <= ${SMALL_CHARACTERS} THEN ${column} END AS ${column}`;
  const text = `
    SELECT ${META_COLUMNS}, size, ${small("answers")}, ${small("metadata")}, ${small("flags")}
    FROM (SELECT *, ${SIZE} AS size FROM (${candidates.text}) WHERE ${where.text} LIMIT ?)`;
  const [page, head] = await shard.db.batch<SizedRow & { head: number | null }>([
    shard.db.prepare(text).bind(...candidates.values, ...where.values, look.limit),
    shard.db
      .prepare("SELECT max(id) AS head FROM responses WHERE id > ? AND id < ?")
      .bind(segmentStart(part.segment), segmentStart(part.segment + 1)),
  ]);
  const rows = page?.results ?? [];
  const items = await readWhole(shard, rows);
  const through = Math.max(part.after, Math.min(part.through, head?.results[0]?.head ?? 0));
  const upTo = (reached: number, done: boolean): Looked => {
    const positions = look.order === "asc" ? reached - part.after : through - reached;
    return { items, reached, done, looked: look.source.type === "log" && !bare ? positions : items.length };
  };
  const last = items.at(-1);
  if (last && (rows.length === look.limit || items.length < rows.length)) return upTo(last.position, false);
  const edge = bare || fitsAll(look) ? null : await edgeOf(shard.db, { ...part, through }, look);
  return upTo(edge ?? (look.order === "asc" ? through : part.after), edge === null);
}

/** A row without its content when that is large. */
type SizedRow = Omit<ResponseRow, "answers" | "metadata"> & {
  readonly size: number;
  readonly answers: string | null;
  readonly metadata: string | null;
};

/** The responses of these rows, as many as a page carries. */
async function readWhole(shard: { no: number; db: D1Database }, rows: readonly SizedRow[]): Promise<ResponseRecord[]> {
  let size = 0;
  const kept = rows.filter((row, i) => {
    size += row.size;
    return i === 0 || size <= PAGE_CHARACTERS;
  });
  const large = kept.filter((row) => row.answers === null).map((row) => row.id);
  const read = large.length > 0 ? await readAt(shard, large) : new Map<number, ResponseRecord>();
  return kept.flatMap((row) => {
    const { answers, metadata } = row;
    if (answers !== null && metadata !== null) return [toResponse({ ...row, answers, metadata }, shard.no)];
    return read.get(row.id) ?? [];
  });
}

/** Whether the source has nothing but what fits: entries of one value, whole, and nothing else is asked. */
function fitsAll({ source, conditions: { answers, metadata, review, since, link } }: Look): boolean {
  if (since !== null) return false;
  if (source.type === "link") return answers.length + metadata.length === 0;
  if (link !== undefined) return false;
  if (source.type === "collector") return answers.length === 0 && metadata.length === 1;
  if (source.type !== "value" || answers.length > 1 || metadata.length > 0 || review !== null) return false;
  return typeof source.value === "number" || source.value.length < INDEXED_CHARACTERS;
}

/** Where a look ended that `scan` cut short; null: it came to the end. */
async function edgeOf(db: D1Database, part: Part, look: Look): Promise<number | null> {
  if (look.source.type === "ids") return null;
  if (look.source.type === "log") {
    // Positions have no gaps, so they count rows.
    const edge = look.order === "asc" ? part.after + look.scan : part.through - look.scan + 1;
    return look.order === "asc" ? (edge < part.through ? edge : null) : edge > part.after + 1 ? edge : null;
  }
  const candidates = candidatesSql(part, look, look.scan);
  const row = await db
    .prepare(`SELECT id FROM (${candidates.text}) LIMIT 1 OFFSET ?`)
    .bind(...candidates.values, look.scan - 1)
    .first<{ id: number }>();
  return row?.id ?? null;
}

const STORED_AT = "coalesce(stored_at, received_at)";

function conditionsSql({ conditions }: Look): Sql[] {
  const { answers, metadata, review, since, link } = conditions;
  const about = [...answers.map(answerSql), ...metadata.map(metadataSql)];
  if (link !== undefined) about.push(sql("link = ?", link));
  if (review !== null) about.push(sql("review = ?", review));
  // A tombstone has nothing that could be asked about.
  if (about.length > 0) about.push(sql("erased_at IS NULL"));
  if (since !== null) about.push(sql(`${STORED_AT} >= ?`, since));
  return about;
}

/** The rows to look at, in order: at most `limit`. */
function candidatesSql({ segment, after, through }: Part, { source, order }: Look, limit: number): Sql {
  const part = [after, through];
  const end = `ORDER BY r.id ${order} LIMIT ?`;
  switch (source.type) {
    case "log":
      return sql(`SELECT r.* FROM responses r WHERE r.id > ? AND r.id <= ? ${end}`, ...part, limit);
    case "review":
      return sql(
        // Named twice: a partial index is used only where its own condition stands.
        `SELECT r.* FROM responses r WHERE r.review <> 'received' AND r.review = ? AND r.id > ? AND r.id <= ? ${end}`,
        source.state,
        ...part,
        limit,
      );
    case "collector":
      return sql(
        // The segment without the affinity of a column, as the index has it.
        `SELECT r.* FROM responses r
         WHERE r.review = 'flagged' AND r.erased_at IS NULL AND (r.id >> 33) = ? AND ${COLLECTOR} = ?
           AND r.id > ? AND r.id <= ? ${end}`,
        segment,
        source.name,
        ...part,
        limit,
      );
    case "link":
      return sql(
        `SELECT r.* FROM responses r WHERE r.review = 'flagged' AND r.link = ? AND r.id > ? AND r.id <= ? ${end}`,
        source.link,
        ...part,
        limit,
      );
    case "value":
      return sql(
        `SELECT r.* FROM answer_index x CROSS JOIN responses r ON r.id = x.id
         WHERE x.segment = ? AND x.ref = ? AND x.value = ? AND x.id > ? AND x.id <= ? ORDER BY x.id ${order} LIMIT ?`,
        segment,
        source.ref,
        source.value,
        ...part,
        limit,
      );
    case "ids":
      return sql(
        `SELECT r.* FROM responses r WHERE r.id IN (SELECT value FROM json_each(?)) AND r.id > ? AND r.id <= ? ${end}`,
        JSON.stringify(source.ids),
        ...part,
        limit,
      );
  }
}

/**
 * Direct commits come at most so much later than the time in their row, whatever the clocks: 15 s to commit, and slack.
 */
const DISORDER_MS = 60_000;

/**
 * A position of a segment up to which nothing was stored at `time` (milliseconds) or later: the times in the log grow
 * with its positions but for DISORDER_MS, so it is found by halves. Reads as many rows as the log's length has binary
 * digits.
 */
export async function findBefore(db: D1Database, segment: number, time: number): Promise<number> {
  const late = (middle: string) =>
    `(SELECT ${STORED_AT} >= ?3 FROM responses WHERE id >= ${middle} AND id < ?2 ORDER BY id LIMIT 1)`;
  const [lo, hi] = ["iif(late, lo, (lo + hi) / 2)", "iif(late, (lo + hi) / 2, hi)"];
  const row = await db
    .prepare(
      `WITH RECURSIVE ends (lo, hi) AS (
         SELECT CAST(?1 AS INTEGER), coalesce((SELECT max(id) FROM responses WHERE id > ?1 AND id < ?2), CAST(?1 AS INTEGER)) + 1),
       search (lo, hi, late) AS (
         SELECT lo, hi, ${late("(lo + hi) / 2")} FROM ends
         UNION ALL
         SELECT ${lo}, ${hi}, ${late(`(${lo} + ${hi}) / 2`)} FROM search WHERE hi - lo > 1)
       SELECT lo FROM search ORDER BY hi - lo LIMIT 1`,
    )
    .bind(segmentStart(segment), (segment + 1) * SEGMENT_SIZE, time - DISORDER_MS)
    .first<{ lo: number }>();
  return row?.lo ?? segmentStart(segment);
}
