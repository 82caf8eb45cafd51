/** Events of the API worker's cron trigger and of its intake queue. */
import type { NoticeEvent } from "../../core/notice";
import { logEvent, type Traced } from "../log";

/** A sweep ended: so many integrations were woken that had work and that no wake-up was on its way to. */
export function swept(fields: Traced & { woken: number }): void {
  logEvent("info", "swept", fields);
}

/** A part of a sweep failed; the next sweep does it. */
export function sweepFailed(
  fields: Traced & { what?: string | undefined; shard?: number | undefined; error: unknown },
): void {
  logEvent("error", "sweep_failed", fields);
}

/** An integration was stopped by a cause that somebody must mend, or delivers again. */
export function integrationNoticed(
  fields: Traced & { event: NoticeEvent; kind: string; integration: string; form: string; reason: string },
): void {
  const { event, ...rest } = fields;
  logEvent(
    event === "blocked" ? "warn" : "info",
    event === "blocked" ? "integration_blocked" : "integration_recovered",
    rest,
  );
}

/** Older responses of a form were looked at by its new rules. */
export function responsesRechecked(fields: Traced & { form: string; version: number; looked: number }): void {
  logEvent("info", "responses_rechecked", fields);
}

/** A form stores its responses in its next segment from now on; `after` is the last one. */
export function segmentOpened(
  fields: Traced & { form: string; shard: number; segment: number; after: { shard: number; no: number } },
): void {
  logEvent("info", "segment_opened", fields);
}

/**
 * The sweeper ended what was begun with a form: the opening of its next segment, or what its integrations are to do.
 */
export function formSettled(fields: Traced & { form: string; what: "segment" | "integration" }): void {
  logEvent("info", "form_settled", fields);
}

/** Nothing of a deleted form is left. */
export function formErased(fields: Traced & { form: string }): void {
  logEvent("info", "form_erased", fields);
}

/** Nothing of a deleted integration (its number) is left. */
export function integrationErased(fields: Traced & { integration: number }): void {
  logEvent("info", "integration_erased", fields);
}

/** What an index holds of a deleted integration could not be erased yet: its kind's worker does not answer. */
export function indexNotForgotten(fields: Traced & { kind: string | null; integration: number; error: unknown }): void {
  logEvent("error", "index_not_forgotten", fields);
}

/** Submissions that were answered 202 (to these requests) are stored now, or refused as their receipts say. */
export function responsesTakenIn(
  fields: Traced & { stored: number; refused: number; requests: readonly string[] },
): void {
  logEvent("info", "responses_taken_in", fields);
}

/** Submissions that were answered 202 could not be stored yet; the queue brings them again. */
export function intakeFailed(fields: Traced & { count: number; attempts: number; error: unknown }): void {
  logEvent("error", "intake_failed", fields);
}

/** A message of the intake queue can't be read; after its last attempt it is a dead letter. */
export function spooledUnreadable(fields: Traced & { message: string; attempts: number }): void {
  logEvent("error", "spooled_unreadable", fields);
}

/** Submissions that were answered 202 came to the dead letter queue, and are kept in the table `dead_letters`. */
export function deadLettersKept(fields: Traced & { count: number; unreadable: number }): void {
  logEvent("error", "dead_letters_kept", fields);
}

/** Messages of the dead letter queue could not be kept yet; the queue brings them again. */
export function deadLettersNotKept(fields: Traced & { count: number; attempts: number; error: unknown }): void {
  logEvent("error", "dead_letters_not_kept", fields);
}

/** Dead letters were tried again. `dropped`: those whose form was erased. */
export function deadLettersTried(
  fields: Traced & { tried: number; settled: number; dropped: number; left: number },
): void {
  logEvent(fields.left > 0 ? "error" : "info", "dead_letters_tried", fields);
}

/** A dead letter was deleted with the root key: its response will never be stored. */
export function deadLetterDeleted(fields: Traced & { letter: string; form: string }): void {
  logEvent("warn", "dead_letter_deleted", fields);
}

/** Counts of so many series could not be added to the table: `/metrics` shows less than there was. */
export function countsLost(fields: Traced & { series: number; error: unknown }): void {
  logEvent("warn", "counts_lost", fields);
}
