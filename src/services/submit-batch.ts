/** Batch submit: up to 500 responses in one round trip, each by itself, over the same append as single ones. */
import type { CachedForm, SubmissionContext } from "../context-submission";
import { AppError } from "../core/errors";
import { appendResponses, findStored, type NewResponse } from "../store/append";
import { isOverloaded } from "../store/failure";
import { segmentKey } from "../store/shards";
import { admit, type Sender } from "./admission";
import type { Reader } from "./correction-link";
import { loadForm, reloadForm } from "./forms";
import { type Collector, isUsedUp, linkFull } from "./link-uses";
import { fingerprint, formFull, prepare, type Stamped, type Submission } from "./prepare";
import type { Receipt } from "./receipt";
import { askElsewhere, findKeys, fullness, moveOn, type PlacedKey } from "./segments";
import { type Accepted, spoolAll } from "./spool";
import { attempt, failStore, failUnknown, orUnavailable } from "./store-failure";
import { counted, countSubmission } from "./submission-count";
import { receiptOf, renewForm, repeatOf, storeResponse } from "./submit";

/** What became of one item of a batch: stored, kept because D1 is down, or refused. */
export type BatchItem = { readonly receipt: Receipt } | { readonly accepted: Accepted } | { readonly error: AppError };

const toItem = (settled: Receipt | Accepted | AppError): BatchItem => {
  if (settled instanceof AppError) return { error: settled };
  return "status" in settled ? { accepted: settled } : { receipt: settled };
};

export interface BatchInput {
  readonly form: string;
  readonly items: readonly Omit<Submission, "reader">[];
  readonly reader: Reader;
}

interface Batch {
  readonly items: readonly Stamped[];
  /** The link that all of them came by. */
  readonly collector: Collector | undefined;
}

/**
 * Stores up to 500 responses in one round trip, or spools them, each by itself, and counts them: a bad one fails alone.
 * Results by index.
 */
export const submitBatch = (ctx: SubmissionContext, input: Sender & BatchInput): Promise<BatchItem[]> =>
  counted(submitItems(ctx, input), (items) => items.forEach(countItem), input.items.length);

const countItem = (item: BatchItem): void =>
  countSubmission("receipt" in item ? item.receipt : "accepted" in item ? item.accepted : item);

async function submitItems(
  ctx: SubmissionContext,
  { form: id, items, reader, ...sender }: Sender & BatchInput,
): Promise<BatchItem[]> {
  const form = await loadForm(ctx, id);
  const collector = await admit(ctx, form, { sender, batch: items.length });
  const input: Batch = { items: items.map((item) => ({ ...item, reader, collector })), collector };
  const prepared = await Promise.all(input.items.map((item) => attempt(() => prepare(ctx, form, item))));
  const work = appendNew(ctx, form, withoutRepeats(prepared));
  ctx.waitUntil(work.catch(() => {}));
  const positions = await work.catch((error: unknown) => ({ error }));
  if ("error" in positions) return spoolItems(ctx, form, { prepared, input, error: positions.error });
  const open = prepared.flatMap((entry, i) => (isStored(entry, positions) ? [] : [i]));
  // Some are stored by now: what goes wrong with the others is told of them alone.
  const others = await attempt(() => settleOpen(ctx, form, { input, prepared, open }));
  const results: BatchItem[] = [];
  for (const [i, entry] of prepared.entries()) {
    const { idempotencyKey, reader } = input.items[i] ?? unknownItem();
    if (isStored(entry, positions)) {
      const position = positions.get(entry.nonce) ?? 0;
      results.push(toItem(await receiptOf(ctx, form, { position, entry, reader })));
    } else if (others instanceof AppError) {
      // With a key it may be a repeat, whatever is wrong with it: that can't be looked up now.
      const known = entry instanceof AppError && idempotencyKey === undefined;
      results.push(toItem(known ? entry : others));
    } else results.push(toItem(others.get(i) ?? unknownItem()));
  }
  return results;
}

interface Open {
  readonly input: Batch;
  readonly prepared: readonly (NewResponse | AppError)[];
  /** Indices of those that were not stored, whether they were tried or not. */
  readonly open: readonly number[];
}

/** What becomes of those that were not stored at once, by index. */
async function settleOpen(
  ctx: SubmissionContext,
  form: CachedForm,
  { input, prepared, open }: Open,
): Promise<ReadonlyMap<number, Receipt | Accepted | AppError>> {
  const used = await usedKeys(ctx, form, { input, open });
  // What is left was refused by the form as it is now: it is looked at once, not by each of them.
  const left = open.filter(
    (i) => !(prepared[i] instanceof AppError) && !used.has(input.items[i]?.idempotencyKey ?? ""),
  );
  const refusal = left.length > 0 ? await refusalOf(ctx, form.id, input.collector) : null;
  const settled = refusal ? new Map() : await appendAgain(ctx, form, { input, prepared, left });
  for (const i of open) {
    const entry = prepared[i] ?? unknownItem();
    if (!settled.has(i)) settled.set(i, await settleItem(ctx, form, { input, i, entry, used, refusal }));
  }
  return settled;
}

interface Left {
  readonly input: Batch;
  readonly prepared: readonly (NewResponse | AppError)[];
  readonly left: readonly number[];
}

/**
 * What an outdated form left out (it has a newer version, or goes on in another segment) is tried again as one group
 * with the form as it is now. What became of them, by index; what was not stored this time either is settled one by
 * one.
 */
async function appendAgain(ctx: SubmissionContext, known: CachedForm, { input, prepared, left }: Left) {
  const settled = new Map<number, Receipt | Accepted | AppError>();
  const [first] = left.flatMap((i) => prepared[i] ?? []);
  const form =
    left.length > 1 && first && !(first instanceof AppError)
      ? await renewForm(ctx, known, first).catch(() => null)
      : null;
  if (!form) return settled;
  const again = await Promise.all(left.map((i) => attempt(() => prepare(ctx, form, input.items[i] ?? unknownItem()))));
  const entries = withoutRepeats(again);
  const work = appendNew(ctx, form, entries);
  ctx.waitUntil(work.catch(() => {}));
  const positions = await work.catch((error: unknown) => ({ error }));
  const spooled = "error" in positions ? await spoolAll(ctx, form, { entries, error: positions.error }) : [];
  for (const [at, i] of left.entries()) {
    const [entry, reader] = [again[at], input.items[i]?.reader];
    if (!entry || !reader || entry instanceof AppError) continue;
    const kept = spooled[entries.indexOf(entry)];
    const position = "error" in positions ? undefined : positions.get(entry.nonce);
    if (kept) settled.set(i, kept);
    else if (position !== undefined) settled.set(i, await receiptOf(ctx, form, { position, entry, reader }));
  }
  return settled;
}

function unknownItem(): never {
  throw new RangeError("a batch has more results than items");
}

interface Failed {
  readonly prepared: readonly (NewResponse | AppError)[];
  readonly input: Batch;
  readonly error: unknown;
}

/** Repeats of a key go along: the intake consumer settles each by its own receipt. */
async function spoolItems(
  ctx: SubmissionContext,
  form: CachedForm,
  { prepared, input, error }: Failed,
): Promise<BatchItem[]> {
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

/**
 * Entries that may share a transaction: of several with one key, the first. The others are answered as repeats of it.
 */
function withoutRepeats(prepared: readonly (NewResponse | AppError)[]): NewResponse[] {
  const seen = new Set<string>();
  return prepared.filter((entry): entry is NewResponse => {
    if (entry instanceof AppError || (entry.idempotencyKey !== null && seen.has(entry.idempotencyKey))) return false;
    if (entry.idempotencyKey !== null) seen.add(entry.idempotencyKey);
    return true;
  });
}

function usedKeys(
  ctx: SubmissionContext,
  form: CachedForm,
  { input, open }: { input: Batch; open: readonly number[] },
) {
  const keys = open.flatMap((i) => input.items[i]?.idempotencyKey ?? []);
  return findKeys(ctx, form, keys).catch(failUnknown);
}

interface Item {
  readonly input: Batch;
  readonly i: number;
  readonly entry: NewResponse | AppError;
  readonly used: ReadonlyMap<string, PlacedKey>;
  /** Of all that the form as it is now would not take. */
  readonly refusal: AppError | null;
}

/** Why nothing more is taken, if it is for good: a form or a link that is full. */
async function refusalOf(
  ctx: SubmissionContext,
  id: string,
  collector: Collector | undefined,
): Promise<AppError | null> {
  const form = await reloadForm(ctx, id);
  if (form.full) return formFull(form);
  const usedUp = collector && (await isUsedUp(ctx, id, collector).catch(orUnavailable));
  return usedUp ? linkFull() : null;
}

async function settleItem(
  ctx: SubmissionContext,
  form: CachedForm,
  item: Item,
): Promise<Receipt | Accepted | AppError> {
  const { entry } = item;
  const submission = item.input.items[item.i] ?? unknownItem();
  const { reader } = submission;
  const used = item.used.get(submission.idempotencyKey ?? "");
  if (used) {
    const given = await fingerprint(submission);
    const repeat = await attempt(() => repeatOf(ctx, form, { used, fingerprint: given, reader }));
    return repeat instanceof AppError && entry instanceof AppError ? entry : repeat;
  }
  if (entry instanceof AppError) return entry;
  if (item.refusal) return item.refusal;
  return attempt(async () => storeResponse(ctx, await loadForm(ctx, form.id), submission));
}

/** Appends those entries whose keys did not come to the form before, on another shard. */
async function appendNew(ctx: SubmissionContext, form: CachedForm, entries: readonly NewResponse[]) {
  const { used, entries: asked } = await askElsewhere(ctx, form, entries);
  return appendAll(
    ctx,
    form,
    asked.filter(({ idempotencyKey }) => idempotencyKey === null || !used.has(idempotencyKey)),
  );
}

/** Appends entries as one group of their own, repeating once when the outcome is unknown. Positions by nonce. */
async function appendAll(
  ctx: SubmissionContext,
  form: CachedForm,
  entries: readonly NewResponse[],
): Promise<ReadonlyMap<string, number>> {
  if (entries.length === 0) return new Map();
  const { db, no } = ctx.shards.get(form.shard);
  const append = () => appendResponses(db, no, entries, ctx.now());
  const stored = new Map<string, number>();
  const again = async (error: unknown) => {
    if (isOverloaded(error)) throw error;
    try {
      const appended = await append();
      // After a lost answer, what the first copy stored is found by its nonce.
      for (const [nonce, position] of await findStored(db, entries)) stored.set(nonce, position);
      return appended;
    } catch {
      // Whatever is wrong by now, the first copy may have stored them.
      throw error;
    }
  };
  const { positions, wakeUps, sizeAfter } = await append().catch(again);
  if (wakeUps.length > 0) ctx.waitUntil(ctx.wake(wakeUps));
  for (const [i, entry] of entries.entries()) {
    const position = positions[i] ?? null;
    if (position !== null) stored.set(entry.nonce, position);
  }
  // The next append looks for nonces only after this.
  const at = segmentKey({ shard: form.shard, no: form.segment });
  const head = Math.max(ctx.heads.get(at) ?? 0, ...stored.values());
  ctx.heads.set(at, head);
  if (fullness(ctx.config, ctx.shards)(sizeAfter, head)) ctx.waitUntil(moveOn(ctx, form, head));
  return stored;
}
