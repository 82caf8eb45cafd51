/**
 * Writing to the log: one function appends 1 to n responses in one D1 batch (one round trip, one transaction), for the
 * group commit and for batch submit alike. D1 assigns the positions inside the INSERT, so that commit order is position
 * order and there are no gaps (DESIGN.md section 3).
 */
import { SEGMENT_SIZE } from "../core/ids";
import { RING_RETURNING, RING_SET, toWakeUp, WAKE_WINDOW_MS, type WakeUp } from "./cursors";

/** A validated response on its way into the log. `answers` and `metadata` are JSON. */
export interface NewResponse {
  /** Names this attempt to store, so that a batch whose answer was lost can be recognised. */
  readonly nonce: string;
  readonly segment: number;
  /** Stored only while this is the form's current version, unless `promised`. */
  readonly version: number;
  readonly receivedAt: number;
  readonly answers: string;
  readonly metadata: string;
  readonly idempotencyKey: string | null;
  readonly fingerprint: string | null;
  /** A position of the segment that was committed before this response was first tried. */
  readonly since: number;
  /**
   * Answered 202 while D1 was down, which promised that it will be stored: it keeps the version that it was checked
   * against, whatever the form has become since. Any other submission is refused then, because its sender can be told.
   */
  readonly promised?: boolean;
}

export interface AppendResult {
  /** By index of the entries given; null: not stored now (`findRefusal` tells why). */
  readonly positions: readonly (number | null)[];
  readonly wakeUps: readonly WakeUp[];
  readonly rowsRead: number;
  readonly rowsWritten: number;
  /** Bytes of the database afterwards (D1 `meta.size_after`). */
  readonly sizeAfter: number;
}

/** D1 refuses a bound value over 2 MB (platform.md 1.2); entries are bound in pieces well below it. */
const PIECE_BYTES = 1_000_000;

const S = SEGMENT_SIZE;
// The nonce is looked for only after `since`: a few rows, no index. It makes the statement safe to repeat, also when the
// first copy commits after the second.
const INSERT = `
INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata, idempotency_key, fingerprint)
SELECT s.no * ${S} + row_number() OVER (PARTITION BY s.no ORDER BY e.key)
    + coalesce((SELECT r.id FROM responses r WHERE r.id > s.no * ${S} AND r.id < (s.no + 1) * ${S}
                ORDER BY r.id DESC LIMIT 1) - s.no * ${S}, 0),
  e.value->>1, e.value->>2, 1, e.value->>3, e.value->>4, e.value->>5, e.value->>6, e.value->>7
FROM json_each(?1) e JOIN segments s ON s.no = e.value->>0
WHERE (s.version = e.value->>2 AND s.state = 'open' OR e.value->>9)
  AND NOT EXISTS (SELECT 1 FROM responses d
                  WHERE d.id > e.value->>8 AND d.id < (s.no + 1) * ${S} AND d.nonce = e.value->>1)
  AND (e.value->>6 IS NULL OR NOT EXISTS (
    SELECT 1 FROM responses k
    WHERE (k.id >> 33) IN (SELECT no FROM segments WHERE form = s.form) AND k.idempotency_key = e.value->>6))
RETURNING id, nonce`;

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
  const statements = pieces(entries).map((piece) => insert.bind(JSON.stringify(piece.map(toRow))));
  const segments = [...new Set(entries.map((entry) => entry.segment))];
  const results = await db.batch<Record<string, unknown>>([
    ...statements,
    db.prepare(RING).bind(JSON.stringify(segments), Math.trunc(now)),
  ]);
  const rung = results.at(-1)?.results ?? [];
  const stored = new Map<string, number>();
  for (const result of results.slice(0, -1)) {
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

function toRow(entry: NewResponse): unknown[] {
  return [
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
  ];
}

/** Bytes that an entry takes in a bound value, at the most 3 per UTF-16 unit once escaped is rare: counted as length. */
export function sizeOf(entry: NewResponse): number {
  return entry.answers.length + entry.metadata.length + 200;
}

function pieces(entries: readonly NewResponse[]): NewResponse[][] {
  const all: NewResponse[][] = [];
  let bytes = PIECE_BYTES;
  for (const entry of entries) {
    bytes += sizeOf(entry);
    if (bytes >= PIECE_BYTES) {
      all.push([]);
      bytes = sizeOf(entry);
    }
    all.at(-1)?.push(entry);
  }
  return all;
}

/** Why an entry was not stored, or that it was. */
export type Refusal =
  | { readonly type: "stored"; readonly position: number }
  | { readonly type: "closed" }
  | { readonly type: "stale" }
  /** Its key was used before, for content with this fingerprint. */
  | { readonly type: "key_used"; readonly position: number; readonly fingerprint: string; readonly first: FirstAnswer };

/** What the first request with a key was told. */
export interface FirstAnswer {
  readonly version: number;
  readonly receivedAt: number;
}

/** The version that the response `k` of a query had when it was stored: edits may have moved it to a later one. */
export const FIRST_VERSION = `coalesce((SELECT json_extract(v.previous, '$.version')
  FROM revisions v WHERE v.response = k.id ORDER BY v.id LIMIT 1), k.version)`;

const USED_KEYS = `
SELECT id, idempotency_key, fingerprint, received_at, ${FIRST_VERSION} AS version
FROM responses k
WHERE (k.id >> 33) IN (SELECT no FROM segments WHERE form = (SELECT form FROM segments WHERE no = ?1))
  AND k.idempotency_key IN (SELECT value FROM json_each(?2))`;

/** The response that a key came with, and what its sender was told. */
export type UsedKey = Omit<Extract<Refusal, { type: "key_used" }>, "type">;

function toUsedKeys(rows: readonly Record<string, unknown>[]): Map<string, UsedKey> {
  return new Map(
    rows.map((row) => {
      const first = { version: Number(row.version), receivedAt: Number(row.received_at) };
      const used = { position: Number(row.id), fingerprint: String(row.fingerprint), first };
      return [String(row.idempotency_key), used];
    }),
  );
}

/** Which of these keys came to the form of a segment before, by key. One round trip. */
export async function findUsedKeys(
  db: D1Database,
  segment: number,
  keys: readonly string[],
): Promise<Map<string, UsedKey>> {
  if (keys.length === 0) return new Map();
  const { results } = await db.prepare(USED_KEYS).bind(segment, JSON.stringify(keys)).all<Record<string, unknown>>();
  return toUsedKeys(results);
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

/** Looks up what became of an entry that `appendResponses` did not store. One round trip. */
export async function findRefusal(db: D1Database, entry: NewResponse): Promise<Refusal> {
  const [mine, used, segment] = await db.batch<Record<string, unknown>>([
    db
      .prepare("SELECT id FROM responses WHERE id > ? AND id < ? AND nonce = ? LIMIT 1")
      .bind(entry.since, (entry.segment + 1) * S, entry.nonce),
    db.prepare(USED_KEYS).bind(entry.segment, JSON.stringify([entry.idempotencyKey])),
    db.prepare("SELECT version, state FROM segments WHERE no = ?").bind(entry.segment),
  ]);
  const found = mine?.results[0];
  if (found) return { type: "stored", position: Number(found.id) };
  const key = toUsedKeys(used?.results ?? []).get(entry.idempotencyKey ?? "");
  if (key) return { type: "key_used", ...key };
  return segment?.results[0]?.state === "open" ? { type: "stale" } : { type: "closed" };
}
