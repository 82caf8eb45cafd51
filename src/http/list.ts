/** Query parameters and answers of lists: keyset pages with an opaque `next`. */
import type { Context as HonoContext } from "hono";
import { AppError } from "../core/errors";
import { pageToken, parsePageToken } from "../core/ids";

export const LIMIT = 50;
export const LIMIT_MAX = 500;

/** `limit` (1 to `max`, 50 unless told) and `cursor`. Throws `invalid_parameter`. */
export function pageOf(c: HonoContext, max = LIMIT_MAX): { limit: number; cursor?: string } {
  const text = c.req.query("limit") ?? String(LIMIT);
  const limit = Number(text);
  if (!/^\d{1,4}$/.test(text) || limit < 1 || limit > max) {
    throw new AppError("invalid_parameter", { detail: `\`limit\` is a number from 1 to ${max}.` });
  }
  const cursor = c.req.query("cursor");
  return cursor === undefined ? { limit } : { limit, cursor };
}

/** A page over rows that are numbered: `before` says where it starts. */
export function numberedPage(c: HonoContext): { limit: number; before: number } {
  const { limit, cursor } = pageOf(c);
  if (cursor === undefined) return { limit, before: Number.MAX_SAFE_INTEGER };
  const [before] = parsePageToken(cursor, 1) ?? [];
  if (before === undefined) {
    throw new AppError("invalid_parameter", { detail: "This `cursor` is not one that a list returned." });
  }
  return { limit, before };
}

/** The body of a numbered page. */
export function listBody<T>({ items, last }: { items: T[]; last: number | null }): { items: T[]; next: string | null } {
  return { items, next: last === null ? null : pageToken([last]) };
}
