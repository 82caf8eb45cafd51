/** /hooks/{kind}/{delivery}: callbacks of providers, passed on to the kind's worker, which alone can verify them. */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { CALLBACK_DELIVERY, CALLBACK_URL } from "../../core/integration";
import { readBytes } from "../body";

/** Paths say the provider, as DESIGN.md section 6 does. */
const KINDS: Readonly<Record<string, string>> = { twilio: "twilio-sms" };
const HOOK_BYTES_MAX = 64 * 1024;

export const hookRoutes = new Hono<AppEnv>().post("/:provider/:delivery", async (c) => {
  const ctx = c.get("ctx");
  const kind = KINDS[c.req.param("provider")];
  const worker = kind === undefined ? undefined : ctx.kindWorker(kind);
  if (!worker) throw new AppError("not_found");
  const body = await readBytes(c.req.raw, HOOK_BYTES_MAX);
  const headers = new Headers(c.req.raw.headers);
  const { pathname, search, origin } = new URL(c.req.url);
  // The signature covers the URL that the provider was given, not the one behind a proxy.
  headers.set(CALLBACK_URL, `${ctx.config.publicUrl ?? origin}${pathname}${search}`);
  headers.set(CALLBACK_DELIVERY, c.req.param("delivery"));
  const { status } = await worker.fetch("https://kind.internal/callback", { method: "POST", headers, body });
  return c.body(null, status === 204 || status === 403 || status === 404 ? status : 503);
});
