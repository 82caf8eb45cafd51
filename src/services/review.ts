/** The review of a response: its state, moved by people who look at it, with a comment each time if they wish. */
import * as z from "zod";
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { NfcString } from "../core/nfc-string";
import { mayReview, REVIEW_STATES, REVIEW_STEPS, type ReviewState } from "../core/review";
import { record } from "./audit";
import { again, applyChange, type Precondition, refuseErased, requireRevision } from "./change";
import { loadOwnForm } from "./forms";
import { findOwnResponse, type ResponseView, viewResponse } from "./responses";

/** What a reviewer says. */
export const ReviewInputSchema = z.strictObject({
  state: z.enum(REVIEW_STATES),
  comment: NfcString.trim().min(1).max(5_000).optional(),
});

export interface ReviewInput {
  readonly form: string;
  readonly response: string;
  readonly state: ReviewState;
  readonly comment?: string;
  readonly precondition?: Precondition;
}

/**
 * Moves the review of a response, as a revision. The state that it has, without a comment, changes nothing.
 * Throws not_found, stale_revision, conflict (erased, or a step that is not one).
 */
export function reviewResponse(ctx: Context, workspace: string, input: ReviewInput): Promise<ResponseView> {
  return again(input.precondition, () => review(ctx, workspace, input));
}

async function review(ctx: Context, workspace: string, input: ReviewInput): Promise<ResponseView> {
  const { state, comment = null } = input;
  const form = await loadOwnForm(ctx, workspace, input.form);
  const response = await findOwnResponse(ctx, form, input.response);
  if (input.precondition) requireRevision(response, input.precondition);
  refuseErased(response);
  if (!mayReview(response.review, state)) {
    const steps = REVIEW_STEPS[response.review].join(", ");
    throw new AppError("conflict", { detail: `It is ${response.review}: from there it may become ${steps}.` });
  }
  if (state === response.review && comment === null) return viewResponse(response);
  await applyChange(ctx, { response, change: { event: "reviewed", review: state, comment } });
  await record(ctx, { workspace, action: "response.reviewed", object: response.id, detail: { form: form.id, state } });
  return viewResponse({ ...response, review: state, revision: response.revision + 1 });
}
