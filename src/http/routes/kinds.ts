/** GET /v1/kinds: what an installation can do with responses. The same for everybody: no key, no I/O. */
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "../../context";
import { listKinds } from "../../services/kinds";

export const kindRoutes = new Hono<AppEnv>().get("/v1/kinds", secureHeaders(), (c) => {
  c.header("Cache-Control", "public, max-age=300, stale-while-revalidate=86400");
  return c.json({ items: listKinds(), next: null });
});
