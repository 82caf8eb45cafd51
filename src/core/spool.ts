/**
 * A submission that D1 could not take: what stands on the `intake` queue, and the receipt that its sender polls
 * (DESIGN.md section 3 step 6). Pure. Written by services/spool.ts, read by dispatch/intake.ts.
 */
import * as z from "zod";

/** A validated submission on the queue; answers and metadata are JSON texts, `receivedAt` milliseconds since the epoch. */
export const SpooledSchema = z.object({
  form: z.string(),
  shard: z.int().min(0),
  segment: z.int().min(1),
  nonce: z.string().min(1),
  version: z.int().min(1),
  receivedAt: z.number(),
  answers: z.string(),
  metadata: z.string(),
  idempotencyKey: z.string().nullable(),
  fingerprint: z.string().nullable(),
  since: z.int().min(0),
});

export type Spooled = Readonly<z.infer<typeof SpooledSchema>>;

/** Cloudflare Queues: a message has at most 128,000 bytes, about 100 of them for itself (platform.md 1.3). */
export const MESSAGE_BYTES_MAX = 128_000 - 200;

/** Bytes of a message as the queue counts them. */
export const messageBytes = (message: Spooled): number => new TextEncoder().encode(JSON.stringify(message)).length;

/** What a receipt names. The nonce has 96 random bits: nobody finds another's receipt. */
export interface ReceiptAddress {
  readonly shard: number;
  readonly nonce: string;
}

/** The opaque text of a receipt, fit for a URL. */
export function receiptId({ shard, nonce }: ReceiptAddress): string {
  return `${nonce.replaceAll("+", "-").replaceAll("/", "_")}${shard.toString(36)}`;
}

/** What a receipt names, or null when this is none. */
export function parseReceiptId(id: string): ReceiptAddress | null {
  const [, nonce, shard] = /^([A-Za-z0-9_-]{16})(0|[1-9a-z][0-9a-z]?)$/.exec(id) ?? [];
  if (nonce === undefined || shard === undefined) return null;
  return { nonce: nonce.replaceAll("-", "+").replaceAll("_", "/"), shard: Number.parseInt(shard, 36) };
}
