/**
 * A backup is put into an empty installation, by pieces: each call goes on where the last one stopped, and whatever is
 * repeated comes to the same. Each part is held against its hashes before it is written, and read back and compared
 * afterwards. Cursors come last, when the rest is there and in order; until then the sweeper does nothing.
 */
import type { Context } from "../context";
import {
  type BackupManifest,
  type BackupPart,
  countsOf,
  type Erasures,
  manifestName,
  OBJECTS,
  wholeOf,
} from "../core/backup";
import { AppError } from "../core/errors";
import { sha256 } from "../core/sha256";
import { hashLines, unpackLines } from "../dispatch/backup-part";
import { readRestoredRows, writeBackupRows } from "../store/backup-rows";
import { backupTable } from "../store/backup-tables";
import { emptyTraces } from "../store/restore-traces";
import { leaveNumbersOut } from "../store/restored-numbers";
import { beginRestore, claimRestore, findFilled, findRestore, noteRestore, type RestoreRow } from "../store/restores";
import { SCHEMA } from "../store/vitals";
import * as events from "../telemetry/events";
import { requireBucket } from "./backups";
import { compareRows } from "./restore-compare";
import { readErased, settleRestored } from "./restore-settle";

export interface RestoreInput {
  readonly backup: string;
  /** What was erased and the bucket does not know of. */
  readonly erased?: Erasures | undefined;
  /** Go on although credentials can't be opened: their encryption key is lost. */
  readonly withoutKeys?: boolean | undefined;
}

export interface RestoreView {
  readonly backup: string;
  readonly state: "running" | "complete";
  readonly parts: { readonly done: number; readonly all: number };
  readonly rows: number;
}

export interface RestoreLimits {
  readonly parts: number;
  /** Milliseconds after which a piece begins no other part. */
  readonly time: number;
}

const LIMITS: RestoreLimits = { parts: 20, time: 15_000 };
const NOTHING: Erasures = { forms: [], responses: [] };
const LEASE_MS = 120_000;
/** Phases in which rows are counted, of which tables, and what comes next. */
const COMPARISONS = {
  counts: { of: (table: string) => table !== "cursors", next: "numbers" },
  // No segment of the backup takes anything any more. Nothing was stored in one between its rows and that either.
  recounts: { of: (table: string) => table === "responses" || table === "revisions", next: "erasures" },
  cursors: { of: (table: string) => table === "cursors", next: null },
} as const;
const COMPARED: { readonly rows: number; readonly size: number } = { rows: 5_000, size: 4_000_000 };

/** Does a piece. Throws `not_found`, and `conflict` with what is wrong: the backup, or the installation. */
export async function restoreBackup(ctx: Context, input: RestoreInput, limits = LIMITS): Promise<RestoreView> {
  const { control } = ctx.shards;
  const manifest = await readManifest(ctx, input.backup);
  const known = await findRestore(control, manifest.id);
  if (!known) await begin(ctx, manifest, input);
  else if (known.finishedAt !== null) return viewRestore(manifest, known);
  const row = await claimRestore(control, manifest.id, ctx.now(), LEASE_MS);
  if (!row) throw refuse("A restore is under way already. Ask again in a minute.");
  return viewRestore(manifest, await goOn(ctx, { row, manifest, input, limits }));
}

interface Piece {
  readonly row: RestoreRow;
  readonly manifest: BackupManifest;
  readonly input: RestoreInput;
  readonly limits: RestoreLimits;
}

async function goOn(ctx: Context, { row, manifest, input, limits }: Piece): Promise<RestoreRow> {
  const { control } = ctx.shards;
  const end = ctx.now() + limits.time;
  const firstCursor = manifest.parts.findIndex(({ table }) => table === "cursors");
  const parts = firstCursor < 0 ? manifest.parts.length : firstCursor;
  let at = row;
  let marks: Promise<Erasures> | undefined;
  const note = async (change: Partial<RestoreRow>, leaseUntil = ctx.now() + LEASE_MS) => {
    at = { ...at, ...change };
    await noteRestore(control, at, leaseUntil);
  };
  try {
    for (let left = limits.parts; left > 0 && at.finishedAt === null && ctx.now() < end; left -= 1) {
      const until = at.phase === "parts" ? parts : manifest.parts.length;
      const part = at.phase === "parts" || at.phase === "cursors" ? manifest.parts[at.parts] : undefined;
      if (part && at.parts < until) {
        await restorePart(ctx, part);
        // Of the others when all of them are there: they are of responses that come later.
        if (at.phase === "cursors") await emptyTraces(ctx.shards.get(part.shard).db, [part]);
        await note({ parts: at.parts + 1, rows: at.rows + part.rows });
      } else if (at.phase === "parts") {
        await note({ phase: "counts", place: 0 });
      } else if (at.phase === "numbers") {
        await leaveNumbersOut(ctx.shards, at.startedAt);
        await note({ phase: "recounts", place: 0 });
      } else if (at.phase in COMPARISONS) {
        const { of, next } = COMPARISONS[at.phase as keyof typeof COMPARISONS];
        const place = await compareRows(ctx, manifest, { of, place: at.place });
        if (place !== null) await note({ place });
        else if (next !== null) await note({ phase: next, place: 0 });
        else await note({ finishedAt: ctx.now() });
        if (at.finishedAt !== null) events.restored({ backup: manifest.id, parts: at.parts, rows: at.rows });
      } else {
        const erased = () => (marks ??= readErased(ctx, input.erased ?? NOTHING));
        await note(await settleRestored(ctx, at, { manifest, erased }));
      }
    }
  } finally {
    await note({}, 0);
  }
  return at;
}

const viewRestore = (manifest: BackupManifest, row: RestoreRow): RestoreView => ({
  backup: row.backup,
  state: row.finishedAt === null ? "running" : "complete",
  parts: { done: row.parts, all: manifest.parts.length },
  rows: row.rows,
});

const refuse = (detail: string) => new AppError("conflict", { detail });

async function readManifest(ctx: Context, id: string): Promise<BackupManifest> {
  const object = await requireBucket(ctx).get(OBJECTS + manifestName(id));
  if (!object) throw new AppError("not_found", { detail: `There is no finished backup ${id} in the bucket.` });
  const manifest = (await object.json().catch(() => null)) as BackupManifest | null;
  if (manifest?.format !== "formlog-backup-1" || !Array.isArray(manifest.parts)) {
    throw refuse("The manifest can't be read: it is damaged, or of another program.");
  }
  const { parts, counts } = manifest;
  const counted = JSON.stringify(Object.entries(countsOf(parts)).toSorted());
  const whole = await sha256(wholeOf(parts));
  if (whole !== manifest.sha256 || counted !== JSON.stringify(Object.entries(counts).toSorted())) {
    throw refuse("The manifest is damaged: its counts or hashes do not agree with one another. Nothing was written.");
  }
  if (manifest.schema !== SCHEMA) {
    const detail = `The backup is of the schema ${manifest.schema}, this code is of ${SCHEMA}. Deploy the code of that schema, restore, and upgrade then.`;
    throw refuse(detail);
  }
  return manifest;
}

async function begin(ctx: Context, manifest: BackupManifest, { withoutKeys }: RestoreInput): Promise<void> {
  const { shards, config } = ctx;
  if (manifest.shards > shards.all.length) {
    throw refuse(`The backup is of ${manifest.shards} databases, this installation has ${shards.all.length}.`);
  }
  const filled = await findFilled(shards);
  if (filled) {
    throw refuse(
      `This installation is not empty: ${filled.table} of shard ${filled.shard} has rows. Restore into a new one.`,
    );
  }
  const lost = manifest.encryptionKeys.filter((id) => !config.keyRing?.keys.has(id));
  if (lost.length > 0 && withoutKeys !== true) {
    const detail = `Credentials in the backup are sealed with keys that FORMLOG_ENCRYPTION_KEY does not have: ${lost.join(", ")}. Set it as it was, or say withoutKeys and enter them anew.`;
    throw refuse(detail);
  }
  await beginRestore(shards.control, manifest.id, ctx.now());
}

/** Writes a part that is as the manifest says, and reads it back. */
async function restorePart(ctx: Context, part: BackupPart): Promise<void> {
  const { object, table: name, shard, rows, first, last } = part;
  const damaged = (what: string) =>
    refuse(`The part ${object} (${name} of shard ${shard}) ${what}. Nothing of it was written.`);
  const bytes = await (await requireBucket(ctx).get(OBJECTS + object))?.arrayBuffer();
  if (!bytes) throw damaged("is missing in the bucket");
  if ((await sha256(bytes)) !== part.sha256) throw damaged("is not what was written: its SHA-256 is another one");
  const lines = await unpackLines(bytes);
  if ((await hashLines(lines)) !== part.contentSha256) throw damaged("has other lines than the manifest says");
  if (lines.length !== rows) throw damaged(`has ${lines.length} rows, and ${rows} by the manifest`);
  const { db } = ctx.shards.get(shard);
  const table = backupTable(name);
  await writeBackupRows(db, table, lines);
  const read: string[] = [];
  for (let after = first; ; ) {
    const page = await readRestoredRows(db, table, { range: { after, through: last }, limits: COMPARED });
    if (!page) break;
    read.push(...page.lines);
    after = page.last;
  }
  if ((await hashLines(read)) === part.contentSha256) return;
  const detail = `${name} of shard ${shard} is not what was written to it: somebody else writes there, or the part ${object} does not hold what the manifest says. Begin anew with empty databases.`;
  throw refuse(detail);
}
