/** /v1/forms/{form}/responses: list, get, edit, erase; /v1/receipts/{receipt}. */
import { Hono } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { entityTag } from "../../core/response";
import { checkWith } from "../../services/check";
import { editResponse } from "../../services/edit";
import { listResponses } from "../../services/list-responses";
import { told } from "../../services/receipt";
import { readReceipt } from "../../services/receipts";
import * as responses from "../../services/responses";
import { withKey } from "../auth";
import { readJson } from "../body";
import { answerTagged, ifMatch, wantsMinimal } from "../conditional";
import { listQuery } from "../list-query";
import { problemOf } from "../problem";
import { languagesOf, readerOf } from "../reader";

const Patch = z.record(z.string(), z.unknown()).optional();
export const ResponsePatchBody = z
  .strictObject({ answers: Patch, metadata: Patch })
  .refine((body) => body.answers ?? body.metadata, "send answers, metadata or both");
export const responseRoutes = new Hono<AppEnv>()
  .get("/receipts/:receipt", async (c) => {
    const state = await readReceipt(c.get("ctx"), c.req.param("receipt"), readerOf(c));
    c.header("Cache-Control", "no-store");
    if (state.status === "stored") return c.json({ status: state.status, ...told(state.receipt) });
    if (state.status === "pending") return c.json(state);
    return c.json({ status: state.status, problem: problemOf(state.error, c.get("requestId")) });
  })
  .get("/forms/:form/responses", withKey("responses:read"), async (c) => {
    const input = { form: c.req.param("form"), ...listQuery(c) };
    return c.json(await listResponses(c.get("ctx"), c.get("key").workspace, input));
  })
  .get("/forms/:form/responses/:response", withKey("responses:read"), async (c) => {
    const response = await responses.getResponse(c.get("ctx"), c.get("key").workspace, c.req.param());
    return answerTagged(c, response, entityTag(response.revision));
  })
  .patch("/forms/:form/responses/:response", withKey("responses:write"), async (c) => {
    const precondition = ifMatch(c);
    if (precondition === undefined) {
      throw new AppError("precondition_required", { detail: 'Send the revision that you read: If-Match: "1".' });
    }
    const patch = checkWith(ResponsePatchBody, await readJson(c));
    const input = { ...c.req.param(), precondition, languages: languagesOf(c), ...patch };
    const response = await editResponse(c.get("ctx"), c.get("key").workspace, input);
    c.header("ETag", entityTag(response.revision));
    return wantsMinimal(c) ? c.body(null, 204) : c.json(response);
  })
  .delete("/forms/:form/responses/:response", withKey("responses:write"), async (c) => {
    const input = { ...c.req.param(), precondition: ifMatch(c) };
    await responses.eraseResponse(c.get("ctx"), c.get("key").workspace, input);
    return c.body(null, 204);
  });
