/** /v1/forms/{form}/responses: submit, batch submit, list, get, edit, erase; /v1/receipts/{receipt}. */
import { Hono, type Context as HonoContext } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { checkWith } from "../../services/check";
import { readReceipt } from "../../services/receipts";
import * as responses from "../../services/responses";
import { type Receipt, submitResponse } from "../../services/submit";
import { submitBatch } from "../../services/submit-batch";
import { optionalKey, withKey } from "../auth";
import { BATCH_BYTES_MAX, readJson } from "../body";
import { pageOf } from "../list";
import { problemOf } from "../problem";

const SubmitBody = z.strictObject({ answers: z.unknown(), metadata: z.unknown().optional() });
const Key = z.string().regex(/^[\x21-\x7e]{1,255}$/, "1 to 255 visible ASCII characters");
const BatchBody = z.strictObject({
  responses: z
    .array(z.strictObject({ answers: z.unknown(), metadata: z.unknown().optional(), idempotencyKey: Key.optional() }))
    .min(1),
});
const PatchBody = z.strictObject({ answers: z.record(z.string(), z.unknown()) });
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

/** The revision that If-Match names, as `"3"`; undefined without the header. */
function ifMatch(c: HonoContext): number | undefined {
  const header = c.req.header("if-match");
  if (header === undefined) return undefined;
  const revision = /^"(\d{1,9})"$/.exec(header)?.[1];
  if (!revision) throw new AppError("invalid_parameter", { detail: 'If-Match is a revision in quotes, as "3".' });
  return Number(revision);
}

/** What a stored response's sender is told. */
const body = ({ replayed: _, ...receipt }: Receipt) => receipt;

export const responseRoutes = new Hono<AppEnv>()
  .get("/receipts/:receipt", async (c) => {
    const state = await readReceipt(c.get("ctx"), c.req.param("receipt"));
    c.header("Cache-Control", "no-store");
    if (state.status === "stored") return c.json({ status: state.status, ...body(state.receipt) });
    if (state.status === "pending") return c.json(state);
    return c.json({ status: state.status, problem: problemOf(state.error, c.get("requestId")) });
  })
  .post("/forms/:form/responses", async (c) => {
    const key = await optionalKey(c, "responses:submit");
    const form = c.req.param("form");
    const input = { form, key, idempotencyKey: idempotencyKey(c), ...checkWith(SubmitBody, await readJson(c)) };
    const receipt = await submitResponse(c.get("ctx"), input);
    if ("status" in receipt) return c.json(receipt, 202, { location: receipt.url });
    if (receipt.replayed) c.header("Idempotent-Replayed", "true");
    return c.json(body(receipt), 201, { location: `/v1/forms/${form}/responses/${receipt.id}` });
  })
  .post("/forms/:form/responses/batch", async (c) => {
    const key = await optionalKey(c, "responses:submit");
    const { responses: items } = checkWith(BatchBody, await readJson(c, BATCH_BYTES_MAX));
    if (items.length > BATCH_MAX)
      throw new AppError("too_large", { detail: `A batch has at most ${BATCH_MAX} responses.` });
    const results = await submitBatch(c.get("ctx"), { form: c.req.param("form"), key, items });
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
    const input = { form: c.req.param("form"), ...pageOf(c) };
    return c.json(await responses.listResponses(c.get("ctx"), c.get("key").workspace, input));
  })
  .get("/forms/:form/responses/:response", withKey("responses:read"), async (c) => {
    const response = await responses.getResponse(c.get("ctx"), c.get("key").workspace, c.req.param());
    return c.json(response, 200, { etag: `"${response.revision}"` });
  })
  .patch("/forms/:form/responses/:response", withKey("responses:write"), async (c) => {
    const revision = ifMatch(c);
    if (revision === undefined) {
      throw new AppError("precondition_required", { detail: 'Send the revision that you read: If-Match: "1".' });
    }
    const { answers } = checkWith(PatchBody, await readJson(c));
    const input = { ...c.req.param(), revision, answers };
    const response = await responses.editResponse(c.get("ctx"), c.get("key").workspace, input);
    return c.json(response, 200, { etag: `"${response.revision}"` });
  })
  .delete("/forms/:form/responses/:response", withKey("responses:write"), async (c) => {
    const revision = ifMatch(c);
    const input = { ...c.req.param(), ...(revision !== undefined && { revision }) };
    await responses.eraseResponse(c.get("ctx"), c.get("key").workspace, input);
    return c.body(null, 204);
  });
