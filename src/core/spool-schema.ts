/** A message of the `intake` queue (spool.ts), as its consumer reads it. */
import * as z from "zod";

/**
 * A validated submission on the queue; answers and metadata are JSON texts, `receivedAt` milliseconds since the epoch.
 */
export const SpooledSchema = z.object({
  form: z.string(),
  shard: z.int().min(0),
  segment: z.int().min(1),
  nonce: z.string().min(1),
  version: z.int().min(1),
  receivedAt: z.number(),
  /** Messages that were spooled before this was known have none. */
  submittedAt: z.number().nullable().default(null),
  answers: z.string(),
  metadata: z.string(),
  flags: z.string().nullable().default(null),
  idempotencyKey: z.string().nullable(),
  fingerprint: z.string().nullable(),
  since: z.int().min(0),
  /** The collector link that it came by. Messages of before this was kept have none. */
  link: z.object({ id: z.string(), responsesMax: z.int().nullable() }).nullable().default(null),
  /** Of the request that it came with (core/trace.ts). Messages of before this was kept have none. */
  trace: z.object({ request: z.string(), id: z.string(), flags: z.string() }).optional(),
});
