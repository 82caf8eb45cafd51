/** Passes a request on to the API worker, and its answer back: whole, and as it comes. */
import type { Context as HonoContext } from "hono";
import { AppError } from "../core/errors";
import { traceparent } from "../core/trace";
import * as events from "../telemetry/events/requests";
import type { GatewayEnv } from "./context";

const RETRY_AFTER_SECONDS = 2;

/** The API worker's answer. Throws `api_unavailable` when it gives none. */
export async function passOn(c: HonoContext<GatewayEnv>): Promise<Response> {
  const trace = c.get("trace");
  const request = new Request(c.req.raw, { redirect: "manual" });
  // Both workers call the request by one name, and the answer has it once: as the API worker sets it.
  request.headers.set("x-request-id", trace.request);
  request.headers.set(
    "traceparent",
    traceparent(trace, (bytes) => crypto.getRandomValues(bytes)),
  );
  try {
    return await c.env.API.fetch(request);
  } catch (error) {
    // The beginning of the address: a link stands in some.
    const path = c.req.path.split("/", 3).join("/");
    events.apiUnreachable({ trace, method: c.req.method, path, error });
    throw new AppError("api_unavailable", {
      detail: "Whether it was done is not known. Responses are taken nevertheless.",
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
}
