/** CORS: which web pages of other sites may send responses, ask for their receipts and correct them, form by form. */
import type { Context as HonoContext, MiddlewareHandler } from "hono";
import type { SubmissionEnv } from "../context-submission";
import { AppError } from "../core/errors";
import { formNamedIn } from "../core/link-token";
import { isOpenTo, isOpenToAll, type Sites } from "../core/origins";
import { parseReceiptId } from "../core/spool";
import { loadForm } from "../services/forms";

const SENT = "Content-Type, Formlog-Link, Idempotency-Key, If-Match, Prefer, X-Request-Id";
const SHOWN = "ETag, Idempotent-Replayed, Location, Preference-Applied, Retry-After, X-Request-Id";
const PREFLIGHT_SECONDS = 7200;

/** An address that pages may call: with which methods, and which form decides. */
interface Open {
  readonly methods: readonly string[];
  /** Null: no form does. Who has a correction link may use it anywhere, and receipts of before don't tell theirs. */
  readonly form: string | null;
}

/**
 * Lets pages of the sites that a form names do what anybody can: without cookies and without keys. A preflight is
 * answered for what senders do only; a script that brings a key is stopped by its browser. What is sent nevertheless is
 * refused where senders are admitted, so a doubt here lets nobody in.
 */
export const openToSites: MiddlewareHandler<SubmissionEnv> = async (c, next) => {
  await next();
  await openAnswer(c, c.res);
};

/** The same, for an answer that is made. Who names no site when sending is no page, and is told nothing of sites. */
export async function openAnswer(c: HonoContext, { headers }: Response): Promise<void> {
  const origin = c.req.header("origin");
  if (origin === undefined && c.req.method === "POST") return;
  const open = openAt(c.req.path);
  const method = c.req.method === "HEAD" ? "GET" : c.req.method;
  if (!open || ![...open.methods, "OPTIONS"].includes(method)) return;
  const sites = await sitesOf(c, open, origin);
  // Not by c.header: each call of that makes a finished answer anew, and its body a stream.
  if (isOpenToAll(sites)) headers.set("Access-Control-Allow-Origin", "*");
  else {
    headers.append("Vary", "Origin");
    if (origin === undefined || !isOpenTo(sites, origin)) return;
    headers.set("Access-Control-Allow-Origin", origin);
  }
  headers.set("Access-Control-Expose-Headers", SHOWN);
  if (c.req.method !== "OPTIONS" || c.req.header("access-control-request-method") === undefined) return;
  headers.set("Access-Control-Allow-Methods", open.methods.join(", "));
  headers.set("Access-Control-Allow-Headers", SENT);
  headers.set("Access-Control-Max-Age", String(PREFLIGHT_SECONDS));
}

function openAt(path: string): Open | null {
  const [, form] = /^\/v1\/forms\/([^/]+)\/responses(?:\/batch)?$/.exec(path) ?? [];
  if (form !== undefined) return { methods: ["POST"], form };
  const [, list, text = ""] = /^\/v1\/(receipts|corrections|inboxes)\/([^/]+)$/.exec(path) ?? [];
  if (list === "receipts") return { methods: ["GET"], form: parseReceiptId(text)?.form ?? null };
  if (list === "inboxes") return { methods: ["GET"], form: formNamedIn(text) };
  return list === "corrections" ? { methods: ["GET", "PATCH"], form: null } : null;
}

/** Costs no round trip where the form is known, as it is after a submission. */
async function sitesOf(c: HonoContext<SubmissionEnv>, { form }: Open, origin: string | undefined): Promise<Sites> {
  if (form === null) return {};
  const ctx = c.get("ctx");
  // Who names no origin compares nothing: no form is read for its sake.
  if (origin === undefined) return ctx.forms.get(form)?.settings ?? {};
  const known = await loadForm(ctx, form).catch((error: unknown) => {
    if (error instanceof AppError) return null;
    throw error;
  });
  return known?.settings ?? {};
}
