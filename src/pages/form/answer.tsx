/**
 * How the hosted pages answer: a page that nobody keeps, an error in words. Used by the routes of this folder and by
 * http/app.
 */
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { html } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError } from "../../core/errors";
import type { Beyond } from "./headers";
import { InboxLink } from "./inbox-page";
import { wantedLanguages } from "./language";
import { lookOf } from "./layout";
import { MessagePage } from "./messages";
import type { Kept } from "./paths";
import { explain, statusOf } from "./refusals";
import type { PublicForm } from "./services";
import { speechFor } from "./words";

/**
 * What the handlers hand on: the context of the services, what the headers let in, and the form as soon as it is known.
 */
export interface PageVariables<Ctx> {
  ctx: Ctx;
  beyond?: Beyond;
  form?: PublicForm;
}

export const keptOf = (c: Context): Kept => ({
  link: c.req.query("link"),
  lang: c.req.query("lang"),
  ...(c.req.query("embed") === "1" && { embed: true }),
});

export const wantedOf = (c: Context): string[] => wantedLanguages(c.req.query("lang"), c.req.header("accept-language"));

/** A page as an answer. Never kept by anyone: it holds a key for one response, or what somebody typed. */
export function show(c: Context, page: JSX.Element, status: ContentfulStatusCode = 200): Response | Promise<Response> {
  c.header("Cache-Control", "no-store");
  c.header("Vary", "Accept-Language");
  return c.html(html`<!DOCTYPE html>${page}`, status);
}

/** An error as a page for people, in the look of its form where that is known. */
export function showError(c: Context, error: AppError): Response | Promise<Response> {
  if (error.details.retryAfterSeconds !== undefined) c.header("Retry-After", String(error.details.retryAfterSeconds));
  const form: PublicForm | undefined = c.get("form");
  const speech = speechFor(wantedOf(c));
  const kept = keptOf(c);
  const page = (
    <MessagePage {...explain(error, speech.words)} speech={speech} look={form && lookOf(form, kept)}>
      {/* A link that takes no more still shows what came by it. */}
      {form && error.code === "link_full" && <InboxLink form={form.id} kept={kept} words={speech.words} />}
    </MessagePage>
  );
  return show(c, page, statusOf(error));
}

/** As the API takes (DESIGN.md section 6); answers beyond it are not typed by hand. */
const BODY_BYTES_MAX = 512 * 1024;

export const limitBody = () =>
  bodyLimit({ maxSize: BODY_BYTES_MAX, onError: (c) => showError(c, new AppError("too_large")) });
