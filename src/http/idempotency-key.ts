/** The header by which a client may send the same request again. */
import type { Context as HonoContext } from "hono";
import { AppError } from "../core/errors";
import { isIdempotencyKey } from "./submission-body";

/** The Idempotency-Key header: a bare token or a quoted string (draft-ietf-httpapi-idempotency-key-header). */
export function idempotencyKey(c: HonoContext): string | undefined {
  const header = c.req.header("idempotency-key");
  if (header === undefined) return undefined;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (isIdempotencyKey(key)) return key;
  throw new AppError("invalid_parameter", { detail: "Idempotency-Key is 1 to 255 visible ASCII characters." });
}
