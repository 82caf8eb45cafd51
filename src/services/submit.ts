/**
 * The submission path (DESIGN.md section 3): check the answers against the form's current version, append, answer. Warm, it
 * costs one D1 round trip that it shares with the other submissions in flight; the wake-ups go out after the answer.
 */
import type { CachedForm, Context } from "../context";
import { checkAnswers } from "../core/answer";
import { AppError, type Problem } from "../core/errors";
import { type Metadata, MetadataSchema } from "../core/form";
import { responseId } from "../core/ids";
import { appendResponses, findRefusal, findUsedKey, type NewResponse } from "../store/append";
import { isOverloaded } from "../store/db";
import type { KeyRow } from "../store/keys";
import { headOf } from "../store/shards";
import { sha256 } from "./access";
import { loadForm, reloadForm, syncSegment } from "./forms";
import { CommitTimeout, QueueFull } from "./group-commit";

export interface Submission {
  readonly answers: unknown;
  readonly metadata?: unknown;
  readonly idempotencyKey?: string;
}

export interface Receipt {
  readonly id: string;
  readonly revision: number;
  readonly version: number;
  readonly receivedAt: string;
  readonly flags: readonly [];
  /** The response had been stored by an earlier request with the same key. */
  readonly replayed: boolean;
}

/** A form changes seldom: a second refusal in one submission is a race, a fourth is a bug. */
const TRIES_MAX = 4;
const RETRY_AFTER_SECONDS = 2;

/** Stores one response. Throws AppError: not_found, unauthorized, form_closed, invalid_answers, idempotency_key_reused, overloaded, store_unavailable. */
export async function submitResponse(
  ctx: Context,
  input: Submission & { readonly form: string; readonly key: KeyRow | null },
): Promise<Receipt> {
  let form = await loadForm(ctx, input.form);
  admit(form, input.key);
  for (let tries = 1; ; tries += 1) {
    const entry = await attempt(() => prepare(ctx, form, input));
    if (entry instanceof AppError) return replayOf(ctx, form, { input, refusal: entry });
    const work = ctx.commit(form.shard).submit(entry);
    // Others may depend on this request's batch: it goes on when its client does not wait.
    ctx.waitUntil(work.catch(() => {}));
    const { position, wakeUps } = await work.catch(fail);
    if (wakeUps.length > 0) ctx.waitUntil(ctx.wake(wakeUps));
    if (position !== null) return receipt(form, position, { version: entry.version, receivedAt: entry.receivedAt });
    const settled = await settleRefused(ctx, form, entry);
    if (settled) return settled;
    if (tries === TRIES_MAX) throw new AppError("store_unavailable", { retryAfterSeconds: RETRY_AFTER_SECONDS });
    form = await catchUp(ctx, form, entry);
  }
}

/** What became of one item of a batch. */
export type BatchItem = { readonly receipt: Receipt } | { readonly error: AppError };

/** Stores up to 500 responses in one round trip, each by itself: a bad one fails alone. Results by index. */
export async function submitBatch(
  ctx: Context,
  input: { readonly form: string; readonly key: KeyRow | null; readonly items: readonly Submission[] },
): Promise<BatchItem[]> {
  const form = await loadForm(ctx, input.form);
  admit(form, input.key);
  const prepared = await Promise.all(input.items.map((item) => attempt(() => prepare(ctx, form, item))));
  // Items with the same key can't share a transaction: the later one is submitted after it, and answered as a repeat.
  const seen = new Set<string>();
  const together = prepared.map((item) => {
    if (item instanceof AppError) return null;
    if (item.idempotencyKey !== null && seen.has(item.idempotencyKey)) return null;
    if (item.idempotencyKey !== null) seen.add(item.idempotencyKey);
    return item;
  });
  const positions = await appendAll(
    ctx,
    form,
    together.filter((entry) => entry !== null),
  );
  const results: BatchItem[] = [];
  for (const [i, item] of prepared.entries()) {
    const position = together[i] ? positions.get(together[i].nonce) : undefined;
    const single = { ...input.items[i], answers: input.items[i]?.answers, form: form.id, key: input.key };
    const stored =
      position !== undefined && !(item instanceof AppError)
        ? receipt(form, position, item)
        : await attempt(() => submitResponse(ctx, single));
    results.push(stored instanceof AppError ? { error: stored } : { receipt: stored });
  }
  return results;
}

/** Appends entries as one group of their own, repeating once when the outcome is unknown. Positions by nonce. */
async function appendAll(
  ctx: Context,
  form: CachedForm,
  entries: readonly NewResponse[],
): Promise<Map<string, number>> {
  if (entries.length === 0) return new Map();
  const { db, no } = ctx.shards.get(form.shard);
  const append = () => appendResponses(db, no, entries, ctx.now());
  const { positions, wakeUps } = await append()
    .catch((error) => (isOverloaded(error) ? fail(error) : append()))
    .catch(fail);
  if (wakeUps.length > 0) ctx.waitUntil(ctx.wake(wakeUps));
  const stored = new Map<string, number>();
  for (const [i, entry] of entries.entries()) {
    const position = positions[i] ?? null;
    if (position !== null) stored.set(entry.nonce, position);
  }
  const missing = entries.filter((entry) => !stored.has(entry.nonce));
  for (const entry of missing) {
    // Stored by the batch whose answer was lost; anything else is settled by a submission of its own.
    const refusal = await findRefusal(db, entry);
    if (refusal.type === "stored") stored.set(entry.nonce, refusal.position);
  }
  return stored;
}

function admit(form: CachedForm, key: KeyRow | null): void {
  if (key && key.workspace !== form.workspace) throw new AppError("not_found", { detail: "There is no such form." });
  if (form.access === "key" && !key) {
    throw new AppError("unauthorized", { detail: "This form takes responses only with a key of its workspace." });
  }
}

async function prepare(ctx: Context, form: CachedForm, input: Submission): Promise<NewResponse> {
  if (form.state === "closed") throw new AppError("form_closed", { detail: "This form takes no more responses." });
  const checked = checkAnswers(form.compiled, input.answers);
  const metadata = checkMetadata(input.metadata);
  const problems = [...(checked.ok ? [] : checked.problems), ...metadata.problems];
  if (!checked.ok || problems.length > 0) {
    throw new AppError("invalid_answers", {
      detail: "Nothing was stored. Mend what `errors` lists.",
      errors: problems,
    });
  }
  const content = { answers: JSON.stringify(checked.answers), metadata: JSON.stringify(metadata.value) };
  const idempotencyKey = input.idempotencyKey ?? null;
  return {
    ...content,
    nonce: nonce(ctx.random),
    segment: form.segment,
    version: form.version,
    receivedAt: ctx.now(),
    idempotencyKey,
    fingerprint: idempotencyKey === null ? null : await fingerprint(input),
    since: await knownHead(ctx, form),
  };
}

/** A position of the form's segment that is committed: the nearer to its head, the fewer rows an append reads. */
async function knownHead(ctx: Context, form: CachedForm): Promise<number> {
  const known = ctx.heads.get(`${form.shard}/${form.segment}`);
  if (known !== undefined) return known;
  const segment = { shard: form.shard, no: form.segment };
  const head = await headOf(ctx.shards, segment).catch(fail);
  ctx.heads.set(`${form.shard}/${form.segment}`, head);
  return head;
}

function checkMetadata(input: unknown): { value: Metadata; problems: Problem[] } {
  if (input === undefined || input === null) return { value: {}, problems: [] };
  const parsed = MetadataSchema.safeParse(input);
  if (parsed.success) return { value: parsed.data, problems: [] };
  const problems = parsed.error.issues.map((issue) => ({
    pointer: `/${["metadata", ...issue.path].map(String).join("/")}`,
    code: "invalid_metadata",
    detail: "metadata is an object of short texts, numbers and booleans, at most 50",
  }));
  return { value: {}, problems };
}

/** What a key stands for: the content as it was sent, whatever version it is checked against. */
async function fingerprint(input: Submission): Promise<string> {
  return (await sha256(canonical([input.answers, input.metadata ?? {}]))).slice(0, 32);
}

/** JSON with sorted keys: the same content has one text. Depth is bounded by the reader of bodies. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(",")}}`;
}

function nonce(random: Context["random"]): string {
  return btoa(String.fromCharCode(...random(new Uint8Array(12))));
}

function receipt(
  form: CachedForm,
  position: number,
  at: { version: number; receivedAt: number },
  replayed = false,
): Receipt {
  return {
    id: responseId({ shard: form.shard, position }),
    revision: 1,
    version: at.version,
    receivedAt: new Date(at.receivedAt).toISOString(),
    flags: [],
    replayed,
  };
}

/** The receipt of an entry that was not stored just now but is there; null when it is to be tried again. */
async function settleRefused(ctx: Context, form: CachedForm, entry: NewResponse): Promise<Receipt | null> {
  const refusal = await findRefusal(ctx.shards.get(form.shard).db, entry).catch(fail);
  if (refusal.type === "stored") return receipt(form, refusal.position, entry);
  if (refusal.type !== "key_used") return null;
  if (refusal.fingerprint === entry.fingerprint) return receipt(form, refusal.position, refusal.first, true);
  throw new AppError("idempotency_key_reused", {
    detail: "This Idempotency-Key came with other content before. Send new content with a new key.",
  });
}

/** A repeat is answered as at first although the form would not take it any more; anything else is refused. */
async function replayOf(
  ctx: Context,
  form: CachedForm,
  { input, refusal }: { input: Submission; refusal: AppError },
): Promise<Receipt> {
  if (input.idempotencyKey === undefined) throw refusal;
  const used = await findUsedKey(ctx.shards.get(form.shard).db, form.segment, input.idempotencyKey).catch(fail);
  if (used?.fingerprint !== (await fingerprint(input))) throw refusal;
  return receipt(form, used.position, used.first, true);
}

/** The form as it is now; when the segment lags behind it, the segment is mended. */
async function catchUp(ctx: Context, form: CachedForm, entry: NewResponse): Promise<CachedForm> {
  const fresh = await reloadForm(ctx, form.id);
  if (fresh.state === "open" && fresh.version === entry.version) {
    await syncSegment(ctx, form.id);
    return reloadForm(ctx, form.id);
  }
  return fresh;
}

function fail(error: unknown): never {
  if (error instanceof AppError) throw error;
  const retry = { retryAfterSeconds: RETRY_AFTER_SECONDS };
  if (error instanceof QueueFull || isOverloaded(error)) throw new AppError("overloaded", retry);
  const certain = error instanceof CommitTimeout && !error.mayBeStored;
  if (certain) throw new AppError("overloaded", retry);
  throw new AppError("store_unavailable", {
    ...retry,
    detail: "Whether the response was stored is not known. Send it again with the same Idempotency-Key.",
  });
}

async function attempt<T>(work: () => Promise<T>): Promise<T | AppError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
