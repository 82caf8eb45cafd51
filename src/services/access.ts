/** Who may do what: keys, their scopes, and the root key. Every verb below `/v1` but public submission starts here. */
import type { Context } from "../context";
import type { SubmissionContext } from "../context-submission";
import { AppError } from "../core/errors";
import { createLru } from "../core/lru";
import { sha256 } from "../core/sha256";
import type { KeyRow } from "../store/key-reads";
import * as store from "../store/key-reads";
import { recall } from "./recall";

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

/**
 * When a key was last used is written at most this often: an hour is near enough, and a write for each request is not.
 */
const USE_MS = 3600_000;

/**
 * Hashes of keys that were good, by their text: a digest takes longer than the rest of the look. Never listed, and gone
 * with the isolate.
 */
const hashes = createLru<string>(1_000);

/** The key that this text is. Throws `unauthorized`, `store_unavailable`. */
export async function authenticate(ctx: SubmissionContext, text: string): Promise<KeyRow> {
  const known = hashes.get(text);
  if (known !== undefined) return authenticateHash(ctx, known);
  const hash = await sha256(text);
  const key = await authenticateHash(ctx, hash);
  hashes.set(text, hash);
  return key;
}

/** The key with this SHA-256, as a session remembers it. Throws `unauthorized`, `store_unavailable`. */
export async function authenticateHash(ctx: SubmissionContext, hash: string): Promise<KeyRow> {
  const key = await recall(ctx, ctx.keys, { id: hash, read: () => store.findKey(ctx.primary.control, hash) });
  if (!key) throw new AppError("unauthorized", { detail: await whyUnknown(ctx, hash) });
  if (key.expiresAt !== null && key.expiresAt <= ctx.now()) {
    throw new AppError("unauthorized", { detail: `This key expired at ${isoTime(key.expiresAt)}. Use a new one.` });
  }
  noteUse(ctx, hash, key);
  return key;
}

/** Newcomers have the root key first, and send it where a workspace's is wanted. The gateway has none to compare. */
async function whyUnknown({ config }: SubmissionContext, hash: string): Promise<string> {
  return config.rootKey && hash === (await sha256(config.rootKey))
    ? "This is the root key, which makes workspaces (POST /v1/workspaces). Send the key of a workspace."
    : "This key is not known, or it was revoked.";
}

function noteUse(ctx: SubmissionContext, hash: string, key: KeyRow): void {
  const now = ctx.now();
  const known = ctx.keys.get(hash);
  if (!known || (key.lastUsedAt !== null && now - key.lastUsedAt < USE_MS)) return;
  ctx.keys.set(hash, { ...known, value: { ...key, lastUsedAt: now } });
  // Whether it could be written is of no consequence for the request; after a failure the next load of the key tries
  // again.
  ctx.waitUntil(store.noteUse(ctx.shards.control, key.no, { now, before: now - USE_MS }).catch(() => {}));
}

/**
 * Throws unless the key may be used at an address of this form (undefined: an address of the whole workspace). A key of
 * one form finds no other form (`not_found`) and may do nothing to the workspace (`forbidden`).
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
export async function requireRoot(ctx: Pick<Context, "config">, text: string): Promise<void> {
  const { rootKey } = ctx.config;
  if (rootKey === null) throw new AppError("unauthorized", { detail: "This installation has no FORMLOG_ROOT_KEY." });
  if (!(await isKey(text, rootKey))) throw new AppError("unauthorized", { detail: "This needs the root key." });
}

/** Throws `unauthorized` unless `text` is the installation's key for metrics, or its root key. */
export async function requireMetricsKey(ctx: Pick<Context, "config">, text: string): Promise<void> {
  const { metricsKey } = ctx.config;
  if (metricsKey !== null && (await isKey(text, metricsKey))) return;
  await requireRoot(ctx, text);
}

/** Digests have one length and say nothing of the key, so comparing them leaks no timing that helps. */
async function isKey(given: string, wanted: string): Promise<boolean> {
  const [one, other] = await Promise.all([sha256(given), sha256(wanted)]);
  return one === other;
}

const isoTime = (at: number): string => new Date(at).toISOString();
