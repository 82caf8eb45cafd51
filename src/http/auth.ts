/** Reads the key of a request. */
import type { Context as HonoContext } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context";
import { AppError } from "../core/errors";
import { authenticate, requireScope, type Scope } from "../services/access";
import type { KeyRow } from "../store/keys";

/** The text after `Authorization: Bearer`, or null when there is no such header. Throws `unauthorized` for another scheme. */
export function bearer(c: HonoContext): string | null {
  const header = c.req.header("authorization");
  if (header === undefined) return null;
  const token = /^Bearer +([A-Za-z0-9._~+/=-]{1,512}) *$/i.exec(header)?.[1];
  if (!token) throw new AppError("unauthorized", { detail: "Send the key as `Authorization: Bearer <key>`." });
  return token;
}

/** The key of a request that may come without one. */
export async function optionalKey(c: HonoContext<AppEnv>, scope: Scope): Promise<KeyRow | null> {
  const text = bearer(c);
  if (text === null) return null;
  const key = await authenticate(c.get("ctx"), text);
  requireScope(key, scope);
  return key;
}

/** Lets a request pass with a key that has the scope; `c.get("key")` is that key. */
export const withKey = (scope: Scope) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const key = await optionalKey(c, scope);
    if (!key) throw new AppError("unauthorized", { detail: "Send the key as `Authorization: Bearer <key>`." });
    c.set("key", key);
    await next();
  });
