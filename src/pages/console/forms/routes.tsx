/** /console/forms: the list of forms. */
import { Hono } from "hono";
import { pageToken, parsePageToken } from "../../../core/ids";
import { readFigures } from "../../../services/form-figures";
import { listForms } from "../../../services/form-verbs";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { show } from "../show";
import { FORM_LISTS, FormListPage } from "./list";

const PAGE = 50;

export const formPages = new Hono<ConsoleEnv>().get("/forms", may("forms:read", { narrows: true }), async (c) => {
  const [ctx, key] = [c.get("ctx"), c.get("key")];
  const list = FORM_LISTS.find((one) => one === c.req.query("list")) ?? "current";
  const search = (c.req.query("search") ?? "").trim().slice(0, 100);
  // A cursor that somebody made up leads to the first page.
  const [before] = parsePageToken(c.req.query("cursor") ?? "", 1) ?? [];
  const wanted = { shown: list, only: key.form, limit: PAGE, before: before ?? Number.MAX_SAFE_INTEGER };
  const { items, last } = await listForms(ctx, key.workspace, { ...wanted, search: search || undefined });
  const figures = await readFigures(
    ctx,
    items.map(({ id }) => id),
  );
  const props = { list, forms: items, figures, search, first: before === undefined, now: ctx.now() };
  return show(c, <FormListPage {...props} next={last === null ? null : pageToken([last])} />);
});
