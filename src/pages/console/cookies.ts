/**
 * What the console keeps in a browser: the session, how far the databases had come when it last changed something, and
 * for the next page a sentence and what is shown there once. Over https the names begin with `__Host-`: no other host
 * and no page without TLS can set them (draft-ietf-httpbis-rfc6265bis, section 4.1.3.2).
 */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { parseBookmarks } from "../../core/bookmark";
import { ONCE_SECONDS } from "../../core/once";
import type { IssuedSession } from "../../services/session";

const SESSION = "formlog_session";
const FLASH = "formlog_flash";
const ONCE = "formlog_once";
const BOOKMARK = "formlog_bookmark";
/** A page that never came needs no sentence any more. */
const FLASH_SECONDS = 60;
/** A copy of the database that lags behind by more is none to read from. */
const BOOKMARK_SECONDS = 60;

/**
 * `Lax`, so that a link from elsewhere leads to a page and not to the sign-in; what changes anything is checked
 * besides.
 */
const attributes = (c: Context) => {
  const secure = new URL(c.req.url).protocol === "https:";
  return { path: "/", httpOnly: true, sameSite: "Lax", secure, ...(secure && { prefix: "host" as const }) } as const;
};

const read = (c: Context, name: string) => getCookie(c, name, attributes(c).prefix);

export const readSessionCookie = (c: Context): string | undefined => read(c, SESSION);

/** Keeps a session until it ends. */
export function writeSessionCookie(c: Context, { text, seconds }: IssuedSession): void {
  setCookie(c, SESSION, text, { ...attributes(c), maxAge: Math.floor(seconds) });
}

export function deleteSessionCookie(c: Context): void {
  deleteCookie(c, SESSION, attributes(c));
}

export const readFlashCookie = (c: Context): string | undefined => read(c, FLASH);

export function writeFlashCookie(c: Context, text: string): void {
  setCookie(c, FLASH, text, { ...attributes(c), maxAge: FLASH_SECONDS });
}

export function deleteFlashCookie(c: Context): void {
  deleteCookie(c, FLASH, attributes(c));
}

/** How far the databases had come when the console last changed something; nothing that is not one. */
export function readBookmarkCookie(c: Context): string | undefined {
  const text = read(c, BOOKMARK);
  return text !== undefined && parseBookmarks(text) !== null ? text : undefined;
}

export function writeBookmarkCookie(c: Context, text: string): void {
  setCookie(c, BOOKMARK, text, { ...attributes(c), maxAge: BOOKMARK_SECONDS });
}

export function deleteBookmarkCookie(c: Context): void {
  deleteCookie(c, BOOKMARK, attributes(c));
}

/** Sent to its page alone; `__Host-` would want it sent to all of them. */
const ofPage = (c: Context, path: string) => {
  const { secure } = attributes(c);
  return { path, httpOnly: true, sameSite: "Strict", secure, ...(secure && { prefix: "secure" as const }) } as const;
};

/** What was sealed for this page. */
export const readOnceCookie = (c: Context): string | undefined => getCookie(c, ONCE, ofPage(c, c.req.path).prefix);

export function writeOnceCookie(c: Context, path: string, text: string): void {
  setCookie(c, ONCE, text, { ...ofPage(c, path), maxAge: ONCE_SECONDS });
}

export function deleteOnceCookie(c: Context): void {
  deleteCookie(c, ONCE, ofPage(c, c.req.path));
}
