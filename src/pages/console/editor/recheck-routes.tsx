/** /console/forms/{form}/recheck: old responses against the present rules. */
import { Hono } from "hono";
import type { AppError } from "../../../core/errors";
import { getFormView } from "../../../services/form-verbs";
import { askForRecheck, findRecheck } from "../../../services/rechecks";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { formPath } from "../paths";
import { act, show, statusOf } from "../show";
import type { ConsoleContext } from "./edit";
import { RecheckPage } from "./recheck";

const write = may("forms:write");

export const recheckPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/recheck", write, (c) => showRecheck(c))
  .post("/forms/:form/recheck", write, (c) =>
    act(c, {
      run: async () => {
        const { form } = c.req.param();
        await askForRecheck(c.get("ctx"), c.get("key").workspace, { form });
        return { path: formPath(form, "recheck"), done: "All responses will be looked at again." };
      },
      refused: (error) => showRecheck(c, error),
    }),
  );

async function showRecheck(c: ConsoleContext, error?: AppError) {
  const ctx = c.get("ctx");
  const form = await getFormView(ctx, c.get("key").workspace, { form: c.req.param("form") ?? "" });
  const recheck = await findRecheck(ctx, form.id);
  return show(c, <RecheckPage form={form} recheck={recheck} error={error} />, error ? statusOf(c, error) : 200);
}
