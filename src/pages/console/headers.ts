/**
 * The security headers of the console: nothing but what we serve ourselves, and in no frame. The preview of a form is
 * the one page that has a frame, and what stands there the one that is shown in one, of our own.
 */
import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";

const SELF = ["'self'"];

const POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: SELF,
  scriptSrc: SELF,
  imgSrc: SELF,
  connectSrc: SELF,
  formAction: SELF,
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
};

const headersOf = (contentSecurityPolicy: typeof POLICY & { frameSrc?: string[] }, xFrameOptions: string) =>
  secureHeaders({
    contentSecurityPolicy,
    // Not `no-referrer`, with which browsers send forms with the origin `null` (Fetch, "serialize a request origin").
    referrerPolicy: "same-origin",
    xFrameOptions,
    permissionsPolicy: { geolocation: [], camera: [], microphone: [] },
  });

const closed = headersOf(POLICY, "DENY");
const framing = headersOf({ ...POLICY, frameSrc: SELF }, "DENY");
// A logo stands in the page, as its form has no address yet that it could come from.
const framed = headersOf({ ...POLICY, imgSrc: [...SELF, "data:"], frameAncestors: SELF }, "SAMEORIGIN");

const PREVIEW = /^\/console\/forms\/[^/]+\/edit\/preview(\/form)?$/;

export const consoleHeaders = createMiddleware((c, next) => {
  const [preview, form] = PREVIEW.exec(c.req.path) ?? [];
  return (preview === undefined ? closed : form === undefined ? framing : framed)(c, next);
});
