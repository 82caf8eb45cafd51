/** Stored credentials of providers. They go in and are never shown again. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { newId } from "../core/ids";
import { type KeyRing, seal, unseal } from "../core/seal";
import { findKind } from "../integrations/kinds";
import * as store from "../store/connections";
import { audited } from "./audit";
import { checkWith } from "./check";
import { seek } from "./reads";

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

/** What the other side must be told of credentials that Formlog made. Answered once, and never again. */
export interface MadeSecrets {
  readonly secrets?: Readonly<Record<string, string>>;
}

/**
 * Stores credentials of a kind, sealed; without `secrets`, credentials that Formlog makes itself are made and shown.
 * Throws `invalid_request` when they are not what the kind needs.
 */
export async function createConnection(
  ctx: Context,
  workspace: string,
  input: ConnectionInput,
): Promise<ConnectionView & MadeSecrets> {
  const { row, entry, shown } = await makeConnection(ctx, workspace, input);
  await store.insertConnection(ctx.shards.control, row, entry);
  return { ...view(row), ...shown };
}

interface ConnectionInput {
  readonly kind: string;
  readonly name: string;
  readonly secrets?: unknown;
}

/** The same, ready to be stored by the caller. */
export async function makeConnection(ctx: Context, workspace: string, input: ConnectionInput) {
  const manifest = findKind(input.kind);
  if (!manifest) throw new AppError("invalid_request", { detail: `There is no kind ${input.kind}.` });
  const ring = keyRingOf(ctx);
  const made = input.secrets === undefined ? await manifest.credentials?.generate(ctx.random) : undefined;
  const secrets = made ?? checkWith(manifest.secrets, input.secrets, ["secrets"]);
  const now = ctx.now();
  const sealed = await seal(ring, JSON.stringify(secrets), ctx.random);
  const names = { id: newId("conn", ctx.random), workspace, kind: input.kind, name: input.name };
  const detail = { kind: input.kind };
  const entry = audited(ctx, { workspace, action: "connection.created", object: names.id, detail });
  const told = made === undefined ? undefined : manifest.credentials?.shown(made);
  const shown: MadeSecrets = told ? { secrets: told } : {};
  return { row: { ...names, ...sealed, createdAt: now, updatedAt: now }, entry, shown };
}

function keyRingOf(ctx: Context): KeyRing {
  if (ctx.config.keyRing) return ctx.config.keyRing;
  throw new AppError("conflict", { detail: "This installation has no FORMLOG_ENCRYPTION_KEY to keep secrets with." });
}

/**
 * Replaces credentials that Formlog makes itself by new ones, which are shown; the old ones hold for a while (the kind
 * says how long). Throws `not_found`, or `conflict` when this kind's credentials come from elsewhere.
 */
export async function rotateConnection(
  ctx: Context,
  workspace: string,
  id: string,
): Promise<ConnectionView & MadeSecrets> {
  const row = await findOwn(ctx, workspace, id);
  const manifest = findKind(row.kind);
  if (!manifest?.credentials) {
    const detail = `Formlog does not make the credentials of ${row.kind}. Store the new ones as another connection.`;
    throw new AppError("conflict", { detail });
  }
  const ring = keyRingOf(ctx);
  const old = manifest.secrets.parse(JSON.parse(await unseal(ring, row)));
  const now = ctx.now();
  const made = await manifest.credentials.rotate(old, { now, random: ctx.random });
  const sealed = await seal(ring, JSON.stringify(made), ctx.random);
  const entry = audited(ctx, { workspace, action: "connection.rotated", object: id, detail: { kind: row.kind } });
  if (!(await store.changeConnection(ctx.shards.control, row, { ...sealed, updatedAt: now }, entry))) throw overtaken();
  return { ...view(row), secrets: manifest.credentials.shown(made) };
}

const overtaken = () => new AppError("conflict", { detail: "Somebody else changed this connection just now." });

async function findOwn(ctx: Context, workspace: string, id: string): Promise<store.ConnectionRow> {
  const row = await seek(ctx, ({ control }) => store.findConnection(control, workspace, id));
  if (!row) throw new AppError("not_found", { detail: "This workspace has no such connection." });
  return row;
}

export interface ConnectionChange {
  readonly name?: string | undefined;
  /** All of them, in the place of those that are stored. */
  readonly secrets?: unknown;
}

/**
 * Renames a connection, or replaces its credentials; integrations use the new ones from their next page on. Throws
 * `not_found`, `invalid_request` when they are not what the kind needs, `conflict` when somebody else was faster.
 */
export async function updateConnection(
  ctx: Context,
  workspace: string,
  { connection, ...change }: ConnectionChange & { readonly connection: string },
): Promise<ConnectionView> {
  const row = await findOwn(ctx, workspace, connection);
  const changed = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (changed.length === 0) return view(row);
  const sealed = change.secrets === undefined ? {} : await sealFor(ctx, row.kind, change.secrets);
  const next = { ...(change.name !== undefined && { name: change.name }), ...sealed, updatedAt: ctx.now() };
  const detail = { kind: row.kind, changed };
  const entry = audited(ctx, { workspace, action: "connection.updated", object: row.id, detail });
  if (!(await store.changeConnection(ctx.shards.control, row, next, entry))) throw overtaken();
  return view({ ...row, ...next });
}

async function sealFor(ctx: Context, kind: string, secrets: unknown) {
  const manifest = findKind(kind);
  if (!manifest) throw new AppError("conflict", { detail: `The kind ${kind} is not installed any more.` });
  return seal(keyRingOf(ctx), JSON.stringify(checkWith(manifest.secrets, secrets, ["secrets"])), ctx.random);
}

export const getConnection = async (ctx: Context, workspace: string, id: string): Promise<ConnectionView> =>
  view(await findOwn(ctx, workspace, id));

/** Uses of a connection that are told of. */
const USES_MAX = 100;

/** The integrations that use a connection: the first hundred. */
export const listUses = (ctx: Context, workspace: string, id: string): Promise<readonly store.ConnectionUse[]> =>
  store.listUses(ctx.shards.control, { workspace, id, limit: USES_MAX });

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
  const uses = await listUses(ctx, workspace, id);
  if (uses.length > 0) throw new AppError("conflict", { detail: sayUses(uses.length) });
  const entry = audited(ctx, { workspace, action: "connection.deleted", object: id });
  const deleted = await store.deleteConnection(ctx.shards.control, { workspace, id }, entry);
  if (!deleted) throw new AppError("not_found", { detail: "This workspace has no such connection." });
}

function sayUses(uses: number): string {
  if (uses === 1) return "1 integration uses this connection.";
  return `${uses === USES_MAX ? "100 or more" : uses} integrations use this connection.`;
}
