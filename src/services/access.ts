/** Who may do what: keys, their scopes, and the root key. Every verb below `/v1` but public submission starts here. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { newId } from "../core/ids";
import type { KeyRow } from "../store/keys";
import * as store from "../store/keys";
import { audited } from "./audit";
import { refuseBody } from "./check";
import { loadOwnForm } from "./forms";
import { seek } from "./reads";
import { recall } from "./recall";
import { attempt } from "./store-failure";

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

/** When a key was last used is written at most this often: an hour is near enough, and a write for each request is not. */
const USE_MS = 3600_000;

/** The key that this text is. Throws `unauthorized`, `store_unavailable`. */
export const authenticate = async (ctx: Context, text: string): Promise<KeyRow> =>
  authenticateHash(ctx, await sha256(text));

/** The key with this SHA-256, as a session remembers it. Throws `unauthorized`, `store_unavailable`. */
export async function authenticateHash(ctx: Context, hash: string): Promise<KeyRow> {
  const key = await recall(ctx, ctx.keys, { id: hash, read: () => store.findKey(ctx.primary.control, hash) });
  if (!key) throw new AppError("unauthorized", { detail: "This key is not known, or it was revoked." });
  if (key.expiresAt !== null && key.expiresAt <= ctx.now()) {
    throw new AppError("unauthorized", { detail: `This key expired at ${isoTime(key.expiresAt)}. Use a new one.` });
  }
  noteUse(ctx, hash, key);
  return key;
}

function noteUse(ctx: Context, hash: string, key: KeyRow): void {
  const now = ctx.now();
  const known = ctx.keys.get(hash);
  if (!known || (key.lastUsedAt !== null && now - key.lastUsedAt < USE_MS)) return;
  ctx.keys.set(hash, { ...known, value: { ...key, lastUsedAt: now } });
  // Whether it could be written is of no consequence for the request; after a failure the next load of the key tries again.
  ctx.waitUntil(store.noteUse(ctx.shards.control, key.no, { now, before: now - USE_MS }).catch(() => {}));
}

/**
 * Throws unless the key may be used at an address of this form (undefined: an address of the whole workspace). A key of one
 * form finds no other form (`not_found`) and may do nothing to the workspace (`forbidden`).
 */
export function requireForm(key: KeyRow, form: string | undefined): void {
  if (key.form === null || key.form === form) return;
  if (form !== undefined) throw new AppError("not_found", { detail: "There is no such form." });
  throw new AppError("forbidden", { detail: "This key is for one form. This needs a key of the whole workspace." });
}

/** Whether the key has the scope; `admin` has all. */
export const hasScope = (key: Pick<KeyRow, "scopes">, scope: Scope): boolean =>
  key.scopes.includes(scope) || key.scopes.includes("admin");

/** Throws `forbidden` unless the key has the scope. */
export function requireScope(key: KeyRow, scope: Scope): void {
  if (hasScope(key, scope)) return;
  throw new AppError("forbidden", { detail: `This needs a key with the scope ${scope}.` });
}

/** Throws `unauthorized` unless `text` is the root key of the installation. */
export async function requireRoot(ctx: Context, text: string): Promise<void> {
  const { rootKey } = ctx.config;
  if (rootKey === null) throw new AppError("unauthorized", { detail: "This installation has no FORMLOG_ROOT_KEY." });
  if (!(await isKey(text, rootKey))) throw new AppError("unauthorized", { detail: "This needs the root key." });
}

/** Throws `unauthorized` unless `text` is the installation's key for metrics, or its root key. */
export async function requireMetricsKey(ctx: Context, text: string): Promise<void> {
  const { metricsKey } = ctx.config;
  if (metricsKey !== null && (await isKey(text, metricsKey))) return;
  await requireRoot(ctx, text);
}

/** Digests have one length and say nothing of the key, so comparing them leaks no timing that helps. */
async function isKey(given: string, wanted: string): Promise<boolean> {
  const [one, other] = await Promise.all([sha256(given), sha256(wanted)]);
  return one === other;
}

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

/** Revokes a key: here at once, in other isolates when they look at it again (services/recall.ts). Throws `not_found`. */
export async function revokeKey(ctx: Context, workspace: string, id: string): Promise<void> {
  const entry = audited(ctx, { workspace, action: "key.revoked", object: id });
  const hash = await store.revokeKey(ctx.shards.control, { workspace, id, now: ctx.now() }, entry);
  if (hash === null) throw noSuchKey();
  ctx.keys.delete(hash);
}

const noSuchKey = () => new AppError("not_found", { detail: "This workspace has no such key." });

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Hexadecimal SHA-256 of a text. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  let hex = "";
  for (const byte of new Uint8Array(digest)) hex += HEX[byte];
  return hex;
}
