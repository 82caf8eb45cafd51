/**
 * /v1/forms/{form}/links: collector links. Whoever reads them can submit by them, so reading needs what making needs.
 */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { LinkInputSchema } from "../../services/access-input";
import { checkWith } from "../../services/check";
import * as links from "../../services/links";
import { withKey } from "../auth";
import { readJson } from "../body";
import { listBody, numberedPage } from "../list";
import { originOf } from "../reader";

const write = withKey("forms:write");

export const linkRoutes = new Hono<AppEnv>()
  .post("/forms/:form/links", write, async (c) => {
    const input = { ...c.req.param(), origin: originOf(c), ...checkWith(LinkInputSchema, await readJson(c)) };
    const link = await links.createLink(c.get("ctx"), c.get("key").workspace, input);
    return c.json(link, 201, { location: `/v1/forms/${input.form}/links/${link.id}` });
  })
  .get("/forms/:form/links", write, async (c) => {
    const input = { ...c.req.param(), origin: originOf(c), ...numberedPage(c) };
    return c.json(listBody(await links.listLinks(c.get("ctx"), c.get("key").workspace, input)));
  })
  .get("/forms/:form/links/:link", write, async (c) => {
    const input = { ...c.req.param(), origin: originOf(c) };
    return c.json(await links.getLink(c.get("ctx"), c.get("key").workspace, input));
  })
  .delete("/forms/:form/links/:link", write, async (c) => {
    await links.revokeLink(c.get("ctx"), c.get("key").workspace, c.req.param());
    return c.body(null, 204);
  });
