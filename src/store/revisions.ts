/**
 * Changes to stored responses. Each keeps the state before it in `revisions`, which is both the history of a response
 * and the feed that integrations follow. One D1 batch each, conditional on the revision that the caller saw.
 */
import { SEGMENT_SIZE, segmentOf } from "../core/ids";
import type { ReviewState } from "../core/review";
import { forgetAnswers, indexAnswers } from "./answer-index";
import { eraseAnswersStatements } from "./attempts";
import { RING_RETURNING, RING_SET, toWakeUp, WAKE_WINDOW_MS, type WakeUp } from "./cursors";
import { emptyFlightsStatement } from "./flights";

/** What is done to a response. `answers` and `metadata` are JSON. */
export type ChangeEvent =
  | {
      readonly event: "updated";
      readonly version: number;
      readonly answers: string;
      readonly metadata: string;
      readonly review: ReviewState;
      /** JSON; null: there are none. */
      readonly flags: string | null;
      /** Some of them were not there before: the feed is told of it. */
      readonly flagged: boolean;
    }
  | { readonly event: "reviewed"; readonly review: ReviewState; readonly comment: string | null }
  /** Answers, metadata and comments go, in the response and in its history. */
  | { readonly event: "erased" };

export interface Change {
  readonly shard: number;
  readonly position: number;
  /** The revision that is being changed; another one in the table means somebody was faster. */
  readonly revision: number;
  readonly now: number;
  /** Id of the key that asks for it; null: not known. */
  readonly author: string | null;
  readonly change: ChangeEvent;
}

/** What happened, as the feed says it. `flagged` stands beside what made the flags appear, or alone. */
export type RevisionEvent = ChangeEvent["event"] | "flagged";

/** A row of the feed. */
export interface RevisionRow {
  readonly id: number;
  readonly response: number;
  readonly event: RevisionEvent;
  /** Id of the key or integration that did it, `collector` or `system`; null: not known. */
  readonly author: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The last position of the feed between ?1 and ?2, the ends of a segment, that was ever given, also to what a restore
 * has lost.
 */
export const FEED_HEAD = `max(
  coalesce((SELECT v.id FROM revisions v WHERE v.id > ?1 AND v.id < ?2 ORDER BY v.id DESC LIMIT 1), ?1),
  coalesce((SELECT s.changes_after FROM segments s WHERE s.no = ?1 >> 33), 0))`;

/** The state before a change of content, and before any other, as `revisions` keeps it. */
export const PREVIOUS_CONTENT = `json_object('version', version, 'answers', json(answers), 'metadata', json(metadata),
  'review', review, 'flags', json(flags))`;
export const PREVIOUS_REVIEW = "json_object('version', version, 'review', review, 'flags', json(flags))";

const INSERT = `
INSERT INTO revisions (id, response, event, revision, previous, created_at, review, comment, author)
SELECT ${FEED_HEAD} + 1, id, ?3, revision + 1,
  CASE ?3 WHEN 'updated' THEN ${PREVIOUS_CONTENT} WHEN 'reviewed' THEN ${PREVIOUS_REVIEW} END,
  ?4, coalesce(?7, review), ?8, ?9
FROM responses WHERE id = ?5 AND revision = ?6 AND erased_at IS NULL RETURNING id`;

const UPDATE = `
UPDATE responses SET answers = coalesce(?3, answers), metadata = coalesce(?4, metadata), version = coalesce(?5, version),
  review = coalesce(?6, review), revision = revision + 1, erased_at = ?7,
  fingerprint = CASE WHEN ?7 IS NULL THEN fingerprint END, link = CASE WHEN ?7 IS NULL THEN link END,
  flags = CASE WHEN ?8 THEN ?9 ELSE flags END
WHERE id = ?1 AND revision = ?2 AND erased_at IS NULL`;

/** Rings for those who follow the feed of a segment: of these kinds (JSON), or of all (null). */
export const RING_FOLLOWERS = `
UPDATE cursors SET ${RING_SET} WHERE segment = ?1 AND revision_position IS NOT NULL AND state <> 'paused'
  AND (?3 IS NULL OR kind IN (SELECT value FROM json_each(?3))) AND wake_at < ?2 - ${WAKE_WINDOW_MS} RETURNING ${RING_RETURNING}`;

/**
 * Applies a change. `applied` is false when the response is not at that revision (or already erased). One round trip.
 */
export async function changeResponse(db: D1Database, input: Change): Promise<{ applied: boolean; wakeUps: WakeUp[] }> {
  const { change, position, revision, now } = input;
  const segment = segmentOf(position);
  const start = segment * SEGMENT_SIZE;
  const content = contentOf(change);
  const comment = change.event === "reviewed" ? change.comment : null;
  const at = { position, revision };
  const insert = (event: RevisionEvent) =>
    db
      .prepare(INSERT)
      .bind(start, start + SEGMENT_SIZE, event, now, position, revision, content.review, comment, input.author);
  const update = db
    .prepare(UPDATE)
    .bind(
      position,
      revision,
      content.answers,
      content.metadata,
      content.version,
      content.review,
      change.event === "erased" ? now : null,
      change.event === "reviewed" ? 0 : 1,
      content.flags,
    );
  const reads = change.event === "reviewed" ? [update] : [forgetAnswers(db, at), update, indexAnswers(db, at)];
  const [inserted, rung] = await db.batch<Record<string, unknown>>([
    insert(change.event),
    db.prepare(RING_FOLLOWERS).bind(segment, now, null),
    ...(change.event === "updated" && change.flagged ? [insert("flagged")] : []),
    ...reads,
    ...(change.event === "erased" ? eraseTraces(db, position) : []),
  ]);
  const wakeUps = (rung?.results ?? []).map((row) => toWakeUp(row, input.shard));
  return { applied: (inserted?.results.length ?? 0) === 1, wakeUps };
}

/** The columns that a change sets; null: left as it is. */
function contentOf(change: ChangeEvent) {
  const nothing = { answers: null, metadata: null, version: null, review: null, flags: null };
  if (change.event === "erased") return { ...nothing, answers: "{}", metadata: "{}" };
  if (change.event === "reviewed") return { ...nothing, review: change.review };
  const { answers, metadata, version, review, flags } = change;
  return { answers, metadata, version, review, flags };
}

/**
 * Erased everywhere we hold it: earlier states, comments, texts that were prepared for a delivery, what receivers
 * answered.
 */
function eraseTraces(db: D1Database, position: number): D1PreparedStatement[] {
  // A change that was refused erases nothing.
  const erased = "EXISTS (SELECT 1 FROM responses r WHERE r.id = ?1 AND r.erased_at IS NOT NULL)";
  const integrations = "integration IN (SELECT integration FROM cursors WHERE segment = ?2)";
  const prepared = (at: string) =>
    db
      .prepare(
        `UPDATE deliveries SET content = NULL WHERE ${integrations} AND ${at} AND content IS NOT NULL AND ${erased}`,
      )
      .bind(position, segmentOf(position));
  return [
    db
      .prepare(
        `UPDATE revisions SET previous = NULL, comment = NULL
         WHERE response = ?1 AND (previous IS NOT NULL OR comment IS NOT NULL) AND ${erased}`,
      )
      .bind(position),
    emptyFlightsStatement(db, segmentOf(position)),
    prepared("feed = 0 AND position = ?1"),
    prepared("feed = 1 AND position IN (SELECT id FROM revisions WHERE response = ?1)"),
    ...eraseAnswersStatements(db, position),
  ];
}

/** The changes after a position of a segment's feed, in order. */
export async function readRevisionsAfter(
  db: D1Database,
  segment: number,
  after: number,
  limit: number,
): Promise<RevisionRow[]> {
  const { results } = await db
    .prepare(
      "SELECT id, response, event, created_at AS at, author FROM revisions WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3",
    )
    .bind(after, (segment + 1) * SEGMENT_SIZE, limit)
    .all<RevisionRow>();
  return results;
}

/** The revisions with these ids, by id. */
export async function readRevisionsAt(db: D1Database, ids: readonly number[]): Promise<Map<number, RevisionRow>> {
  if (ids.length === 0) return new Map();
  const { results } = await db
    .prepare(
      "SELECT id, response, event, created_at AS at, author FROM revisions WHERE id IN (SELECT value FROM json_each(?))",
    )
    .bind(JSON.stringify(ids))
    .all<RevisionRow>();
  return new Map(results.map((row) => [row.id, row]));
}
