/** Who may do what: keys, their scopes, and the root key. Every verb below `/v1` but public submission starts here. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { newId } from "../core/ids";
import { isUnavailable } from "../store/db";
import type { KeyRow } from "../store/keys";
import * as store from "../store/keys";
import { orUnavailable } from "./store-failure";

export const SCOPES = [
  "forms:read",
  "forms:write",
  "responses:submit",
  "responses:read",
  "responses:write",
  "integrations:write",
  "admin",
] as const;
export type Scope = (typeof SCOPES)[number];

/** A key that was revoked works for at most this long in an isolate that knew it. */
const KEY_CACHE_MS = 30_000;

/** How long a known key is honoured while D1 can't be asked, so that devices that use one can submit during an outage. */
const KEY_OUTAGE_MS = 15 * 60_000;

/** The key that this text is. Throws `unauthorized`, `store_unavailable`. */
export async function authenticate(ctx: Context, text: string): Promise<KeyRow> {
  const hash = await sha256(text);
  const known = ctx.keys.get(hash);
  if (known && ctx.now() - known.loadedAt < KEY_CACHE_MS) return known.key;
  const key = await store.findKey(ctx.shards.control, hash).catch((error: unknown) => {
    if (known && ctx.now() - known.loadedAt < KEY_OUTAGE_MS && isUnavailable(error)) return known.key;
    return orUnavailable(error);
  });
  if (!key) {
    ctx.keys.delete(hash);
    throw new AppError("unauthorized", { detail: "This key is not known, or it was revoked." });
  }
  // A key that stood in during an outage keeps its time: its 15 minutes don't begin again.
  if (key !== known?.key) ctx.keys.set(hash, { key, loadedAt: ctx.now() });
  return key;
}

/** Throws `forbidden` unless the key has the scope; `admin` has all. */
export function requireScope(key: KeyRow, scope: Scope): void {
  if (key.scopes.includes(scope) || key.scopes.includes("admin")) return;
  throw new AppError("forbidden", { detail: `This needs a key with the scope ${scope}.` });
}

/** Throws `unauthorized` unless this is the root key of the installation. */
export async function requireRoot(ctx: Context, text: string): Promise<void> {
  const { rootKey } = ctx.config;
  if (rootKey === null) throw new AppError("unauthorized", { detail: "This installation has no FORMLOG_ROOT_KEY." });
  // Digests have one length and say nothing of the key, so comparing them leaks no timing that helps.
  const [given, wanted] = await Promise.all([sha256(text), sha256(rootKey)]);
  if (given !== wanted) throw new AppError("unauthorized", { detail: "This needs the root key." });
}

/** A workspace and its first key, which may do everything in it. The key is shown this once. */
export async function createWorkspace(ctx: Context, input: { name: string }): Promise<{ id: string; key: string }> {
  const workspace = { id: newId("ws", ctx.random), name: input.name, createdAt: ctx.now() };
  await store.insertWorkspace(ctx.shards.control, workspace);
  const { key } = await createKey(ctx, workspace.id, { name: "First key", scopes: ["admin"] });
  return { id: workspace.id, key };
}

export interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
}

const view = (key: KeyRow): KeyView => ({
  id: key.id,
  name: key.name,
  scopes: key.scopes,
  createdAt: new Date(key.createdAt).toISOString(),
});

/** A new key of a workspace; its text is returned once and not kept. */
export async function createKey(
  ctx: Context,
  workspace: string,
  input: { name: string; scopes: readonly Scope[] },
): Promise<KeyView & { key: string }> {
  const text = newId("fl", ctx.random, 32);
  const row = {
    id: newId("key", ctx.random),
    hash: await sha256(text),
    workspace,
    name: input.name,
    scopes: [...input.scopes],
    createdAt: ctx.now(),
  };
  await store.insertKey(ctx.shards.control, row);
  return { ...view({ ...row, no: 0 }), key: text };
}

export async function listKeys(
  ctx: Context,
  workspace: string,
  page: { before: number; limit: number },
): Promise<{ items: KeyView[]; last: number | null }> {
  const rows = await store.listKeys(ctx.shards.control, workspace, page);
  return { items: rows.map(view), last: rows.length === page.limit ? (rows.at(-1)?.no ?? null) : null };
}

export async function revokeKey(ctx: Context, workspace: string, id: string): Promise<void> {
  const revoked = await store.revokeKey(ctx.shards.control, workspace, id, ctx.now());
  if (!revoked) throw new AppError("not_found", { detail: "This workspace has no such key." });
}

/** Hexadecimal SHA-256 of a text. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
