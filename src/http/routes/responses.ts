/** /v1/forms/{form}/responses: submit, batch submit, list, get, edit, erase; /v1/receipts/{receipt}. */
import { Hono, type Context as HonoContext } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { entityTag } from "../../services/change";
import { checkWith } from "../../services/check";
import { editResponse } from "../../services/edit";
import { listResponses } from "../../services/list-responses";
import type { Receipt } from "../../services/receipt";
import { readReceipt } from "../../services/receipts";
import * as responses from "../../services/responses";
import { submitResponse } from "../../services/submit";
import { submitBatch } from "../../services/submit-batch";
import { withKey } from "../auth";
import { BATCH_BYTES_MAX, readJson } from "../body";
import { answerTagged, ifMatch, wantsMinimal } from "../conditional";
import { listQuery } from "../list-query";
import { problemOf } from "../problem";
import { languagesOf, readerOf } from "../reader";
import { senderOf } from "../sender";

const submission = { answers: z.unknown(), metadata: z.unknown().optional(), submittedAt: z.unknown().optional() };
export const SubmitBody = z.strictObject({ ...submission, turnstileToken: z.string().max(2048).optional() });
const Key = z.string().regex(/^[\x21-\x7e]{1,255}$/, "1 to 255 visible ASCII characters");
export const BatchBody = z.strictObject({
  responses: z.array(z.strictObject({ ...submission, idempotencyKey: Key.optional() })).min(1),
});
const Patch = z.record(z.string(), z.unknown()).optional();
export const ResponsePatchBody = z
  .strictObject({ answers: Patch, metadata: Patch })
  .refine((body) => body.answers ?? body.metadata, "send answers, metadata or both");
const BATCH_MAX = 500;

/** The Idempotency-Key header: a bare token or a quoted string (draft-ietf-httpapi-idempotency-key-header). */
function idempotencyKey(c: HonoContext): string | undefined {
  const header = c.req.header("idempotency-key");
  if (header === undefined) return undefined;
  const key = Key.safeParse(/^"(.*)"$/.exec(header)?.[1] ?? header);
  if (!key.success)
    throw new AppError("invalid_parameter", { detail: "Idempotency-Key is 1 to 255 visible ASCII characters." });
  return key.data;
}

/** What a stored response's sender is told. */
const body = ({ replayed: _, ...receipt }: Receipt) => receipt;

export const responseRoutes = new Hono<AppEnv>()
  .get("/receipts/:receipt", async (c) => {
    const state = await readReceipt(c.get("ctx"), c.req.param("receipt"), readerOf(c));
    c.header("Cache-Control", "no-store");
    if (state.status === "stored") return c.json({ status: state.status, ...body(state.receipt) });
    if (state.status === "pending") return c.json(state);
    return c.json({ status: state.status, problem: problemOf(state.error, c.get("requestId")) });
  })
  .post("/forms/:form/responses", async (c) => {
    const sender = await senderOf(c);
    const form = c.req.param("form");
    const about = { form, ...sender, idempotencyKey: idempotencyKey(c), reader: readerOf(c) };
    const input = { ...about, ...checkWith(SubmitBody, await readJson(c)) };
    const receipt = await submitResponse(c.get("ctx"), input);
    if ("status" in receipt) return c.json(receipt, 202, { location: receipt.url });
    if (receipt.replayed) c.header("Idempotent-Replayed", "true");
    c.header("ETag", entityTag(receipt.revision));
    c.header("Location", `/v1/forms/${form}/responses/${receipt.id}`);
    return wantsMinimal(c) ? c.body(null, 201) : c.json(body(receipt), 201);
  })
  .post("/forms/:form/responses/batch", async (c) => {
    const sender = await senderOf(c);
    const { responses: items } = checkWith(BatchBody, await readJson(c, BATCH_BYTES_MAX));
    if (items.length > BATCH_MAX)
      throw new AppError("too_large", { detail: `A batch has at most ${BATCH_MAX} responses.` });
    const input = { form: c.req.param("form"), ...sender, items, reader: readerOf(c) };
    const results = await submitBatch(c.get("ctx"), input);
    const answers = results.map((result, index) => {
      if ("accepted" in result)
        return { index, status: 202, receipt: result.accepted.receipt, url: result.accepted.url };
      return "receipt" in result
        ? { index, status: 201, ...body(result.receipt), ...(result.receipt.replayed && { replayed: true }) }
        : { index, status: result.error.status, error: problemOf(result.error, c.get("requestId")) };
    });
    return c.json({ items: answers }, 207);
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
