/**
 * GET /docs: the API as a page, rendered from the OpenAPI document once for each isolate. No script, nothing from
 * elsewhere.
 */
import { Hono } from "hono";
import { etag } from "hono/etag";
import { html } from "hono/html";
import { secureHeaders } from "hono/secure-headers";
import type { OpenApiDocument } from "../../core/openapi";
import type { KindView } from "../../services/kinds";
import { fingerprint } from "../form/assets";
import { DocsPage } from "./page";
import { STYLE } from "./style";

const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    formAction: ["'none'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: "DENY",
  referrerPolicy: "no-referrer",
});

// Its name holds a hash of its content, so that it may be kept for good.
const STYLE_PATH = `/docs/style-${fingerprint(STYLE)}.css`;
const FOR_GOOD = "public, max-age=31536000, immutable";

/** The page of this document and of these kinds, and its stylesheet. */
export function createDocsPages(document: OpenApiDocument, kinds: () => readonly KindView[]): Hono {
  let page: string | undefined;
  return new Hono()
    .get("/docs", headers, etag(), async (c) => {
      page ??= String(
        await html`<!DOCTYPE html>${<DocsPage document={document} kinds={kinds()} stylePath={STYLE_PATH} />}`,
      );
      c.header("Cache-Control", "public, max-age=300, stale-while-revalidate=86400");
      return c.html(page);
    })
    .get(STYLE_PATH, headers, (c) =>
      c.body(STYLE, 200, { "content-type": "text/css; charset=utf-8", "cache-control": FOR_GOOD }),
    );
}
