/**
 * Workspaces and their keys. A key is stored as its SHA-256 only; it has 160 random bits, so no slow hash is needed.
 */
import { and, desc, eq, isNull, lt } from "drizzle-orm";
import type { AuditEntry } from "../core/audit";
import { changeAudited } from "./audit";
import { control, prepared, query } from "./db";
import type { KeyRow } from "./key-reads";
import { keys, workspaces } from "./schema";

export type WorkspaceRow = typeof workspaces.$inferSelect;

const columns = {
  no: keys.no,
  id: keys.id,
  workspace: keys.workspace,
  name: keys.name,
  scopes: keys.scopes,
  form: keys.form,
  createdAt: keys.createdAt,
  expiresAt: keys.expiresAt,
  lastUsedAt: keys.lastUsedAt,
};

export async function insertWorkspace(
  db: D1Database,
  workspace: { id: string; name: string; createdAt: number },
  entry: AuditEntry,
): Promise<void> {
  await changeAudited(db, [prepared(db, control(db).insert(workspaces).values(workspace))], entry);
}

export async function findWorkspace(db: D1Database, id: string): Promise<WorkspaceRow | null> {
  return (await query(control(db).select().from(workspaces).where(eq(workspaces.id, id)).get())) ?? null;
}

/** The names of a workspace's keys, revoked ones too, by id. */
export async function readKeyNames(
  db: D1Database,
  workspace: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { results } = await db
    .prepare("SELECT id, name FROM keys WHERE id IN (SELECT value FROM json_each(?2)) AND workspace = ?1")
    .bind(workspace, JSON.stringify(ids))
    .all<{ id: string; name: string }>();
  return new Map(results.map(({ id, name }) => [id, name]));
}

export async function insertKey(
  db: D1Database,
  key: Omit<KeyRow, "no"> & { hash: string },
  entry: AuditEntry,
): Promise<void> {
  await changeAudited(db, [prepared(db, control(db).insert(keys).values(key))], entry);
}

/** A key of a workspace by its id, unless it was revoked. */
export async function findKeyById(db: D1Database, workspace: string, id: string): Promise<KeyRow | null> {
  const mine = and(eq(keys.workspace, workspace), eq(keys.id, id), isNull(keys.revokedAt));
  return (await query(control(db).select(columns).from(keys).where(mine).get())) ?? null;
}

/** The keys of a workspace that were not revoked, newest first, before `before` (a key's `no`). */
export async function listKeys(
  db: D1Database,
  workspace: string,
  { before, limit }: { before: number; limit: number },
): Promise<KeyRow[]> {
  const mine = and(eq(keys.workspace, workspace), isNull(keys.revokedAt), lt(keys.no, before));
  return query(control(db).select(columns).from(keys).where(mine).orderBy(desc(keys.no)).limit(limit));
}

/** The hash of the key that was revoked; null: the workspace has no such key. */
export async function revokeKey(
  db: D1Database,
  { workspace, id, now }: { workspace: string; id: string; now: number },
  entry: AuditEntry,
): Promise<string | null> {
  const mine = and(eq(keys.workspace, workspace), eq(keys.id, id), isNull(keys.revokedAt));
  const change = prepared(
    db,
    control(db).update(keys).set({ revokedAt: now }).where(mine).returning({ hash: keys.hash }),
  );
  const [revoked] = await changeAudited<{ hash: string }>(db, [change], entry);
  return revoked?.results[0]?.hash ?? null;
}
