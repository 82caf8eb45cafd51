/** /console/forms/{form}/search: responses by the words of their answers. */
import { Hono } from "hono";
import { AppError } from "../../../core/errors";
import { definitionsOf, loadOwnForm } from "../../../services/forms";
import { searchResponses } from "../../../services/search";
import { attempt } from "../../../services/store-failure";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { addIndex, asked, type ConsoleContext, findIndexes } from "../indexes/find";
import { formPath, withQuery } from "../paths";
import { inputOf, tidied } from "../responses/query";
import { act, show, statusOf } from "../show";
import { SearchPage } from "./page";

/** Each is read, and shown with what was found in it. */
const PAGE = 20;

const at = "/forms/:form/search";

export const searchPages = new Hono<ConsoleEnv>()
  .get(at, may("responses:read"), (c) => showSearch(c))
  .post(at, may("integrations:write"), (c) =>
    act(c, {
      run: async () => {
        await addIndex(c, "search", {});
        return { path: formPath(asked(c).form, "search"), done: "The search is added: it takes the responses in now." };
      },
      refused: (error) => showSearch(c, error),
    }),
  );

async function showSearch(c: ConsoleContext, refused?: AppError) {
  const { ctx, workspace, form: id } = asked(c);
  const found = await findIndexes(c, "search");
  const { chosen } = found;
  const query = new URL(c.req.url).searchParams;
  const none = { found, query, questions: [], page: null };
  if (!chosen) return show(c, <SearchPage {...none} error={refused} />, refused ? statusOf(c, refused) : 200);
  const form = await loadOwnForm(ctx, workspace, id);
  const questions = form.definition.questions.filter(({ type }) => type !== "statement");
  const q = (query.get("q") ?? "").trim();
  const answered = await attempt(async () => {
    const tidy = tidied(query, questions);
    if (tidy) return { tidy };
    if (q === "") return null;
    const { since: _, ...conditions } = inputOf(query);
    const question = query.get("question") || undefined;
    return searchResponses(ctx, workspace, {
      ...conditions,
      form: id,
      q,
      question,
      integration: chosen.id,
      limit: PAGE,
    });
  });
  if (answered && "tidy" in answered) return c.redirect(withQuery(formPath(id, "search"), answered.tidy), 303);
  const [page, failed] = answered instanceof AppError ? [null, answered] : [answered, undefined];
  const versions = page?.items.map(({ response }) => response.version) ?? [];
  const definitions = await definitionsOf(ctx, form, versions);
  const error = refused ?? failed;
  const props = { found, query, questions, page, definitions, error };
  return show(c, <SearchPage {...props} />, error ? statusOf(c, error) : 200);
}
