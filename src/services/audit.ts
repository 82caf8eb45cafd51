/**
 * The audit log: every change that a key makes through the API leaves an entry. A change of the control database takes
 * its entry into its own batch (`audited`); any other one is noted right after it succeeded (`record`), and when that
 * fails the caller gets an error and asks again.
 */
import type { Context } from "../context";
import type { AuditAction, AuditDetail, AuditEntry } from "../core/audit";
import { AppError } from "../core/errors";
import { newId, pageToken, parsePageToken } from "../core/ids";
import * as store from "../store/audit";

/** What was done to which object of a workspace. */
export interface Deed {
  readonly workspace: string;
  readonly action: AuditAction;
  /** Id of what was changed. */
  readonly object: string;
  readonly detail?: AuditDetail;
}

/** The entry of a deed, by whoever this request is authenticated as. */
export function audited(ctx: Context, { workspace, action, object, detail = {} }: Deed): AuditEntry {
  return { id: newId("aud", ctx.random), workspace, at: ctx.now(), actor: ctx.actor, action, object, detail };
}

/** Notes a deed that was done outside the control database. */
export async function record(ctx: Context, deed: Deed): Promise<void> {
  await store.insertAudit(ctx.shards.control, audited(ctx, deed));
}

export type AuditView = Omit<AuditEntry, "workspace" | "at"> & { readonly at: string };

export interface AuditInput extends store.AuditFilter {
  /** Entries before then, in milliseconds since the epoch. */
  readonly until?: number;
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * A page of a workspace's log, newest first. With `action` or `actor` it looks through a few thousand entries at most:
 * it may be short, or empty, and there is more behind it as long as `next` says so.
 */
export async function listAudit(
  ctx: Context,
  workspace: string,
  { cursor, until, ...page }: AuditInput,
): Promise<{ items: AuditView[]; next: string | null }> {
  const wanted = { ...page, before: placeOf(cursor, until) };
  const db = ctx.shards.control;
  const rows = await store.listAudit(db, workspace, wanted);
  const looksThrough = page.action !== undefined || page.actor !== undefined;
  const full = rows.length === page.limit;
  const last = full ? rows.at(-1) : looksThrough ? await store.endOfScan(db, workspace, wanted) : null;
  return { items: rows.map(view), next: last ? pageToken([last.at, last.no]) : null };
}

/** Where a page begins. Numbers begin at 1, so that an entry of the very moment `until` is not before it. */
function placeOf(cursor: string | undefined, until = Number.MAX_SAFE_INTEGER): store.AuditPlace {
  if (cursor === undefined) return { at: until, no: 0 };
  const [at, no] = parsePageToken(cursor, 2) ?? [];
  if (at !== undefined && no !== undefined) return { at, no };
  throw new AppError("invalid_parameter", { detail: "This `cursor` is not one that a list returned." });
}

const view = ({ id, at, actor, action, object, detail }: store.AuditRow): AuditView => ({
  id,
  at: new Date(at).toISOString(),
  actor,
  action,
  object,
  detail,
});
