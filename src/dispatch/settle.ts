/** What outcomes mean: for the cursor and for delivery rows. Pure, so that every case can be tested as a table. */
import type { Entry, Halt, Outcome, Policy } from "../core/integration";
import { BLOCKED_SECONDS, backoffSeconds } from "../core/retry";
import type { Cursor, CursorChange, Flight } from "../store/cursors";
import type { DeliveryWrite } from "../store/deliveries";
import type { PageWork } from "./page";

export interface Settlement {
  readonly change: CursorChange;
  readonly writes: readonly DeliveryWrite[];
  /** Entries that were marked and then not attempted, by position: their new rows are taken back. */
  readonly unmark: readonly number[];
}

export interface SettleInput {
  readonly cursor: Cursor;
  readonly work: PageWork;
  readonly outcomes: ReadonlyMap<number, Outcome>;
  readonly halt: Halt | null;
  /** The page as marked; kept while its effect is in doubt. */
  readonly flight: Flight | null;
  /** Rows as marked before the calls (kinds with a ledger), by position. */
  readonly marked: ReadonlyMap<number, DeliveryWrite>;
  readonly policy: Policy;
  readonly now: number;
  readonly random: number;
}

/** Turns the outcomes of a page into what is written. */
export function settle(input: SettleInput): Settlement {
  const { cursor, work, outcomes, halt, now } = input;
  const open = work.page.entries.filter((entry) => !outcomes.has(entry.position));
  const waitSeconds = halt ? secondsToWait(halt, cursor.failures, input.random) : 0;
  const nextAt = halt ? now + waitSeconds * 1000 : pauseUntil(input);
  const progressed = outcomes.size > 0 || work.page.entries.length === 0;
  return {
    change: {
      ...moved(cursor, work, open[0]),
      flight: flightAfter(input),
      state: halt ? (halt.type === "blocked" ? "blocked" : "waiting") : "active",
      failures: halt ? cursor.failures + 1 : 0,
      lastError: halt?.reason ?? null,
      nextAt,
      success: progressed && !halt,
      hold: nextAt === 0,
    },
    writes: [...settledRows(input), ...openRows(input, open, nextAt)],
    unmark: open
      .filter((entry) => !work.rows.has(entry.position) && !staysInDoubt(input, entry))
      .map((entry) => entry.position),
  };
}

/** Marked, and then nobody knows whether it was attempted: the mark must outlast this page. */
const staysInDoubt = ({ halt, marked }: SettleInput, entry: Entry): boolean =>
  halt?.type === "unknown" && marked.has(entry.position);

/** The page in doubt: this one while its effect is unknown; one from before is not settled by deliveries that were due. */
function flightAfter({ cursor, work, halt, flight }: SettleInput): Flight | null {
  if (work.due) return cursor.flight;
  return halt?.type === "unknown" ? flight : null;
}

/** Where the cursor stands: before the first entry without an outcome, else at the end of the page. */
function moved(cursor: Cursor, { page, due }: PageWork, firstOpen: Entry | undefined) {
  const { position, revisionPosition } = cursor;
  if (due) return { position, revisionPosition };
  const to = firstOpen ? firstOpen.position - 1 : page.through;
  return page.feed === "responses" ? { position: to, revisionPosition } : { position, revisionPosition: to };
}

function secondsToWait(halt: Halt, failures: number, random: number): number {
  if (halt.type === "blocked") return BLOCKED_SECONDS;
  return halt.afterSeconds ?? backoffSeconds(failures + 1, random);
}

/** Between two pages of some kinds a backlog is left to gather; 0: go on at once. */
function pauseUntil({ work, policy, now }: SettleInput): number {
  const wrote = work.page.entries.length > 0;
  return wrote && policy.pageGapSeconds > 0 ? now + policy.pageGapSeconds * 1000 : 0;
}

function settledRows(input: SettleInput): DeliveryWrite[] {
  const { work, outcomes, policy } = input;
  return work.page.entries.flatMap((entry): DeliveryWrite[] => {
    const outcome = outcomes.get(entry.position);
    if (!outcome) return [];
    const known = input.marked.get(entry.position) ?? work.rows.get(entry.position);
    const quiet = outcome.type === "skipped" || (outcome.type === "delivered" && !policy.ledger);
    if (quiet && !known) return [];
    return [rowOf(input, entry, outcome)];
  });
}

function rowOf({ work, marked, policy, now, random }: SettleInput, entry: Entry, outcome: Outcome): DeliveryWrite {
  const known = marked.get(entry.position) ?? work.rows.get(entry.position);
  // In a ledger, what was not marked now was not attempted: put off or refused beforehand.
  const tried = !policy.ledger || marked.has(entry.position);
  const attempts = known?.attempts ?? (outcome.type === "rejected" || !tried ? 0 : 1);
  const base = {
    feed: work.page.feed === "responses" ? (0 as const) : (1 as const),
    position: entry.position,
    attempts,
    looks: known?.looks ?? 0,
    triedAt: known?.triedAt ?? now,
    nextAt: null,
    reference: known?.reference ?? null,
    status: null,
    reason: null,
    content: known?.content ?? null,
  };
  const later = (seconds: number | undefined) => now + (seconds ?? backoffSeconds(attempts, random)) * 1000;
  switch (outcome.type) {
    case "delivered":
      return {
        ...base,
        state: "delivered",
        reference: outcome.reference ?? base.reference,
        status: outcome.status ?? null,
      };
    case "skipped":
      return { ...base, state: "skipped", reason: outcome.reason };
    case "rejected":
    case "blocked":
      return { ...base, state: "parked", reason: outcome.reason };
    case "retry":
      if (!tried || attempts < policy.attemptsMax) {
        return { ...base, state: "retrying", reason: outcome.reason, nextAt: later(outcome.afterSeconds) };
      }
      return { ...base, state: "parked", reason: `Given up after ${attempts} attempts: ${outcome.reason}` };
    case "unknown":
      return {
        ...base,
        state: "unknown",
        looks: base.looks + (outcome.looked ? 1 : 0),
        reason: outcome.reason,
        nextAt: later(outcome.afterSeconds),
      };
  }
}

/**
 * Entries with a row from before that were not attempted now: the row says again what it said. One that may have been attempted
 * stays as marked: before the cursor the next page finds it, and what was due is made due again, in doubt.
 */
function openRows(input: SettleInput, open: readonly Entry[], nextAt: number): DeliveryWrite[] {
  const { work, halt, policy, marked } = input;
  return open.flatMap((entry): DeliveryWrite[] => {
    const mark = marked.get(entry.position);
    if (mark && staysInDoubt(input, entry)) {
      return work.due ? [{ ...mark, state: "unknown", nextAt, reason: halt?.reason ?? null }] : [];
    }
    const row = work.rows.get(entry.position);
    if (!row || (!work.due && !policy.ledger)) return [];
    const { integration: _, rank: __, ...plain } = row;
    return [{ ...plain, nextAt: work.due ? nextAt : row.nextAt, reason: halt?.reason ?? row.reason }];
  });
}
