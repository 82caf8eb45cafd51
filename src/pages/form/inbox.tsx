/**
 * The address of a collector's inbox: GET /f/{form}/inbox?link=…. It works without script, and needs no key: whoever
 * has the link is let in, to what came by it. Mounted by routes.tsx.
 */
import { Hono } from "hono";
import { AppError } from "../../core/errors";
import { keptOf, type PageVariables, show, wantedOf } from "./answer";
import { InboxPage } from "./inbox-page";
import { inLanguage } from "./language";
import type { FormServices } from "./services";

/** Responses on a page: a phone shows two or three at once. */
const PAGE = 20;

/** The page over these services. */
export function createInbox<Ctx>(services: FormServices<Ctx>): Hono<{ Variables: PageVariables<Ctx> }> {
  const pages = new Hono<{ Variables: PageVariables<Ctx> }>();

  pages.get("/f/:form/inbox", async (c) => {
    const form = await services.loadForm(c.get("ctx"), c.req.param("form"));
    c.set("form", form);
    const kept = keptOf(c);
    if (kept.link === undefined) throw new AppError("link_needed");
    const cursor = c.req.query("cursor");
    const inbox = await services.readInbox(c.get("ctx"), {
      link: kept.link,
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
      reader: { languages: wantedOf(c), origin: new URL(c.req.url).origin },
    });
    if (inbox.form !== form.id) throw new AppError("not_found");
    return show(c, <InboxPage {...inLanguage(form, wantedOf(c))} kept={kept} inbox={inbox} />);
  });

  pages.all("/f/:form/inbox", (c) => {
    c.header("Allow", "GET, HEAD");
    throw new AppError("method_not_allowed");
  });
  return pages;
}
