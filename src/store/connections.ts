/** Stored credentials of providers, sealed before they come here (core/seal.ts). */
import { and, desc, eq, lt } from "drizzle-orm";
import type { AuditEntry } from "../core/audit";
import { changeAudited } from "./audit";
import { control, prepared, query } from "./db";
import { connections, integrations } from "./schema";

export type ConnectionRow = typeof connections.$inferSelect;

export async function insertConnection(
  db: D1Database,
  connection: Omit<ConnectionRow, "no">,
  entry: AuditEntry,
): Promise<void> {
  await changeAudited(db, [prepared(db, control(db).insert(connections).values(connection))], entry);
}

export async function findConnection(db: D1Database, workspace: string, id: string): Promise<ConnectionRow | null> {
  const mine = and(eq(connections.workspace, workspace), eq(connections.id, id));
  return (await query(control(db).select().from(connections).where(mine).get())) ?? null;
}

/** The connections of a workspace, newest first, before `before` (a connection's `no`). */
export async function listConnections(
  db: D1Database,
  workspace: string,
  { before, limit }: { before: number; limit: number },
): Promise<ConnectionRow[]> {
  const mine = and(eq(connections.workspace, workspace), lt(connections.no, before));
  return query(control(db).select().from(connections).where(mine).orderBy(desc(connections.no)).limit(limit));
}

/**
 * Renames a connection, or puts other sealed credentials in the place of those that were read. False: they are not what
 * was read any more.
 */
export async function changeConnection(
  db: D1Database,
  read: ConnectionRow,
  change: Pick<ConnectionRow, "updatedAt"> & Partial<Pick<ConnectionRow, "name" | "sealed" | "keyId">>,
  entry: AuditEntry,
): Promise<boolean> {
  const { no, workspace, sealed } = read;
  const same = and(eq(connections.no, no), eq(connections.workspace, workspace), eq(connections.sealed, sealed));
  const update = control(db).update(connections).set(change).where(same);
  const [updated] = await changeAudited(db, [prepared(db, update)], entry);
  return updated?.meta.changes === 1;
}

/** Integrations of the workspace that use this connection, the oldest first. */
export async function listUses(
  db: D1Database,
  { workspace, id, limit }: { workspace: string; id: string; limit: number },
): Promise<ConnectionUse[]> {
  const uses = and(eq(integrations.workspace, workspace), eq(integrations.connection, id));
  const columns = { id: integrations.id, form: integrations.form, kind: integrations.kind };
  return query(control(db).select(columns).from(integrations).where(uses).orderBy(integrations.no).limit(limit));
}

/** An integration that works with a connection. */
export type ConnectionUse = Readonly<Record<"id" | "form" | "kind", string>>;

/** False: the workspace has no such connection. */
export async function deleteConnection(
  db: D1Database,
  { workspace, id }: { workspace: string; id: string },
  entry: AuditEntry,
): Promise<boolean> {
  const mine = and(eq(connections.workspace, workspace), eq(connections.id, id));
  const [deleted] = await changeAudited(db, [prepared(db, control(db).delete(connections).where(mine))], entry);
  return deleted?.meta.changes === 1;
}
