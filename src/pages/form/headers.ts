/** The security headers of the hosted pages: one policy, with what a form needs besides. Used by routes.tsx. */
import type { Context } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { FormSettings } from "../../core/form-settings";
import { TURNSTILE_ORIGIN } from "./page";

/** What an answer needs besides our own origin. */
export interface Beyond {
  /** Turnstile's widget. */
  readonly widget?: boolean;
  /** Where the form leads when it is sent: browsers hold a redirect after a form to the policy of the form's page. */
  readonly leadsTo?: string | undefined;
  /** It is for other sites to load: a script, and nothing that knows of a form. */
  readonly forOthers?: boolean;
  /** It is a picture that somebody gave us, which may be a document with script of its own (SVG). */
  readonly picture?: boolean;
}

const NONE = ["'none'"];
const SELF = ["'self'"];

/**
 * A page lets in and leads to nothing but ourselves, and to what its form needs; it may be framed where its form says
 * so.
 */
export async function setHeaders(c: Context, beyond: Beyond = {}, settings: FormSettings = {}): Promise<void> {
  const { widget, leadsTo } = beyond;
  const sites = settings.embedOn ?? [];
  await secureHeaders({
    contentSecurityPolicy: beyond.picture ? PICTURE : pagePolicy(widget === true, leadsTo, sites),
    // The widget's host learns ours; a collector link stays with us.
    referrerPolicy: widget ? "strict-origin" : "no-referrer",
    // It can't name sites: where there are some, frame-ancestors alone says who.
    xFrameOptions: sites.length > 0 ? false : "DENY",
    crossOriginResourcePolicy: beyond.forOthers ? "cross-origin" : "same-origin",
    permissionsPolicy: { geolocation: ["self"], camera: [], microphone: [] },
  })(c, async () => {});
}

/** Nothing runs and nothing is loaded; a drawing may have styles of its own. */
const PICTURE = { defaultSrc: NONE, styleSrc: ["'unsafe-inline'"], frameAncestors: NONE, sandbox: [] };

function pagePolicy(widget: boolean, leadsTo: string | undefined, sites: readonly string[]) {
  return {
    defaultSrc: NONE,
    styleSrc: SELF,
    scriptSrc: widget ? [...SELF, TURNSTILE_ORIGIN] : SELF,
    // The icon may stand in the page (assets.ts).
    imgSrc: [...SELF, "data:"],
    connectSrc: SELF,
    ...(widget && { frameSrc: [TURNSTILE_ORIGIN] }),
    formAction: leadsTo === undefined || leadsTo.startsWith("/") ? SELF : [...SELF, new URL(leadsTo).origin],
    baseUri: NONE,
    frameAncestors: sites.length > 0 ? [...sites] : NONE,
  };
}
