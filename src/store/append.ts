/**
 * Writing to the log: one function appends 1 to n responses in one D1 batch (one round trip, one transaction), for the
 * group commit and for batch submit alike. D1 assigns the positions inside the INSERT, so that commit order is position
 * order and there are no gaps (DESIGN.md section 3).
 */
import { SEGMENT_SIZE } from "../core/ids";
import { RING_RETURNING, RING_SET, toWakeUp, WAKE_WINDOW_MS, type WakeUp } from "./cursors";
import { countUses, placesOf, usesOf } from "./link-uses";

/** A validated response on its way into the log. `answers` and `metadata` are JSON. */
export interface NewResponse {
  /** Names this attempt to store, so that a batch whose answer was lost can be recognised. */
  readonly nonce: string;
  readonly segment: number;
  /** Stored only while this is the form's current version, unless `promised`. */
  readonly version: number;
  readonly receivedAt: number;
  /** When the device says it was filled in; null when it did not say. */
  readonly submittedAt: number | null;
  readonly answers: string;
  readonly metadata: string;
  /** JSON (core/flag.ts); null: nothing is flagged. */
  readonly flags: string | null;
  readonly idempotencyKey: string | null;
  readonly fingerprint: string | null;
  /** A position of the segment that was committed before this response was first tried. */
  readonly since: number;
  /**
   * Answered 202 while D1 was down, which promised that it will be stored: it keeps the version that it was checked
   * against, whatever the form has become since. Any other submission is refused then, because its sender can be told.
   */
  readonly promised?: boolean;
  /**
   * The collector link that it came by. Not stored once the link has its maximum (null: it has none), unless
   * `promised`.
   */
  readonly link?: { readonly id: string; readonly responsesMax: number | null } | null;
}

export interface AppendResult {
  /** By index of the entries given; null: not stored now (store/refusals.ts tells why). */
  readonly positions: readonly (number | null)[];
  readonly wakeUps: readonly WakeUp[];
  readonly rowsRead: number;
  readonly rowsWritten: number;
  /** Bytes of the database afterwards (D1 `meta.size_after`). */
  readonly sizeAfter: number;
}

/**
 * UTF-16 units of entries that are bound as one value: D1 refuses one over 2 MB (platform.md 1.2), and a unit takes
 * three bytes at most: as every letter of Hindi does, and no escape takes more.
 */
const PIECE_UNITS = 600_000;

const S = SEGMENT_SIZE;
// The nonce is looked for only after `since`: a few rows, no index, and read once for all entries. It makes the
// statement safe to repeat, also when the first copy commits after the second. What a form promised to take comes first
// and counts, but is bound by no quota: so what a quota leaves out is always the end, and there are no gaps; a link's
// maximum is compared before anything is numbered. Keys are found by responses_key only like this: segment by segment
// (CROSS JOIN), and without the affinity of `no` (the +), which the index's expression does not have; else every key of
// the shard is read.
const INSERT = `
INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata, idempotency_key, fingerprint,
  submitted_at, stored_at, flags, review, link)
SELECT id, nonce, version, 1, received_at, answers, metadata, idempotency_key, fingerprint, submitted_at, stored_at, flags,
  CASE WHEN flags IS NULL THEN 'received' ELSE 'flagged' END, link FROM (
  SELECT s.no * ${S} + row_number() OVER (PARTITION BY s.no ORDER BY e.value->>9 DESC, e.key)
      + coalesce((SELECT r.id FROM responses r WHERE r.id > s.no * ${S} AND r.id < (s.no + 1) * ${S}
                  ORDER BY r.id DESC LIMIT 1) - s.no * ${S}, 0) AS id,
    e.value->>1 AS nonce, e.value->>2 AS version, e.value->>3 AS received_at, e.value->>4 AS answers,
    e.value->>5 AS metadata, e.value->>6 AS idempotency_key, e.value->>7 AS fingerprint,
    e.value->>10 AS submitted_at, e.value->>11 AS flags, CASE WHEN e.value->>9 THEN ?2 END AS stored_at, e.value->>12 AS link,
    CASE WHEN e.value->>9 THEN NULL ELSE s.no * ${S} + s.responses_max END AS last
  FROM json_each(?1) e JOIN segments s ON s.no = e.value->>0
  WHERE s.retired_at IS NULL AND (s.version = e.value->>2 AND s.state = 'open' OR e.value->>9 AND s.version > 0)
    AND e.value->>1 NOT IN (
      SELECT d.nonce FROM (SELECT t.value->>0 AS no, min(t.value->>8) AS since FROM json_each(?1) t GROUP BY 1)
        CROSS JOIN responses d WHERE d.id > since AND d.id < (no + 1) * ${S})
    AND (e.value->>6 IS NULL OR NOT EXISTS (
      SELECT 1 FROM segments f CROSS JOIN responses k
      WHERE f.form = s.form AND (k.id >> 33) = +f.no AND k.idempotency_key = e.value->>6))
    AND (e.value->>13 IS NULL OR e.value->>9 OR e.value->>14 + ${usesOf("s.form", "e.value->>12")} <= e.value->>13))
WHERE last IS NULL OR id <= last
RETURNING id, nonce`;

// The feed of changes is told of what came with flags. A response with flags that nothing in the feed is about was
// stored just now: so the statement may be repeated, and need not know which entries were stored.
const FEED = `
INSERT INTO revisions (id, response, event, revision, created_at, review)
SELECT coalesce((SELECT v.id FROM revisions v WHERE v.id > segment * ${S} AND v.id < (segment + 1) * ${S}
    ORDER BY v.id DESC LIMIT 1), segment * ${S}) + row_number() OVER (PARTITION BY segment ORDER BY id),
  id, 'flagged', 1, ?2, 'flagged'
FROM (
  SELECT r.id, e.value->>0 AS segment
  FROM json_each(?1) e CROSS JOIN responses r ON r.id > e.value->>1 AND r.id < (e.value->>0 + 1) * ${S}
  WHERE r.flags IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revisions v WHERE v.response = r.id))`;

// Writes nothing for an integration whose wake-up is on its way, and returns just those to wake: wake-ups coalesce over
// all isolates.
const RING = `
UPDATE cursors SET ${RING_SET}
WHERE segment IN (SELECT value FROM json_each(?1)) AND state <> 'paused' AND wake_at < ?2 - ${WAKE_WINDOW_MS}
RETURNING ${RING_RETURNING}`;

/** Appends entries to their segments and rings for the integrations of those segments. All or nothing on an error. */
export async function appendResponses(
  db: D1Database,
  shard: number,
  entries: readonly NewResponse[],
  now: number,
): Promise<AppendResult> {
  const insert = db.prepare(INSERT);
  const statements = pieces(entries).flatMap((piece) => [
    insert.bind(JSON.stringify(toRows(piece)), Math.trunc(now)),
    ...countUses(db, piece),
  ]);
  const segments = [...new Set(entries.map((entry) => entry.segment))];
  const results = await db.batch<Record<string, unknown>>([
    ...statements,
    ...feedStatements(db, entries, now),
    db.prepare(RING).bind(JSON.stringify(segments), Math.trunc(now)),
  ]);
  const rung = results.at(-1)?.results ?? [];
  const stored = new Map<string, number>();
  for (const result of results.slice(0, statements.length)) {
    for (const row of result.results) stored.set(String(row.nonce), Number(row.id));
  }
  const sum = (key: "rows_read" | "rows_written") => results.reduce((n, result) => n + result.meta[key], 0);
  return {
    positions: entries.map((entry) => stored.get(entry.nonce) ?? null),
    wakeUps: rung.map((row) => toWakeUp(row, shard)),
    rowsRead: sum("rows_read"),
    rowsWritten: sum("rows_written"),
    sizeAfter: results.at(-1)?.meta.size_after ?? 0,
  };
}

/** Of each segment that gets flagged responses: from where on they can stand. Nothing for a group without any. */
function feedStatements(db: D1Database, entries: readonly NewResponse[], now: number): D1PreparedStatement[] {
  const flagged = entries.filter((entry) => entry.flags !== null);
  if (flagged.length === 0) return [];
  const from = [...Map.groupBy(flagged, (entry) => entry.segment)].map(([segment, own]) => {
    return [segment, Math.min(...own.map((entry) => entry.since))];
  });
  return [db.prepare(FEED).bind(JSON.stringify(from), Math.trunc(now))];
}

function toRows(entries: readonly NewResponse[]): unknown[][] {
  const places = placesOf(entries);
  return entries.map((entry, i) => [
    entry.segment,
    entry.nonce,
    entry.version,
    entry.receivedAt,
    entry.answers,
    entry.metadata,
    entry.idempotencyKey,
    entry.fingerprint,
    entry.since,
    entry.promised === true,
    entry.submittedAt,
    entry.flags,
    entry.link?.id ?? null,
    entry.link?.responsesMax ?? null,
    places[i] ?? null,
  ]);
}

/** UTF-16 units of an entry, and of what stands around it. */
export function sizeOf(entry: NewResponse): number {
  return entry.answers.length + entry.metadata.length + (entry.flags?.length ?? 0) + 200;
}

function pieces(entries: readonly NewResponse[]): NewResponse[][] {
  const all: NewResponse[][] = [];
  let units = PIECE_UNITS;
  for (const entry of entries) {
    units += sizeOf(entry);
    if (units >= PIECE_UNITS) {
      all.push([]);
      units = sizeOf(entry);
    }
    all.at(-1)?.push(entry);
  }
  return all;
}

/** Which entries of one segment are stored although their batch gave no answer: positions by nonce. One round trip. */
export async function findStored(db: D1Database, entries: readonly NewResponse[]): Promise<Map<string, number>> {
  const [first] = entries;
  if (!first) return new Map();
  const since = Math.min(...entries.map((entry) => entry.since));
  const { results } = await db
    .prepare("SELECT id, nonce FROM responses WHERE id > ? AND id < ? AND nonce IN (SELECT value FROM json_each(?))")
    .bind(since, (first.segment + 1) * S, JSON.stringify(entries.map((entry) => entry.nonce)))
    .all<{ id: number; nonce: string }>();
  return new Map(results.map((row) => [row.nonce, row.id]));
}
