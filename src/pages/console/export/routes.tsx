/** /console/forms/{form}/export: the options of an export, and the file itself, streamed as the API streams it. */
import { type Context, Hono } from "hono";
import { isDate } from "../../../core/answer-formats";
import { AppError } from "../../../core/errors";
import { EXPORT_FORMATS, type ExportFormat } from "../../../services/export";
import { openExport } from "../../../services/export-file";
import { EXPORT_OPTIONS } from "../../../services/export-options";
import { readFigures } from "../../../services/form-figures";
import { getFormView } from "../../../services/form-verbs";
import { loadOwnForm } from "../../../services/forms";
import { attempt } from "../../../services/store-failure";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { isCondition } from "../responses/query";
import { show, statusOf } from "../show";
import { ExportPage } from "./page";

type ConsoleContext = Context<ConsoleEnv>;

const read = may("responses:read");

export const exportPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/export", read, (c) => showExport(c))
  .get("/forms/:form/export/file", read, async (c) => {
    const query = new URL(c.req.url).searchParams;
    const format = EXPORT_FORMATS.find((one) => one === query.get("format")) ?? "csv";
    const wanted = {
      form: c.req.param("form"),
      format,
      query: optionsIn(query, format),
      addressOf: (options: URLSearchParams) => `${c.req.path}?${new URLSearchParams([["format", format], ...options])}`,
    };
    const file = await attempt(() => openExport(c.get("ctx"), c.get("key").workspace, wanted));
    return file instanceof AppError ? showExport(c, file) : c.body(file.body, 200, { ...file.headers });
  });

/** What of the page's one form the format has an option for, and the conditions. A day is its begin in UTC. */
function optionsIn(query: URLSearchParams, format: ExportFormat): URLSearchParams {
  const names = new Set(Object.keys(EXPORT_OPTIONS[format].shape));
  const known = [...query].filter(([name, value]) => value !== "" && (names.has(name) || isCondition(name)));
  const options = new URLSearchParams(known);
  const since = options.get("since");
  if (since !== null && isDate(since)) options.set("since", `${since}T00:00:00Z`);
  return options;
}

async function showExport(c: ConsoleContext, error?: AppError) {
  const [ctx, { workspace }] = [c.get("ctx"), c.get("key")];
  const form = await getFormView(ctx, workspace, { form: c.req.param("form") ?? "" });
  const questions = form.version === 0 ? [] : (await loadOwnForm(ctx, workspace, form.id)).definition.questions;
  const entries = (await readFigures(ctx, [form.id])).get(form.id)?.responses ?? 0;
  const typed = new URL(c.req.url).searchParams;
  const page = <ExportPage form={form} questions={questions} entries={entries} typed={typed} error={error} />;
  return show(c, page, error ? statusOf(c, error) : 200);
}
