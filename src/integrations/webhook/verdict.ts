/** What an answer means for its event, and what it tells about the endpoint. Pure. */
import type { Halt, Outcome } from "../../core/integration";
import type { Attempt } from "./client";
import { pauseOfDelivery } from "./schedule";

const DAY_SECONDS = 24 * 3600;

/** Answers that any event would get: they speak of the endpoint, not of this event's content. */
const OF_THE_ENDPOINT: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 408, 421, 425, 426]);

/** `endpoint`: whether another event would probably fail alike. A `halt` leaves the event where it is. */
export type Verdict = { readonly outcome: Outcome; readonly endpoint: boolean } | { readonly halt: Halt };

/** The halt when a receiver does not want any more (410), or has failed for too long: looked at again once a day. */
export const stopped = (reason: string): Halt => ({ type: "blocked", reason, afterSeconds: DAY_SECONDS });

const GONE =
  "The receiver says that it is gone for good (HTTP 410). Give another address, or resume the integration when it is back.";

/** Reads the answer to a delivery's n-th attempt (from 1). `busy`: the halt of a receiver that gets too much (429). */
export function judge(
  attempt: Attempt,
  { delivery, attempts }: { readonly delivery: string; readonly attempts: number },
  busy: (retryAfter: number | null) => Halt,
): Verdict {
  const { status } = attempt;
  if (status !== null && status >= 200 && status < 300) {
    return { outcome: { type: "delivered", status: String(status) }, endpoint: false };
  }
  if (status === 410) return { halt: stopped(GONE) };
  if (status === 429) return { halt: busy(attempt.retryAfter) };
  const reason = explainFailure(attempt);
  if (status === 413) return { outcome: { type: "rejected", reason }, endpoint: false };
  const afterSeconds = pauseOfDelivery(delivery, attempts, attempt.retryAfter);
  const endpoint = status === null || status < 400 || status >= 500 || OF_THE_ENDPOINT.has(status);
  return { outcome: { type: "retry", reason, afterSeconds }, endpoint };
}

/** Why an attempt is none that succeeded, as a sentence; nothing of the answer's body is in it. */
export function explainFailure({ status, answer }: Pick<Attempt, "status" | "answer">): string {
  if (status === null) return `The receiver can't be reached. ${answer}`;
  const said = `(HTTP ${status})`;
  if (status < 400) return `The receiver redirects ${said}, which is not followed: give its final address.`;
  if (status === 401 || status === 403)
    return `The receiver refuses the call ${said}: check its secret and its headers.`;
  if (status === 404 || status === 405) return `There is no receiver at this address ${said}: check it.`;
  if (status === 410) return GONE;
  if (status === 413) return `The event is too large for the receiver ${said}.`;
  if (status === 429) return `The receiver gets too many calls ${said}.`;
  if (status < 500) return `The receiver refuses this event ${said}.`;
  return `The receiver failed ${said}.`;
}
