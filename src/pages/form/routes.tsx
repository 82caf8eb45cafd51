/**
 * The addresses of the hosted form: GET and POST /f/{form}, the pages after sending, and what other files mount here.
 * The services come in as an argument; http/app mounts the result. A handler reads, calls one verb and renders.
 */
import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError } from "../../core/errors";
import { whyClosed } from "../../core/form-settings";
import { keptOf, limitBody, type PageVariables, show, showError, wantedOf } from "./answer";
import { readEntries } from "./body";
import { checkForm } from "./check";
import { ClosedPage } from "./closed";
import { createCorrections } from "./corrections";
import { setHeaders } from "./headers";
import { createInbox } from "./inbox";
import { inLanguage, type ShownForm } from "./language";
import { KeptPage, ThanksPage } from "./messages";
import { FormPage, type FormPageProps } from "./page";
import { formPath } from "./paths";
import { firstTyped, groupEntries, KEY_INPUT, TRAP_INPUT, type Typed, VERSION_INPUT } from "./read";
import { type Refusal, refusalOf } from "./refusals";
import type { FormServices, PublicForm } from "./services";
import { createShare } from "./share";
import { createStatic } from "./static";
import { afterSending, submit } from "./submit";
import { speechFor } from "./words";

/** What we hand out ourselves is a UUID; anything else of this shape serves as well. */
const KEY_SHAPE = /^[\x21-\x7e]{8,128}$/;

/** The hosted form over these services. What is not an AppError is left to the app it is mounted in. */
export function createFormPages<Ctx>(services: FormServices<Ctx>): Hono<{ Variables: PageVariables<Ctx> }> {
  const pages = new Hono<{ Variables: PageVariables<Ctx> }>();
  const newKey = () => services.newKey?.() ?? crypto.randomUUID();
  const now = () => services.now?.() ?? Date.now();

  /**
   * The form of the address as its reader reads it. Throws AppError `not_found`, `forbidden`, `form_draft`,
   * `store_unavailable`.
   */
  const load = async (c: Context): Promise<ShownForm> => {
    const form = await services.loadForm(c.get("ctx"), c.req.param("form") ?? "");
    c.set("form", form);
    if (form.access === "key") throw new AppError("forbidden");
    return inLanguage(form, wantedOf(c));
  };
  const showForm = (c: Context, page: FormPageProps, status?: ContentfulStatusCode) => {
    const { turnstile, settings } = page.form;
    c.set("beyond", { widget: turnstile !== null, leadsTo: settings.redirectUrl });
    return show(c, <FormPage {...page} />, status);
  };
  const showClosed = (c: Context, shown: ShownForm, state: { full: boolean; typed?: Typed; waiting?: number }) => {
    const at = now();
    const opensAt = state.full ? null : (whyClosed(shown.form, at)?.opensAt ?? null);
    const page = <ClosedPage {...shown} {...state} kept={keptOf(c)} opensAt={opensAt} now={at} />;
    return show(c, page, state.typed ? 409 : 200);
  };
  /** How much waits for whoever opened the form by a link. What can't be counted now keeps nobody from the form. */
  const countWaiting = async (c: Context, form: PublicForm, link: string | undefined): Promise<number> => {
    if (link === undefined) return 0;
    return services.countInbox(c.get("ctx"), form, link).catch((error: unknown) => {
      if (error instanceof AppError) return 0;
      throw error;
    });
  };

  pages.onError((error, c) => {
    if (error instanceof AppError) return showError(c, error);
    throw error;
  });
  pages.use("/f/*", async (c, next) => {
    await next();
    await setHeaders(c, c.get("beyond"), c.get("form")?.settings);
  });
  pages.route("/", createStatic(services));
  pages.route("/", createShare(services, load));
  pages.route("/", createCorrections(services));
  pages.route("/", createInbox(services));

  // The store may be down, and somebody who sees the page of a receipt again is to see it all the same.
  const tryLoad = (c: Context) =>
    load(c).catch((error: unknown) => {
      if (error instanceof AppError) return undefined;
      throw error;
    });
  pages.get("/f/:form/thanks/:receipt?", async (c) => {
    const { form: id, receipt } = c.req.param();
    if (receipt !== undefined && !/^[a-z0-9]{4,64}$/.test(receipt)) throw new AppError("not_found");
    const shown = await tryLoad(c);
    const speech = shown?.speech ?? speechFor(wantedOf(c));
    return show(c, <ThanksPage id={id} receipt={receipt} kept={keptOf(c)} speech={speech} shown={shown} />);
  });

  pages.get("/f/:form/kept/:receipt", async (c) => {
    const { form: id, receipt } = c.req.param();
    if (!/^[A-Za-z0-9_-]{4,64}$/.test(receipt)) throw new AppError("not_found");
    const shown = await tryLoad(c);
    const speech = shown?.speech ?? speechFor(wantedOf(c));
    return show(c, <KeptPage id={id} receipt={receipt} kept={keptOf(c)} speech={speech} shown={shown} />);
  });

  pages.get("/f/:form", async (c) => {
    const shown = await load(c);
    const kept = keptOf(c);
    await services.admitVisitor(c.get("ctx"), shown.form, kept.link);
    const waiting = await countWaiting(c, shown.form, kept.link);
    const closed = whyClosed(shown.form, now());
    if (closed || shown.form.full) return showClosed(c, shown, { full: closed === null, waiting });
    return showForm(c, { ...shown, kept, formKey: newKey(), waiting });
  });

  const limit = limitBody();
  pages.post("/f/:form/check", limit, async (c) => {
    const shown = await load(c);
    await services.admitVisitor(c.get("ctx"), shown.form, keptOf(c).link);
    const typed = groupEntries(await readEntries(c.req.raw));
    c.header("Cache-Control", "no-store");
    // The page is of another version: what holds is said when it is sent.
    if (firstTyped(typed, VERSION_INPUT) !== String(shown.form.version)) return c.body(null, 409);
    return c.json(checkForm(shown, typed));
  });

  pages.post("/f/:form", limit, async (c) => {
    const shown = await load(c);
    const { form } = shown;
    const kept = keptOf(c);
    const typed = groupEntries(await readEntries(c.req.raw));
    const sentKey = firstTyped(typed, KEY_INPUT);
    const formKey = KEY_SHAPE.test(sentKey) ? sentKey : undefined;
    const again = (fresh: ShownForm, refusal: Refusal) => {
      if (refusal.retryAfterSeconds !== undefined) c.header("Retry-After", String(refusal.retryAfterSeconds));
      const key = (refusal.newKey ? undefined : formKey) ?? newKey();
      return showForm(c, { ...fresh, kept, typed, formKey: key, ...refusal.page }, refusal.status);
    };
    if (firstTyped(typed, TRAP_INPUT) !== "") {
      services.noteTrapped(c.get("ctx"), form);
      return c.redirect(formPath(form.id, kept, "thanks"), 303);
    }
    try {
      const address = c.req.header("cf-connecting-ip");
      const reader = { languages: wantedOf(c), origin: new URL(c.req.url).origin };
      const sent = await submit(services, c.get("ctx"), { form, typed, formKey, link: kept.link, address, reader });
      return c.redirect(afterSending(form, sent, kept), 303);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const full = error.code === "form_full";
      if (full || error.code === "form_closed") return showClosed(c, shown, { full, typed });
      // The service may have met a newer version than the one remembered here: its problems are about that one.
      const fresh = error.code === "invalid_answers" ? await load(c) : shown;
      return again(fresh, refusalOf(error, fresh.form, typed, fresh.speech.words));
    }
  });

  pages.all("/f/:form", (c) => {
    c.header("Allow", "GET, HEAD, POST");
    throw new AppError("method_not_allowed");
  });
  return pages;
}
