/**
 * Storing spooled submissions (dispatch/intake.ts), which may be stored already: by the batch whose answer was lost, or by
 * an earlier copy of their message. And the receipts that tell their senders what became of them.
 */
import { segmentStart } from "../core/ids";
import type { ReceiptAddress } from "../core/spool";
import { appendResponses, type NewResponse } from "./append";
import type { WakeUp } from "./cursors";
import { FIRST_STATE, type FirstAnswer, findRefusal, toFirstAnswer } from "./refusals";

/** Where a spooled submission ended. */
export interface Settled {
  readonly nonce: string;
  /** Where it is stored; when it was refused, the response that its key came with first. */
  readonly position: number;
  readonly refusal: "idempotency_key_reused" | null;
}

export interface SpooledResult {
  /** An entry without a settlement could not be stored: its segment is not on this shard. */
  readonly settled: readonly Settled[];
  readonly wakeUps: readonly WakeUp[];
}

/**
 * Stores what is not stored yet and writes the receipts. No two entries may share a nonce, or a key of one segment. A failure
 * leaves nothing half done that a repeat would not finish. Three round trips, more only when keys were used before.
 */
export async function appendSpooled(
  shard: { no: number; db: D1Database },
  entries: readonly NewResponse[],
  now: number,
): Promise<SpooledResult> {
  const { db, no } = shard;
  const { heads, stored } = await lookBack(db, entries);
  const open = entries
    .filter((entry) => !stored.has(entry.nonce))
    .map((entry) => ({ ...entry, promised: true, since: heads.get(entry.segment) ?? entry.since }));
  const { positions, wakeUps } = await appendResponses(db, no, open, now);
  const settled: Settled[] = [...stored].map(([nonce, position]) => ({ nonce, position, refusal: null }));
  for (const [i, entry] of open.entries()) {
    const position = positions[i] ?? null;
    const end = position === null ? await settleRefused(db, entry) : { position, refusal: null };
    if (end) settled.push({ nonce: entry.nonce, ...end });
  }
  await insertReceipts(db, settled, now);
  return { settled, wakeUps };
}

/**
 * The head of each segment and, up to it, what is stored already: each row since the outage is read once for all entries.
 * The guard inside the INSERT then looks only behind that head; it would read those rows again for every entry.
 */
async function lookBack(db: D1Database, entries: readonly NewResponse[]) {
  const groups = [...Map.groupBy(entries, (entry) => entry.segment)];
  const head = db.prepare("SELECT max(id) AS id FROM responses WHERE id >= ?1 AND id < ?2");
  const found = db.prepare(
    "SELECT id, nonce FROM responses WHERE id > ?1 AND id < ?2 AND nonce IN (SELECT value FROM json_each(?3))",
  );
  const results = await db.batch<Record<string, unknown>>(
    groups.flatMap(([segment, own]) => {
      const since = Math.min(...own.map((entry) => entry.since));
      const end = segmentStart(segment + 1);
      return [head.bind(since, end), found.bind(since, end, JSON.stringify(own.map((entry) => entry.nonce)))];
    }),
  );
  const heads = new Map<number, number>();
  const stored = new Map<string, number>();
  for (const [i, [segment, own]] of groups.entries()) {
    const since = Math.min(...own.map((entry) => entry.since));
    heads.set(segment, Number(results[2 * i]?.results[0]?.id ?? since));
    for (const row of results[2 * i + 1]?.results ?? []) stored.set(String(row.nonce), Number(row.id));
  }
  return { heads, stored };
}

/** Only a key or another copy of the same message can stand in the way of a promised entry. */
async function settleRefused(db: D1Database, entry: NewResponse): Promise<Omit<Settled, "nonce"> | null> {
  const refusal = await findRefusal(db, entry);
  if (refusal.type === "stored") return { position: refusal.position, refusal: null };
  if (refusal.type !== "key_used") return null;
  const same = refusal.fingerprint === entry.fingerprint;
  return { position: refusal.position, refusal: same ? null : "idempotency_key_reused" };
}

async function insertReceipts(db: D1Database, settled: readonly Settled[], now: number): Promise<void> {
  if (settled.length === 0) return;
  const rows = settled.map(({ nonce, position, refusal }) => [nonce, position, refusal]);
  await db
    .prepare(
      `INSERT INTO receipts (nonce, response, refusal, settled_at)
       SELECT value->>0, value->>1, value->>2, ?2 FROM json_each(?1) WHERE true ON CONFLICT (nonce) DO NOTHING`,
    )
    .bind(JSON.stringify(rows), Math.trunc(now))
    .run();
}

/** A settled receipt: what the response's first sender was told, and the refusal if there was one. */
export interface ReceiptRow extends FirstAnswer {
  readonly position: number;
  /** Of the response. */
  readonly form: string;
  readonly refusal: Settled["refusal"];
}

/** The receipt, or null while its submission is on its way (or nobody ever gave it out). One round trip. */
export async function findReceipt(db: D1Database, nonce: ReceiptAddress["nonce"]): Promise<ReceiptRow | null> {
  const row = await db
    .prepare(
      `SELECT k.id AS position, (SELECT form FROM segments s WHERE s.no = k.id >> 33) AS form, t.refusal, k.received_at,
         ${FIRST_STATE} AS first
       FROM receipts t JOIN responses k ON k.id = t.response WHERE t.nonce = ?`,
    )
    .bind(nonce)
    .first<Omit<ReceiptRow, keyof FirstAnswer> & { received_at: number; first: string }>();
  if (!row) return null;
  const { received_at: _, first: __, ...at } = row;
  return { ...at, ...toFirstAnswer(row) };
}

/** Receipts that one sweep deletes on a shard. */
const DELETE_MAX = 1_000;

/** Deletes receipts that were settled before a time (milliseconds), a bounded number. Returns how many. */
export async function deleteOldReceipts(db: D1Database, before: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM receipts WHERE nonce IN (
         SELECT nonce FROM receipts WHERE settled_at < ? ORDER BY settled_at LIMIT ${DELETE_MAX})`,
    )
    .bind(before)
    .run();
  return meta.changes;
}

/** Whether D1 answers at all. */
export async function isReachable(db: D1Database): Promise<boolean> {
  return db
    .prepare("SELECT 1")
    .first()
    .then(
      () => true,
      () => false,
    );
}
