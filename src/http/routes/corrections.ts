/** /v1/corrections/{correction}: a flagged response, by its link. And the links that operators make. */
import { Hono, type Context as HonoContext } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { unresolved } from "../../core/form";
import { entityTag } from "../../core/response";
import { ExpirySchema } from "../../services/access-input";
import { checkWith } from "../../services/check";
import { tokenOf } from "../../services/correction-link";
import { type CorrectionView, correctResponse, createCorrectionLink, getCorrection } from "../../services/corrections";
import { withKey } from "../auth";
import { readJson, readOptionalJson } from "../body";
import { ifMatch } from "../conditional";
import { languagesOf, originOf } from "../reader";

export const CorrectionBody = z.strictObject({ answers: z.record(z.string(), z.unknown()) });
export const CorrectionLinkBody = z.strictObject({ expiresAt: ExpirySchema.optional() });

/** Kept by nobody: it holds answers, and whoever has the link sees them. */
function answer(c: HonoContext, { definition, ...view }: CorrectionView) {
  const headers = { etag: entityTag(view.revision), "cache-control": "no-store" };
  return c.json({ ...view, definition: unresolved(definition) }, 200, headers);
}

export const correctionRoutes = new Hono<AppEnv>()
  .get("/corrections/:correction", async (c) => {
    return answer(c, await getCorrection(c.get("ctx"), { ...c.req.param(), languages: languagesOf(c) }));
  })
  .patch("/corrections/:correction", async (c) => {
    const precondition = ifMatch(c);
    const { answers } = checkWith(CorrectionBody, await readJson(c));
    const input = { ...c.req.param(), answers, languages: languagesOf(c), address: c.req.header("cf-connecting-ip") };
    return answer(c, await correctResponse(c.get("ctx"), { ...input, ...(precondition && { precondition }) }));
  })
  .post("/forms/:form/responses/:response/correction-link", withKey("responses:write"), async (c) => {
    const { expiresAt } = checkWith(CorrectionLinkBody, await readOptionalJson(c));
    const input = { ...c.req.param(), origin: originOf(c), ...(expiresAt !== undefined && { expiresAt }) };
    const link = await createCorrectionLink(c.get("ctx"), c.get("key").workspace, input);
    return c.json(link, 201, { location: `/v1/corrections/${tokenOf(link)}` });
  });
