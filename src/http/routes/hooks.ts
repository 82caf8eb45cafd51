/**
 * /hooks/{provider}/{delivery} and /hooks/{provider}/inbound/{integration}: what providers report and what recipients
 * write, passed on to the kind's worker, which alone can verify it.
 */
import { type Context, Hono } from "hono";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { CALLBACK_DELIVERY, CALLBACK_INTEGRATION, CALLBACK_URL } from "../../core/integration";
import { readBytes } from "../body";

/** What an id looks like: it goes on in a header. */
const ID = /^[a-z0-9_]{1,64}$/i;
const HOOK_BYTES_MAX = 64 * 1024;

export const hookRoutes = new Hono<AppEnv>()
  .post("/:provider/:delivery", async (c) => {
    const { status } = await passOn(c, "callback", { [CALLBACK_DELIVERY]: c.req.param("delivery") });
    return c.body(null, status === 204 || status === 403 || status === 404 ? status : 503);
  })
  .post("/:provider/inbound/:integration", async (c) => {
    const answer = await passOn(c, "inbound", { [CALLBACK_INTEGRATION]: c.req.param("integration") });
    const { status } = answer;
    if (status !== 200) return c.body(null, status === 403 || status === 404 ? status : 503);
    return c.body(await answer.text(), 200, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
  });

/** Calls the kind's worker with the body as it came. Throws not_found, too_large. */
async function passOn(c: Context<AppEnv>, verb: "callback" | "inbound", names: Record<string, string>) {
  const ctx = c.get("ctx");
  const worker = ctx.providerWorker(c.req.param("provider") ?? "");
  if (!worker || !Object.values(names).every((id) => ID.test(id))) throw new AppError("not_found");
  const body = await readBytes(c.req.raw, HOOK_BYTES_MAX);
  const headers = new Headers(c.req.raw.headers);
  const { pathname, search, origin } = new URL(c.req.url);
  // The signature covers the URL that the provider was given, not the one behind a proxy.
  headers.set(CALLBACK_URL, `${ctx.config.publicUrl ?? origin}${pathname}${search}`);
  for (const [name, value] of Object.entries(names)) headers.set(name, value);
  return worker.fetch(`https://kind.internal/${verb}`, { method: "POST", headers, body });
}
