/**
 * Backups that are under way, and what is in those that were made. Each write of a holder names the epoch of its claim.
 */
import type { BackupBounds, BackupPart, RowKey } from "../core/backup";
import type { Shards } from "./shards";

export interface BackupRow {
  readonly no: number;
  readonly id: string;
  readonly schema: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly failedAt: number | null;
  readonly bounds: BackupBounds;
  readonly step: number;
  readonly after: RowKey;
  readonly parts: number;
  readonly rows: number;
  readonly bytes: number;
  readonly epoch: number;
}

const COLUMNS = `no, id, schema, started_at AS startedAt, finished_at AS finishedAt, failed_at AS failedAt, bounds, step, after,
  parts, rows, bytes, epoch`;

type Stored = Omit<BackupRow, "bounds" | "after"> & { readonly bounds: string; readonly after: string };
const toBackup = (row: Stored): BackupRow => ({ ...row, bounds: JSON.parse(row.bounds), after: JSON.parse(row.after) });

/** Begins a backup, unless one is under way, one was begun since `notSince`, or a restore is under way. */
export async function beginBackup(
  shards: Shards,
  { id, schema, now, notSince }: { id: string; schema: string; now: number; notSince: number },
): Promise<void> {
  const last = async (db: D1Database, from: string) =>
    (await db.prepare(`SELECT max(no) AS no FROM ${from}`).first<{ no: number | null }>())?.no ?? 0;
  const [forms, integrations, ...segments] = await Promise.all([
    last(shards.control, "forms"),
    last(shards.control, "(SELECT no FROM integrations UNION ALL SELECT no FROM deleted_integrations)"),
    ...shards.all.map(({ db }) => last(db, "segments")),
  ]);
  const bounds: BackupBounds = { startedAt: now, forms: forms ?? 0, integrations: integrations ?? 0, segments };
  await shards.control
    .prepare(
      `INSERT INTO backups (id, schema, started_at, bounds) SELECT ?1, ?2, ?3, ?4
       WHERE NOT EXISTS (SELECT 1 FROM backups WHERE (finished_at IS NULL AND failed_at IS NULL) OR started_at >= ?5)
         AND NOT EXISTS (SELECT 1 FROM restores WHERE finished_at IS NULL)`,
    )
    .bind(id, schema, now, JSON.stringify(bounds), notSince)
    .run();
}

/** The backup that is under way; null: none. */
export async function readOpenBackup(db: D1Database): Promise<BackupRow | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM backups WHERE finished_at IS NULL AND failed_at IS NULL ORDER BY no LIMIT 1`)
    .first<Stored>();
  return row && toBackup(row);
}

/** Takes the lease of a backup; null: somebody has it, or it is over. */
export async function claimBackup(db: D1Database, no: number, now: number, leaseMs: number): Promise<BackupRow | null> {
  const row = await db
    .prepare(
      `UPDATE backups SET epoch = epoch + 1, lease_until = ?2 + ?3
       WHERE no = ?1 AND lease_until <= ?2 AND finished_at IS NULL AND failed_at IS NULL RETURNING ${COLUMNS}`,
    )
    .bind(no, now, leaseMs)
    .first<Stored>();
  return row && toBackup(row);
}

/** Where a backup has come to. `leaseUntil` 0 gives the lease back. */
export interface BackupPlace {
  readonly step: number;
  readonly after: RowKey;
  readonly leaseUntil: number;
}

/** Notes how far it has come, with the part that was made, if any. False: the lease was lost, and nothing is noted. */
export async function settleBackup(
  db: D1Database,
  { no, epoch }: Pick<BackupRow, "no" | "epoch">,
  { step, after, leaseUntil, part }: BackupPlace & { readonly part?: BackupPart },
): Promise<boolean> {
  const held = "FROM backups WHERE no = ?1 AND epoch = ?2";
  const insert = `INSERT INTO backup_parts
    (backup, part, shard, name, object, first, last, rows, revisions, bytes, sha256, content_sha256)
    SELECT no, parts, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 ${held}`;
  const results = await db.batch([
    ...(part ? [db.prepare(insert).bind(no, epoch, ...valuesOf(part))] : []),
    db
      .prepare(
        `UPDATE backups SET step = ?3, after = ?4, lease_until = ?5, parts = parts + ?6, rows = rows + ?7, bytes = bytes + ?8
         WHERE no = ?1 AND epoch = ?2`,
      )
      .bind(no, epoch, step, JSON.stringify(after), leaseUntil, part ? 1 : 0, part?.rows ?? 0, part?.bytes ?? 0),
  ]);
  return results.at(-1)?.meta.changes === 1;
}

function valuesOf(part: BackupPart): (string | number)[] {
  const { shard, table, object, first, last, rows, revisions, bytes, sha256, contentSha256 } = part;
  return [
    shard,
    table,
    object,
    JSON.stringify(first),
    JSON.stringify(last),
    rows,
    revisions,
    bytes,
    sha256,
    contentSha256,
  ];
}

/** Ends a backup: all of it is there, or it never will be. */
export async function endBackup(
  db: D1Database,
  { no, epoch }: Pick<BackupRow, "no" | "epoch">,
  how: "finished_at" | "failed_at",
  now: number,
): Promise<void> {
  await db
    .prepare(`UPDATE backups SET ${how} = ?3, lease_until = 0 WHERE no = ?1 AND epoch = ?2`)
    .bind(no, epoch, now)
    .run();
}

const PART = `shard, name AS "table", object, first, last, rows, revisions, bytes, sha256, content_sha256 AS contentSha256`;
type StoredPart = Omit<BackupPart, "first" | "last"> & { readonly first: string; readonly last: string };
const toPart = (row: StoredPart): BackupPart => ({
  ...row,
  first: JSON.parse(row.first),
  last: JSON.parse(row.last),
});

/** All parts of a backup, in the order in which they were made. */
export async function readParts(db: D1Database, no: number): Promise<BackupPart[]> {
  const { results } = await db
    .prepare(`SELECT ${PART} FROM backup_parts WHERE backup = ? ORDER BY part`)
    .bind(no)
    .all<StoredPart>();
  return results.map(toPart);
}

/** The parts of responses of a shard in the newest finished backup that are of some size, in order. */
export async function readLargeParts(
  db: D1Database,
  shard: number,
  least: { rows: number; bytes: number },
): Promise<BackupPart[]> {
  const { results } = await db
    .prepare(
      `SELECT ${PART} FROM backup_parts
       WHERE backup = (SELECT no FROM backups WHERE finished_at IS NOT NULL ORDER BY no DESC LIMIT 1)
         AND shard = ? AND name = 'responses' AND (rows >= ? OR bytes >= ?) ORDER BY part`,
    )
    .bind(shard, least.rows, least.bytes)
    .all<StoredPart>();
  return results.map(toPart);
}

/**
 * When the last good backup was begun: it holds at least what there was then. Of an installation that never had one,
 * when its first key was made; null: there is none. Two rows.
 */
export async function readLastBackup(db: D1Database): Promise<{ readonly at: number; readonly none: boolean } | null> {
  const row = await db
    .prepare(
      `SELECT (SELECT started_at FROM backups WHERE finished_at IS NOT NULL ORDER BY no DESC LIMIT 1) AS good,
         (SELECT created_at FROM keys ORDER BY no LIMIT 1) AS began`,
    )
    .first<{ good: number | null; began: number | null }>();
  const at = row?.good ?? row?.began ?? null;
  return at === null ? null : { at, none: row?.good == null };
}

/** The newest backups first. */
export async function listBackupRows(db: D1Database, limit: number): Promise<BackupRow[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM backups ORDER BY no DESC LIMIT ?`)
    .bind(limit)
    .all<Stored>();
  return results.map(toBackup);
}

/** Backups begun before a time that are over, oldest first; never the newest finished one. */
export async function listOldBackups(db: D1Database, before: number, limit: number): Promise<BackupRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM backups WHERE started_at < ?1 AND (finished_at IS NOT NULL OR failed_at IS NOT NULL)
         AND no IS NOT (SELECT no FROM backups WHERE finished_at IS NOT NULL ORDER BY no DESC LIMIT 1)
       ORDER BY no LIMIT ?2`,
    )
    .bind(before, limit)
    .all<Stored>();
  return results.map(toBackup);
}

/** Those of these objects that some backup has parts in. */
export async function findShared(db: D1Database, objects: readonly string[]): Promise<Set<string>> {
  const { results } = await db
    .prepare("SELECT DISTINCT object FROM backup_parts WHERE object IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(objects))
    .all<{ object: string }>();
  return new Set(results.map(({ object }) => object));
}

/** All backups that are not forgotten. */
export async function listKept(db: D1Database): Promise<Pick<BackupRow, "id" | "startedAt">[]> {
  const { results } = await db
    .prepare("SELECT id, started_at AS startedAt FROM backups")
    .all<Pick<BackupRow, "id" | "startedAt">>();
  return results;
}

export async function forgetBackup(db: D1Database, no: number): Promise<void> {
  await db.batch([
    db.prepare("DELETE FROM backup_parts WHERE backup = ?").bind(no),
    db.prepare("DELETE FROM backups WHERE no = ?").bind(no),
  ]);
}
