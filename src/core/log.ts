/**
 * Entries of the log service: what happened to deliveries and to the installation. Who changed what is in the audit
 * log. Pure.
 */

import type { Trace } from "./trace";

export const LOG_LEVELS = ["info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What entries tell of, by the names that the workers' logs have for it too. */
export const LOG_EVENTS = [
  "page_settled",
  "reconciled",
  "alert_raised",
  "alert_repeated",
  "alert_recovered",
  "swept",
  "dead_letter_deleted",
] as const;
export type LogEvent = (typeof LOG_EVENTS)[number];

/** The workspace of entries that are about the whole installation. */
export const INSTALLATION = "";

/**
 * An entry. Its `detail` has ids, counts, codes and reasons that are sentences of ours: never an answer, a phone number
 * or a secret.
 */
export interface LogEntry {
  /** Its id, or INSTALLATION. */
  readonly workspace: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: LogLevel;
  readonly event: LogEvent;
  /** Ids. */
  readonly form?: string | undefined;
  readonly integration?: string | undefined;
  /** Of what it goes back to. */
  readonly trace?: Pick<Trace, "request" | "id"> | undefined;
  /** The responses that it is about lie in this stretch of the log: positions of the first and the last of them. */
  readonly responses?: { readonly first: number; readonly last: number } | undefined;
  readonly detail?: Readonly<Record<string, unknown>>;
}
