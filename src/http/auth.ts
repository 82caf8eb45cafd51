/** Reads the key of a request. */
import type { Context as HonoContext } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context";
import type { SubmissionEnv } from "../context-submission";
import { AppError } from "../core/errors";
import {
  authenticate,
  requireForm,
  requireMetricsKey,
  requireRoot,
  requireScope,
  type Scope,
} from "../services/access";
import { bookmarkOf, inSession } from "../services/reads";
import type { KeyRow } from "../store/key-reads";

/** How far the databases had come: brought by answers that wrote, and sent back to read what was written. */
const BOOKMARK = "Formlog-Bookmark";

/**
 * The text after `Authorization: Bearer`, or null when there is no such header. Throws `unauthorized` for another
 * scheme.
 */
export function bearer(c: HonoContext): string | null {
  const header = c.req.header("authorization");
  if (header === undefined) return null;
  const token = /^Bearer +([A-Za-z0-9._~+/=-]{1,512}) *$/i.exec(header)?.[1];
  if (!token) throw new AppError("unauthorized", { detail: "Send the key as `Authorization: Bearer <key>`." });
  return token;
}

/**
 * What a route does with a key of one form: refuses it unless the form is in the address, or narrows its answer itself.
 */
interface KeyOptions {
  readonly narrows?: boolean;
  /** The route makes another form than that in the address: a key of one form can't. */
  readonly makesForms?: boolean;
}

/** The key of a request that may come without one. */
export async function optionalKey(
  c: HonoContext<SubmissionEnv>,
  scope: Scope,
  options?: KeyOptions,
): Promise<KeyRow | null> {
  const text = bearer(c);
  return text === null ? null : keyOf(c, text, { scope, ...options });
}

/** The key that a request brought as this text. */
export async function keyOf(
  c: HonoContext<SubmissionEnv>,
  text: string,
  { scope, narrows = false, makesForms = false }: KeyOptions & { readonly scope: Scope },
): Promise<KeyRow> {
  const key = await authenticate(c.get("ctx"), text);
  if (!narrows) requireForm(key, c.req.param("form"));
  if (makesForms) requireForm(key, undefined);
  requireScope(key, scope);
  c.set("ctx", { ...c.get("ctx"), actor: key.id });
  return key;
}

const withKeyOfInstallation = (require: typeof requireRoot) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const text = bearer(c);
    if (text === null) throw new AppError("unauthorized", { detail: "This needs the root key." });
    await require(c.get("ctx"), text);
    c.set("ctx", { ...c.get("ctx"), actor: "root" });
    await next();
  });

/** Lets a request pass with the root key of the installation only. */
export const withRoot = withKeyOfInstallation(requireRoot);

/** Lets a request pass with the key for metrics, or the root key. */
export const withMetricsKey = withKeyOfInstallation(requireMetricsKey);

/** Lets a request pass with a key that has the scope; `c.get("key")` is that key. */
export const withKey = (scope: Scope, options?: KeyOptions) =>
  createMiddleware<SubmissionEnv>(async (c, next) => {
    const key = await optionalKey(c, scope, options);
    if (!key) throw new AppError("unauthorized", { detail: "Send the key as `Authorization: Bearer <key>`." });
    c.set("key", key);
    const reads = c.req.method === "GET" || c.req.method === "HEAD";
    c.set("ctx", inSession(c.get("ctx"), { reads, bookmark: c.req.header(BOOKMARK) }));
    await next();
    const bookmark = bookmarkOf(c.get("ctx"));
    // Not by c.header, which would make a finished answer anew.
    if (bookmark !== null && c.res.status < 400) c.res.headers.set(BOOKMARK, bookmark);
  });
