/**
 * What stands before every page and action of the console: a session, the scope that it needs, and for whatever changes
 * something the proof that it was sent from one of our own pages.
 */
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { AppError } from "../../core/errors";
import { openOnce } from "../../core/once";
import { isFormOf, readFlash, signForms } from "../../core/session-token";
import { requireForm, requireScope, type Scope } from "../../services/access";
import { workspaceName } from "../../services/names";
import { bookmarkOf, inSession } from "../../services/reads";
import { openSession, renewSession, type Session, sessionRing } from "../../services/session";
import {
  deleteFlashCookie,
  deleteOnceCookie,
  deleteSessionCookie,
  readBookmarkCookie,
  readFlashCookie,
  readOnceCookie,
  readSessionCookie,
  writeBookmarkCookie,
  writeSessionCookie,
} from "./cookies";
import type { ConsoleEnv, Visit } from "./env";
import { SIGN_OUT, signInPath } from "./paths";
import { TOKEN_INPUT } from "./token";

/** A definition of 500 questions with long texts, as a form sends it (http/body.ts takes as much JSON). */
const BODY_BYTES_MAX = 2 * 1024 * 1024;

type ConsoleContext = Context<ConsoleEnv>;

/**
 * Lets a request pass that comes with a session; asks others to sign in, and afterwards leads them to where they
 * wanted.
 */
const withSession = createMiddleware<ConsoleEnv>(async (c, next): Promise<Response | undefined> => {
  const text = readSessionCookie(c);
  const session = text === undefined ? null : await open(c, text);
  if (!session) {
    if (text !== undefined) deleteSessionCookie(c);
    if (isRead(c)) return c.redirect(signInPath(c.req.url, text !== undefined), 303);
    throw new AppError("unauthorized", {
      detail: "Your session is over. Sign in, then do it again: nothing was changed.",
    });
  }
  c.set("session", session);
  c.set("key", session.key);
  const ctx = inSession(c.get("ctx"), { reads: isRead(c), bookmark: readBookmarkCookie(c) });
  c.set("ctx", { ...ctx, actor: session.key.id });
  c.set("visit", await visitOf(c, session));
  const renewed = await renewSession(c.get("ctx"), session);
  if (renewed) writeSessionCookie(c, renewed);
  await next();
  const bookmark = bookmarkOf(c.get("ctx"));
  if (bookmark !== null && c.req.path !== SIGN_OUT) writeBookmarkCookie(c, bookmark);
  return undefined;
});

async function open(c: ConsoleContext, text: string): Promise<Session | null> {
  try {
    return await openSession(c.get("ctx"), text);
  } catch (error) {
    if (error instanceof AppError && error.code === "unauthorized") return null;
    throw error;
  }
}

async function visitOf(c: ConsoleContext, { claims, key }: Session): Promise<Visit> {
  const ctx = c.get("ctx");
  const ring = sessionRing(ctx);
  const kept = readFlashCookie(c);
  if (kept !== undefined) deleteFlashCookie(c);
  const { path } = c.req;
  const sealed = c.req.method === "GET" ? readOnceCookie(c) : undefined;
  if (sealed !== undefined) deleteOnceCookie(c);
  const [workspace, formToken, flash, once] = await Promise.all([
    workspaceName(ctx, key),
    signForms(ring, claims.id),
    kept === undefined ? null : readFlash(ring, claims.id, kept),
    sealed === undefined ? null : openOnce(ring, sealed, { session: claims.id, path, now: ctx.now() }),
  ]);
  return { workspace, key, formToken, path, flash, once };
}

/** Throws `cross_site` unless the browser says that one of our own pages sent this. */
export function requireOwnSite(c: Context): void {
  const site = c.req.header("sec-fetch-site");
  const { origin } = new URL(c.req.url);
  if (site === undefined ? c.req.header("origin") === origin : site === "same-origin") return;
  throw new AppError("cross_site", { detail: "Nothing was changed. Open the page here and send it from there." });
}

/** The fields of a form. Throws `unsupported_media_type` for what no form of ours sends. */
export async function readFields(c: Context): Promise<URLSearchParams> {
  const type = typeOf(c);
  if (type !== "application/x-www-form-urlencoded") throw new AppError("unsupported_media_type");
  return new URLSearchParams(new TextDecoder().decode(await c.req.arrayBuffer()));
}

const typeOf = (c: Context) => c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();

/** The same of a form with files: a file is its text. Throws `malformed_body` for what is no text. */
async function readParts(c: Context): Promise<URLSearchParams> {
  const refuse = (detail: string) => new AppError("malformed_body", { detail });
  const parts = await c.req.formData().catch(() => {
    throw refuse("It is not what a form sends.");
  });
  const sent = new URLSearchParams();
  for (const [name, value] of parts) {
    const bytes = typeof value === "string" ? null : await value.arrayBuffer();
    try {
      sent.append(
        name,
        bytes === null ? String(value) : new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes),
      );
    } catch {
      throw refuse("The file is not a text in UTF-8. Save it as CSV (UTF-8) or JSON.");
    }
  }
  return sent;
}

/** Reads and checks what was sent; `c.get("sent")` has it afterwards. */
const withOwnForm = createMiddleware<ConsoleEnv>(async (c, next) => {
  if (!isRead(c)) await readSent(c);
  await next();
});

const isRead = ({ req }: Context) => req.method === "GET" || req.method === "HEAD";

async function readSent(c: ConsoleContext): Promise<void> {
  requireOwnSite(c);
  const sent = await (typeOf(c) === "multipart/form-data" ? readParts(c) : readFields(c));
  const { claims } = c.get("session");
  if (!(await isFormOf(sessionRing(c.get("ctx")), claims.id, sent.get(TOKEN_INPUT) ?? ""))) {
    throw new AppError("cross_site", {
      detail: "This page is of an earlier session. Nothing was changed: open it again.",
    });
  }
  c.set("sent", sent);
}

export const limitBody = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: () => {
    throw new AppError("too_large", { detail: `The limit is ${BODY_BYTES_MAX} bytes.` });
  },
});

/** What all pages of a session stand behind. */
export const guard = [withSession, limitBody, withOwnForm] as const;

/**
 * Lets a request pass whose key has the scope; of a key of one form, at the addresses of that form only, unless the
 * page `narrows` what it shows itself.
 */
export const may = (scope: Scope, { narrows = false }: { narrows?: boolean } = {}) =>
  createMiddleware<ConsoleEnv>(async (c, next) => {
    const key = c.get("key");
    if (!narrows) requireForm(key, c.req.param("form"));
    requireScope(key, scope);
    await next();
  });
