/** /v1/forms/{form}/responses/{response}/review and /revisions. */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { entityTag } from "../../core/response";
import { checkWith } from "../../services/check";
import { HISTORY_PAGE_MAX, listReviews, listRevisions } from "../../services/history";
import { ReviewInputSchema, reviewResponse } from "../../services/review";
import { withKey } from "../auth";
import { readJson } from "../body";
import { ifMatch } from "../conditional";
import { pageOf } from "../list";

export const reviewRoutes = new Hono<AppEnv>()
  .post("/forms/:form/responses/:response/review", withKey("responses:write"), async (c) => {
    const body = checkWith(ReviewInputSchema, await readJson(c));
    const input = { ...c.req.param(), ...body, precondition: ifMatch(c) };
    const response = await reviewResponse(c.get("ctx"), c.get("key").workspace, input);
    return c.json(response, 200, { etag: entityTag(response.revision) });
  })
  .get("/forms/:form/responses/:response/review", withKey("responses:read"), async (c) => {
    const input = { ...c.req.param(), ...pageOf(c, HISTORY_PAGE_MAX) };
    return c.json(await listReviews(c.get("ctx"), c.get("key").workspace, input));
  })
  .get("/forms/:form/responses/:response/revisions", withKey("responses:read"), async (c) => {
    const input = { ...c.req.param(), ...pageOf(c, HISTORY_PAGE_MAX) };
    return c.json(await listRevisions(c.get("ctx"), c.get("key").workspace, input));
  });
