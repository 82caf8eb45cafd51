/** A submission made ready for the log: answers and metadata checked, fingerprint and nonce made. */
import type { CachedForm, SubmissionContext } from "../context-submission";
import { checkAnswers } from "../core/answer";
import { AppError } from "../core/errors";
import { fingerprintOf } from "../core/fingerprint";
import { flagsToJson } from "../core/flag";
import { FULL, inItsWords, whyClosed } from "../core/form-settings";
import { checkMetadata } from "../core/metadata";
import { readSubmittedAt } from "../core/submitted-at";
import type { NewResponse } from "../store/append";
import { headOf } from "../store/shards";
import type { Reader } from "./correction-link";
import { judge } from "./judge";
import type { Collector } from "./link-uses";
import { failStore } from "./store-failure";

/** What a sender is told whose key came with other content before. */
export const KEY_REUSED = "This Idempotency-Key came with other content before. Send new content with a new key.";

/** What a client sends. */
export interface Submission {
  readonly answers: unknown;
  readonly metadata?: unknown;
  readonly idempotencyKey?: string;
  /** RFC 3339: when the device says it was filled in. */
  readonly submittedAt?: unknown;
  readonly reader: Reader;
}

const NOTHING_STORED = "Nothing was stored. Mend what `errors` lists.";

/** A submission and the link that it came by: its name is stamped on it whatever the client says. */
export type Stamped = Submission & { readonly collector?: Collector | undefined };

/** The entry of a submission against the form as given. Throws form_closed, invalid_answers. */
export async function prepare(ctx: SubmissionContext, form: CachedForm, input: Stamped): Promise<NewResponse> {
  refuseClosed(form, ctx.now());
  const checked = checkAnswers(form.compiled, input.answers);
  const metadata = checkMetadata(input.metadata);
  const submitted = readSubmittedAt(input.submittedAt, ctx.now());
  const problems = [...(checked.ok ? [] : checked.problems), ...metadata.problems, ...submitted.problems];
  if (!checked.ok || problems.length > 0) {
    throw new AppError("invalid_answers", { detail: NOTHING_STORED, errors: problems });
  }
  const { languages } = input.reader;
  const flags = judge(form, { answers: checked.answers, languages, detail: NOTHING_STORED });
  const { collector } = input;
  const stamped = { ...metadata.value, ...(collector && { collector: collector.name }) };
  const content = { answers: JSON.stringify(checked.answers), metadata: JSON.stringify(stamped) };
  const idempotencyKey = input.idempotencyKey ?? null;
  return {
    ...content,
    flags: flagsToJson(flags),
    nonce: nonce(ctx.random),
    segment: form.segment,
    version: form.version,
    receivedAt: ctx.now(),
    submittedAt: submitted.at,
    idempotencyKey,
    fingerprint: idempotencyKey === null ? null : await fingerprint(input),
    since: await knownHead(ctx, form),
    link: collector ? { id: collector.id, responsesMax: collector.responsesMax } : null,
  };
}

/** Throws form_closed when the form takes no responses now, with the time from which it does. No I/O. */
function refuseClosed(form: CachedForm, now: number): void {
  const closed = whyClosed(form, now);
  if (!closed) return;
  const retryAfterSeconds = closed.opensAt === null ? undefined : Math.max(1, Math.ceil((closed.opensAt - now) / 1000));
  throw new AppError("form_closed", {
    detail: closed.detail,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

/** What a sender is told when the form has all the responses that it takes. */
export const formFull = ({ settings }: Pick<CachedForm, "settings">): AppError =>
  new AppError("form_full", { detail: inItsWords(settings, FULL) });

/** A position of the form's segment that is committed: the nearer to its head, the fewer rows an append reads. */
async function knownHead(ctx: SubmissionContext, form: CachedForm): Promise<number> {
  const known = ctx.heads.get(`${form.shard}/${form.segment}`);
  if (known !== undefined) return known;
  const segment = { shard: form.shard, no: form.segment };
  const head = await headOf(ctx.shards, segment).catch(failStore);
  ctx.heads.set(`${form.shard}/${form.segment}`, head);
  return head;
}

/**
 * What a key stands for: answers and metadata as they were sent (in NFC), whatever version they are checked against.
 */
export const fingerprint = (input: Pick<Submission, "answers" | "metadata">): Promise<string> =>
  fingerprintOf([input.answers, input.metadata ?? {}]);

function nonce(random: SubmissionContext["random"]): string {
  let text = "";
  for (const byte of random(new Uint8Array(12))) text += String.fromCharCode(byte);
  return btoa(text);
}
