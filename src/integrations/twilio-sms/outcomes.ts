/**
 * Twilio's error codes as data (delivery.md 2.3), and what an answer of Twilio means for an entry or for its page.
 * Sentences say what to do; Twilio's own messages hold phone numbers and are never passed on.
 */
import type { Halt, Outcome } from "../../core/integration";
import type { Failure } from "./client";
import type { Secrets } from "./manifest";
import { checkAfter, stageOf } from "./statuses";

/** `reject`: this recipient or this text; `block`: nobody gets a message until somebody changes something. */
type Verdict = readonly ["reject" | "block" | "wait", string];

const CREDENTIALS =
  "Twilio refused the credentials. Check the Account SID and the Auth Token (or the API key), and store them again.";
const SENDER = "Choose a number of this Twilio account that can send SMS, or a Messaging Service, in the integration.";

const CODES: Readonly<Record<number, Verdict>> = {
  20003: ["block", CREDENTIALS],
  20005: ["block", "The Twilio account is not active. Reactivate it in the Twilio console."],
  20006: ["block", "These Twilio credentials may not send messages. Use the Auth Token or a standard API key."],
  20404: ["block", "Twilio does not know the account or the Messaging Service. Check their SIDs."],
  20429: ["wait", "Twilio takes no more requests at the moment."],
  21201: ["reject", "The message had no recipient."],
  21604: ["reject", "The message had no recipient."],
  21211: ["reject", "Twilio says that the recipient's number is not valid. Correct the answer, then retry."],
  21217: ["reject", "Twilio can't reach numbers of this kind."],
  21612: ["reject", "Twilio has no route from the sender to this recipient's number."],
  21614: ["reject", "The recipient's number can't receive SMS: it is not a mobile number."],
  21635: ["reject", "The recipient's number can't receive SMS: it is a landline."],
  21610: ["reject", "The recipient has opted out (STOP) and gets no messages until they send START."],
  21266: ["reject", "The recipient's number is the sender's own."],
  // A respondent chooses the country and the number: one answer must not stop the messages to all the others.
  21408: [
    "reject",
    "SMS to the recipient's country is switched off. Switch it on in Twilio's Geo permissions, then retry.",
  ],
  21608: [
    "reject",
    "A trial account writes only to verified numbers. Verify the number or upgrade the account, then retry.",
  ],
  21602: ["reject", "The message was empty."],
  21617: ["reject", "The message is longer than 1,600 characters. Shorten the template."],
  21212: ["block", `The sender is not valid. ${SENDER}`],
  21401: ["block", `The sender can't send SMS. ${SENDER}`],
  21603: ["block", `There is no sender. ${SENDER}`],
  21606: ["block", `The sender is not a number of this account that can send SMS. ${SENDER}`],
  21609: ["block", "Twilio can't call the address for reports. Set PUBLIC_URL to an address that it can reach."],
  21703: ["block", "The Messaging Service has no number. Add one to its sender pool in the Twilio console."],
  21712: ["block", "The Messaging Service has no number. Add one to its sender pool in the Twilio console."],
  21705: ["block", "The Messaging Service's SID is not valid. Check it."],
  21611: [
    "wait",
    "The sender's queue at Twilio is full: more is sent than it may send in hours. Add senders to go faster.",
  ],
  // These come with a report, after the message was taken.
  30001: ["reject", "The sender's queue at Twilio was full. Retry later, or add senders."],
  30002: ["reject", "The Twilio account was suspended meanwhile. Reactivate it, then retry."],
  30003: ["reject", "The phone could not be reached: switched off or without network. Retry later."],
  30004: ["reject", "The carrier or the recipient blocks messages of this sender."],
  30005: ["reject", "The recipient's number does not exist or is not in service."],
  30006: ["reject", "The recipient's number is a landline, or its carrier can't be reached."],
  30007: ["reject", "The carrier filtered the message as spam. Change the text or register the sender."],
  30008: ["reject", "The carrier gave no reason. Retry once; if it fails again, ask Twilio."],
  30024: ["reject", "The sender is not ready to send. Finish its set-up in the Twilio console, then retry."],
  30032: ["reject", "The toll-free sender is not verified. Verify it in the Twilio console, then retry."],
  30036: ["reject", "The text waited longer than validitySeconds and was not sent. Retry if it is still wanted."],
  30034: ["reject", "The sender is not registered for A2P 10DLC. Register it in the Twilio console, then retry."],
};

/** The recipient has sent STOP: the one error that is remembered for other deliveries. */
export const STOPPED = 21610;
export const OPTED_OUT: Outcome = { type: "rejected", reason: CODES[STOPPED]?.[1] ?? "The recipient has opted out." };

/** Whose opt-outs: Twilio keeps them for the account's senders. */
export const optOutScope = ({ accountSid }: Secrets): string => `twilio-sms:${accountSid}`;

/** What became of one create: an outcome for its entry, or a halt of its page (the entry was then not executed). */
export type Verdicts = { readonly outcome: Outcome } | { readonly halt: Halt };

const QUEUE_FULL_SECONDS = 60;

/** No answer, or one that says nothing: a time-out, a 5xx, a page of HTML. */
export const isDoubtful = ({ status, code }: Failure): boolean =>
  status !== 429 && code !== 20429 && (status === null || status < 400 || status === 408 || status >= 500);

/** Reads the failure of a create. `lookSeconds`: when a message in doubt may first be looked for. */
export function judgeFailure(failure: Failure, lookSeconds: number): Verdicts {
  const { status, code } = failure;
  const refused = status === 429 || code === 20429;
  if (isDoubtful(failure)) {
    const reason = `It is not known whether Twilio took the message (${failure.cause}); it will be looked for.`;
    return { outcome: { type: "unknown", reason, afterSeconds: lookSeconds } };
  }
  const verdict = code === null ? undefined : CODES[code];
  // Whatever its HTTP status: the sender's queue drains slowly, and its reason is another.
  if (code === 21611) return { halt: wait(code, failure.afterSeconds ?? QUEUE_FULL_SECONDS) };
  if (refused) return { halt: wait(20429, failure.afterSeconds) };
  if (verdict?.[0] === "block") return { halt: { type: "blocked", reason: verdict[1] } };
  if (code === STOPPED) return { outcome: OPTED_OUT };
  if (verdict) return { outcome: { type: "rejected", reason: verdict[1] } };
  if (status === 401 || status === 403) return { halt: { type: "blocked", reason: CREDENTIALS } };
  if (status === 404) return { halt: { type: "blocked", reason: "There is no Twilio at the address TWILIO_API_URL." } };
  const named = code === null ? `HTTP ${status}` : `error ${code}: twilio.com/docs/api/errors/${code}`;
  return { outcome: { type: "rejected", reason: `Twilio refused the message (${named}).` } };
}

/** Why Twilio can't be asked for its list of messages: nothing is decided for any entry. */
export function judgeListFailure(failure: Failure): Halt {
  const judged = judgeFailure(failure, 0);
  if ("halt" in judged) return judged.halt;
  return { type: "retry", reason: `Twilio can't be asked for its messages (${failure.cause}).` };
}

function wait(code: 20429 | 21611, afterSeconds: number | undefined): Halt {
  const reason = CODES[code]?.[1] ?? "";
  return { type: "retry", reason, ...(afterSeconds !== undefined && { afterSeconds }) };
}

/** What Twilio says of a message: its SID, its status, and an error's code. */
interface Said {
  readonly reference: string;
  readonly status: string;
  readonly code: number | null;
  /** How often its status was asked for, this time included. */
  readonly checks?: number;
}

/** What a message's status means for its delivery. Only failures are not `delivered`: Twilio has the others in hand. */
export function outcomeOfStatus({ reference, status, code, checks = 0 }: Said): Outcome {
  const rank = stageOf(status)?.rank;
  const word = { reference, status, ...(rank !== undefined && { rank }) };
  const reason = failureOf(status, code);
  if (reason !== null) return { type: "rejected", reason, ...word };
  const checkAfterSeconds = checkAfter(status, checks);
  return { type: "delivered", ...word, ...(checkAfterSeconds !== undefined && { checkAfterSeconds }) };
}

/** Why a message of that status did not reach its recipient, as a sentence; null: it did, or still may. */
export function failureOf(status: string, code: number | null): string | null {
  if (status === "canceled") return "The message was cancelled at Twilio before it was sent.";
  if (status !== "failed" && status !== "undelivered") return null;
  const known = code === null ? undefined : CODES[code]?.[1];
  const named = code === null ? "" : ` (error ${code}: twilio.com/docs/api/errors/${code})`;
  return known ?? `The message was not delivered${named}.`;
}
