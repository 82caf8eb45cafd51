/** Reads bodies at the rim: bounded, valid UTF-8, JSON that is neither deep nor aimed at prototypes. */
import type { Context as HonoContext } from "hono";
import { AppError } from "../core/errors";

/** Bytes of a JSON body: a form of 500 questions with long texts fits; D1 takes 2 MB a value. */
export const BODY_BYTES_MAX = 512 * 1024;
/** Bytes of a batch of up to 500 responses. */
export const BATCH_BYTES_MAX = 8 * 1024 * 1024;
const DEPTH_MAX = 12;
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

const contentTypeOf = (c: HonoContext): string =>
  c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";

const wrongType = (type: string): AppError =>
  new AppError("unsupported_media_type", { detail: `Send it with the header \`Content-Type: ${type}\`.` });

/** The text of a body of this content type. Throws unsupported_media_type, too_large, malformed_body. */
export async function readText(c: HonoContext, type: string, limit: number): Promise<string> {
  if (contentTypeOf(c) !== type) throw wrongType(type);
  return decode(await readBytes(c.req.raw, limit));
}

/** The JSON body. Throws unsupported_media_type, too_large, malformed_body, malformed_json, invalid_request. */
export async function readJson(c: HonoContext, limit = BODY_BYTES_MAX): Promise<unknown> {
  const type = contentTypeOf(c);
  if (type !== "application/json" && !type.endsWith("+json")) {
    throw wrongType("application/json");
  }
  const text = decode(await readBytes(c.req.raw, limit));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const detail =
      error instanceof SyntaxError ? error.message.replace(/"[^"]*"( \.\.\.)?/g, "…") : "It can't be parsed.";
    throw new AppError("malformed_json", { detail });
  }
  refuseTricks(value, "", 0);
  return value;
}

/** The JSON body of a call that may have none: then it is an empty object. Many clients send none as an empty one. */
export async function readOptionalJson(c: HonoContext): Promise<unknown> {
  const untyped = c.req.header("content-type") === undefined;
  if (c.req.raw.body === null || (untyped && (await readBytes(c.req.raw, BODY_BYTES_MAX)).length === 0)) return {};
  return readJson(c);
}

/** The bytes of a body, at most `limit` of them. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () => new AppError("too_large", { detail: `The limit is ${limit} bytes.` });
  const declared = request.headers.get("content-length");
  if (Number(declared ?? 0) > limit) throw tooLarge();
  // A body that says how long it is is held to that by HTTP: read whole, it costs a fifth of what its parts do.
  if (declared !== null) {
    const whole = new Uint8Array(await request.arrayBuffer());
    if (whole.byteLength > limit) throw tooLarge();
    return whole;
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.byteLength;
    if (size > limit) throw tooLarge();
    parts.push(part);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new AppError("malformed_body", { detail: "The body is not valid UTF-8." });
  }
}

function refuseTricks(value: unknown, pointer: string, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth >= DEPTH_MAX)
    throw new AppError("malformed_json", { detail: `It is nested deeper than ${DEPTH_MAX} levels.` });
  for (const key of Object.keys(value)) {
    const here = `${pointer}/${key}`;
    if (FORBIDDEN_KEYS.has(key) && !Array.isArray(value)) {
      const problem = { pointer: here, code: "forbidden_name", detail: "This name is not allowed in a body." };
      throw new AppError("invalid_request", { errors: [problem] });
    }
    refuseTricks((value as Record<string, unknown>)[key], here, depth + 1);
  }
}
