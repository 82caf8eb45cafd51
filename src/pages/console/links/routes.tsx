/**
 * /console/forms/{form}/links: collector links. Whoever sees a link can submit by it, so seeing needs what making
 * needs.
 */
import { type Context, Hono } from "hono";
import type { AppError } from "../../../core/errors";
import { pageToken, parsePageToken } from "../../../core/ids";
import { LinkInputSchema } from "../../../services/access-input";
import { checkWith } from "../../../services/check";
import { getFormView } from "../../../services/form-verbs";
import { createLink, getLink, listLinks, revokeLink } from "../../../services/links";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { formPath, linkPath } from "../paths";
import { endOfDay, typedIn } from "../sent";
import { act, show, statusOf } from "../show";
import { LinkPage, WithdrawPage } from "./link";
import { LinksPage } from "./list";
import { NewLinkPage } from "./new";

const PAGE = 50;

type ConsoleContext = Context<ConsoleEnv>;

const asked = (c: ConsoleContext) => {
  const named = { form: c.req.param("form") ?? "", link: c.req.param("link") ?? "" };
  return { ctx: c.get("ctx"), workspace: c.get("key").workspace, named, origin: new URL(c.req.url).origin };
};
const write = may("forms:write");
const one = "/forms/:form/links/:link";

export const linkPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/links", write, async (c) => {
    const { ctx, workspace, named, origin } = asked(c);
    const [before] = parsePageToken(c.req.query("cursor") ?? "", 1) ?? [];
    const page = { form: named.form, origin, before: before ?? Number.MAX_SAFE_INTEGER, limit: PAGE };
    const [form, { items, last }] = await Promise.all([
      getFormView(ctx, workspace, named),
      listLinks(ctx, workspace, page),
    ]);
    const props = { form, links: items, first: before === undefined, now: ctx.now() };
    return show(c, <LinksPage {...props} next={last === null ? null : pageToken([last])} />);
  })
  .get("/forms/:form/links/new", write, (c) => showNew(c, new URL(c.req.url).searchParams))
  .post("/forms/:form/links/new", write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace, named, origin } = asked(c);
        const made = await createLink(ctx, workspace, { ...inputOf(c.get("sent")), form: named.form, origin });
        return { path: linkPath(named.form, made.id), done: "The link is made." };
      },
      refused: (error) => showNew(c, c.get("sent"), error),
    }),
  )
  .get(one, write, async (c) => {
    const { ctx, workspace, named, origin } = asked(c);
    const [form, link] = await Promise.all([
      getFormView(ctx, workspace, named),
      getLink(ctx, workspace, { ...named, origin }),
    ]);
    return show(c, <LinkPage form={form} link={link} now={ctx.now()} />);
  })
  .get(`${one}/revoke`, write, (c) => showWithdraw(c))
  .post(`${one}/revoke`, write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace, named } = asked(c);
        await revokeLink(ctx, workspace, named);
        return { path: formPath(named.form, "links"), done: "The link is withdrawn." };
      },
      refused: (error) => showWithdraw(c, error),
    }),
  );

function inputOf(sent: URLSearchParams) {
  const responsesMax = typedIn(sent, "responsesMax");
  return checkWith(LinkInputSchema, {
    name: sent.get("name") ?? "",
    expiresAt: endOfDay(typedIn(sent, "until")),
    ...(responsesMax !== undefined && { responsesMax: Number(responsesMax) }),
  });
}

async function showNew(c: ConsoleContext, typed: URLSearchParams, error?: AppError) {
  const { ctx, workspace, named } = asked(c);
  const form = await getFormView(ctx, workspace, named);
  return show(c, <NewLinkPage form={form} typed={typed} error={error} />, error ? statusOf(c, error) : 200);
}

async function showWithdraw(c: ConsoleContext, error?: AppError) {
  const { ctx, workspace, named, origin } = asked(c);
  const [form, link] = await Promise.all([
    getFormView(ctx, workspace, named),
    getLink(ctx, workspace, { ...named, origin }),
  ]);
  return show(c, <WithdrawPage form={form} link={link} error={error} />, error ? statusOf(c, error) : 200);
}
