/** Events of the kinds' workers: what became of deliveries. */
import type { LogLevel } from "../../core/log";
import { logEvent, type Traced } from "../log";

interface OfIntegration extends Traced {
  readonly kind: string;
  /** Ids. */
  readonly integration: string;
  readonly form: string;
}

/** How many entries of a page came to what. */
export interface OutcomeCounts {
  readonly delivered?: number | undefined;
  readonly skipped?: number | undefined;
  readonly retry?: number | undefined;
  readonly rejected?: number | undefined;
  readonly blocked?: number | undefined;
  readonly unknown?: number | undefined;
}

/**
 * A page of deliveries was written down: what became of its entries. `warn`: something was parked or has to wait;
 * `error`: our own code failed.
 */
export function pageSettled(
  fields: OfIntegration &
    OutcomeCounts & {
      level: LogLevel;
      feed: string;
      entries: number;
      parked?: number | undefined;
      halt?: string | undefined;
      reason?: string | undefined;
      shard: number;
      /** Positions in the log of the shard, of the first and the last response that it is about. */
      first?: number | undefined;
      last?: number | undefined;
    },
): void {
  const { level, ...rest } = fields;
  logEvent(level, "page_settled", rest);
}

/** A wake-up was not worked off because of the database; the sweeper rings again. */
export function drainFailed(fields: Traced & { kind: string; integration: number; error: unknown }): void {
  logEvent("error", "drain_failed", fields);
}

/** A kind's code threw: a bug. The page is in doubt and is reconciled before it is repeated. */
export function integrationThrew(fields: Traced & { kind: string; error: string; where?: string | undefined }): void {
  logEvent("error", "integration_threw", fields);
}

/** An integration was compared with its provider. */
export function reconciled(
  fields: OfIntegration & {
    checked: number;
    missing: number;
    doubled: number;
    strangers: number;
    changed: number;
    repaired: number;
    reason: string | null;
  },
): void {
  logEvent(fields.reason === null ? "info" : "warn", "reconciled", fields);
}

/** The provider was asked for the status of deliveries whose final report did not come. */
export function statusesChecked(
  fields: Traced & { kind: string; checked: number; learned: number; reason?: string | undefined },
): void {
  logEvent(fields.reason === undefined ? "info" : "warn", "statuses_checked", fields);
}

/** A provider's report about a delivery was written down. */
export function callbackRecorded(fields: Traced & { kind: string; status: string }): void {
  logEvent("info", "callback_recorded", fields);
}

/** A report was not from the provider, or can't be read. */
export function callbackRefused(fields: Traced & { kind: string; reason: string }): void {
  logEvent("warn", "callback_refused", fields);
}

/** A recipient's message (STOP, START) was heeded. */
export function inboundTaken(fields: Traced & { kind: string; integration: string }): void {
  logEvent("info", "inbound_taken", fields);
}

/** A message was not from the provider. */
export function inboundRefused(fields: Traced & { kind: string; reason: string }): void {
  logEvent("warn", "inbound_refused", fields);
}

/** The lexicon of a workspace could not be read; what needs it waits. */
export function lexiconNotRead(fields: Traced & { workspace: string; error: unknown }): void {
  logEvent("error", "lexicon_not_read", fields);
}

/** An index could not be asked, and the request was answered 503. */
export function indexNotRead(fields: Traced & { kind: string; integration: string; error: unknown }): void {
  logEvent("error", "index_not_read", fields);
}
