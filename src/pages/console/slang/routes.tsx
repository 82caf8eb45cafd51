/**
 * /console/forms/{form}/slang: the terms of the lexicon in answers, words that one city uses more, and a changed
 * lexicon applied.
 */
import { Hono } from "hono";
import { AppError } from "../../../core/errors";
import { definitionsOf, loadOwnForm } from "../../../services/forms";
import { replayIntegration } from "../../../services/integration-replay";
import { discoverSlang, readSlang } from "../../../services/slang";
import { attempt } from "../../../services/store-failure";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { addIndex, asked, type ConsoleContext, findIndexes } from "../indexes/find";
import { formPath } from "../paths";
import { act, show, statusOf } from "../show";
import { ApplyPage } from "./apply";
import { DiscoverPage } from "./discover";
import { SlangPage } from "./page";

/** Terms of a page, and responses with one. */
const PAGE = 25;
/** Words of a city that stand out. */
const WORDS = 40;

const at = "/forms/:form/slang";
const read = may("responses:read");
const change = may("integrations:write");

export const slangPages = new Hono<ConsoleEnv>()
  .get(at, read, (c) => showSlang(c))
  .post(at, change, (c) =>
    act(c, {
      run: async () => {
        const sent = c.get("sent");
        const [text, city, language] = ["text", "city", "language"].map((name) => sent.get(name)?.trim() ?? "");
        await addIndex(c, "slang", { text, city, ...(language && { language }) });
        return { path: formPath(asked(c).form, "slang"), done: "It is added, and looks through the answers now." };
      },
      refused: (error) => showSlang(c, error),
    }),
  )
  .get(`${at}/discover`, read, (c) => showDiscovery(c))
  .get(`${at}/apply`, change, (c) => showApply(c))
  .post(`${at}/apply`, change, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace, form } = asked(c);
        const integration = c.get("sent").get("integration") ?? "";
        await replayIntegration(ctx, workspace, { form, integration, from: "beginning" });
        const path = `${formPath(form, "slang")}?integration=${encodeURIComponent(integration)}`;
        return { path, done: "All answers are looked through again with the present lexicon." };
      },
      refused: (error) => showApply(c, error),
    }),
  );

/** What is not empty in the address. */
const given = (query: URLSearchParams, name: string): string | undefined => query.get(name)?.trim() || undefined;

async function showSlang(c: ConsoleContext, refused?: AppError) {
  const { ctx, workspace, form: id } = asked(c);
  const found = await findIndexes(c, "slang");
  const query = new URL(c.req.url).searchParams;
  const { chosen } = found;
  const form = found.form.version === 0 ? null : await loadOwnForm(ctx, workspace, id);
  const questions = form?.definition.questions ?? [];
  const status = refused ? statusOf(c, refused) : 200;
  const none = { found, query, questions, page: null, error: refused, sent: c.get("sent") };
  if (!chosen || !form) return show(c, <SlangPage {...none} />, status);
  const [city, term, question] = ["city", "term", "question"].map((name) => given(query, name));
  const input = { form: id, integration: chosen.id, city, term, question, cursor: given(query, "cursor"), limit: PAGE };
  const answered = await attempt(() => readSlang(ctx, workspace, input));
  const [page, failed] = answered instanceof AppError ? [null, answered] : [answered, undefined];
  const definitions = await definitionsOf(ctx, form, page?.items.map(({ response }) => response.version) ?? []);
  const error = refused ?? failed;
  const props = { found, query, questions, page, definitions, error };
  return show(c, <SlangPage {...props} />, error ? statusOf(c, error) : 200);
}

async function showDiscovery(c: ConsoleContext) {
  const { ctx, workspace, form } = asked(c);
  const found = await findIndexes(c, "slang");
  const query = new URL(c.req.url).searchParams;
  const { chosen } = found;
  if (!chosen) return c.redirect(formPath(form, "slang"), 303);
  const city = given(query, "city");
  const answered = await attempt(async () => {
    const shared = { form, integration: chosen.id };
    const [{ cities }, discovery] = await Promise.all([
      readSlang(ctx, workspace, { ...shared, limit: 1 }),
      city === undefined ? null : attempt(() => discoverSlang(ctx, workspace, { ...shared, city, limit: WORDS })),
    ]);
    return { cities, discovery };
  });
  const error = answered instanceof AppError ? answered : undefined;
  const { cities, discovery } = answered instanceof AppError ? { cities: [], discovery: null } : answered;
  const failed = error ?? (discovery instanceof AppError ? discovery : undefined);
  const props = { found, query, cities, discovery: discovery instanceof AppError ? null : discovery, error: failed };
  return show(c, <DiscoverPage {...props} />, failed ? statusOf(c, failed) : 200);
}

async function showApply(c: ConsoleContext, error?: AppError) {
  const { form, chosen } = await findIndexes(c, "slang");
  if (!chosen) throw new AppError("not_found", { detail: "This form does not look for slang." });
  return show(c, <ApplyPage form={form} index={chosen} error={error} />, error ? statusOf(c, error) : 200);
}
