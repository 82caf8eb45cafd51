/** Verbs on stored responses: get, erase. Editing has its own file. */
import type { CachedForm, Context } from "../context";
import { AppError } from "../core/errors";
import type { Flag } from "../core/flag";
import { parseResponseId } from "../core/ids";
import type { Metadata } from "../core/metadata";
import type { Answers, ResponseRecord } from "../core/response";
import type { ReviewState } from "../core/review";
import { markErasure } from "../dispatch/backup-retention";
import { findResponse } from "../store/responses";
import { record } from "./audit";
import { again, applyChange, type Precondition, requireRevision } from "./change";
import { loadOwnForm } from "./forms";
import { seek } from "./reads";

export interface ResponseView {
  readonly id: string;
  readonly version: number;
  readonly revision: number;
  readonly receivedAt: string;
  /** When the device said it was filled in. */
  readonly submittedAt?: string;
  readonly erasedAt?: string;
  readonly answers: Answers;
  /** What should be looked at again. */
  readonly flags: readonly Flag[];
  readonly review: { readonly state: ReviewState };
  readonly metadata: Metadata;
}

export const viewResponse = (response: ResponseRecord): ResponseView => ({
  id: response.id,
  version: response.version,
  revision: response.revision,
  receivedAt: new Date(response.receivedAt).toISOString(),
  ...(response.submittedAt !== null && { submittedAt: new Date(response.submittedAt).toISOString() }),
  ...(response.erasedAt !== null && { erasedAt: new Date(response.erasedAt).toISOString() }),
  answers: response.answers,
  flags: response.flags,
  review: { state: response.review },
  metadata: response.metadata,
});

const missing = () => new AppError("not_found", { detail: "This form has no such response." });

/** A response and the collector link that it came by. */
export interface Stored {
  readonly response: ResponseRecord;
  readonly link: string | null;
}

/** A response of a form with its link, or `not_found`: an id of another form's response does not exist here. */
export async function findStored(ctx: Context, form: CachedForm, id: string): Promise<Stored> {
  const address = parseResponseId(id);
  if (!address || address.shard >= ctx.shards.all.length) throw missing();
  const found = await seek(ctx, (shards) => findResponse(shards.get(address.shard).db, address, form.id));
  if (!found) throw missing();
  return found;
}

/** A response of a form, or `not_found`. */
export const findOwnResponse = async (ctx: Context, form: CachedForm, id: string): Promise<ResponseRecord> =>
  (await findStored(ctx, form, id)).response;

export async function getResponse(
  ctx: Context,
  workspace: string,
  input: { form: string; response: string },
): Promise<ResponseView> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  return viewResponse(await findOwnResponse(ctx, form, input.response));
}

export interface EraseInput {
  readonly form: string;
  readonly response: string;
  readonly precondition?: Precondition;
}

/**
 * Erases a response: its answers are gone everywhere we hold them, the tombstone stays, integrations are told. May be
 * repeated.
 */
export async function eraseResponse(ctx: Context, workspace: string, input: EraseInput): Promise<void> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  await again(input.precondition, async () => {
    const response = await findOwnResponse(ctx, form, input.response);
    if (response.erasedAt !== null) return;
    if (input.precondition) requireRevision(response, input.precondition);
    await applyChange(ctx, { response, change: { event: "erased" } });
  });
  const address = parseResponseId(input.response);
  if (address) await markErasure(ctx, address);
  await record(ctx, { workspace, action: "response.erased", object: input.response, detail: { form: form.id } });
}
