/** A restore that is under way, and what it does besides writing rows. */
import { ERASURES, type Erasure } from "../core/backup";
import type { BackupTable } from "./backup-tables";
import { CONTROL_TABLES, SHARD_TABLES } from "./backup-tables";
import { changeResponse } from "./revisions";
import type { restores } from "./schema";
import type { Shard, Shards } from "./shards";

export type RestoreRow = Omit<typeof restores.$inferSelect, "leaseUntil">;

const COLUMNS = "backup, started_at AS startedAt, finished_at AS finishedAt, phase, place, parts, rows";

export async function findRestore(db: D1Database, backup: string): Promise<RestoreRow | null> {
  return db.prepare(`SELECT ${COLUMNS} FROM restores WHERE backup = ?`).bind(backup).first<RestoreRow>();
}

/** Begins a restore, unless another one is under way. A backup of the empty installation will not be finished. */
export async function beginRestore(db: D1Database, backup: string, now: number): Promise<void> {
  await db.batch([
    db
      .prepare(
        `INSERT INTO restores (backup, started_at, phase) SELECT ?1, ?2, 'parts'
         WHERE NOT EXISTS (SELECT 1 FROM restores WHERE finished_at IS NULL)`,
      )
      .bind(backup, now),
    db
      .prepare("UPDATE backups SET failed_at = ?, epoch = epoch + 1 WHERE finished_at IS NULL AND failed_at IS NULL")
      .bind(now),
  ]);
}

/** Takes the lease; null: somebody has it, or it is over. */
export async function claimRestore(
  db: D1Database,
  backup: string,
  now: number,
  leaseMs: number,
): Promise<RestoreRow | null> {
  return db
    .prepare(
      `UPDATE restores SET lease_until = ?2 + ?3 WHERE backup = ?1 AND lease_until <= ?2 AND finished_at IS NULL
       RETURNING ${COLUMNS}`,
    )
    .bind(backup, now, leaseMs)
    .first<RestoreRow>();
}

/** Notes how far it is. `leaseUntil` 0 gives the lease back. */
export async function noteRestore(
  db: D1Database,
  { backup, phase, place, parts, rows, finishedAt }: RestoreRow,
  leaseUntil: number,
): Promise<void> {
  await db
    .prepare(
      "UPDATE restores SET phase = ?2, place = ?3, parts = ?4, rows = ?5, finished_at = ?6, lease_until = ?7 WHERE backup = ?1",
    )
    .bind(backup, phase, place, parts, rows, finishedAt, leaseUntil)
    .run();
}

/** The first table that has rows, of any that a backup is written to; null: the installation is empty. */
export async function findFilled({ all }: Shards): Promise<{ shard: number; table: string } | null> {
  const has = ({ name }: BackupTable) => `SELECT '${name}' AS name WHERE EXISTS (SELECT 1 FROM ${name})`;
  for (const { no, db } of all) {
    // Every database has all tables; D1 takes few terms in a compound SELECT.
    const tables = [...SHARD_TABLES, ...CONTROL_TABLES];
    const results = await db.batch<{ name: string }>(tables.map((table) => db.prepare(has(table))));
    const name = results.flatMap((one) => one.results)[0]?.name;
    if (name !== undefined) return { shard: no, table: name };
  }
  return null;
}

/**
 * Erases up to `limit` of these responses that are there and are not erased. Integrations are told by the feed. Returns
 * how many.
 */
export async function eraseAgain(
  { no, db }: Shard,
  erasures: readonly Erasure[],
  { now, limit }: { now: number; limit: number },
): Promise<number> {
  const nonces = new Map(erasures.map(({ position, nonce }) => [position, nonce]));
  const { results } = await db
    .prepare(
      `SELECT id, nonce, revision FROM responses
       WHERE id IN (SELECT value FROM json_each(?)) AND erased_at IS NULL`,
    )
    .bind(JSON.stringify([...nonces.keys()]))
    .all<{ id: number; nonce: string; revision: number }>();
  const same = results.filter(({ id, nonce }) => nonces.get(id) === nonce).slice(0, limit);
  for (const { id, revision } of same) {
    await changeResponse(db, { shard: no, position: id, revision, now, author: null, change: { event: "erased" } });
  }
  return same.length;
}

/** Lets the sweeper erase forms that were erased before. */
export async function eraseFormsAgain(db: D1Database, forms: readonly string[], now: number): Promise<void> {
  await db
    .prepare(
      `UPDATE forms SET deleted_at = coalesce(deleted_at, ?2), erase_at = min(coalesce(erase_at, ?2), ?2)
       WHERE id IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(forms), now)
    .run();
}

/**
 * Of the next segments after `no` those that no form has: it was erased while the backup was made. `last` is the last
 * one that was looked at; null: there are no more.
 */
export async function listOrphans(
  shards: Shards,
  shard: Shard,
  no: number,
  limit: number,
): Promise<{ orphans: number[]; last: number | null }> {
  const { results } = await shard.db
    .prepare("SELECT no FROM segments WHERE no > ? ORDER BY no LIMIT ?")
    .bind(no, limit)
    .all<{ no: number }>();
  const owned = await shards.control
    .prepare(
      `SELECT segment AS no FROM directory WHERE shard = ?1 AND segment IN (SELECT value FROM json_each(?2))
         AND form IN (SELECT id FROM forms)`,
    )
    .bind(shard.no, JSON.stringify(results.map((one) => one.no)))
    .all<{ no: number }>();
  const known = new Set(owned.results.map((one) => one.no));
  const orphans = results.map((one) => one.no).filter((one) => !known.has(one));
  return { orphans, last: results.at(-1)?.no ?? null };
}

/** Forms after a number, but those that are being erased, in order. */
export async function listFormsAfter(db: D1Database, no: number, limit: number) {
  const { results } = await db
    .prepare(
      `SELECT no, id, workspace FROM forms WHERE no > ? AND erasing_at IS NULL AND id IN (SELECT form FROM directory)
       ORDER BY no LIMIT ?`,
    )
    .bind(no, limit)
    .all<{ no: number; id: string; workspace: string }>();
  return results;
}

/** The name of the object that stands for an erased response. */
export async function erasureName(db: D1Database, shard: number, position: number): Promise<string | null> {
  const row = await db.prepare("SELECT nonce FROM responses WHERE id = ?").bind(position).first<{ nonce: string }>();
  return row && `${ERASURES}${shard}-${position}-${encodeURIComponent(row.nonce)}`;
}

/** What a name of such an object says; null: it is another one. */
export function parseErasure(name: string): Erasure | null {
  const [, shard, position, nonce] = /^erased\/(\d+)-(\d+)-(.+)$/.exec(name) ?? [];
  if (shard === undefined || position === undefined || nonce === undefined) return null;
  return { shard: Number(shard), position: Number(position), nonce: decodeURIComponent(nonce) };
}
