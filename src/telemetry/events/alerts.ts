/** Events of alerts and of the dead man's switch. */
import { logEvent, type Traced } from "../log";

interface About extends Traced {
  readonly rule: string;
  readonly severity: string;
  /** Null: the installation's. */
  readonly workspace: string | null;
  readonly causes: number;
  readonly cause: string | undefined;
}

/** Something needs somebody, and was told; again while it lasts. */
export function alertRaised(fields: About): void {
  logEvent("warn", "alert_raised", fields);
}

/** What an alert was about is well again, and that was told. */
export function alertResolved(fields: About): void {
  logEvent("info", "alert_resolved", fields);
}

/** An alert was not taken where it is to be told; the next sweep tells it again. */
export function alertNotTold(fields: Omit<About, "cause"> & { error: unknown }): void {
  logEvent("error", "alert_not_told", fields);
}

/** A shard could not be asked for what alerts are about; those that are open stay so. */
export function alertsIncomplete(fields: Traced & { shard: number; error: unknown }): void {
  logEvent("error", "alerts_incomplete", fields);
}

/** The watcher of the dead man's switch did not take a ping. */
export function deadmanNotPinged(fields: Traced & { error: unknown }): void {
  logEvent("warn", "deadman_not_pinged", fields);
}
