/**
 * Changes to stored responses. Each keeps the state before it in `revisions`, which is both the history of a response and
 * the feed that integrations follow. One D1 batch each, conditional on the revision that the caller saw.
 */
import { SEGMENT_SIZE, segmentOf } from "../core/ids";
import { RING_RETURNING, RING_SET, toWakeUp, WAKE_WINDOW_MS, type WakeUp } from "./cursors";

export interface Change {
  readonly shard: number;
  readonly position: number;
  /** The revision that is being changed; another one in the table means somebody was faster. */
  readonly revision: number;
  readonly version: number;
  readonly now: number;
  /** JSON of the new answers and metadata; null erases both, in the response and in its history. */
  readonly content: { readonly answers: string; readonly metadata: string } | null;
}

/** A row of `revisions`. */
export interface RevisionRow {
  readonly id: number;
  readonly response: number;
  readonly event: "updated" | "erased";
}

/** Applies a change. `applied` is false when the response is not at that revision (or already erased). */
export async function changeResponse(db: D1Database, change: Change): Promise<{ applied: boolean; wakeUps: WakeUp[] }> {
  const segment = segmentOf(change.position);
  const start = segment * SEGMENT_SIZE;
  const erase = change.content === null;
  const statements = [
    db
      .prepare(
        `INSERT INTO revisions (id, response, event, revision, previous, created_at)
         SELECT coalesce((SELECT v.id FROM revisions v WHERE v.id > ?1 AND v.id < ?2 ORDER BY v.id DESC LIMIT 1), ?1) + 1,
           id, ?3, revision + 1, CASE WHEN ?3 = 'erased' THEN NULL ELSE
             json_object('version', version, 'answers', json(answers), 'metadata', json(metadata)) END, ?4
         FROM responses WHERE id = ?5 AND revision = ?6 AND erased_at IS NULL RETURNING id`,
      )
      .bind(start, start + SEGMENT_SIZE, erase ? "erased" : "updated", change.now, change.position, change.revision),
    db
      .prepare(
        `UPDATE responses SET answers = ?1, metadata = ?2, version = ?3, revision = revision + 1, erased_at = ?4,
           fingerprint = CASE WHEN ?4 IS NULL THEN fingerprint END
         WHERE id = ?5 AND revision = ?6 AND erased_at IS NULL`,
      )
      .bind(
        change.content?.answers ?? "{}",
        change.content?.metadata ?? "{}",
        change.version,
        erase ? change.now : null,
        change.position,
        change.revision,
      ),
    db
      .prepare(
        `UPDATE cursors SET ${RING_SET} WHERE segment = ?1 AND revision_position IS NOT NULL AND state <> 'paused'
           AND wake_at < ?2 - ${WAKE_WINDOW_MS} RETURNING ${RING_RETURNING}`,
      )
      .bind(segment, change.now),
  ];
  if (erase) {
    // Erased everywhere we hold it: earlier states, and texts that were prepared for a delivery.
    statements.push(
      db.prepare("UPDATE revisions SET previous = NULL WHERE response = ?").bind(change.position),
      db
        .prepare(
          `UPDATE deliveries SET content = NULL WHERE feed = 0 AND position = ?1 AND content IS NOT NULL
             AND integration IN (SELECT integration FROM cursors WHERE segment = ?2)`,
        )
        .bind(change.position, segment),
    );
  }
  const [inserted, , rung] = await db.batch<Record<string, unknown>>(statements);
  const wakeUps = (rung?.results ?? []).map((row) => toWakeUp(row, change.shard));
  return { applied: (inserted?.results.length ?? 0) === 1, wakeUps };
}

/** The changes after a position of a segment's feed, in order. */
export async function readRevisionsAfter(
  db: D1Database,
  segment: number,
  after: number,
  limit: number,
): Promise<RevisionRow[]> {
  const { results } = await db
    .prepare("SELECT id, response, event FROM revisions WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3")
    .bind(after, (segment + 1) * SEGMENT_SIZE, limit)
    .all<RevisionRow>();
  return results;
}

/** The revisions with these ids, by id. */
export async function readRevisionsAt(db: D1Database, ids: readonly number[]): Promise<Map<number, RevisionRow>> {
  if (ids.length === 0) return new Map();
  const { results } = await db
    .prepare("SELECT id, response, event FROM revisions WHERE id IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(ids))
    .all<RevisionRow>();
  return new Map(results.map((row) => [row.id, row]));
}
