/** Workspaces and their keys: made, shown, listed, revoked. What a key may do is in access.ts. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { newId } from "../core/ids";
import { sha256 } from "../core/sha256";
import type { KeyRow } from "../store/key-reads";
import * as store from "../store/keys";
import type { Scope } from "./access";
import { audited } from "./audit";
import { loadOwnForm } from "./forms";
import { seek } from "./reads";
import { refuseBody } from "./refuse-body";
import { attempt } from "./store-failure";

/** A workspace and its first key, which may do everything in it. The key is shown this once. */
export async function createWorkspace(ctx: Context, input: { name: string }): Promise<{ id: string; key: string }> {
  const workspace = { id: newId("ws", ctx.random), name: input.name, createdAt: ctx.now() };
  const made = audited(ctx, { workspace: workspace.id, action: "workspace.created", object: workspace.id });
  await store.insertWorkspace(ctx.shards.control, workspace, made);
  const { key } = await createKey(ctx, workspace.id, { name: "First key", scopes: ["admin"] });
  return { id: workspace.id, key };
}

export interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** The only form that the key is for; null: all of the workspace. */
  readonly form: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** To the hour. */
  readonly lastUsedAt: string | null;
}

const isoTime = (at: number): string => new Date(at).toISOString();

const view = (key: KeyRow): KeyView => ({
  id: key.id,
  name: key.name,
  scopes: key.scopes,
  form: key.form,
  createdAt: isoTime(key.createdAt),
  expiresAt: key.expiresAt === null ? null : isoTime(key.expiresAt),
  lastUsedAt: key.lastUsedAt === null ? null : isoTime(key.lastUsedAt),
});

export interface KeyInput {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly form?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** A new key of a workspace; its text is returned once and not kept. Throws `invalid_request`. */
export async function createKey(ctx: Context, workspace: string, input: KeyInput): Promise<KeyView & { key: string }> {
  requireFuture(ctx, input.expiresAt);
  if (input.form !== undefined) await requireOwnForm(ctx, workspace, input.form);
  const text = newId("fl", ctx.random, 32);
  const row = {
    id: newId("key", ctx.random),
    workspace,
    name: input.name,
    scopes: [...input.scopes],
    form: input.form ?? null,
    createdAt: ctx.now(),
    expiresAt: input.expiresAt ?? null,
    lastUsedAt: null,
  };
  const detail = { scopes: row.scopes, ...(row.form !== null && { form: row.form }) };
  const made = audited(ctx, { workspace, action: "key.created", object: row.id, detail });
  await store.insertKey(ctx.shards.control, { ...row, hash: await sha256(text) }, made);
  return { ...view({ ...row, no: 0 }), key: text };
}

/** Throws `invalid_request` for a time that has passed: what is made with it would never work. */
export function requireFuture(ctx: Context, expiresAt: number | undefined): void {
  if (expiresAt === undefined || expiresAt > ctx.now()) return;
  const problem = { pointer: "/expiresAt", code: "passed", detail: "This time has passed. Name a later one." };
  throw refuseBody([problem]);
}

async function requireOwnForm(ctx: Context, workspace: string, form: string): Promise<void> {
  const found = await attempt(() => loadOwnForm(ctx, workspace, form));
  if (!(found instanceof AppError)) return;
  if (found.code !== "not_found") throw found;
  const problem = { pointer: "/form", code: "unknown_form", detail: "This workspace has no such form." };
  throw refuseBody([problem]);
}

/** A key that was not revoked. Throws `not_found`. */
export async function getKey(ctx: Context, workspace: string, id: string): Promise<KeyView> {
  const row = await seek(ctx, ({ control }) => store.findKeyById(control, workspace, id));
  if (!row) throw noSuchKey();
  return view(row);
}

export async function listKeys(
  ctx: Context,
  workspace: string,
  page: { before: number; limit: number },
): Promise<{ items: KeyView[]; last: number | null }> {
  const rows = await store.listKeys(ctx.shards.control, workspace, page);
  return { items: rows.map(view), last: rows.length === page.limit ? (rows.at(-1)?.no ?? null) : null };
}

/**
 * Revokes a key: here at once, in other isolates when they look at it again (services/recall.ts). Throws `not_found`.
 */
export async function revokeKey(ctx: Context, workspace: string, id: string): Promise<void> {
  const entry = audited(ctx, { workspace, action: "key.revoked", object: id });
  const hash = await store.revokeKey(ctx.shards.control, { workspace, id, now: ctx.now() }, entry);
  if (hash === null) throw noSuchKey();
  ctx.keys.delete(hash);
}

const noSuchKey = () => new AppError("not_found", { detail: "This workspace has no such key." });
