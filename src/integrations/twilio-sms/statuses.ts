/** Twilio's statuses of a message, as data (delivery.md 2.1 and 2.5). */

interface Stage {
  /** Along a message's life. Reports overtake each other: one of a lower rank than the last changes nothing. */
  readonly rank: number;
  /** `open`: not yet with a carrier, and so without a `date_sent`; `sent`: may be the last word; `final`: is. */
  readonly phase: "open" | "sent" | "final";
}

/**
 * Ours, not Twilio's: Twilio does not have the message any more. A report that is still on its way may say what became
 * of it.
 */
export const NOT_FOUND = "not_found";

const STAGES: ReadonlyMap<string, Stage> = new Map<string, Stage>([
  ["accepted", { rank: 1, phase: "open" }],
  ["scheduled", { rank: 1, phase: "open" }],
  ["queued", { rank: 2, phase: "open" }],
  ["sending", { rank: 3, phase: "open" }],
  ["sent", { rank: 4, phase: "sent" }],
  [NOT_FOUND, { rank: 4, phase: "final" }],
  ["delivered", { rank: 5, phase: "final" }],
  ["undelivered", { rank: 5, phase: "final" }],
  ["failed", { rank: 5, phase: "final" }],
  ["canceled", { rank: 5, phase: "final" }],
  ["read", { rank: 6, phase: "final" }],
]);

/** Undefined: a status of something else than a text that we sent, or one that is new at Twilio. */
export const stageOf = (status: string): Stage | undefined => STAGES.get(status);

/**
 * 15 minutes after a create, then growing pauses; the last check is 17 hours after the create: Twilio queues for ten at
 * most.
 */
const CHECK_SECONDS: readonly number[] = [900, 3_600, 14_400, 43_200];

/**
 * Seconds until a status is asked for (again) after so many checks; undefined: never, it is final or was asked for
 * often enough.
 */
export function checkAfter(status: string, checks: number): number | undefined {
  const stage = stageOf(status);
  return stage && stage.phase !== "final" ? CHECK_SECONDS[checks] : undefined;
}
