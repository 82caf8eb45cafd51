/**
 * The addresses of the hosted form: GET and POST /f/{form}, the page after sending, and three static files. The services
 * come in as an argument; http/app mounts the result. A handler reads, calls one verb and renders.
 */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { html } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";
import { secureHeaders } from "hono/secure-headers";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError } from "../../core/errors";
import { findAsset } from "./assets";
import { readEntries } from "./body";
import { ClosedPage, KeptPage, MessagePage, ThanksPage } from "./messages";
import { FormPage } from "./page";
import { firstTyped, groupEntries, KEY_INPUT, readAnswers, TRAP_INPUT, type Typed } from "./read";
import { explain, type Refusal, refusalOf, statusOf, TRAPPED } from "./refusals";
import type { FormServices, PageOutcome, PublicForm } from "./services";

/** As the API takes (DESIGN.md section 6); answers beyond it are not typed by hand. */
const BODY_BYTES_MAX = 512 * 1024;
const ASSET_SECONDS = 365 * 24 * 60 * 60;
/** What we hand out ourselves is a UUID; anything else of this shape serves as well. */
const KEY_SHAPE = /^[\x21-\x7e]{8,128}$/;

const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    scriptSrc: ["'self'"],
    imgSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: "DENY",
  referrerPolicy: "no-referrer",
  permissionsPolicy: { geolocation: ["self"], camera: [], microphone: [] },
});

/** A page as an answer. Never kept by anyone: it holds a key for one response, or what somebody typed. */
function show(c: Context, page: JSX.Element, status: ContentfulStatusCode = 200): Response | Promise<Response> {
  c.header("Cache-Control", "no-store");
  return c.html(html`<!DOCTYPE html>${page}`, status);
}

/** An error as a page for people. */
export function showError(c: Context, error: AppError): Response | Promise<Response> {
  if (error.details.retryAfterSeconds !== undefined) c.header("Retry-After", String(error.details.retryAfterSeconds));
  return show(c, <MessagePage {...explain(error)} />, statusOf(error));
}

/** The hosted form over these services. What is not an AppError is left to the app it is mounted in. */
export function createFormPages<Ctx>(services: FormServices<Ctx>): Hono<{ Variables: { ctx: Ctx } }> {
  const pages = new Hono<{ Variables: { ctx: Ctx } }>();
  const newKey = () => services.newKey?.() ?? crypto.randomUUID();

  pages.onError((error, c) => {
    if (error instanceof AppError) return showError(c, error);
    throw error;
  });
  pages.use("/f/*", headers);

  pages.get("/f/assets/:name", (c) => {
    const found = findAsset(c.req.param("name"));
    if (!found) throw new AppError("not_found");
    const keep = found.current ? `public, max-age=${ASSET_SECONDS}, immutable` : "no-cache";
    return c.body(found.asset.text, 200, { "Content-Type": found.asset.type, "Cache-Control": keep });
  });

  pages.get("/f/:form/thanks/:receipt", (c) => {
    const { form, receipt } = c.req.param();
    if (!/^[a-z0-9]{4,64}$/.test(receipt)) throw new AppError("not_found");
    return show(c, <ThanksPage form={form} receipt={receipt} />);
  });

  pages.get("/f/:form/kept/:receipt", (c) => {
    const { form, receipt } = c.req.param();
    if (!/^[A-Za-z0-9_-]{4,64}$/.test(receipt)) throw new AppError("not_found");
    return show(c, <KeptPage form={form} receipt={receipt} />);
  });

  pages.get("/f/:form", async (c) => {
    const form = await loadPublic(services, c.get("ctx"), c.req.param("form"));
    if (form.state === "closed") return show(c, <ClosedPage definition={form.definition} />);
    return show(c, <FormPage form={form} formKey={newKey()} />);
  });

  const limit = bodyLimit({ maxSize: BODY_BYTES_MAX, onError: (c) => showError(c, new AppError("too_large")) });
  pages.post("/f/:form", limit, async (c) => {
    const form = await loadPublic(services, c.get("ctx"), c.req.param("form"));
    const typed = groupEntries(await readEntries(c.req.raw));
    const sent = firstTyped(typed, KEY_INPUT);
    const formKey = KEY_SHAPE.test(sent) ? sent : undefined;
    const again = (shown: PublicForm, refusal: Refusal) => {
      if (refusal.retryAfterSeconds !== undefined) c.header("Retry-After", String(refusal.retryAfterSeconds));
      const key = (refusal.newKey ? undefined : formKey) ?? newKey();
      return show(c, <FormPage form={shown} typed={typed} formKey={key} {...refusal.page} />, refusal.status);
    };
    if (firstTyped(typed, TRAP_INPUT) !== "") return again(form, TRAPPED);
    try {
      const sent = await submit(services, c.get("ctx"), { form, typed, formKey });
      const next = "id" in sent ? `thanks/${sent.id}` : `kept/${sent.receipt}`;
      return c.redirect(`/f/${encodeURIComponent(form.id)}/${next}`, 303);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "form_closed") return show(c, <ClosedPage definition={form.definition} typed={typed} />, 409);
      // The service may have met a newer version than the one remembered here: its problems are about that one.
      const shown = error.code === "invalid_answers" ? await loadPublic(services, c.get("ctx"), form.id) : form;
      return again(shown, refusalOf(error, shown, typed));
    }
  });

  pages.all("/f/:form", (c) => {
    c.header("Allow", "GET, HEAD, POST");
    throw new AppError("method_not_allowed");
  });
  return pages;
}

/** Throws AppError `forbidden` for a form that takes responses with a key only. */
async function loadPublic<Ctx>(services: FormServices<Ctx>, ctx: Ctx, id: string): Promise<PublicForm> {
  const form = await services.loadForm(ctx, id);
  if (form.access === "key") throw new AppError("forbidden");
  return form;
}

interface Sent {
  readonly form: PublicForm;
  readonly typed: Typed;
  readonly formKey: string | undefined;
}

/** A closed form is not refused here: a repeat of a response that was stored before it closed is still a success. */
function submit<Ctx>(services: FormServices<Ctx>, ctx: Ctx, { form, typed, formKey }: Sent): Promise<PageOutcome> {
  return services.submitResponse(ctx, {
    form: form.id,
    answers: readAnswers(form.definition, typed),
    ...(formKey === undefined ? {} : { idempotencyKey: formKey }),
    key: null,
  });
}
