/** /console/forms/{form}/responses/{response}/edit: the answers, changed at the revision that was seen. */
import { type Context, Hono } from "hono";
import type { AppError } from "../../../core/errors";
import type { Answer } from "../../../core/response";
import { editResponse } from "../../../services/edit";
import { definitionsOf, loadOwnForm } from "../../../services/forms";
import { HISTORY_PAGE_MAX, listRevisions, type RevisionView } from "../../../services/history";
import { getResponse } from "../../../services/responses";
import { patchFrom, typedFrom } from "../../form/prefill";
import { groupEntries, type Typed } from "../../form/read";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { responsePath } from "../paths";
import { act, show, statusOf } from "../show";
import { EditPage } from "./edit";
import { answersAt, bringTogether } from "./meanwhile";
import { createReader } from "./reader";

type ConsoleContext = Context<ConsoleEnv>;

const write = may("responses:write");

/** What is edited: the form as it is now, and the response. */
async function read(c: ConsoleContext) {
  const [ctx, { workspace }] = [c.get("ctx"), c.get("key")];
  const named = { form: c.req.param("form") ?? "", response: c.req.param("response") ?? "" };
  const form = await loadOwnForm(ctx, workspace, named.form);
  return { ctx, workspace, named, form, response: await getResponse(ctx, workspace, named) };
}

type Read = Awaited<ReturnType<typeof read>>;

const sentTo = (c: ConsoleContext) => {
  const sent = c.get("sent");
  return { revision: Number(sent.get("revision")), typed: groupEntries(sent) };
};

export const editPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/responses/:response/edit", write, async (c) => {
    const { form, response, named } = await read(c);
    if (response.erasedAt !== undefined) return c.redirect(responsePath(named.form, named.response), 303);
    const typed = typedFrom(form.definition, response.answers);
    return show(c, <EditPage form={form} response={response} typed={typed} />);
  })
  .post("/forms/:form/responses/:response/edit", write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace, named, form, response } = await read(c);
        const { revision, typed } = sentTo(c);
        // At another revision these are not the answers that were seen, and nothing comes of the patch.
        const answers = patchFrom(form.definition, typed, typedFrom(form.definition, response.answers));
        await editResponse(ctx, workspace, { ...named, answers, precondition: [revision] });
        return { path: responsePath(named.form, named.response), done: "The answers are saved." };
      },
      refused: (error) => showAgain(c, error),
    }),
  );

/** The page with what was typed; after somebody else's change, over what they made of it. */
async function showAgain(c: ConsoleContext, error: AppError) {
  const now = await read(c);
  const { form, response } = now;
  const { typed, revision } = sentTo(c);
  const seen = error.code === "stale_revision" ? await overOthers(now, { typed, revision }) : { typed };
  return show(c, <EditPage form={form} response={response} error={error} {...seen} />, statusOf(c, error));
}

async function overOthers(now: Read, { typed, revision }: { typed: Typed; revision: number }) {
  const { ctx, form, response } = now;
  const base = answersAt(response.answers, await historyOf(now), revision);
  const reader = createReader(await definitionsOf(ctx, form, [response.version]));
  const say = (ref: string, answer: Answer) => reader.text(response.version, ref, answer);
  return bringTogether(form.definition, { base, now: response.answers, typed }, say);
}

async function historyOf({ ctx, workspace, named }: Read): Promise<readonly RevisionView[]> {
  const all: RevisionView[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = { ...named, limit: HISTORY_PAGE_MAX, ...(cursor !== undefined && { cursor }) };
    const { items, next } = await listRevisions(ctx, workspace, page);
    all.push(...items);
    cursor = next;
  }
  return all;
}
