/**
 * Notices: what an integration is told about the other integrations of its form. One is blocked from the first cause
 * that stops it, which somebody must mend, until it has delivered again; in between each cause is told once. Pure.
 */

export const NOTICE_EVENTS = ["blocked", "recovered"] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** Since when an integration is blocked (milliseconds since the epoch), and the causes that were told, oldest first. */
export interface Blocked {
  readonly since: number;
  readonly causes: readonly string[];
}

/** What happened to an integration at a page, before anybody is told. */
export interface Incident {
  readonly event: NoticeEvent;
  /** When it was blocked, in milliseconds since the epoch. */
  readonly since: number;
  /** The cause, a sentence that says what to do; of a recovery, the newest one that is over. */
  readonly reason: string;
}

/** An incident as it is told. `at`: milliseconds since the epoch. */
export interface Notice extends Incident {
  readonly at: number;
  readonly integration: { readonly id: string; readonly kind: string };
}

/** A cause that is worded anew at each look must not be told for ever. */
const CAUSES_MAX = 10;

/**
 * How a page ended: stopped by a cause, with something delivered, both or neither. `now`: milliseconds since the epoch.
 */
export interface PageEnd {
  readonly cause: string | null;
  readonly delivered: boolean;
  readonly now: number;
}

/** What a page makes of it, and what is to be told; null: it is not blocked, and nothing. */
export function blockedAfter(
  before: Blocked | null,
  { cause, delivered, now }: PageEnd,
): { readonly blocked: Blocked | null; readonly incident: Incident | null } {
  if (cause !== null) {
    const { since, causes } = before ?? { since: now, causes: [] };
    if (causes.includes(cause) || causes.length >= CAUSES_MAX) return { blocked: before, incident: null };
    return { blocked: { since, causes: [...causes, cause] }, incident: { event: "blocked", since, reason: cause } };
  }
  if (before === null || !delivered) return { blocked: before, incident: null };
  return { blocked: null, incident: { event: "recovered", since: before.since, reason: before.causes.at(-1) ?? "" } };
}
