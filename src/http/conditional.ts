/** Conditional requests (RFC 9110 section 13) and the preference for short answers (RFC 7240). */
import type { Context as HonoContext } from "hono";
import { AppError } from "../core/errors";
import { sha256 } from "../core/sha256";
import type { Precondition } from "../services/change";

// Cloudflare marks a tag as weak when it compresses the body. A revision is one whatever the coding, so W/ is not
// heard.
const TAG = /^(?:W\/)?"([\x21\x23-\x7e]*)"$/;

/** The tags of If-Match or If-None-Match, without quotes; `any` for *; undefined without the header. */
function readTags(c: HonoContext, name: string): "any" | readonly string[] | undefined {
  const header = c.req.header(name)?.trim();
  if (header === undefined) return undefined;
  if (header === "*") return "any";
  const tags = header.split(",").map((one) => TAG.exec(one.trim())?.[1]);
  if (tags.every((tag) => tag !== undefined)) return tags;
  throw new AppError("invalid_parameter", { detail: `${name} is an ETag as it was read, such as "3", or *.` });
}

/** The revisions that If-Match names; undefined without the header. A tag that is none of ours fits no revision. */
export function ifMatch(c: HonoContext): Precondition | undefined {
  const tags = readTags(c, "If-Match");
  return tags === undefined || tags === "any" ? tags : tags.filter((tag) => /^\d{1,9}$/.test(tag)).map(Number);
}

/** Answers with a body and its ETag (a digest unless told), or 304 to a client that has it already. */
export async function answerTagged(c: HonoContext, body: object, tag?: string): Promise<Response> {
  // First: what is refused has no tag.
  const known = readTags(c, "If-None-Match");
  const text = JSON.stringify(body);
  const etag = tag ?? `"${(await sha256(text)).slice(0, 32)}"`;
  c.header("ETag", etag);
  // Kept by the client alone, and asked about each time.
  c.header("Cache-Control", "private, no-cache");
  if (known === "any" || known?.includes(etag.slice(1, -1))) return c.body(null, 304);
  return c.body(text, 200, { "content-type": "application/json" });
}

/** Whether the client wants no body (`Prefer: return=minimal`); the answer says that it was heard. */
export function wantsMinimal(c: HonoContext): boolean {
  const header = c.req.header("prefer");
  if (header === undefined) return false;
  const minimal = header.split(",").some((one) => /^\s*return\s*=\s*"?minimal"?\s*(;|$)/i.test(one));
  if (minimal) c.header("Preference-Applied", "return=minimal");
  return minimal;
}
