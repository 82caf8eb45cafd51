/** Errors as `application/problem+json` (RFC 9457). */
import type { Context as HonoContext } from "hono";
import { routePath } from "hono/route";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError } from "../core/errors";
import * as events from "../telemetry/events";

/** The body of an error answer. */
export function problemOf(error: AppError, requestId: string) {
  return {
    type: `urn:formlog:problem:${error.code}`,
    title: error.title,
    status: error.status,
    code: error.code,
    ...(error.details.detail !== undefined && { detail: error.details.detail }),
    ...(error.details.errors && { errors: error.details.errors.map((e) => ({ severity: "error" as const, ...e })) }),
    requestId,
  };
}

/** Answers a thrown error: an expected one as itself, anything else as `internal`, with the cause in the log only. */
export function answerError(thrown: unknown, c: HonoContext): Response {
  const requestId = String(c.get("requestId") ?? "");
  const error = thrown instanceof AppError ? thrown : new AppError("internal");
  if (!(thrown instanceof AppError)) {
    // The route, not the address: a link stands in some.
    events.requestFailed({ trace: c.get("trace"), method: c.req.method, route: routePath(c, -1), error: thrown });
  }
  const headers = new Headers(error.details.headers);
  headers.set("content-type", "application/problem+json; charset=utf-8");
  if (error.details.retryAfterSeconds !== undefined) {
    headers.set("retry-after", String(Math.ceil(error.details.retryAfterSeconds)));
  }
  if (error.status === 401) headers.set("www-authenticate", "Bearer");
  return c.body(
    JSON.stringify(problemOf(error, requestId)),
    error.status as ContentfulStatusCode,
    Object.fromEntries(headers),
  );
}
