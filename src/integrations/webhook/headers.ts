/**
 * Headers of a user's own on each call. What the call itself is made of, or what others must be able to trust, is not
 * theirs.
 */
import * as z from "zod";

const HEADERS_MAX = 20;
/** RFC 9110, section 5.6.2. */
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
/** Visible ASCII, with spaces inside: nothing that could end a line. */
const VALUE = /^[\x21-\x7e]([\x20-\x7e]{0,998}[\x21-\x7e])?$/;

const DENIED =
  /^(host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|forwarded|via|date|cookie2?|set-cookie|origin|referer|user-agent|accept-encoding|x-real-ip|true-client-ip|(content|cf|x-forwarded|x-formlog|webhook|proxy|sec|access-control)-.*)$/;

const Own = z
  .record(
    z.string().regex(NAME, "this is no name of a header"),
    z.string().regex(VALUE, "a value has 1 to 1,000 visible ASCII characters"),
  )
  .refine((headers) => Object.keys(headers).length <= HEADERS_MAX, `at most ${HEADERS_MAX} headers`)
  .superRefine((headers, ctx) => {
    for (const name of Object.keys(headers)) {
      if (!DENIED.test(name.toLowerCase())) continue;
      ctx.addIssue({ code: "custom", path: [name], message: "this header is set by Formlog or on the way" });
    }
  });

/** Headers in a connection: secret, as an API key of the receiver is. */
export const SecretHeadersSchema = Own;

/** Headers in a config, which everybody who may read the form sees. */
export const HeadersSchema = Own.superRefine((headers, ctx) => {
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() !== "authorization") continue;
    const message = "this is a secret: put it into the headers of a connection";
    ctx.addIssue({ code: "custom", path: [name], message });
  }
});
