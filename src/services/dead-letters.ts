/** Dead letters for those who run an installation: which there are, trying them again at once, and giving one up. */
import type { Context } from "../context";
import type { IntakeFailure } from "../core/dead-letter";
import { AppError } from "../core/errors";
import { INSTALLATION } from "../core/log";
import { resendDead } from "../dispatch/dead-letters";
import { countLetters, deleteLetter, hurryLetters, type LetterRow, listLetters } from "../store/dead-letters";
import { appendLogs } from "../store/logs";
import { isRestoring } from "../store/restoring";
import * as events from "../telemetry/events";

/** A submission that was answered 202 and could not be stored yet. Its answers are not shown. */
export interface DeadLetterView {
  readonly id: string;
  /** Null: it can't be read. */
  readonly form: string | null;
  readonly keptAt: string;
  /** Since it is kept. */
  readonly attempts: number;
  readonly nextAt: string;
  /** Why the last attempt failed; null: there was none yet. */
  readonly reason: IntakeFailure | null;
}

export interface DeadLettersView {
  /** Up to 10,000. */
  readonly total: number;
  /** Those that are tried next, up to 100. */
  readonly items: readonly DeadLetterView[];
}

const SHOWN_MAX = 100;

/** Those that are tried next, and how many there are. Two round trips, side by side. */
export async function listDeadLetters({ shards }: Context): Promise<DeadLettersView> {
  const [counts, rows] = await Promise.all([countLetters(shards.control), listLetters(shards.control, SHOWN_MAX)]);
  return { total: counts.reduce((sum, { count }) => sum + count, 0), items: rows.map(view) };
}

const view = ({ form, keptAt, nextAt, ...rest }: LetterRow): DeadLetterView => ({
  ...rest,
  form: form === "" ? null : form,
  keptAt: new Date(keptAt).toISOString(),
  nextAt: new Date(nextAt).toISOString(),
});

/**
 * Tries them again now: up to a thousand at once, the others with the next sweeps. Returns what is left. Throws
 * `conflict` during a restore.
 */
export async function retryDeadLetters(ctx: Context): Promise<DeadLettersView> {
  const now = ctx.now();
  if (await isRestoring(ctx.shards.control)) {
    throw new AppError("conflict", {
      detail: "A backup is being put into this installation. Ask again when it is there.",
    });
  }
  await hurryLetters(ctx.shards.control, now);
  await resendDead(ctx, now);
  return listDeadLetters(ctx);
}

/**
 * Deletes one for good: its response will never be stored, and its receipt stays `pending`. The log of its workspace
 * says so, and that of the installation when nobody knows whose it is. Throws `not_found`.
 */
export async function deleteDeadLetter(ctx: Context, id: string): Promise<void> {
  const { shards, trace } = ctx;
  const found = await deleteLetter(shards.control, id);
  if (found === null) throw new AppError("not_found", { detail: "There is no such dead letter." });
  const workspace = found.workspace ?? INSTALLATION;
  const form = found.form === "" ? undefined : found.form;
  await appendLogs(shards.control, [
    { workspace, at: ctx.now(), level: "warn", event: "dead_letter_deleted", form, trace },
  ]);
  events.deadLetterDeleted({ trace, letter: id, form: found.form });
}
