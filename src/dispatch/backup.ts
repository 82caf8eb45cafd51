/**
 * Backups to R2, begun once a night, by pieces: each sweep goes on where the last one stopped. A piece is some parts,
 * each of some thousand rows read in one query while writes go on. It may stop anywhere: a part that was written and
 * not noted is written again under another name. Parts of responses in which nothing changed since the last backup are
 * taken from it.
 */

import type { Config } from "../config";
import {
  type BackupManifest,
  type BackupPart,
  countsOf,
  manifestName,
  OBJECTS,
  partName,
  type RowKey,
  wholeOf,
} from "../core/backup";
import { newId } from "../core/ids";
import { sha256 } from "../core/sha256";
import { countBackupRows, type Reading, type RowRange, readBackupRows } from "../store/backup-rows";
import { backupSteps, backupTable } from "../store/backup-tables";
import {
  type BackupRow,
  beginBackup,
  claimBackup,
  endBackup,
  readLargeParts,
  readOpenBackup,
  readParts,
  settleBackup,
} from "../store/backups";
import { isRestoring } from "../store/restoring";
import { countSealed } from "../store/sealed";
import type { Shards } from "../store/shards";
import { SCHEMA } from "../store/vitals";
import * as events from "../telemetry/events";
import { packLines } from "./backup-part";
import { dropOld } from "./backup-retention";

export interface Backuper {
  readonly shards: Shards;
  /** Null: no backup is made. */
  readonly bucket: R2Bucket | null;
  readonly indexKinds: readonly string[];
  readonly config: Pick<Config, "backupDays">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: (bytes: Uint8Array) => Uint8Array;
}

export interface BackupLimits {
  /** Rows and characters of a part. */
  readonly rows: number;
  readonly size: number;
  /** Parts that a piece writes or takes over, and milliseconds after which it begins no other one. */
  readonly parts: number;
  readonly time: number;
}

/**
 * A piece makes some 160 queries at most, of the 1,000 that D1 lets an invocation make, and computes for some seconds
 * of the 30 of a cron.
 */
export const BACKUP_LIMITS: BackupLimits = { rows: 5_000, size: 4_000_000, parts: 50, time: 20_000 };
const LEASE_MS = 120_000;
const DAY_MS = 86_400_000;
const NIGHT_MS = 2 * 3_600_000;
/** Smaller parts of responses are read anew with what stands behind them, so that parts do not become ever more. */
const LARGE = 0.5;

/** What the cron does each minute: nothing without a bucket. Never fails. */
export async function backUpNightly(on: Backuper, limits = BACKUP_LIMITS): Promise<void> {
  await tonight(on, limits).catch((error) => events.backupFailed({ error }));
}

/**
 * Begins tonight's backup if it is time (from 02:00 UTC on) and none was begun since; goes on with the one that is
 * under way.
 */
async function tonight(on: Backuper, limits: BackupLimits): Promise<void> {
  if (!on.bucket || (await isRestoring(on.shards.control))) return;
  const now = on.now();
  const night = Math.floor((now - NIGHT_MS) / DAY_MS) * DAY_MS + NIGHT_MS;
  const open = await readOpenBackup(on.shards.control);
  const old = open !== null && (open.schema !== SCHEMA || open.startedAt < now - DAY_MS);
  if (open && old) await giveUp(on, open);
  if (!open || old) await begin(on, night);
  await goOnBackingUp(on, limits);
}

/** Begins one now, unless one is under way. */
export const beginBackupNow = (on: Backuper): Promise<void> => begin(on, Number.MAX_SAFE_INTEGER);

async function begin({ shards, now, random }: Backuper, notSince: number): Promise<void> {
  const at = now();
  // In the order of time, so that a folder of them is.
  const id = newId(`bak_${new Date(at).toISOString().replace(/\D/g, "").slice(0, 14)}`, random, 4).replace(
    /_(?=[^_]*$)/,
    "",
  );
  await beginBackup(shards, { id, schema: SCHEMA, now: at, notSince });
}

async function giveUp({ shards, now }: Backuper, open: BackupRow): Promise<void> {
  const claimed = await claimBackup(shards.control, open.no, now(), LEASE_MS);
  if (!claimed) return;
  await endBackup(shards.control, claimed, "failed_at", now());
  events.backupGivenUp({ backup: open.id, parts: open.parts });
}

/** Does a piece of the backup that is under way. False: there is none, or somebody else is at it. */
export async function goOnBackingUp(on: Backuper, limits = BACKUP_LIMITS): Promise<boolean> {
  const { shards, bucket } = on;
  const open = bucket && (await readOpenBackup(shards.control));
  const backup = open && (await claimBackup(shards.control, open.no, on.now(), LEASE_MS));
  if (!bucket || !backup) return false;
  const piece = createPiece({ ...on, bucket }, backup, limits);
  const steps = backupSteps(backup.bounds.segments.length);
  const end = on.now() + limits.time;
  let { step, after } = backup;
  let made = 0;
  while (step < steps.length && made < limits.parts && on.now() < end) {
    const found = await piece.next(step, after, backup.parts + made);
    if (found) made += 1;
    after = found ? found.last : [];
    if (!found) step += 1;
    const leaseUntil = on.now() + LEASE_MS;
    if (found && !(await settleBackup(shards.control, backup, { step, after, leaseUntil, part: found }))) return true;
  }
  if (step === steps.length) await finish({ ...on, bucket }, backup);
  else await settleBackup(shards.control, backup, { step, after, leaseUntil: 0 });
  return true;
}

type WithBucket = Backuper & { readonly bucket: R2Bucket };

/** What makes the parts of a piece. */
function createPiece(on: WithBucket, backup: BackupRow, limits: BackupLimits) {
  const { shards, bucket, indexKinds } = on;
  const steps = backupSteps(backup.bounds.segments.length);
  const earlier = new Map<number, Promise<BackupPart[]>>();
  const earlierOf = (shard: number) => {
    const least = { rows: limits.rows * LARGE, bytes: (limits.size * LARGE) / 4 };
    const found = earlier.get(shard) ?? readLargeParts(shards.control, shard, least);
    earlier.set(shard, found);
    return found;
  };

  /**
   * The part of responses that begins here in the last backup, if nothing in it changed; and where the next one begins.
   */
  async function reusable(reading: Reading, after: RowKey) {
    const at = after[0] ?? -1;
    const known = (await earlierOf(reading.shard)).filter(({ first }) => (first[0] ?? -1) >= at);
    const [part] = known;
    if (part && (part.first[0] ?? -1) === at) {
      const range = { after, through: part.last };
      const table = backupTable("responses");
      const counted = await countBackupRows(shards.get(reading.shard).db, table, { reading, range });
      const same = counted.rows === part.rows && counted.revisions === part.revisions;
      if (same && (await bucket.head(OBJECTS + part.object))) return { part };
      known.shift();
    }
    const next = known[0]?.first;
    return { part: null, ...(next && { through: next }) };
  }

  return {
    /** The part after this key at this step, written; null: there are no more rows. */
    async next(step: number, after: RowKey, no: number): Promise<BackupPart | null> {
      const { shard, table } = steps[step] ?? { shard: 0, table: backupTable("audit") };
      const { db } = shards.get(shard);
      const reading = { bounds: backup.bounds, shard, indexKinds };
      const range: RowRange & { part?: BackupPart | null } =
        table.name === "responses" ? { after, ...(await reusable(reading, after)) } : { after };
      if (range.part) return range.part;
      const page = await readBackupRows(db, table, { reading, range, limits });
      // Up to where a part begins that stands as it was there may be nothing left.
      if (!page) return range.through ? this.next(step, range.through, no) : null;
      const packed = await packLines(page.lines);
      const object = partName(backup.id, no, backup.epoch);
      await bucket.put(OBJECTS + object, packed.bytes, { sha256: packed.sha256 });
      const { last, revisions } = page;
      const rows = page.lines.length;
      const hashes = { bytes: packed.bytes.byteLength, sha256: packed.sha256, contentSha256: packed.contentSha256 };
      return { shard, table: table.name, object, first: after, last, rows, revisions, ...hashes };
    },
  };
}

async function finish({ shards, bucket, now, config }: WithBucket, backup: BackupRow): Promise<void> {
  const parts = inOrder(await readParts(shards.control, backup.no));
  const steps = backupSteps(backup.bounds.segments.length);
  const sealed = await countSealed(shards.control);
  const manifest: BackupManifest = {
    format: "formlog-backup-1",
    id: backup.id,
    schema: backup.schema,
    startedAt: backup.startedAt,
    finishedAt: now(),
    shards: backup.bounds.segments.length,
    columns: Object.fromEntries(steps.map(({ table }) => [table.name, table.columns])),
    encryptionKeys: [...sealed.keys()],
    counts: countsOf(parts),
    parts,
    sha256: await sha256(wholeOf(parts)),
  };
  await bucket.put(OBJECTS + manifestName(backup.id), JSON.stringify(manifest));
  await endBackup(shards.control, backup, "finished_at", now());
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  events.backedUp({ backup: backup.id, parts: parts.length, bytes });
  await dropOld({ shards, bucket, days: config.backupDays, now: now() });
}

/** Cursors come last: before them nothing that was restored is delivered. */
function inOrder(parts: readonly BackupPart[]): BackupPart[] {
  const isCursor = ({ table }: BackupPart) => table === "cursors";
  return [...parts.filter((part) => !isCursor(part)), ...parts.filter(isCursor)];
}
