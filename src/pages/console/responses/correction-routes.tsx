/** /console/forms/{form}/responses/{response}/correction: links for whoever collected it. A link is shown once. */
import { type Context, Hono } from "hono";
import { AppError } from "../../../core/errors";
import { ExpirySchema } from "../../../services/access-input";
import { checkWith } from "../../../services/check";
import { createCorrectionLink } from "../../../services/corrections";
import { getFormView } from "../../../services/form-verbs";
import { getResponse } from "../../../services/responses";
import { attempt } from "../../../services/store-failure";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { responsePath } from "../paths";
import { endOfDay, typedIn } from "../sent";
import { goOnOnce, show, statusOf } from "../show";
import { AskCorrectionPage } from "./correction";

type ConsoleContext = Context<ConsoleEnv>;

const write = may("responses:write");

export const correctionPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/responses/:response/correction", write, async (c) => {
    const { named, ...of } = await read(c);
    if (of.response.erasedAt !== undefined) return c.redirect(responsePath(named.form, named.response), 303);
    return show(c, <AskCorrectionPage {...of} />);
  })
  .post("/forms/:form/responses/:response/correction", write, async (c) => {
    const { named, ...of } = await read(c);
    const until = typedIn(c.get("sent"), "until");
    const link = await attempt(() => make(c, named, endOfDay(until)));
    if (!(link instanceof AppError)) {
      const note = `Send it on. It works until ${link.expiresAt.slice(0, 16).replace("T", " ")} UTC; whoever has it sees this one response. Another one can be made at any time.`;
      const texts = { "Correction link": link.url };
      return goOnOnce(c, responsePath(named.form, named.response), {
        done: "The correction link is made.",
        note,
        texts,
      });
    }
    return show(c, <AskCorrectionPage {...of} until={until ?? ""} error={link} />, statusOf(c, link));
  });

async function read(c: ConsoleContext) {
  const [ctx, { workspace }] = [c.get("ctx"), c.get("key")];
  const named = { form: c.req.param("form") ?? "", response: c.req.param("response") ?? "" };
  const form = await getFormView(ctx, workspace, named);
  return { named, form, response: await getResponse(ctx, workspace, named) };
}

async function make(c: ConsoleContext, named: { form: string; response: string }, until: string | undefined) {
  const expiresAt = until === undefined ? undefined : checkWith(ExpirySchema, until, ["expiresAt"]);
  const input = { ...named, origin: new URL(c.req.url).origin, ...(expiresAt !== undefined && { expiresAt }) };
  return createCorrectionLink(c.get("ctx"), c.get("key").workspace, input);
}
