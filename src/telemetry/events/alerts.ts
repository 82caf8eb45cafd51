/** Events of alerts. */
import type { AlertRule, Severity } from "../../core/alert/alert";
import { logEvent, type Traced } from "../log";

interface Told extends Traced {
  readonly rule: AlertRule;
  readonly severity: Severity;
  /** Null: the installation itself. */
  readonly workspace: string | null;
  /** How many causes the message tells of, and the first of them. */
  readonly causes: number;
  readonly cause: string | undefined;
}

/**
 * Somebody was told of what needs them, for the first time or again; with no address to tell it to, this line is all.
 */
export function alertRaised(fields: Told): void {
  logEvent("warn", "alert_raised", fields);
}

/** Somebody was told that it is over. */
export function alertResolved(fields: Told): void {
  logEvent("info", "alert_resolved", fields);
}

/** An alert could not be told; the next sweep tells it. */
export function alertNotTold(fields: Told & { error: unknown }): void {
  logEvent("error", "alert_not_told", fields);
}

/** A shard could not be asked what needs somebody. */
export function alertsIncomplete(fields: Traced & { shard: number; error: unknown }): void {
  logEvent("error", "alerts_incomplete", fields);
}

/** The dead man's switch was not told that a sweep was good. */
export function deadmanNotPinged(fields: Traced & { error: unknown }): void {
  logEvent("warn", "deadman_not_pinged", fields);
}
