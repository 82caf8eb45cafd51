/**
 * The submission path (DESIGN.md section 3): check the answers against the form's current version, append, answer.
 * Warm, it costs one D1 round trip that it shares with the other submissions in flight; the wake-ups go out after the
 * answer.
 */
import type { CachedForm, SubmissionContext } from "../context-submission";
import { AppError } from "../core/errors";
import { flagsFromJson } from "../core/flag";
import type { NewResponse } from "../store/append";
import { findRefusal } from "../store/refusals";
import { admit, type Sender } from "./admission";
import type { Reader } from "./correction-link";
import { loadForm, reloadForm, syncSegment } from "./forms";
import { linkFull } from "./link-uses";
import { fingerprint, formFull, KEY_REUSED, prepare, type Stamped, type Submission } from "./prepare";
import { makeReceipt, type Receipt } from "./receipt";
import { askElsewhere, findKeys, followForm, moveOn, type PlacedKey } from "./segments";
import { type Accepted, spool } from "./spool";
import { attempt, failStore, failUnknown, orUnavailable } from "./store-failure";
import { counted, countSubmission } from "./submission-count";

/** A form changes seldom: a second refusal in one submission is a race, a fourth is a bug. */
const TRIES_MAX = 4;
/**
 * A form that went on in another segment each time is no bug: others were faster, and stored theirs. Then it is to come
 * again.
 */
const FOLLOWS_MAX = 20;
const RETRY_AFTER_SECONDS = 2;

type Input = Submission & Sender & { readonly form: string };

/** Stores one response of this sender, and counts it. Throws what `loadForm`, `admit` and `storeResponse` throw. */
export const submitResponse = (ctx: SubmissionContext, input: Input): Promise<Receipt | Accepted> =>
  counted(submitOne(ctx, input), countSubmission);

async function submitOne(ctx: SubmissionContext, input: Input): Promise<Receipt | Accepted> {
  const form = await loadForm(ctx, input.form);
  const { answers, metadata, idempotencyKey, reader: _, ...sender } = input;
  const collector = await admit(ctx, form, { sender, idempotencyKey });
  return storeResponse(ctx, form, { ...input, collector });
}

/**
 * Stores one response, or spools it when D1 can't take it. Throws AppError: form_closed, form_full, link_full,
 * invalid_answers, idempotency_key_reused, overloaded, store_unavailable.
 */
export async function storeResponse(
  ctx: SubmissionContext,
  known: CachedForm,
  input: Stamped,
): Promise<Receipt | Accepted> {
  let form = known;
  for (let [tries, follows] = [0, 0]; ; ) {
    const entry = await attempt(() => prepare(ctx, form, input));
    if (entry instanceof AppError) return replayOf(ctx, form, { input, refusal: entry });
    const { fingerprint, idempotencyKey: key } = entry;
    const asked = await askElsewhere(ctx, form, [entry]).catch((error: unknown) => ({ error }));
    if ("error" in asked) return spool(ctx, form, { entry, ...asked });
    const used = asked.used.get(key ?? "");
    if (used) return repeatOf(ctx, form, { used, fingerprint, reader: input.reader });
    const [placed = entry] = asked.entries;
    const work = ctx.commit(form.shard).submit(placed);
    // Others may depend on this request's batch: it goes on when its client does not wait.
    ctx.waitUntil(work.catch(() => {}));
    const appended = await work.catch((error: unknown) => ({ error }));
    if ("error" in appended) return spool(ctx, form, { entry, ...appended });
    const { position, wakeUps, full } = appended;
    if (full) ctx.waitUntil(moveOn(ctx, form, position));
    if (wakeUps.length > 0) ctx.waitUntil(ctx.wake(wakeUps));
    if (position !== null) return receiptOf(ctx, form, { position, entry, reader: input.reader });
    const settled = await settleRefused(ctx, form, { entry: placed, reader: input.reader });
    if (settled && settled !== "retired") return settled;
    const next = await (settled ? followForm(ctx, form) : catchUp(ctx, form, entry)).catch(orUnavailable);
    if (next.shard !== form.shard || next.segment !== form.segment) follows += 1;
    else tries += 1;
    if (tries === TRIES_MAX || follows === FOLLOWS_MAX) {
      throw new AppError("store_unavailable", { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    form = next;
  }
}

interface Prepared {
  readonly entry: NewResponse;
  readonly reader: Reader;
}

/** The receipt of an entry that is stored. */
export function receiptOf(
  ctx: SubmissionContext,
  form: CachedForm,
  { position, entry, reader }: Prepared & { readonly position: number },
): Promise<Receipt> {
  return makeReceipt(ctx, form, { position, reader, first: { ...entry, flags: flagsFromJson(entry.flags) } });
}

/**
 * The receipt of an entry that was not stored just now but is there; when it is to be tried again, where: in the next
 * segment, or as it was (null).
 */
async function settleRefused(
  ctx: SubmissionContext,
  form: CachedForm,
  { entry, reader }: Prepared,
): Promise<Receipt | "retired" | null> {
  // A write before the one that did not store it may have: a store that is overloaded now says nothing of that.
  const refusal = await findRefusal(ctx.shards.get(form.shard).db, entry).catch(failUnknown);
  if (refusal.type === "stored") return receiptOf(ctx, form, { position: refusal.position, entry, reader });
  if (refusal.type === "full") throw formFull(form);
  if (refusal.type === "link_full") throw linkFull();
  if (refusal.type === "retired") return "retired";
  if (refusal.type !== "key_used") return null;
  const used = { ...refusal, shard: form.shard };
  return repeatOf(ctx, form, { used, fingerprint: entry.fingerprint, reader });
}

interface Repeat {
  readonly used: PlacedKey;
  readonly fingerprint: string | null;
  readonly reader: Reader;
}

/**
 * What a repeat with a used key is told: the first answer. Throws idempotency_key_reused when its content is another.
 */
export async function repeatOf(
  ctx: SubmissionContext,
  form: CachedForm,
  { used, fingerprint, reader }: Repeat,
): Promise<Receipt> {
  if (used.fingerprint !== fingerprint) throw new AppError("idempotency_key_reused", { detail: KEY_REUSED });
  return makeReceipt(ctx, { ...form, shard: used.shard }, { ...used, reader, replayed: true });
}

/** A repeat is answered as at first although the form would not take it any more; anything else is refused. */
async function replayOf(
  ctx: SubmissionContext,
  form: CachedForm,
  { input, refusal }: { input: Submission; refusal: AppError },
): Promise<Receipt> {
  const { idempotencyKey, reader } = input;
  if (idempotencyKey === undefined) throw refusal;
  const used = (await findKeys(ctx, form, [idempotencyKey]).catch(failStore)).get(idempotencyKey);
  if (used?.fingerprint !== (await fingerprint(input))) throw refusal;
  return makeReceipt(ctx, { ...form, shard: used.shard }, { ...used, reader, replayed: true });
}

/**
 * The form as it is now, when it was an older one that did not take this entry; null: it is something else that is in
 * its way.
 */
export async function renewForm(
  ctx: SubmissionContext,
  form: CachedForm,
  entry: NewResponse,
): Promise<CachedForm | null> {
  const refusal = await findRefusal(ctx.shards.get(form.shard).db, entry).catch(failStore);
  if (refusal.type === "retired") return followForm(ctx, form);
  return refusal.type === "stale" || refusal.type === "closed" ? catchUp(ctx, form, entry) : null;
}

/** The form as it is now; when the segment lags behind it, the segment is mended. */
async function catchUp(ctx: SubmissionContext, form: CachedForm, entry: NewResponse): Promise<CachedForm> {
  const fresh = await reloadForm(ctx, form.id);
  if (fresh.state === "open" && fresh.version === entry.version) {
    await syncSegment(ctx, form);
    return reloadForm(ctx, form.id);
  }
  return fresh;
}
