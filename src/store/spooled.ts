/**
 * Storing spooled submissions (dispatch/intake.ts), which may be stored already: by the batch whose answer was lost, or
 * by an earlier copy of their message. And the receipts that tell their senders what became of them.
 */
import { segmentStart } from "../core/ids";
import type { ReceiptAddress } from "../core/spool";
import { appendResponses, type NewResponse } from "./append";
import type { WakeUp } from "./cursors";
import { FIRST_STATE, type FirstAnswer, findRefusal, toFirstAnswer, type UsedKey } from "./refusals";
import type { Shards } from "./shards";

/** Where a spooled submission ended. */
export interface Settled {
  readonly nonce: string;
  readonly shard: number;
  /** Where it is stored; when it was refused, the response that its key came with first. */
  readonly position: number;
  readonly refusal: "idempotency_key_reused" | null;
}

export interface SpooledResult {
  /** An entry that is neither settled nor retired could not be stored: its segment is not on this shard. */
  readonly settled: readonly Settled[];
  /** Nonces of those whose segment takes nothing any more: they are for the next one of their form. */
  readonly retired: readonly string[];
  readonly wakeUps: readonly WakeUp[];
}

/**
 * Stores what is not stored yet; the receipts are written by `insertReceipts`. No two entries may share a nonce, or a
 * key of one segment. A failure leaves nothing half done that a repeat would not finish. Two round trips, more only
 * when keys were used before.
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
  const settled: Settled[] = [...stored].map(([nonce, position]) => ({ nonce, shard: no, position, refusal: null }));
  const retired: string[] = [];
  for (const [i, entry] of open.entries()) {
    const position = positions[i] ?? null;
    const end = position === null ? await settleRefused(db, entry) : { position, refusal: null };
    if (end === "retired") retired.push(entry.nonce);
    else if (end) settled.push({ nonce: entry.nonce, shard: no, ...end });
  }
  return { settled, retired, wakeUps };
}

/**
 * The head of each segment and, up to it, what is stored already: each row since the outage is read once for all
 * entries. The guard inside the INSERT then looks only behind that head; it would read those rows again for every
 * entry.
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

/** Only a key, another copy of the same message, or the end of its segment can stand in the way of a promised entry. */
async function settleRefused(
  db: D1Database,
  entry: NewResponse,
): Promise<Omit<Settled, "nonce" | "shard"> | "retired" | null> {
  const refusal = await findRefusal(db, entry);
  if (refusal.type === "stored") return { position: refusal.position, refusal: null };
  if (refusal.type === "retired") return "retired";
  return refusal.type === "key_used" ? settleRepeat(refusal, entry) : null;
}

/** What becomes of an entry whose key was used before. */
export const settleRepeat = (
  { position, fingerprint }: Pick<UsedKey, "position" | "fingerprint">,
  entry: Pick<NewResponse, "fingerprint">,
): Pick<Settled, "position" | "refusal"> => ({
  position,
  refusal: fingerprint === entry.fingerprint ? null : "idempotency_key_reused",
});

/** Writes receipts on the shard that they name, wherever their responses ended. May be repeated. */
export async function insertReceipts(
  { db, no }: { no: number; db: D1Database },
  settled: readonly Settled[],
  now: number,
): Promise<void> {
  if (settled.length === 0) return;
  const rows = settled.map(({ nonce, position, refusal, shard }) => [
    nonce,
    position,
    refusal,
    shard === no ? null : shard,
  ]);
  await db
    .prepare(
      `INSERT INTO receipts (nonce, response, refusal, shard, settled_at)
       SELECT value->>0, value->>1, value->>2, value->>3, ?2 FROM json_each(?1) WHERE true ON CONFLICT (nonce) DO NOTHING`,
    )
    .bind(JSON.stringify(rows), Math.trunc(now))
    .run();
}

/** A settled receipt: what the response's first sender was told, and the refusal if there was one. */
export interface ReceiptRow extends FirstAnswer {
  readonly shard: number;
  readonly position: number;
  /** Of the response. */
  readonly form: string;
  readonly refusal: Settled["refusal"];
}

/**
 * The receipt, or null while its submission is on its way (or nobody ever gave it out). One round trip; a second one
 * for a response that was moved on to another shard.
 */
export async function findReceipt(
  shards: Shards,
  { shard: no, nonce }: Pick<ReceiptAddress, "shard" | "nonce">,
): Promise<ReceiptRow | null> {
  const row = await shards
    .get(no)
    .db.prepare(
      `SELECT t.shard, t.response AS position, t.refusal, ${FORM_AND_FIRST} FROM receipts t
       LEFT JOIN responses k ON t.shard IS NULL AND k.id = t.response WHERE t.nonce = ?`,
    )
    .bind(nonce)
    .first<Found & Pick<ReceiptRow, "position" | "refusal"> & { shard: number | null }>();
  if (!row) return null;
  const { position, refusal } = row;
  const shard = row.shard ?? no;
  const found =
    row.shard === null
      ? row
      : await shards
          .get(shard)
          .db.prepare(`SELECT ${FORM_AND_FIRST} FROM responses k WHERE k.id = ?`)
          .bind(position)
          .first<Found>();
  return found?.form ? { shard, position, refusal, form: found.form, ...toFirstAnswer(found) } : null;
}

interface Found {
  /** Null: the response is not there any more. */
  readonly form: string | null;
  readonly received_at: number;
  readonly first: string;
}

const FORM_AND_FIRST = `(SELECT form FROM segments s WHERE s.no = k.id >> 33) AS form, k.received_at, ${FIRST_STATE} AS first`;

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
