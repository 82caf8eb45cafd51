/**
 * The submission path (DESIGN.md section 3): check the answers against the form's current version, append, answer. Warm, it
 * costs one D1 round trip that it shares with the other submissions in flight; the wake-ups go out after the answer.
 */
import type { CachedForm, Context } from "../context";
import { AppError } from "../core/errors";
import { responseId } from "../core/ids";
import { findRefusal, findUsedKeys, type NewResponse, type UsedKey } from "../store/append";
import type { KeyRow } from "../store/keys";
import { loadForm, reloadForm, syncSegment } from "./forms";
import { fingerprint, KEY_REUSED, prepare, type Submission } from "./prepare";
import { type Accepted, spool } from "./spool";
import { attempt, failStore } from "./store-failure";

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

/** Stores one response, or spools it when D1 can't take it. Throws AppError: not_found, unauthorized, form_closed, invalid_answers, idempotency_key_reused, overloaded, store_unavailable. */
export async function submitResponse(
  ctx: Context,
  input: Submission & { readonly form: string; readonly key: KeyRow | null },
): Promise<Receipt | Accepted> {
  let form = await loadForm(ctx, input.form);
  admit(form, input.key);
  for (let tries = 1; ; tries += 1) {
    const entry = await attempt(() => prepare(ctx, form, input));
    if (entry instanceof AppError) return replayOf(ctx, form, { input, refusal: entry });
    const work = ctx.commit(form.shard).submit(entry);
    // Others may depend on this request's batch: it goes on when its client does not wait.
    ctx.waitUntil(work.catch(() => {}));
    const appended = await work.catch((error: unknown) => ({ error }));
    if ("error" in appended) return spool(ctx, form, { entry, ...appended });
    const { position, wakeUps } = appended;
    if (wakeUps.length > 0) ctx.waitUntil(ctx.wake(wakeUps));
    if (position !== null) return receipt(form, position, { version: entry.version, receivedAt: entry.receivedAt });
    const settled = await settleRefused(ctx, form, entry);
    if (settled) return settled;
    if (tries === TRIES_MAX) throw new AppError("store_unavailable", { retryAfterSeconds: RETRY_AFTER_SECONDS });
    form = await catchUp(ctx, form, entry);
  }
}

/** Whether this caller may submit to the form at all. */
export function admit(form: CachedForm, key: KeyRow | null): void {
  if (key && key.workspace !== form.workspace) throw new AppError("not_found", { detail: "There is no such form." });
  if (form.access === "key" && !key) {
    throw new AppError("unauthorized", { detail: "This form takes responses only with a key of its workspace." });
  }
}

/** The receipt of a stored response. */
export function receipt(
  form: Pick<CachedForm, "shard">,
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
  const refusal = await findRefusal(ctx.shards.get(form.shard).db, entry).catch(failStore);
  if (refusal.type === "stored") return receipt(form, refusal.position, entry);
  if (refusal.type !== "key_used") return null;
  const repeat = repeatOf(form, refusal, entry.fingerprint);
  if (repeat instanceof AppError) throw repeat;
  return repeat;
}

/** What a repeat with a used key is told: the first answer, or that the content is another. */
export function repeatOf(form: CachedForm, used: UsedKey, fingerprint: string | null): Receipt | AppError {
  if (used.fingerprint === fingerprint) return receipt(form, used.position, used.first, true);
  return new AppError("idempotency_key_reused", { detail: KEY_REUSED });
}

/** A repeat is answered as at first although the form would not take it any more; anything else is refused. */
async function replayOf(
  ctx: Context,
  form: CachedForm,
  { input, refusal }: { input: Submission; refusal: AppError },
): Promise<Receipt> {
  const { idempotencyKey } = input;
  if (idempotencyKey === undefined) throw refusal;
  const { db } = ctx.shards.get(form.shard);
  const used = (await findUsedKeys(db, form.segment, [idempotencyKey]).catch(failStore)).get(idempotencyKey);
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
