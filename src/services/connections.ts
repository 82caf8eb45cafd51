/** Stored credentials of providers. They go in and are never shown again. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { newId } from "../core/ids";
import { seal } from "../core/seal";
import { findKind } from "../integrations/catalog";
import * as store from "../store/connections";
import { checkWith } from "./check";

export interface ConnectionView {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly createdAt: string;
}

const view = (row: Pick<store.ConnectionRow, "id" | "kind" | "name" | "createdAt">): ConnectionView => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  createdAt: new Date(row.createdAt).toISOString(),
});

/** Stores credentials of a kind, sealed. Throws `invalid_request` when they are not what the kind needs. */
export async function createConnection(
  ctx: Context,
  workspace: string,
  input: { kind: string; name: string; secrets: unknown },
): Promise<ConnectionView> {
  const manifest = findKind(input.kind);
  if (!manifest) throw new AppError("invalid_request", { detail: `There is no kind ${input.kind}.` });
  const secrets = checkWith(manifest.secrets, input.secrets, ["secrets"]);
  if (!ctx.config.keyRing) {
    throw new AppError("conflict", { detail: "This installation has no FORMLOG_ENCRYPTION_KEY to keep secrets with." });
  }
  const now = ctx.now();
  const sealed = await seal(ctx.config.keyRing, JSON.stringify(secrets), ctx.random);
  const names = { id: newId("conn", ctx.random), workspace, kind: input.kind, name: input.name };
  await store.insertConnection(ctx.shards.control, { ...names, ...sealed, createdAt: now, updatedAt: now });
  return view({ ...names, createdAt: now });
}

export async function getConnection(ctx: Context, workspace: string, id: string): Promise<ConnectionView> {
  const row = await store.findConnection(ctx.shards.control, workspace, id);
  if (!row) throw new AppError("not_found", { detail: "This workspace has no such connection." });
  return view(row);
}

export async function listConnections(
  ctx: Context,
  workspace: string,
  page: { before: number; limit: number },
): Promise<{ items: ConnectionView[]; last: number | null }> {
  const rows = await store.listConnections(ctx.shards.control, workspace, page);
  return { items: rows.map(view), last: rows.length === page.limit ? (rows.at(-1)?.no ?? null) : null };
}

/** Deletes a connection that no integration uses. Throws `conflict` otherwise. */
export async function deleteConnection(ctx: Context, workspace: string, id: string): Promise<void> {
  const uses = await store.countUses(ctx.shards.control, workspace, id);
  if (uses > 0) throw new AppError("conflict", { detail: `${uses} integrations use this connection.` });
  const deleted = await store.deleteConnection(ctx.shards.control, workspace, id);
  if (!deleted) throw new AppError("not_found", { detail: "This workspace has no such connection." });
}
