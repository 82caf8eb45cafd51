/** Names every request, in the gateway and in the API worker behind it. */
import type { Context as HonoContext, MiddlewareHandler } from "hono";
import type { SubmissionEnv } from "../context-submission";
import { newId } from "../core/ids";
import { startTrace } from "../core/trace";

/** What a client may call its request: fit for a log, long enough to be told from others. */
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** Names the request: as its client does in X-Request-Id, when that is well-formed; its trace in the same way. */
export function giveName(c: HonoContext): string {
  const given = c.req.header("x-request-id") ?? "";
  const requestId = REQUEST_ID.test(given) ? given : newId("req", fill);
  c.set("requestId", requestId);
  c.set("trace", startTrace(requestId, c.req.header("traceparent"), fill));
  return requestId;
}

/** Names the request, and its answer. */
export const nameRequest: MiddlewareHandler<SubmissionEnv> = (c, next) => {
  c.header("X-Request-Id", giveName(c));
  return next();
};

const fill = (bytes: Uint8Array) => crypto.getRandomValues(bytes);
