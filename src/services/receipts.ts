/** GET /v1/receipts/{receipt}: what became of a submission that was answered 202. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { parseReceiptId } from "../core/spool";
import { findReceipt } from "../store/spooled";
import { KEY_REUSED } from "./prepare";
import { orUnavailable } from "./store-failure";
import { type Receipt, receipt } from "./submit";

/** What a receipt says. A well-formed receipt that was never given out is `pending` too: nothing is kept of one until then. */
export type ReceiptState =
  | { readonly status: "pending" }
  | { readonly status: "stored"; readonly receipt: Receipt }
  | { readonly status: "refused"; readonly error: AppError };

/** What became of a spooled submission. Throws not_found, store_unavailable. */
export async function readReceipt(ctx: Context, id: string): Promise<ReceiptState> {
  const address = parseReceiptId(id);
  const shard = address && ctx.shards.all[address.shard];
  if (!shard) throw new AppError("not_found", { detail: "There is no such receipt." });
  const row = await findReceipt(shard.db, address.nonce).catch(orUnavailable);
  if (!row) return { status: "pending" };
  if (row.refusal !== null) return { status: "refused", error: new AppError(row.refusal, { detail: KEY_REUSED }) };
  return { status: "stored", receipt: receipt({ shard: shard.no }, row.position, row) };
}
