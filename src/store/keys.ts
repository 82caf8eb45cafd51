/** Workspaces and their keys. A key is stored as its SHA-256 only; it has 160 random bits, so no slow hash is needed. */
import { and, desc, eq, isNull, lt } from "drizzle-orm";
import { control, query } from "./db";
import { keys, workspaces } from "./schema";

export interface KeyRow {
  readonly no: number;
  readonly id: string;
  readonly workspace: string;
  readonly name: string;
  readonly scopes: string[];
  readonly createdAt: number;
}

const columns = {
  no: keys.no,
  id: keys.id,
  workspace: keys.workspace,
  name: keys.name,
  scopes: keys.scopes,
  createdAt: keys.createdAt,
};

export async function insertWorkspace(
  db: D1Database,
  workspace: { id: string; name: string; createdAt: number },
): Promise<void> {
  await query(control(db).insert(workspaces).values(workspace));
}

export async function insertKey(
  db: D1Database,
  key: { id: string; hash: string; workspace: string; name: string; scopes: string[]; createdAt: number },
): Promise<void> {
  await query(control(db).insert(keys).values(key));
}

/** The key with this hash, unless it was revoked. */
export async function findKey(db: D1Database, hash: string): Promise<KeyRow | null> {
  const row = await query(
    control(db)
      .select(columns)
      .from(keys)
      .where(and(eq(keys.hash, hash), isNull(keys.revokedAt)))
      .get(),
  );
  return row ?? null;
}

/** The keys of a workspace that work, newest first, before `before` (a key's `no`). */
export async function listKeys(
  db: D1Database,
  workspace: string,
  { before, limit }: { before: number; limit: number },
): Promise<KeyRow[]> {
  const mine = and(eq(keys.workspace, workspace), isNull(keys.revokedAt), lt(keys.no, before));
  return query(control(db).select(columns).from(keys).where(mine).orderBy(desc(keys.no)).limit(limit));
}

/** False: the workspace has no such key. */
export async function revokeKey(db: D1Database, workspace: string, id: string, now: number): Promise<boolean> {
  const mine = and(eq(keys.workspace, workspace), eq(keys.id, id), isNull(keys.revokedAt));
  const { meta } = await query(control(db).update(keys).set({ revokedAt: now }).where(mine));
  return meta.changes > 0;
}
