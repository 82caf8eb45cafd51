/** Backups as the operator sees them: begun, listed, taken out of the bucket and put into it. */
import type { Context } from "../context";
import { ERASED_FORMS, ERASURES, type Erasures, manifestName, OBJECT_NAME, OBJECTS } from "../core/backup";
import { AppError } from "../core/errors";
import { beginBackupNow, goOnBackingUp } from "../dispatch/backup";
import { type BackupRow, listBackupRows, readOpenBackup } from "../store/backups";
import { parseErasure } from "../store/restores";

export interface BackupView {
  readonly id: string;
  readonly state: "running" | "complete" | "failed";
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly parts: number;
  readonly rows: number;
  /** Of its parts as they lie in the bucket, those of earlier backups too. */
  readonly bytes: number;
  /** Name of its manifest in the bucket. */
  readonly manifest: string;
}

/** The bucket. Throws `conflict` when this installation has none. */
export function requireBucket({ bucket }: Context): R2Bucket {
  if (bucket) return bucket;
  throw new AppError("conflict", {
    detail: "This installation has no bucket for backups: bind BACKUP to one (docs/operating.md).",
  });
}

/**
 * Begins a backup unless one is under way, and does a piece of it: call again until it is no longer `running`. Throws
 * `conflict`.
 */
export async function backUp(ctx: Context, id?: string): Promise<BackupView> {
  requireBucket(ctx);
  const { control } = ctx.shards;
  if (id === undefined) await beginBackupNow(ctx);
  const open = await readOpenBackup(control);
  if (open && (id === undefined || open.id === id)) await goOnBackingUp(ctx);
  const wanted = id ?? open?.id;
  const row = (await listBackupRows(control, LIST_MAX)).find((one) => one.id === wanted);
  if (!row) throw new AppError("not_found", { detail: "There is no such backup." });
  return viewBackup(row);
}

const LIST_MAX = 100;

/** The newest hundred. */
export async function listBackups({ shards, bucket }: Context): Promise<{ kept: boolean; items: BackupView[] }> {
  return { kept: bucket !== null, items: (await listBackupRows(shards.control, LIST_MAX)).map(viewBackup) };
}

const iso = (at: number) => new Date(at).toISOString();

function viewBackup({ id, startedAt, finishedAt, failedAt, parts, rows, bytes }: BackupRow): BackupView {
  const state = finishedAt !== null ? "complete" : failedAt !== null ? "failed" : "running";
  return {
    id,
    state,
    startedAt: iso(startedAt),
    finishedAt: finishedAt === null ? null : iso(finishedAt),
    parts,
    rows,
    bytes,
    manifest: manifestName(id),
  };
}

/** An object of a backup. Throws `conflict`, `not_found`. */
export async function readBackupObject(ctx: Context, name: string): Promise<R2ObjectBody> {
  const bucket = requireBucket(ctx);
  const object = OBJECT_NAME.test(name) ? await bucket.get(OBJECTS + name) : null;
  if (!object) throw new AppError("not_found", { detail: "The bucket has no such object." });
  return object;
}

/**
 * Puts an object of a backup that was kept elsewhere into the bucket, where it is restored from. Throws `conflict`,
 * `not_found`.
 */
export async function writeBackupObject(ctx: Context, name: string, bytes: Uint8Array): Promise<void> {
  const bucket = requireBucket(ctx);
  if (!OBJECT_NAME.test(name)) throw new AppError("not_found", { detail: "No object of a backup is named so." });
  await bucket.put(OBJECTS + name, bytes);
}

/** What was erased since the oldest backup that is kept, by the marks in the bucket. Throws `conflict`. */
export async function listErasures(ctx: Context): Promise<Erasures> {
  const bucket = requireBucket(ctx);
  const names: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page: R2Objects = await bucket.list({ prefix: ERASURES, ...(cursor !== undefined && { cursor }) });
    names.push(...page.objects.map(({ key }) => key));
    if (!page.truncated) break;
    cursor = page.cursor;
  }
  const forms = names.filter((name) => name.startsWith(ERASED_FORMS));
  return {
    forms: forms.map((name) => name.slice(ERASED_FORMS.length)),
    responses: names.flatMap((name) => parseErasure(name) ?? []),
  };
}
