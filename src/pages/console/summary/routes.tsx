/** /console/forms/{form}/summary: the figures of a form's responses, as its summary keeps them. */
import { Hono } from "hono";
import { AppError } from "../../../core/errors";
import type { Summary } from "../../../core/summary";
import { loadOwnForm } from "../../../services/forms";
import { askFormIndex } from "../../../services/index-query";
import { attempt } from "../../../services/store-failure";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { addIndex, asked, type ConsoleContext, findIndexes } from "../indexes/find";
import { formPath } from "../paths";
import { act, show, statusOf } from "../show";
import { SummaryPage } from "./page";

const at = "/forms/:form/summary";

export const summaryPages = new Hono<ConsoleEnv>()
  .get(at, may("responses:read"), (c) => showSummary(c))
  .post(at, may("integrations:write"), (c) =>
    act(c, {
      run: async () => {
        await addIndex(c, "summary", {});
        return { path: formPath(asked(c).form, "summary"), done: "The summary is added: it counts the responses now." };
      },
      refused: (error) => showSummary(c, error),
    }),
  );

async function showSummary(c: ConsoleContext, refused?: AppError) {
  const { ctx, workspace, form } = asked(c);
  const found = await findIndexes(c, "summary");
  const { chosen } = found;
  const query = new URL(c.req.url).searchParams;
  const status = refused ? statusOf(c, refused) : 200;
  if (!chosen) return show(c, <SummaryPage found={found} query={query} summary={null} error={refused} />, status);
  const input = { form, kind: "summary", name: "summary", integration: chosen.id, parameters: {} };
  const [{ definition }, answered] = await Promise.all([
    loadOwnForm(ctx, workspace, form),
    attempt(() => askFormIndex<Summary>(ctx, workspace, input)),
  ]);
  const [summary, failed] = answered instanceof AppError ? [null, answered] : [answered, undefined];
  const error = refused ?? failed;
  const props = { found, query, definition, summary, error };
  return show(c, <SummaryPage {...props} />, error ? statusOf(c, error) : 200);
}
