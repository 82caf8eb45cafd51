/** GET /v1/receipts/{receipt}: what became of a submission that was answered 202. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { parseReceiptId, RECEIPT_KEPT_MS } from "../core/spool";
import { findReceipt } from "../store/spooled";
import type { Reader } from "./correction-link";
import { loadForm } from "./forms";
import { KEY_REUSED } from "./prepare";
import { makeReceipt, plainReceipt, type Receipt } from "./receipt";
import { orUnavailable } from "./store-failure";

/**
 * What a receipt says. A well-formed receipt that was never given out is `pending` too: nothing is kept of one until
 * then.
 */
export type ReceiptState =
  | { readonly status: "pending" }
  | { readonly status: "stored"; readonly receipt: Receipt }
  | { readonly status: "refused"; readonly error: AppError };

/** What became of a spooled submission. Throws not_found, store_unavailable. */
export async function readReceipt(ctx: Context, id: string, reader: Reader): Promise<ReceiptState> {
  const address = parseReceiptId(id);
  if (!address || address.shard >= ctx.shards.all.length)
    throw new AppError("not_found", { detail: "There is no such receipt." });
  const row = await findReceipt(ctx.shards, address).catch(orUnavailable);
  if (!row && address.day !== null && ctx.now() >= address.day + RECEIPT_KEPT_MS) throw expired();
  if (!row) return { status: "pending" };
  if (row.refusal !== null) return { status: "refused", error: new AppError(row.refusal, { detail: KEY_REUSED }) };
  const stored = { position: row.position, first: row };
  if (row.flags.length === 0) return { status: "stored", receipt: plainReceipt(row, stored) };
  const form = { ...(await loadForm(ctx, row.form)), shard: row.shard };
  return { status: "stored", receipt: await makeReceipt(ctx, form, { ...stored, reader }) };
}

const expired = () =>
  new AppError("not_found", { detail: "A receipt is kept for 30 days after its response was stored or refused." });
