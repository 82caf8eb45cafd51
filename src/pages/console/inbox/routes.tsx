/** /console/forms/{form}/inbox: who has something to mend. */
import { Hono } from "hono";
import { getFormView } from "../../../services/form-verbs";
import { listCollectors } from "../../../services/inbox";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { show } from "../show";
import { InboxPage } from "./page";

const PAGE = 50;

export const inboxPages = new Hono<ConsoleEnv>().get("/forms/:form/inbox", may("responses:read"), async (c) => {
  const [ctx, { workspace }] = [c.get("ctx"), c.get("key")];
  const form = await getFormView(ctx, workspace, c.req.param());
  const cursor = c.req.query("cursor");
  const input = { form: form.id, limit: PAGE, ...(cursor !== undefined && { cursor }) };
  const page = form.version === 0 ? { items: [], next: null } : await listCollectors(ctx, workspace, input);
  return show(c, <InboxPage form={form} {...page} first={cursor === undefined} now={ctx.now()} />);
});
