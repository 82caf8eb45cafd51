/** Events of gateway and API worker while they answer requests. */
import { logEvent, type Traced } from "../log";

/** A request was answered with 500: what was thrown is a bug, or the database's. */
export function requestFailed(fields: Traced & { method: string; route: string; error: unknown }): void {
  logEvent("error", "request_failed", fields);
}

/** An export broke off after its answer had begun. */
export function exportFailed(fields: Traced & { form: string; error: unknown }): void {
  logEvent("error", "export_failed", fields);
}

/** A robot filled the field that nobody sees; it was thanked and nothing was stored. */
export function honeypotFilled(fields: Traced & { form: string }): void {
  logEvent("info", "honeypot_filled", fields);
}

/** The database could not take submissions; those that are spooled were answered 202. */
export function responsesSpooled(
  fields: Traced & { spooled: number; tooLarge: number; unknown: number; error: unknown },
): void {
  logEvent("warn", "responses_spooled", fields);
}

/** The intake queue did not confirm submissions that were put on it. */
export function spoolFailed(fields: Traced & { count: number; error: unknown }): void {
  logEvent("error", "spool_failed", fields);
}

/** A queue did not take wake-ups: the sweeper finds what they were for within a minute or two. */
export function wakeUpNotSent(fields: Traced & { kind: string; count: number; error: unknown }): void {
  logEvent("warn", "wake_up_not_sent", fields);
}

/** A database did not answer `/readyz` or `/metrics`. */
export function shardUnreachable(fields: Traced & { shard: number; error: unknown }): void {
  logEvent("error", "shard_unreachable", fields);
}

/** A database of indexes can't be asked how it is; `database` null: the worker that is bound to it did not answer. */
export function indexUnreachable(fields: Traced & { database: number | null; error: unknown }): void {
  logEvent("error", "index_unreachable", fields);
}

/** The API worker gave the gateway no answer to a request that it passed on; the client got 503. */
export function apiUnreachable(fields: Traced & { method: string; path: string; error: unknown }): void {
  logEvent("error", "api_unreachable", fields);
}
