/**
 * When D1 can't take a submission: it goes to the `intake` queue with the nonce it was tried with, and its sender gets
 * a receipt to poll (202). The other end is dispatch/intake.ts.
 */
import type { CachedForm, SubmissionContext } from "../context-submission";
import { AppError } from "../core/errors";
import { receiptId, type Spooled } from "../core/spool";
import type { NewResponse } from "../store/append";
import { attempt, failStore, failUnknown } from "./store-failure";

/** The body of a 202: the submission is kept and will be stored. */
export interface Accepted {
  /** Opaque; `url` tells what became of it. */
  readonly receipt: string;
  readonly status: "accepted";
  readonly url: string;
}

/**
 * Spools a submission. Throws as failStore does, about the store's `error`, when it is too large or the queue fails
 * too.
 */
export async function spool(ctx: SubmissionContext, form: CachedForm, failed: { entry: NewResponse; error: unknown }) {
  const [result] = await spoolAll(ctx, form, { entries: [failed.entry], error: failed.error });
  if (!result || result instanceof AppError) throw result ?? new Error("a submission was not spooled");
  return result;
}

/**
 * Spools submissions of one form, each by itself; results by index. Throws what is a refusal, not a fault of the store.
 */
export async function spoolAll(
  ctx: SubmissionContext,
  form: CachedForm,
  { entries, error }: { entries: readonly NewResponse[]; error: unknown },
): Promise<(Accepted | AppError)[]> {
  if (error instanceof AppError) throw error;
  const messages = entries.map((entry) => messageOf(ctx, form, entry));
  const outcomes = await ctx.spool(messages, error);
  return Promise.all(
    messages.map(async (message, i) => {
      if (outcomes[i] === "spooled") return accepted(message);
      // The queue may have it although it did not say so: then not even `overloaded` is certain any more.
      return attempt(async () => (outcomes[i] === "too_large" ? failStore(error) : failUnknown()));
    }),
  );
}

function accepted(message: Spooled): Accepted {
  const receipt = receiptId(message);
  return { receipt, status: "accepted", url: `/v1/receipts/${receipt}` };
}

/** Named one by one: what a message holds is a format that outlives a deployment. */
const messageOf = ({ trace }: SubmissionContext, form: CachedForm, entry: NewResponse): Spooled => ({
  form: form.id,
  shard: form.shard,
  segment: entry.segment,
  nonce: entry.nonce,
  version: entry.version,
  receivedAt: entry.receivedAt,
  submittedAt: entry.submittedAt,
  answers: entry.answers,
  metadata: entry.metadata,
  flags: entry.flags,
  idempotencyKey: entry.idempotencyKey,
  fingerprint: entry.fingerprint,
  since: entry.since,
  link: entry.link ?? null,
  trace,
});
