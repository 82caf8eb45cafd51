/** How the console answers: a page, an error in words, or a page to go on to with a sentence about what was done. */
import type { Context } from "hono";
import { html } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError } from "../../core/errors";
import { type Once, sealOnce } from "../../core/once";
import { signFlash } from "../../core/session-token";
import { sessionRing } from "../../services/session";
import { writeFlashCookie, writeOnceCookie } from "./cookies";
import { type ConsoleEnv, type Visit, VisitProvider } from "./env";
import { ErrorPage } from "./parts/problem";

type Answer = Response | Promise<Response>;

/** A page as an answer. Kept by nobody. `c` may be of the app around the console, which has no visit. */
export function show(c: Context, page: JSX.Element, status: ContentfulStatusCode = 200): Answer {
  c.header("Cache-Control", "no-store");
  const visit: Visit | null = c.get("visit") ?? null;
  return c.html(html`<!DOCTYPE html>${<VisitProvider value={visit}>{page}</VisitProvider>}`, status);
}

/** The status of an error as a page has it. */
export function statusOf(c: Context, error: AppError): ContentfulStatusCode {
  if (error.details.retryAfterSeconds !== undefined) {
    c.header("Retry-After", String(Math.ceil(error.details.retryAfterSeconds)));
  }
  return error.status as ContentfulStatusCode;
}

/** An error as a page for people. */
export const showError = (c: Context, error: AppError): Answer =>
  show(c, <ErrorPage error={error} requestId={c.get("requestId")} />, statusOf(c, error));

/** Leads on to a page, which tells what was done. */
export async function goOn(c: Context<ConsoleEnv>, path: string, sentence: string): Promise<Response> {
  const ring = sessionRing(c.get("ctx"));
  writeFlashCookie(c, await signFlash(ring, c.get("session").claims.id, sentence));
  return c.redirect(path, 303);
}

/**
 * Leads on to a page that shows something once: to reload that page makes nothing again, and does not show it again.
 */
export async function goOnOnce(
  c: Context<ConsoleEnv>,
  path: string,
  { done, ...once }: Once & { readonly done: string },
): Promise<Response> {
  const ctx = c.get("ctx");
  const of = { session: c.get("session").claims.id, path, now: ctx.now(), random: ctx.random };
  writeOnceCookie(c, path, await sealOnce(sessionRing(ctx), once, of));
  return goOn(c, path, done);
}

/**
 * An action: does it and leads on, or shows again where it was asked for what is wrong with it. What is no AppError is
 * a bug, and left to the app.
 */
export async function act(
  c: Context<ConsoleEnv>,
  action: {
    readonly run: () => Promise<{ readonly path: string; readonly done: string }>;
    readonly refused: (error: AppError) => Answer;
  },
): Promise<Response> {
  try {
    const { path, done } = await action.run();
    return await goOn(c, path, done);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return action.refused(error);
  }
}
