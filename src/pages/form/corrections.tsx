/**
 * The addresses of a correction: GET and POST /f/{form}/corrections/{correction}, and the thanks of a flagged response.
 * They work without script, and need no key: whoever has the link is let in. Mounted by routes.tsx.
 */
import { type Context, Hono } from "hono";
import { AppError } from "../../core/errors";
import { keptOf, limitBody, type PageVariables, show, wantedOf } from "./answer";
import { readEntries } from "./body";
import {
  CorrectedPage,
  CorrectionPage,
  FlaggedThanksPage,
  REVISION_INPUT,
  type ShownCorrection,
} from "./correction-page";
import { inLanguage } from "./language";
import { formPath } from "./paths";
import { patchFrom, typedFrom } from "./prefill";
import { firstTyped, groupEntries, type Typed } from "./read";
import { explain, statusOf } from "./refusals";
import type { FormServices } from "./services";
import type { Words } from "./words";

/** The pages over these services. */
export function createCorrections<Ctx>(services: FormServices<Ctx>): Hono<{ Variables: PageVariables<Ctx> }> {
  const pages = new Hono<{ Variables: PageVariables<Ctx> }>();

  /** Throws AppError `link_refused`, `not_found`, `store_unavailable`. */
  async function read(c: Context): Promise<ShownCorrection> {
    const { form: id, correction: link } = c.req.param() as { form: string; correction: string };
    const correction = await services.getCorrection(c.get("ctx"), { correction: link, languages: wantedOf(c) });
    if (correction.form !== id) throw new AppError("not_found");
    const form = await services.loadForm(c.get("ctx"), id);
    c.set("form", form);
    const kept = keptOf(c);
    const path = formPath(id, kept, `corrections/${link}`);
    return { ...inLanguage(form, wantedOf(c)), correction, path, kept };
  }
  const typedIn = ({ form, correction }: ShownCorrection): Typed => typedFrom(form.definition, correction.answers);

  pages.get("/f/:form/thanks/:receipt/:correction", async (c) => {
    const shown = await read(c);
    const { form, response, open } = shown.correction;
    if (response !== c.req.param("receipt")) throw new AppError("not_found");
    if (open) return show(c, <FlaggedThanksPage {...shown} />);
    return c.redirect(formPath(form, keptOf(c), `thanks/${response}`), 303);
  });

  pages.get("/f/:form/corrections/:correction", async (c) => {
    const shown = await read(c);
    const sent = c.req.query("sent") !== undefined;
    if (!shown.correction.open) return show(c, <CorrectedPage {...shown} sent={sent} />);
    return show(c, <CorrectionPage {...shown} typed={typedIn(shown)} sent={sent} />);
  });

  pages.post("/f/:form/corrections/:correction", limitBody(), async (c) => {
    const typed = groupEntries(await readEntries(c.req.raw));
    const shown = await read(c);
    try {
      await services.correctResponse(c.get("ctx"), {
        correction: c.req.param("correction"),
        languages: wantedOf(c),
        answers: patchFrom(shown.form.definition, typed, typedIn(shown)),
        precondition: [Number(firstTyped(typed, REVISION_INPUT))],
        address: c.req.header("cf-connecting-ip"),
      });
      return c.redirect(`${shown.path}${shown.path.includes("?") ? "&" : "?"}sent`, 303);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "conflict") return show(c, <CorrectedPage {...shown} sent={false} />, 409);
      const { retryAfterSeconds } = error.details;
      if (retryAfterSeconds !== undefined) c.header("Retry-After", String(retryAfterSeconds));
      const fresh = error.code === "stale_revision" ? await read(c) : shown;
      const page = <CorrectionPage {...fresh} typed={typed} {...reasonOf(error, fresh.speech.words)} />;
      return show(c, page, statusOf(error));
    }
  });

  pages.all("/f/:form/corrections/:correction", (c) => {
    c.header("Allow", "GET, HEAD, POST");
    throw new AppError("method_not_allowed");
  });
  return pages;
}

/** Why a correction was not taken, in the words of the page. */
function reasonOf(error: AppError, words: Words) {
  if (error.code === "invalid_answers") return { problems: error.details.errors ?? [] };
  if (error.code === "stale_revision") {
    return { notice: { title: words.correct.changed, text: words.correct.changedText } };
  }
  const { title, text } = explain(error, words);
  return { notice: { title: `${words.problems.notSent}: ${title}`, text } };
}
