/** /console/forms/{form}/robots: Turnstile of a form. */
import { type Context, Hono } from "hono";
import type { AppError } from "../../../core/errors";
import { checkWith } from "../../../services/check";
import { getFormView, updateForm } from "../../../services/form-verbs";
import { TurnstileSchema } from "../../../services/turnstile-keys";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { formPath } from "../paths";
import { act, show, statusOf } from "../show";
import { RobotsPage } from "./page";

const write = may("forms:write");

export const robotPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/robots", write, (c) => showRobots(c))
  .post("/forms/:form/robots", write, (c) =>
    act(c, {
      run: async () => {
        const [form, sent] = [c.req.param("form"), c.get("sent")];
        const off = sent.has("off");
        const typed = { siteKey: sent.get("siteKey")?.trim(), secret: sent.get("secret")?.trim() };
        const turnstile = off ? null : checkWith(TurnstileSchema, typed);
        await updateForm(c.get("ctx"), c.get("key").workspace, { form, change: { turnstile } });
        const done = off ? "The form asks for no proof any more." : "The form asks for the proof of this widget.";
        return { path: formPath(form, "robots"), done };
      },
      refused: (error) => showRobots(c, error),
    }),
  );

async function showRobots(c: Context<ConsoleEnv>, error?: AppError) {
  const named = { form: c.req.param("form") ?? "" };
  const form = await getFormView(c.get("ctx"), c.get("key").workspace, named);
  const typed = error && c.get("sent").get("siteKey");
  const props = { form, siteKey: form.turnstile?.siteKey ?? null, typed: typed ?? undefined, error };
  return show(c, <RobotsPage {...props} />, error ? statusOf(c, error) : 200);
}
