/**
 * The index over answers to questions that a form marks `indexed`. Appending does not touch it: it follows the log,
 * question by question, in steps that the sweeper takes. An edit or an erasure moves the entries of its response in its
 * own transaction. So it is always true that responses up to a question's `position` have exactly the entries of their
 * present answers, and those after it have none; a list scans these few.
 */
import type { AnswerCondition, Operator } from "../core/filter";
import type { Question } from "../core/form";
import { SEGMENT_SIZE, segmentStart } from "../core/ids";
import { INDEXED_CHARACTERS, indexedValue, type Sql, sql } from "./answer-values";

/** Responses, or entries to delete, of one step: a transaction of a few milliseconds. */
const STEP = 2_000;
/** Steps of one sweep on one shard. */
const STEPS_MAX = 20;

// json_each takes an answer that is no list as a list of one.
const ENTRY = `q.segment, q.ref, ${indexedValue("q.type", "a.value")}, r.id`;
const ANSWER = `json_each(r.answers, '$."' || q.ref || '"') a`;
const OF_RESPONSE = `FROM responses r CROSS JOIN indexed_questions q ON q.segment = r.id >> 33 CROSS JOIN ${ANSWER}`;

/** Takes away the entries of a response that is about to be changed at this revision. */
export const forgetAnswers = (db: D1Database, at: { position: number; revision: number }): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM answer_index WHERE (segment, ref, value, id) IN (
         SELECT ${ENTRY} ${OF_RESPONSE} WHERE r.id = ?1 AND r.revision = ?2 AND r.erased_at IS NULL)`,
    )
    .bind(at.position, at.revision);

/** Makes the entries of a response anew, where the index has come to it. */
export const indexAnswers = (db: D1Database, at: { position: number }): D1PreparedStatement =>
  db
    .prepare(
      `INSERT OR IGNORE INTO answer_index SELECT ${ENTRY} ${OF_RESPONSE}
       WHERE r.id = ?1 AND q.dropped = 0 AND r.id <= q.position`,
    )
    .bind(at.position);

/**
 * Says which questions of a segment are indexed from now on, unless it is being erased; entries of others are deleted
 * by and by. One round trip.
 */
export async function setIndexedQuestions(
  db: D1Database,
  segment: number,
  questions: readonly Pick<Question, "ref" | "type">[],
): Promise<void> {
  const rows = JSON.stringify(questions.map(({ ref, type }) => [ref, type]));
  await db.batch([
    db
      .prepare(
        `INSERT INTO indexed_questions (segment, ref, type, position)
         SELECT ?1, value->>0, value->>1, ?2 FROM json_each(?3)
         WHERE EXISTS (SELECT 1 FROM segments WHERE no = ?1 AND version >= 0)
         ON CONFLICT (segment, ref) DO UPDATE SET dropped = 0, position = excluded.position WHERE dropped = 1`,
      )
      .bind(segment, segmentStart(segment), rows),
    db
      .prepare(
        `UPDATE indexed_questions SET dropped = 1
         WHERE segment = ?1 AND dropped = 0 AND ref NOT IN (SELECT value->>0 FROM json_each(?2))`,
      )
      .bind(segment, rows),
  ]);
}

interface Behind {
  readonly segment: number;
  readonly ref: string;
  readonly dropped: number;
}

/** Brings the indexes of a shard nearer to the log, in a bounded number of steps. Returns the steps that were taken. */
export async function advanceIndexes(db: D1Database, stepsMax = STEPS_MAX): Promise<number> {
  let steps = 0;
  while (steps < stepsMax) {
    // In any order: one that is never done must not starve the others.
    const { results } = await db
      .prepare(
        `SELECT segment, ref, dropped FROM indexed_questions q
         WHERE dropped = 1 OR EXISTS (
           SELECT 1 FROM responses r WHERE r.id > q.position AND r.id < (q.segment + 1) * ${SEGMENT_SIZE})
         ORDER BY random() LIMIT ?`,
      )
      .bind(stepsMax - steps)
      .all<Behind>();
    if (results.length === 0) break;
    for (const behind of results) await (behind.dropped === 1 ? deleteSome(db, behind) : indexSome(db, behind));
    steps += results.length;
  }
  return steps;
}

/** The position that the statements read is the one that they move: two at once do no harm. */
async function indexSome(db: D1Database, { segment, ref }: Behind): Promise<void> {
  const range = `r.id > q.position AND r.id <= q.position + ${STEP} AND r.id < (q.segment + 1) * ${SEGMENT_SIZE}`;
  const question = "q.segment = ?1 AND q.ref = ?2 AND q.dropped = 0";
  await db.batch([
    db
      .prepare(
        `INSERT OR IGNORE INTO answer_index SELECT ${ENTRY}
         FROM indexed_questions q CROSS JOIN responses r ON ${range} CROSS JOIN ${ANSWER} WHERE ${question}`,
      )
      .bind(segment, ref),
    db
      .prepare(
        `UPDATE indexed_questions AS q SET position = coalesce((SELECT max(r.id) FROM responses r WHERE ${range}), position)
         WHERE ${question}`,
      )
      .bind(segment, ref),
  ]);
}

async function deleteSome(db: D1Database, { segment, ref }: Behind): Promise<void> {
  const entries = "SELECT segment, ref, value, id FROM answer_index WHERE segment = ?1 AND ref = ?2";
  const dropped = "SELECT 1 FROM indexed_questions WHERE segment = ?1 AND ref = ?2 AND dropped = 1";
  await db.batch([
    db
      .prepare(
        `DELETE FROM answer_index WHERE (segment, ref, value, id) IN (${entries} AND EXISTS (${dropped}) LIMIT ${STEP})`,
      )
      .bind(segment, ref),
    db
      .prepare(
        `DELETE FROM indexed_questions WHERE segment = ?1 AND ref = ?2 AND dropped = 1 AND NOT EXISTS (${entries})`,
      )
      .bind(segment, ref),
  ]);
}

/**
 * How far the index over each of these questions has come in a segment, by ref; those without an index are not in it.
 */
export async function readIndexed(
  db: D1Database,
  segment: number,
  refs: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { results } = await db
    .prepare(
      `SELECT ref, position FROM indexed_questions
       WHERE segment = ? AND dropped = 0 AND ref IN (SELECT value FROM json_each(?))`,
    )
    .bind(segment, JSON.stringify(refs))
    .all<{ ref: string; position: number }>();
  return new Map(results.map((row) => [row.ref, row.position]));
}

type Range = (values: readonly (string | number)[]) => Sql;
const shorten = (value: string | number | undefined) =>
  typeof value === "string" ? [...value].slice(0, INDEXED_CHARACTERS).join("") : value;
const list: Range = (values) => sql("value IN (SELECT value FROM json_each(?))", JSON.stringify(values.map(shorten)));

/** The entries among which those that hold are: more may be there, because texts are cut, but none is missing. */
const RANGES: Readonly<Partial<Record<Operator, Range>>> = {
  in: list,
  gt: ([value]) => sql("value >= ?", shorten(value)),
  ge: ([value]) => sql("value >= ?", shorten(value)),
  lt: ([value]) => sql("value <= ?", shorten(value)),
  le: ([value]) => sql("value <= ?", shorten(value)),
  startswith: ([value]) => sql("value >= ? AND value < ? || char(0x10FFFF)", shorten(value), shorten(value)),
};

/**
 * The one value whose entries are all that can hold, in the order of the log; null when the condition is not of that
 * sort.
 */
export function pointOf({ type, operator, values }: AnswerCondition): string | number | null {
  const point = operator === "eq" || (operator === "contains" && type === "multiple_choice");
  return point ? (shorten(values[0]) ?? null) : null;
}

/**
 * The responses of a part of a segment (after, through] whose entries lie in the condition's range, in no order; null
 * when the index does not help, or the range has more than `max` entries. Reads `max` entries at most, and one.
 */
export async function readCandidates(
  db: D1Database,
  condition: AnswerCondition,
  part: { segment: number; after: number; through: number; max: number },
): Promise<number[] | null> {
  const range = RANGES[condition.operator]?.(condition.values);
  if (!range) return null;
  const { results } = await db
    .prepare(`SELECT id FROM answer_index WHERE segment = ? AND ref = ? AND ${range.text} LIMIT ?`)
    .bind(part.segment, condition.ref, ...range.values, part.max + 1)
    .all<{ id: number }>();
  if (results.length > part.max) return null;
  const ids = results.map((row) => row.id).filter((id) => id > part.after && id <= part.through);
  return [...new Set(ids)];
}
