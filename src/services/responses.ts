/** Verbs on stored responses: get, list, edit, erase. */
import type { CachedForm, Context } from "../context";
import { checkAnswers } from "../core/answer";
import { AppError } from "../core/errors";
import type { Metadata } from "../core/form";
import { pageToken, parsePageToken, parseResponseId, segmentStart } from "../core/ids";
import type { Answers, ResponseRecord } from "../core/response";
import { findResponse, readBefore } from "../store/responses";
import { changeResponse } from "../store/revisions";
import { listSegments } from "../store/shards";
import { loadOwnForm } from "./forms";

export interface ResponseView {
  readonly id: string;
  readonly version: number;
  readonly revision: number;
  readonly receivedAt: string;
  readonly erasedAt?: string;
  readonly answers: Answers;
  readonly flags: readonly [];
  readonly review: "received";
  readonly metadata: Metadata;
}

export const viewResponse = (response: ResponseRecord): ResponseView => ({
  id: response.id,
  version: response.version,
  revision: response.revision,
  receivedAt: new Date(response.receivedAt).toISOString(),
  ...(response.erasedAt !== null && { erasedAt: new Date(response.erasedAt).toISOString() }),
  answers: response.answers,
  flags: [],
  review: "received",
  metadata: response.metadata,
});

const missing = () => new AppError("not_found", { detail: "This form has no such response." });

/** A response of a form, or `not_found`: an id of another form's response does not exist here. */
export async function findOwnResponse(ctx: Context, form: CachedForm, id: string): Promise<ResponseRecord> {
  const address = parseResponseId(id);
  if (!address || address.shard >= ctx.shards.all.length) throw missing();
  const found = await findResponse(ctx.shards.get(address.shard).db, address);
  if (found?.form !== form.id) throw missing();
  return found.response;
}

export async function getResponse(
  ctx: Context,
  workspace: string,
  input: { form: string; response: string },
): Promise<ResponseView> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  return viewResponse(await findOwnResponse(ctx, form, input.response));
}

export interface ListInput {
  readonly form: string;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly cursor?: string;
}

/** A page of a form's responses, newest first, over its segments. Reads as many rows as it returns. */
export async function listResponses(
  ctx: Context,
  workspace: string,
  input: ListInput,
): Promise<{ items: ResponseView[]; next: string | null }> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const { items, next } = await readNewest(ctx, form.id, input);
  return { items: items.map(viewResponse), next };
}

/** The newest responses of a form before a cursor, with the cursor of what follows. */
export async function readNewest(
  ctx: Context,
  form: string,
  input: { limit: number; cursor?: string },
): Promise<{ items: ResponseRecord[]; next: string | null }> {
  const segments = await listSegments(ctx.shards, form);
  let { ordinal, before } = startOf(segments, input.cursor);
  const items: ResponseRecord[] = [];
  for (; ordinal >= 0 && items.length < input.limit; ordinal -= 1, before = Number.POSITIVE_INFINITY) {
    const segment = segments[ordinal];
    if (!segment) break;
    const end = Math.min(before, segmentStart(segment.no + 1));
    items.push(...(await readBefore(ctx.shards.get(segment.shard), segment.no, end, input.limit - items.length)));
  }
  const last = items.at(-1);
  if (items.length < input.limit || !last) return { items, next: null };
  return { items, next: pageToken([ordinal + 1, last.position]) };
}

function startOf(segments: readonly unknown[], cursor?: string): { ordinal: number; before: number } {
  if (cursor === undefined) return { ordinal: segments.length - 1, before: Number.POSITIVE_INFINITY };
  const [ordinal, before] = parsePageToken(cursor, 2) ?? [];
  if (ordinal === undefined || before === undefined || ordinal >= segments.length) {
    throw new AppError("invalid_parameter", { detail: "This `cursor` is not one that a list returned." });
  }
  return { ordinal, before };
}

export interface EditInput {
  readonly form: string;
  readonly response: string;
  /** The revision that the caller saw (If-Match). */
  readonly revision: number;
  /** JSON Merge Patch (RFC 7396) on the answers: null takes an answer away. */
  readonly answers: Readonly<Record<string, unknown>>;
}

/** Edits the answers of a response against the form's current version; the state before stays as a revision. */
export async function editResponse(ctx: Context, workspace: string, input: EditInput): Promise<ResponseView> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const response = await findOwnResponse(ctx, form, input.response);
  const refs = new Set(form.definition.questions.map((question) => question.ref));
  const kept = Object.entries(response.answers).filter(([ref]) => refs.has(ref));
  const gone = Object.entries(response.answers).filter(([ref]) => !refs.has(ref));
  const checked = checkAnswers(form.compiled, { ...Object.fromEntries(kept), ...input.answers });
  if (!checked.ok) {
    throw new AppError("invalid_answers", { detail: "Nothing was changed.", errors: checked.problems });
  }
  // Answers to questions that the form no longer asks stay as they are.
  const answers = JSON.stringify({ ...Object.fromEntries(gone), ...checked.answers });
  const content = { answers, metadata: JSON.stringify(response.metadata) };
  await change(ctx, { form, response, revision: input.revision, content });
  return viewResponse(await findOwnResponse(ctx, form, input.response));
}

/** Erases a response: its answers are gone everywhere we hold them, the tombstone stays, integrations are told. */
export async function eraseResponse(
  ctx: Context,
  workspace: string,
  input: { form: string; response: string; revision?: number },
): Promise<void> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const response = await findOwnResponse(ctx, form, input.response);
  if (response.erasedAt !== null) return;
  await change(ctx, { form, response, revision: input.revision ?? response.revision, content: null });
}

async function change(
  ctx: Context,
  input: {
    form: CachedForm;
    response: ResponseRecord;
    revision: number;
    content: { answers: string; metadata: string } | null;
  },
): Promise<void> {
  const { form, response, revision, content } = input;
  const address = parseResponseId(response.id);
  if (!address) throw missing();
  const { applied, wakeUps } = await changeResponse(ctx.shards.get(address.shard).db, {
    ...address,
    revision,
    version: content === null ? response.version : form.version,
    now: ctx.now(),
    content,
  });
  if (!applied) {
    const detail = "It was changed or erased after the revision that you named. Read it again.";
    throw new AppError("stale_revision", { detail });
  }
  ctx.waitUntil(ctx.wake(wakeUps));
}
