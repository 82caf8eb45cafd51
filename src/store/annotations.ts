/**
 * Flags and metadata that are set on stored responses without an edit: by integrations, and by whatever looks at old
 * responses again. Many responses of one segment in one round trip, each conditional on the revision that was seen.
 */
import { SEGMENT_SIZE, segmentStart } from "../core/ids";
import type { ReviewState } from "../core/review";
import { toWakeUp, type WakeUp } from "./cursors";
import { FEED_HEAD, PREVIOUS_CONTENT, PREVIOUS_REVIEW, RING_FOLLOWERS } from "./revisions";
import type { Shard } from "./shards";

/** What becomes of a response. `flags` and `metadata` are JSON; all of it is set, changed or not. */
export interface Annotation {
  readonly position: number;
  /** The revision that was seen; another one in the table means somebody was faster. */
  readonly revision: number;
  readonly flags: string | null;
  readonly metadata: string;
  readonly review: ReviewState;
  /** What the feed is told: changed metadata is `updated`, new flags are `flagged`, anything else is `reviewed`. */
  readonly events: readonly ("updated" | "flagged" | "reviewed")[];
}

/** Whoever holds a cursor, or (without an integration) the re-check of a segment, which counts what it changes. */
export interface Holder {
  readonly segment: number;
  readonly integration: number | null;
  readonly epoch: number;
}

export interface AnnotateInput {
  readonly segment: number;
  readonly annotations: readonly Annotation[];
  /** Id of who says so. */
  readonly author: string | null;
  /** Whose lease it is done under: once another one has it, nothing is changed. Null: under none. */
  readonly holder: Holder | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Rings for integrations of these kinds: others are not told of such events. */
  readonly ring: readonly string[];
}

/** Whether the lease (segment, integration, epoch) is held still; without one it always is. */
const isHeld = (segment: string, integration: string, epoch: string) => `(${epoch} IS NULL
  OR ${integration} IS NULL AND EXISTS (SELECT 1 FROM rechecks h WHERE h.segment = ${segment} AND h.epoch = ${epoch})
  OR EXISTS (SELECT 1 FROM cursors h WHERE h.segment = ${segment} AND h.integration = ${integration} AND h.epoch = ${epoch}))`;

// The first event of a response keeps the state before it; a second one (flagged beside updated) only says so.
const INSERT = `
INSERT INTO revisions (id, response, event, revision, previous, created_at, review, author)
SELECT ${FEED_HEAD} + row_number() OVER (ORDER BY e.key, v.key), r.id, v.value, r.revision + 1,
  CASE WHEN v.key = 0 THEN CASE v.value WHEN 'updated' THEN ${PREVIOUS_CONTENT} ELSE ${PREVIOUS_REVIEW} END END,
  ?4, e.value->>4, ?5
FROM json_each(?3) e CROSS JOIN json_each(e.value->'$[5]') v
  CROSS JOIN responses r ON r.id = e.value->>0 AND r.revision = e.value->>1 AND r.erased_at IS NULL
WHERE ${isHeld("?6", "?7", "?8")}
RETURNING response`;

// Before the responses change: what is counted is what will be changed.
const COUNT = `
UPDATE rechecks SET flagged = flagged + n.appeared, cleared = cleared + n.gone
FROM (SELECT coalesce(sum(e.value->>'$[5][0]' = 'flagged'), 0) AS appeared, coalesce(sum(e.value->>2 IS NULL), 0) AS gone
      FROM json_each(?1) e CROSS JOIN responses r ON r.id = e.value->>0 AND r.revision = e.value->>1 AND r.erased_at IS NULL) n
WHERE segment = ?2 AND epoch = ?3`;

const UPDATE = `
UPDATE responses SET flags = n.flags, metadata = n.metadata, review = n.review, revision = responses.revision + 1
FROM (SELECT value->>0 AS id, value->>1 AS revision, value->>2 AS flags, value->>3 AS metadata, value->>4 AS review
      FROM json_each(?1)) n
WHERE responses.id = n.id AND responses.revision = n.revision AND responses.erased_at IS NULL
  AND ${isHeld("?2", "?3", "?4")}`;

/**
 * Applies annotations of one segment; no two may be of one response. Returns the positions that were changed. One round
 * trip.
 */
export async function annotateResponses(
  { no, db }: Shard,
  { segment, annotations, author, holder, now, ring }: AnnotateInput,
): Promise<{ applied: ReadonlySet<number>; wakeUps: readonly WakeUp[] }> {
  const rows = JSON.stringify(
    annotations.map((one) => [one.position, one.revision, one.flags, one.metadata, one.review, one.events]),
  );
  const start = segmentStart(segment);
  const held = [holder?.segment ?? null, holder?.integration ?? null, holder?.epoch ?? null];
  const isRecheck = holder !== null && holder.integration === null;
  const [inserted, rung] = await db.batch<Record<string, unknown>>([
    db.prepare(INSERT).bind(start, start + SEGMENT_SIZE, rows, now, author, ...held),
    db.prepare(RING_FOLLOWERS).bind(segment, now, JSON.stringify(ring)),
    ...(isRecheck ? [db.prepare(COUNT).bind(rows, segment, holder.epoch)] : []),
    db.prepare(UPDATE).bind(rows, ...held),
  ]);
  return {
    applied: new Set((inserted?.results ?? []).map((row) => Number(row.response))),
    wakeUps: (rung?.results ?? []).map((row) => toWakeUp(row, no)),
  };
}
