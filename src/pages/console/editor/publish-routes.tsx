/** The preview of a draft, publishing and discarding it. */
import { Hono } from "hono";
import { AppError } from "../../../core/errors";
import { acceptedLanguages } from "../../../core/translation";
import { deleteDraft, publishDraft } from "../../../services/drafts";
import { show as showHosted } from "../../form/answer";
import { checkForm } from "../../form/check";
import { groupEntries } from "../../form/read";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { formPath } from "../paths";
import { act, show, statusOf } from "../show";
import { type ConsoleContext, copyOf, revisionOf } from "./edit";
import { editPath } from "./paths";
import { PreviewForm, PreviewPage, PreviewSent, shownCopy, tryResponse } from "./preview";
import { DiscardPage, PublishPage } from "./publish";

const write = may("forms:write");

const asked = (c: ConsoleContext) => ({ ctx: c.get("ctx"), workspace: c.get("key").workspace });

export const previewPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/edit/preview", write, async (c) =>
    show(c, <PreviewPage copy={await copyOf(c)} lang={c.req.query("lang")} />),
  )
  .get("/forms/:form/edit/preview/form", write, async (c) => {
    const shown = await shownOf(c);
    return showHosted(c, <PreviewForm shown={shown} token={c.get("visit").formToken} lang={c.req.query("lang")} />);
  })
  .post("/forms/:form/edit/preview/form", write, async (c) => {
    const shown = await shownOf(c);
    const typed = groupEntries(c.get("sent"));
    const { problems, flags } = tryResponse(shown, typed);
    if (problems.length === 0) return showHosted(c, <PreviewSent shown={shown} flags={flags} />);
    const page = { shown, token: c.get("visit").formToken, lang: c.req.query("lang"), typed, problems };
    return showHosted(c, <PreviewForm {...page} />, 422);
  })
  .post("/forms/:form/edit/preview/form/check", write, async (c) => {
    c.header("Cache-Control", "no-store");
    return c.json(checkForm(await shownOf(c), groupEntries(c.get("sent"))));
  });

async function shownOf(c: ConsoleContext) {
  const lang = c.req.query("lang");
  const wanted = lang === undefined ? acceptedLanguages(c.req.header("accept-language") ?? "") : [lang];
  const shown = shownCopy(await copyOf(c), wanted);
  if (!shown) throw new AppError("conflict", { detail: "There is nothing to show yet: no question is right." });
  return shown;
}

export const publishPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/edit/publish", write, async (c) => show(c, <PublishPage copy={await copyOf(c)} />))
  .post("/forms/:form/edit/publish", write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace } = asked(c);
        const { version } = await publishDraft(ctx, workspace, { ...c.req.param(), revision: revisionOf(c) });
        const done = version === 1 ? "The form is published." : `Version ${version} is published.`;
        return { path: formPath(c.req.param("form"), "share"), done };
      },
      refused: async (error) => show(c, <PublishPage copy={await copyOf(c)} error={error} />, statusOf(c, error)),
    }),
  )
  .get("/forms/:form/edit/discard", write, async (c) => show(c, <DiscardPage copy={await copyOf(c)} />))
  .post("/forms/:form/edit/discard", write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace } = asked(c);
        await deleteDraft(ctx, workspace, { ...c.req.param(), revision: revisionOf(c) });
        return { path: editPath(c.req.param("form")), done: "The draft is discarded." };
      },
      refused: async (error) => show(c, <DiscardPage copy={await copyOf(c)} error={error} />, statusOf(c, error)),
    }),
  );
