/** The history of one response, from `revisions`: what it was before each change. */
import type { ReviewState } from "../core/review";
import type { RevisionEvent } from "./revisions";

/**
 * One change. `previous` and `next` are JSON of the states before and after, as far as the change had to do with them.
 */
export interface HistoryRow {
  /** Its place in the feed; grows along the history. */
  readonly id: number;
  readonly revision: number;
  readonly event: RevisionEvent;
  readonly createdAt: number;
  readonly author: string | null;
  readonly comment: string | null;
  /** The state of review afterwards; null for changes older than reviews are. */
  readonly review: ReviewState | null;
  /** The state before; null once the response is erased, and of a row that only says that flags appeared. */
  readonly previous: string | null;
  /** The answers and metadata of the state after, in the `previous` of the next edit; null: as they are now. */
  readonly next: string | null;
  /**
   * The `previous` of the next change, without its content: it has the flags of the state after; null: as they are now.
   */
  readonly nextState: string | null;
}

const COLUMNS = "id, revision, event, created_at AS createdAt, author, comment, review, previous";

export interface HistoryPage {
  /** Rows after this place in the feed. */
  readonly after: number;
  readonly limit: number;
}

/** The changes of a response, oldest first. One round trip. */
export async function readHistory(
  db: D1Database,
  position: number,
  { after, limit }: HistoryPage,
): Promise<HistoryRow[]> {
  const following = (columns: string, condition: string) => `(SELECT ${columns} FROM revisions n
    WHERE n.response = v.response AND n.id > v.id AND ${condition} ORDER BY n.id LIMIT 1)`;
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS}, ${following("n.previous", "n.event = 'updated'")} AS next,
         ${following("json_object('flags', n.previous->'$.flags')", "n.previous IS NOT NULL")} AS nextState
       FROM revisions v WHERE response = ?1 AND id > ?2 ORDER BY id LIMIT ?3`,
    )
    .bind(position, after, limit)
    .all<HistoryRow>();
  return results;
}

/**
 * The changes that reviewed a response, or changed its state of review, oldest first; that it came with flags is the
 * first.
 */
export async function readReviews(
  db: D1Database,
  position: number,
  { after, limit }: HistoryPage,
): Promise<HistoryRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS}, NULL AS next, NULL AS nextState FROM revisions WHERE response = ?1 AND id > ?2
         AND (event = 'reviewed' OR event = 'flagged' AND revision = 1 OR review <> json_extract(previous, '$.review'))
       ORDER BY id LIMIT ?3`,
    )
    .bind(position, after, limit)
    .all<HistoryRow>();
  return results;
}
