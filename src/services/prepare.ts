/** A submission made ready for the log: answers and metadata checked, fingerprint and nonce made. */
import type { CachedForm, Context } from "../context";
import { checkAnswers } from "../core/answer";
import { AppError, type Problem } from "../core/errors";
import { type Metadata, MetadataSchema } from "../core/form";
import type { NewResponse } from "../store/append";
import { headOf } from "../store/shards";
import { sha256 } from "./access";
import { failStore } from "./store-failure";

/** What a sender is told whose key came with other content before. */
export const KEY_REUSED = "This Idempotency-Key came with other content before. Send new content with a new key.";

/** What a client sends. */
export interface Submission {
  readonly answers: unknown;
  readonly metadata?: unknown;
  readonly idempotencyKey?: string;
}

/** The entry of a submission against the form as given. Throws form_closed, invalid_answers. */
export async function prepare(ctx: Context, form: CachedForm, input: Submission): Promise<NewResponse> {
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
  const head = await headOf(ctx.shards, segment).catch(failStore);
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
export async function fingerprint(input: Submission): Promise<string> {
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
