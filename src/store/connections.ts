/** Stored credentials of providers, sealed before they come here (core/seal.ts). */
import { and, desc, eq, lt } from "drizzle-orm";
import { control, query } from "./db";
import { connections, integrations } from "./schema";

export type ConnectionRow = typeof connections.$inferSelect;

export async function insertConnection(db: D1Database, connection: Omit<ConnectionRow, "no">): Promise<void> {
  await query(control(db).insert(connections).values(connection));
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

/** Integrations of the workspace that use this connection. */
export async function countUses(db: D1Database, workspace: string, id: string): Promise<number> {
  const uses = and(eq(integrations.workspace, workspace), eq(integrations.connection, id));
  return query(control(db).$count(integrations, uses));
}

export async function deleteConnection(db: D1Database, workspace: string, id: string): Promise<boolean> {
  const mine = and(eq(connections.workspace, workspace), eq(connections.id, id));
  const { meta } = await query(control(db).delete(connections).where(mine));
  return meta.changes > 0;
}
