/** What every address does alike: OPTIONS, 405 with Allow, notices of deprecation. */
import type { Context as HonoContext, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { TrieRouter } from "hono/router/trie-router";
import type { AppEnv } from "../context";
import { AppError } from "../core/errors";
import type { OpenApiDocument } from "../core/openapi";

/**
 * What does not say how long it may be kept is kept by nobody: by no browser, and by no cache in front of the worker.
 */
export const keepNothing: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const reads = c.req.method === "GET" || c.req.method === "HEAD";
  if (reads && !c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
};

interface Route {
  readonly method: string;
  readonly path: string;
}

/** What is said where no route answers: OPTIONS of an address that there is, 405 with Allow, or 404. */
export function createFallback(routes: () => readonly Route[]): (c: HonoContext) => Response {
  let router: TrieRouter<string> | undefined;
  const build = () => {
    const built = new TrieRouter<string>();
    // Middleware stands in the list as ALL.
    for (const { method, path } of routes()) if (method !== "ALL") built.add("ALL", path, method);
    return built;
  };
  return (c) => {
    router ??= build();
    const found = new Set(router.match("ALL", c.req.path)[0].map(([method]) => method));
    if (found.size === 0) throw new AppError("not_found", { detail: "There is nothing at this address." });
    if (found.has("GET")) found.add("HEAD");
    const allow = [...found, "OPTIONS"].toSorted().join(", ");
    if (c.req.method === "OPTIONS") return c.body(null, 204, { allow });
    throw new AppError("method_not_allowed", { detail: `This address takes ${allow}.`, headers: { allow } });
  };
}

/** Headers of deprecated operations: Deprecation (RFC 9745), Sunset (RFC 8594), and a link to what the docs say. */
export function noticeDeprecated({ paths }: Pick<OpenApiDocument, "paths">): MiddlewareHandler<AppEnv> {
  const notices = new Map<string, Record<string, string>>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { operationId, "x-deprecation": about }] of Object.entries(methods)) {
      if (!about) continue;
      notices.set(`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`, {
        Deprecation: `@${Math.floor(Date.parse(about.since) / 1000)}`,
        ...(about.sunset !== undefined && { Sunset: new Date(about.sunset).toUTCString() }),
        Link: `</docs#${operationId}>; rel="deprecation"`,
      });
    }
  }
  return async (c, next) => {
    await next();
    if (notices.size === 0) return;
    const method = c.req.method === "HEAD" ? "GET" : c.req.method;
    const notice = notices.get(`${method} ${routePath(c, -1)}`);
    for (const [name, value] of Object.entries(notice ?? {})) c.header(name, value, { append: name === "Link" });
  };
}
