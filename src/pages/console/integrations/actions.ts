/** What can be done with an integration: the verb, and the sentence about what was done. */
import type { Context } from "../../../context";
import { AppError } from "../../../core/errors";
import { retryParked } from "../../../services/deliveries";
import { deleteIntegration, pauseIntegration, resumeIntegration } from "../../../services/integration-control";
import { type ReplayInput, type ReplayView, replayIntegration } from "../../../services/integration-replay";
import type { Named } from "../../../services/integrations";
import { reconcileIntegration } from "../../../services/reconciliations";
import { count, counted } from "../words";

/** Does it and says so in a sentence. */
type Action = (ctx: Context, workspace: string, named: Named, sent: URLSearchParams) => Promise<string>;

export const pause: Action = async (ctx, workspace, named) => {
  await pauseIntegration(ctx, workspace, named);
  return "It is paused.";
};

export const resume: Action = async (ctx, workspace, named) => {
  await resumeIntegration(ctx, workspace, named);
  return "It goes on.";
};

export const reconcile: Action = async (ctx, workspace, named) => {
  await reconcileIntegration(ctx, workspace, named);
  return "It is compared as soon as its worker has time.";
};

export const retry: Action = async (ctx, workspace, named) => {
  const { retried } = await retryParked(ctx, workspace, named);
  return `${counted(retried, "delivery is", "deliveries are")} tried again.`;
};

export const remove: Action = async (ctx, workspace, named) => {
  await deleteIntegration(ctx, workspace, named);
  return "The integration is deleted.";
};

export const replay: Action = async (ctx, workspace, named, sent) =>
  sayReplayed(await replayIntegration(ctx, workspace, { ...named, ...replayOf(sent) }));

/** What was chosen on the page. Throws `invalid_request` when it lacks what its choice needs. */
function replayOf(sent: URLSearchParams): ReplayInput {
  const how = sent.get("how");
  if (how === "beginning" || how === "now") return { from: how };
  if (how === "since") {
    const moment = sent.get("since") ?? "";
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(moment) || Number.isNaN(Date.parse(`${moment}Z`))) {
      throw new AppError("invalid_request", { detail: "Say from which moment on, as 2026-11-23T20:00." });
    }
    return { since: `${moment.slice(0, 16)}:00Z` };
  }
  const responses = (sent.get("responses") ?? "").split(/[\s,]+/).filter((id) => id !== "");
  if (responses.length === 0 || responses.length > CHOSEN_MAX) {
    throw new AppError("invalid_request", { detail: "Name the responses by their ids: 1 to 1,000 of them." });
  }
  return { responses };
}

const CHOSEN_MAX = 1_000;

function sayReplayed({ skipped, responses }: ReplayView): string {
  if (skipped !== undefined) return `${counted(skipped, "response is", "responses are")} given up.`;
  if (!responses) return "It delivers again from there on.";
  const { scheduled, ahead, underWay, delivered, leftOut } = responses;
  const parts = [
    [scheduled, "due now"],
    [ahead, "still before it"],
    [underWay, "under way already"],
    [delivered, "delivered, and never sent twice"],
    [leftOut.length, "left out by its filter"],
  ] as const;
  return `${parts.flatMap(([n, what]) => (n > 0 ? [`${count(n)} ${what}`] : [])).join(", ")}.`;
}
