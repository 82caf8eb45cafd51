/**
 * A submission that D1 could not take: what stands on the `intake` queue, and the receipt that its sender polls
 * (DESIGN.md section 3 step 6). Pure. Written by services/spool.ts, read by dispatch/intake.ts.
 */
import type * as z from "zod";
import type { SpooledSchema } from "./spool-schema";

/** A validated submission on the queue. */
export type Spooled = Readonly<z.infer<typeof SpooledSchema>>;

/** Cloudflare Queues: a message has at most 128,000 bytes, about 100 of them for itself (platform.md 1.3). */
export const MESSAGE_BYTES_MAX = 128_000 - 200;

/** Bytes of a message as the queue counts them. */
export const messageBytes = (message: Spooled): number => new TextEncoder().encode(JSON.stringify(message)).length;

/** A receipt is kept for so long after its submission was stored or refused. */
export const RECEIPT_KEPT_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;

/** What a receipt names. The nonce has 96 random bits: nobody finds another's receipt. */
export interface ReceiptAddress {
  readonly shard: number;
  readonly nonce: string;
  /**
   * The form, and the day (milliseconds since the epoch, UTC) on which it was given out; null in receipts that don't
   * say.
   */
  readonly form: string | null;
  readonly day: number | null;
}

/** The nonce of a submission, fit for a URL. */
export const spoolName = ({ nonce }: Pick<Spooled, "nonce">): string => nonce.replaceAll("+", "-").replaceAll("/", "_");

/** The opaque text of a receipt, fit for a URL: nonce, form, day, shard. */
export function receiptId({ shard, nonce, form, receivedAt }: Spooled): string {
  const day = Math.floor(receivedAt / DAY_MS).toString(36);
  return `${spoolName({ nonce })}${form.slice(FORM.length)}${day.padStart(3, "0")}${shard.toString(36)}`;
}

const FORM = "form_";

/** What a receipt names, or null when this is none. */
export function parseReceiptId(id: string): ReceiptAddress | null {
  const shape = /^([A-Za-z0-9_-]{16})(?:([0-9a-z]{16})([0-9a-z]{3}))?(0|[1-9a-z][0-9a-z]?)$/;
  const [, nonce, form, day, shard] = shape.exec(id) ?? [];
  if (nonce === undefined || shard === undefined) return null;
  return {
    nonce: nonce.replaceAll("-", "+").replaceAll("_", "/"),
    shard: Number.parseInt(shard, 36),
    form: form === undefined ? null : FORM + form,
    day: day === undefined ? null : Number.parseInt(day, 36) * DAY_MS,
  };
}
