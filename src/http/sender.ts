/** Who submits, as the headers say: a key or a collector link as bearer, or a link as `Formlog-Link`. */
import type { Context as HonoContext } from "hono";
import type { SubmissionEnv } from "../context-submission";
import { looksLikeLink } from "../core/link-token";
import type { Sender } from "../services/admission";
import { bearer, keyOf } from "./auth";

/** Throws `unauthorized`, `forbidden`, `not_found` for a key; whether a link works is asked later. */
export async function senderOf(c: HonoContext<SubmissionEnv>): Promise<Sender> {
  const text = bearer(c);
  const byLink = text !== null && looksLikeLink(text);
  return {
    key: text === null || byLink ? null : await keyOf(c, text, { scope: "responses:submit" }),
    link: c.req.header("formlog-link") ?? (byLink ? text : undefined),
    address: c.req.header("cf-connecting-ip"),
    origin: foreignOrigin(c),
  };
}

/** The site whose page sends, unless it is this installation's own. */
function foreignOrigin(c: HonoContext<SubmissionEnv>): string | undefined {
  const origin = c.req.header("origin");
  if (origin === undefined) return undefined;
  const own = [c.req.url, c.get("ctx").config.publicUrl ?? c.req.url];
  return own.some((url) => new URL(url).origin === origin) ? undefined : origin;
}
