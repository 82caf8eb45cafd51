/** GET /openapi.json: what the API is, as OpenAPI 3.1. Made when the worker is built; open to pages of any site. */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { sha256 } from "../../core/sha256";
import document from "../openapi/document.gen.json";

const text = JSON.stringify(document);
const KEEP = "public, max-age=300, stale-while-revalidate=86400";
let tag: string | undefined;

export const documentRoutes = new Hono<AppEnv>().get("/openapi.json", async (c) => {
  tag ??= `"${(await sha256(text)).slice(0, 16)}"`;
  c.header("ETag", tag);
  c.header("Cache-Control", KEEP);
  c.header("Access-Control-Allow-Origin", "*");
  c.header("Access-Control-Expose-Headers", "ETag, X-Request-Id");
  if (isKnown(c.req.header("if-none-match"), tag)) return c.body(null, 304);
  return c.body(text, 200, { "content-type": "application/json" });
});

/** Whether If-None-Match names this tag (RFC 9110 section 13.1.2: `*`, or a list; weak tags compare alike). */
export function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === tag);
}
