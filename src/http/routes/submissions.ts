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
import { problemOf } from "../problem";
import { readerOf } from "../reader";
import { SECURE_HEADERS } from "../secure-headers";
import { senderOf } from "../sender";
import { isIdempotencyKey, readBatch, readSubmission } from "../submission-body";

const BATCH_MAX = 500;

/** The Idempotency-Key header: a bare token or a quoted string (draft-ietf-httpapi-idempotency-key-header). */
function idempotencyKey(c: HonoContext): string | undefined {
  const header = c.req.header("idempotency-key");
  if (header === undefined) return undefined;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (isIdempotencyKey(key)) return key;
  throw new AppError("invalid_parameter", { detail: "Idempotency-Key is 1 to 255 visible ASCII characters." });
}

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

export const submissionRoutes = new Hono<SubmissionEnv>()
  .post("/forms/:form/responses", async (c) => {
    const sender = await senderOf(c);
    const form = c.req.param("form");
    const about = { form, ...sender, idempotencyKey: idempotencyKey(c), reader: readerOf(c) };
    const input = { ...about, ...readSubmission(await readJson(c)) };
    const receipt = await submitResponse(c.get("ctx"), input);
    if ("status" in receipt) return c.json(receipt, 202, { location: receipt.url });
    return created(c, form, receipt);
  })
  .post("/forms/:form/responses/batch", async (c) => {
    const sender = await senderOf(c);
    const items = readBatch(await readJson(c, BATCH_BYTES_MAX));
    if (items.length > BATCH_MAX)
      throw new AppError("too_large", { detail: `A batch has at most ${BATCH_MAX} responses.` });
    const input = { form: c.req.param("form"), ...sender, items, reader: readerOf(c) };
    const results = await submitBatch(c.get("ctx"), input);
    const answers = results.map((result, index) => {
      if ("accepted" in result)
        return { index, status: 202, receipt: result.accepted.receipt, url: result.accepted.url };
      return "receipt" in result
        ? { index, status: 201, ...told(result.receipt), ...(result.receipt.replayed && { replayed: true }) }
        : { index, status: result.error.status, error: problemOf(result.error, c.get("requestId")) };
    });
    return c.json({ items: answers }, 207);
  });
