/** The review of a response: its states and which may follow which. Pure. */

export const REVIEW_STATES = ["received", "flagged", "corrected", "approved", "rejected"] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

/** What a reviewer may make of a response in each state. `corrected` answers a flag or a rejection, never nothing. */
export const REVIEW_STEPS: Readonly<Record<ReviewState, readonly ReviewState[]>> = {
  received: ["flagged", "approved", "rejected"],
  flagged: ["received", "corrected", "approved", "rejected"],
  corrected: ["flagged", "approved", "rejected"],
  approved: ["received", "flagged", "rejected"],
  rejected: ["received", "flagged", "corrected", "approved"],
};

/** Whether a review may lead from one state to another. Staying where it is may be said with a comment at any time. */
export const mayReview = (from: ReviewState, to: ReviewState): boolean =>
  from === to || REVIEW_STEPS[from].includes(to);

/**
 * An edit of what was judged is a correction, unless something is still flagged: the judgement was about other answers.
 */
export function reviewAfterEdit(state: ReviewState, flagged: boolean): ReviewState {
  if (flagged) return "flagged";
  return state === "received" ? "received" : "corrected";
}
