/** /console/forms/{form}/responses: the table, one response, and what a person does with it. */
import { type Context, Hono } from "hono";
import type { AppError } from "../../../core/errors";
import { browseResponses } from "../../../services/browse-responses";
import { checkWith } from "../../../services/check";
import { readFigures } from "../../../services/form-figures";
import { getFormView } from "../../../services/form-verbs";
import { definitionsOf, loadOwnForm } from "../../../services/forms";
import { HISTORY_PAGE_MAX, listRevisions } from "../../../services/history";
import { actorNames, kindTitle } from "../../../services/names";
import { listResponseDeliveries } from "../../../services/response-deliveries";
import { eraseResponse, getResponse } from "../../../services/responses";
import { ReviewInputSchema, reviewResponse } from "../../../services/review";
import { attempt } from "../../../services/store-failure";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { formPath, responsePath, withQuery } from "../paths";
import { act, show, statusOf } from "../show";
import { ErasePage } from "./erase";
import { columnsOf, inputOf, tidied } from "./query";
import { ResponsePage } from "./response";
import { ResponsesPage } from "./table";

const PAGE = 50;

type ConsoleContext = Context<ConsoleEnv>;

/** Who asks, and for what: the arguments of most verbs. */
const asked = (c: ConsoleContext) => ({ ctx: c.get("ctx"), workspace: c.get("key").workspace });

const one = "/forms/:form/responses/:response";
const read = may("responses:read");
const write = may("responses:write");

export const responsePages = new Hono<ConsoleEnv>()
  .get("/forms/:form/responses", read, async (c) => {
    const { ctx, workspace } = asked(c);
    const query = new URL(c.req.url).searchParams;
    const form = await getFormView(ctx, workspace, c.req.param());
    const shared = { form, query, figures: (await readFigures(ctx, [form.id])).get(form.id) };
    if (form.version === 0) return show(c, <ResponsesPage {...shared} questions={[]} columns={[]} page={null} />);
    const { definition } = await loadOwnForm(ctx, workspace, form.id);
    const questions = definition.questions.filter(({ type }) => type !== "statement");
    const columns = columnsOf(query, questions);
    const props = { ...shared, questions, columns };
    const found = await attempt(async () => {
      const tidy = tidied(query, questions);
      if (tidy) return { tidy };
      const fields = columns.map(({ ref }) => ref);
      return browseResponses(ctx, workspace, { ...inputOf(query), form: form.id, fields, limit: PAGE });
    });
    if ("tidy" in found) return c.redirect(withQuery(formPath(form.id), found.tidy), 303);
    if ("items" in found) return show(c, <ResponsesPage {...props} page={found} />);
    return show(c, <ResponsesPage {...props} page={null} error={found} />, statusOf(c, found));
  })
  .get(one, read, (c) => showResponse(c))
  .post(`${one}/review`, write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace } = asked(c);
        const sent = c.get("sent");
        const input = checkWith(ReviewInputSchema, {
          state: sent.get("state"),
          comment: sent.get("comment")?.trim() || undefined,
        });
        const precondition = [Number(sent.get("revision"))];
        await reviewResponse(ctx, workspace, { ...c.req.param(), ...input, precondition });
        const { form, response } = c.req.param();
        return { path: responsePath(form, response), done: "The review is saved." };
      },
      refused: (error) => showResponse(c, error),
    }),
  )
  .get(`${one}/erase`, write, (c) => showErase(c))
  .post(`${one}/erase`, write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace } = asked(c);
        const { form, response } = c.req.param();
        await eraseResponse(ctx, workspace, { form, response });
        return { path: responsePath(form, response), done: "The response is erased." };
      },
      refused: (error) => showErase(c, error),
    }),
  );

/** A response with all that is known of it; after an action was refused, with the reason and what was typed. */
async function showResponse(c: ConsoleContext, error?: AppError) {
  const { ctx, workspace } = asked(c);
  const named = { form: c.req.param("form") ?? "", response: c.req.param("response") ?? "" };
  const form = await getFormView(ctx, workspace, named);
  const [response, revisions, deliveries] = await Promise.all([
    getResponse(ctx, workspace, named),
    listRevisions(ctx, workspace, { ...named, limit: HISTORY_PAGE_MAX }),
    listResponseDeliveries(ctx, workspace, named),
  ]);
  const [definitions, keys] = await Promise.all([
    definitionsOf(ctx, await loadOwnForm(ctx, workspace, form.id), [response.version]),
    actorNames(
      ctx,
      workspace,
      revisions.items.map(({ by }) => by),
    ),
  ]);
  const kinds = deliveries.map(({ integration, kind }): [string, string] => [integration, kindTitle(kind)]);
  const names = new Map([...keys, ...kinds, ["collector", "whoever collected it"], ["system", "Formlog"]]);
  const props = { form, response, revisions, deliveries, definitions, names, now: ctx.now() };
  if (!error) return show(c, <ResponsePage {...props} />);
  return show(c, <ResponsePage {...props} error={error} sent={c.get("sent")} />, statusOf(c, error));
}

async function showErase(c: ConsoleContext, error?: AppError) {
  const { ctx, workspace } = asked(c);
  const named = { form: c.req.param("form") ?? "", response: c.req.param("response") ?? "" };
  const form = await getFormView(ctx, workspace, named);
  const response = await getResponse(ctx, workspace, named);
  return show(c, <ErasePage form={form} response={response} error={error} />, error ? statusOf(c, error) : 200);
}
