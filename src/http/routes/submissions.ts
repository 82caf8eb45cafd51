/** POST /v1/forms/{form}/responses and …/batch: all that the gateway answers itself. */
import { Hono, type Context as HonoContext } from "hono";
import type { SubmissionEnv } from "../../context-submission";
import { AppError } from "../../core/errors";
import { entityTag } from "../../core/response";
import { type Receipt, told } from "../../services/receipt";
import { submitResponse } from "../../services/submit";
import { submitBatch } from "../../services/submit-batch";
import { BATCH_BYTES_MAX, readJson } from "../body";
import { wantsMinimal } from "../conditional";
import { idempotencyKey } from "../idempotency-key";
import { problemOf } from "../problem";
import { readerOf } from "../reader";
import { SECURE_HEADERS } from "../secure-headers";
import { senderOf } from "../sender";
import { readBatch, readSubmission } from "../submission-body";

const BATCH_MAX = 500;

/** In both workers: before the path of the form stands what its app is mounted at. */
export type SubmissionRequest = HonoContext<SubmissionEnv, "/forms/:form/responses">;

/** The answer about a stored response, made with all its headers at once (secure-headers.ts). */
function created(c: HonoContext<SubmissionEnv>, form: string, receipt: Receipt): Response {
  const minimal = wantsMinimal(c);
  const headers = {
    ...SECURE_HEADERS,
    "X-Request-Id": c.get("requestId"),
    ETag: entityTag(receipt.revision),
    Location: `/v1/forms/${form}/responses/${receipt.id}`,
    ...(receipt.replayed && { "Idempotent-Replayed": "true" }),
    ...(minimal ? { "Preference-Applied": "return=minimal" } : { "Content-Type": "application/json" }),
  };
  return new Response(minimal ? null : JSON.stringify(told(receipt)), { status: 201, headers });
}

/** A submission: 201 with the receipt, 202 while it waits in the spool. Throws AppError. */
export async function takeResponse(c: SubmissionRequest): Promise<Response> {
  const sender = await senderOf(c);
  const form = c.req.param("form");
  const key = idempotencyKey(c);
  const body = readSubmission(await readJson(c));
  const input = { ...body, form, ...sender, idempotencyKey: key, reader: readerOf(c) };
  const receipt = await submitResponse(c.get("ctx"), input);
  if ("status" in receipt) return c.json(receipt, 202, { location: receipt.url });
  return created(c, form, receipt);
}

/** A batch: 207 with what became of each. Throws AppError when it is not looked at. */
export async function takeBatch(c: SubmissionRequest): Promise<Response> {
  const sender = await senderOf(c);
  const items = readBatch(await readJson(c, BATCH_BYTES_MAX));
  if (items.length > BATCH_MAX)
    throw new AppError("too_large", { detail: `A batch has at most ${BATCH_MAX} responses.` });
  const input = { form: c.req.param("form"), ...sender, items, reader: readerOf(c) };
  const results = await submitBatch(c.get("ctx"), input);
  const answers = results.map((result, index) => {
    if ("accepted" in result) return { index, status: 202, receipt: result.accepted.receipt, url: result.accepted.url };
    return "receipt" in result
      ? { index, status: 201, ...told(result.receipt), ...(result.receipt.replayed && { replayed: true }) }
      : { index, status: result.error.status, error: problemOf(result.error, c.get("requestId")) };
  });
  return c.json({ items: answers }, 207);
}

export const submissionRoutes = new Hono<SubmissionEnv>()
  .post("/forms/:form/responses", takeResponse)
  .post("/forms/:form/responses/batch", takeBatch);
