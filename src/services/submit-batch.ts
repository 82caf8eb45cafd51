/** Batch submit: up to 500 responses in one round trip, each by itself, over the same append as single ones. */
import type { CachedForm, Context } from "../context";
import { AppError } from "../core/errors";
import { appendResponses, findStored, findUsedKeys, type NewResponse, type UsedKey } from "../store/append";
import { isOverloaded } from "../store/db";
import type { KeyRow } from "../store/keys";
import { loadForm, reloadForm } from "./forms";
import { fingerprint, prepare, type Submission } from "./prepare";
import { type Accepted, spoolAll } from "./spool";
import { attempt, failStore } from "./store-failure";
import { admit, type Receipt, receipt, repeatOf, submitResponse } from "./submit";

/** What became of one item of a batch: stored, kept because D1 is down, or refused. */
export type BatchItem = { readonly receipt: Receipt } | { readonly accepted: Accepted } | { readonly error: AppError };

const toItem = (settled: Receipt | Accepted | AppError): BatchItem => {
  if (settled instanceof AppError) return { error: settled };
  return "status" in settled ? { accepted: settled } : { receipt: settled };
};

interface Batch {
  readonly form: string;
  readonly key: KeyRow | null;
  readonly items: readonly Submission[];
}

/** Stores up to 500 responses in one round trip, or spools them, each by itself: a bad one fails alone. Results by index. */
export async function submitBatch(ctx: Context, input: Batch): Promise<BatchItem[]> {
  const form = await loadForm(ctx, input.form);
  admit(form, input.key);
  const prepared = await Promise.all(input.items.map((item) => attempt(() => prepare(ctx, form, item))));
  const work = appendAll(ctx, form, withoutRepeats(prepared));
  ctx.waitUntil(work.catch(() => {}));
  const positions = await work.catch((error: unknown) => ({ error }));
  if ("error" in positions) return spoolItems(ctx, form, { prepared, input, error: positions.error });
  const open = prepared.flatMap((entry, i) => (isStored(entry, positions) ? [] : [i]));
  const used = await usedKeys(ctx, form, { input, open });
  // What is left was refused by the form as it is now: it is looked at once, not by each of them.
  if (open.some((i) => !(prepared[i] instanceof AppError))) await reloadForm(ctx, form.id);
  const results: BatchItem[] = [];
  for (const [i, entry] of prepared.entries()) {
    const settled = await settleItem(ctx, form, { input, i, entry, positions, used });
    results.push(toItem(settled));
  }
  return results;
}

interface Failed {
  readonly prepared: readonly (NewResponse | AppError)[];
  readonly input: Batch;
  readonly error: unknown;
}

/** Repeats of a key go along: the intake consumer settles each by its own receipt. */
async function spoolItems(ctx: Context, form: CachedForm, { prepared, input, error }: Failed): Promise<BatchItem[]> {
  const entries = prepared.filter((entry): entry is NewResponse => !(entry instanceof AppError));
  const spooled = await spoolAll(ctx, form, { entries, error });
  const byEntry = new Map(entries.map((entry, i) => [entry, spooled[i]]));
  return Promise.all(
    prepared.map(async (entry, i) => {
      if (!(entry instanceof AppError)) return toItem(byEntry.get(entry) ?? new AppError("store_unavailable"));
      // With a key it may be a repeat of what was stored when the form still took it, which can't be looked up now.
      const known = input.items[i]?.idempotencyKey === undefined;
      return toItem(known ? entry : await attempt(async () => failStore(error)));
    }),
  );
}

const isStored = (entry: NewResponse | AppError, positions: ReadonlyMap<string, number>): entry is NewResponse =>
  !(entry instanceof AppError) && positions.has(entry.nonce);

/** Entries that may share a transaction: of several with one key, the first. The others are answered as repeats of it. */
function withoutRepeats(prepared: readonly (NewResponse | AppError)[]): NewResponse[] {
  const seen = new Set<string>();
  return prepared.filter((entry): entry is NewResponse => {
    if (entry instanceof AppError || (entry.idempotencyKey !== null && seen.has(entry.idempotencyKey))) return false;
    if (entry.idempotencyKey !== null) seen.add(entry.idempotencyKey);
    return true;
  });
}

function usedKeys(ctx: Context, form: CachedForm, { input, open }: { input: Batch; open: readonly number[] }) {
  const keys = open.flatMap((i) => input.items[i]?.idempotencyKey ?? []);
  return findUsedKeys(ctx.shards.get(form.shard).db, form.segment, keys).catch(failStore);
}

interface Item {
  readonly input: Batch;
  readonly i: number;
  readonly entry: NewResponse | AppError;
  readonly positions: ReadonlyMap<string, number>;
  readonly used: ReadonlyMap<string, UsedKey>;
}

async function settleItem(ctx: Context, form: CachedForm, item: Item): Promise<Receipt | Accepted | AppError> {
  const { entry, positions } = item;
  const submission = item.input.items[item.i] ?? { answers: undefined };
  if (isStored(entry, positions)) return receipt(form, positions.get(entry.nonce) ?? 0, entry);
  const used = item.used.get(submission.idempotencyKey ?? "");
  if (used) {
    const repeat = repeatOf(form, used, await fingerprint(submission));
    return repeat instanceof AppError && entry instanceof AppError ? entry : repeat;
  }
  if (entry instanceof AppError) return entry;
  return attempt(() => submitResponse(ctx, { ...submission, form: form.id, key: item.input.key }));
}

/** Appends entries as one group of their own, repeating once when the outcome is unknown. Positions by nonce. */
async function appendAll(
  ctx: Context,
  form: CachedForm,
  entries: readonly NewResponse[],
): Promise<ReadonlyMap<string, number>> {
  if (entries.length === 0) return new Map();
  const { db, no } = ctx.shards.get(form.shard);
  const append = () => appendResponses(db, no, entries, ctx.now());
  let repeated = false;
  const again = (error: unknown) => {
    if (isOverloaded(error)) throw error;
    repeated = true;
    return append();
  };
  const { positions, wakeUps } = await append().catch(again);
  if (wakeUps.length > 0) ctx.waitUntil(ctx.wake(wakeUps));
  // After a lost answer, what the first copy stored is found by its nonce.
  const stored = repeated ? await findStored(db, entries) : new Map<string, number>();
  for (const [i, entry] of entries.entries()) {
    const position = positions[i] ?? null;
    if (position !== null) stored.set(entry.nonce, position);
  }
  return stored;
}
