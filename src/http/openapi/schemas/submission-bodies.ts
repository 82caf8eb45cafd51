/** The bodies of submissions, for the document alone: http/submission-body.ts checks them. */
import * as z from "zod";

const submission = { answers: z.unknown(), metadata: z.unknown().optional(), submittedAt: z.unknown().optional() };
export const SubmitBody = z.strictObject({ ...submission, turnstileToken: z.string().max(2048).optional() });
const Key = z.string().regex(/^[\x21-\x7e]{1,255}$/, "1 to 255 visible ASCII characters");
export const BatchBody = z.strictObject({
  responses: z.array(z.strictObject({ ...submission, idempotencyKey: Key.optional() })).min(1),
});
