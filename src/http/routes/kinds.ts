/** GET /v1/kinds: what an installation can do with responses. The same for everybody: no key, no I/O. */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { listKinds } from "../../services/kinds";
import { secureAnswers } from "../secure-headers";

export const kindRoutes = new Hono<AppEnv>().get("/v1/kinds", secureAnswers, (c) => {
  c.header("Cache-Control", "public, max-age=300, stale-while-revalidate=86400");
  return c.json({ items: listKinds(), next: null });
});
