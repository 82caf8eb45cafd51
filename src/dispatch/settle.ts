/** What outcomes mean: for the cursor and for delivery rows. Pure, so that every case can be tested as a table. */
import { FEEDS } from "../core/ids";
import type { Deliverable, Entry, Halt, Outcome, Policy } from "../core/integration";
import { blockedAfter, type Incident, type PageEnd } from "../core/notice";
import { BLOCKED_SECONDS, backoffSeconds, FAILING_GAP_MS, haltSeconds, REST_MS, timeAfter } from "../core/retry";
import { addAttempts, countAttempts, type Tally } from "../core/tally";
import type { Cursor, CursorChange, Failing, Flight } from "../store/cursors";
import type { DeliveryWrite } from "../store/deliveries";
import type { AnyWork } from "./page";

export interface Settlement {
  readonly change: CursorChange;
  readonly writes: readonly DeliveryWrite[];
  readonly end: PageEnd;
  /** What others are to be told of this page, as far as its cursor knows; null: nothing. */
  readonly incident: Incident | null;
}

export interface SettleInput {
  readonly cursor: Cursor;
  readonly work: AnyWork;
  readonly outcomes: ReadonlyMap<number, Outcome>;
  readonly halt: Halt | null;
  /** The budget is spent: what is left waits so many seconds. */
  readonly waitSeconds: number | null;
  /** The share of the budget that is left for everybody who uses it, 0 to 1; 1: there is none to keep to. */
  readonly spare: number;
  /** The page as marked; kept while its effect is in doubt. */
  readonly flight: Flight | null;
  /** What was marked before the calls (kinds with a ledger), as rows, by position. */
  readonly marked: ReadonlyMap<number, DeliveryWrite>;
  readonly policy: Policy;
  readonly now: number;
  readonly random: number;
}

/** Turns the outcomes of a page into what is written. */
export function settle(input: SettleInput): Settlement {
  const { cursor, work, outcomes, halt, now } = input;
  const open = work.page.entries.filter((entry) => !outcomes.has(entry.position));
  const failures = answered(outcomes) ? 0 : cursor.failures;
  const waitSeconds = halt ? secondsToWait(halt, failures, input.random) : 0;
  const nextAt = halt ? timeAfter(now, waitSeconds) : pauseUntil(input);
  const delivered = [...outcomes.values()].some(({ type }) => type === "delivered");
  const end = { cause: causeOf(halt), delivered, now };
  const { blocked, incident } = blockedAfter(cursor.blocked, end);
  return {
    change: {
      ...moved(cursor, work, open[0]),
      flight: flightAfter(input),
      state: halt ? (halt.type === "blocked" ? "blocked" : "waiting") : "active",
      failures: halt ? failures + 1 : 0,
      lastError: halt?.reason ?? null,
      nextAt,
      success: delivered,
      failing: failingAfter(input),
      blocked,
      tally: tallyAfter(input),
      checkAt: cursor.checkAt ?? checkTime(input),
      answered: work.asked && !halt ? cursor.asked : 0,
      hold: nextAt - now <= REST_MS,
    },
    writes: [...settledRows(input), ...openRows(input, open)],
    end,
    incident,
  };
}

const causeOf = (halt: Halt | null): string | null => (halt?.type === "blocked" ? halt.reason : null);

/**
 * Whether the provider did something for this page: then what halts it is a first failure, not one more of an outage.
 */
const answered = (outcomes: SettleInput["outcomes"]): boolean =>
  [...outcomes.values()].some(({ type, ...rest }) => type === "delivered" || (type === "unknown" && "looked" in rest));

/**
 * Behind those that were asked for, a delivery is asked for at a time of its own; the others are found together
 * (check.ts).
 */
const hasOwnTime = ({ cursor, work, policy }: SettleInput, position: number): boolean =>
  work.due || policy.checks === undefined || work.page.feed !== "responses" || position <= cursor.checked;

/** When what this page delivered is asked for, with what comes after it; null: all of it has its last word. */
function checkTime(input: SettleInput): number | null {
  const { checks, ledger } = input.policy;
  const waits = [...input.outcomes].some(
    ([position, outcome]) =>
      outcome.type === "delivered" && outcome.checkAfterSeconds !== undefined && !hasOwnTime(input, position),
  );
  return ledger && checks && waits ? timeAfter(input.now, checks.afterSeconds + checks.everySeconds) : null;
}

/** Marked, and then nobody knows whether it was attempted: the mark must outlast this page. */
const staysInDoubt = ({ halt, marked }: SettleInput, entry: Deliverable): boolean =>
  halt?.type === "unknown" && marked.has(entry.position);

/**
 * The page in doubt: this one while its effect is unknown; one from before is not settled by deliveries that were due.
 */
function flightAfter({ cursor, work, halt, flight }: SettleInput): Flight | null {
  if (work.due) return cursor.flight;
  return halt?.type === "unknown" ? flight : null;
}

/**
 * The stretch of nothing but failures goes on, begins, or ends with a delivery; what was not attempted changes nothing.
 */
function failingAfter({ cursor, work, outcomes, halt, now }: SettleInput): Failing | null {
  const types = new Set([...outcomes.values()].map(({ type }) => type));
  if (types.has("delivered")) return null;
  const failed = (halt !== null && work.page.entries.length > 0) || types.has("retry") || types.has("unknown");
  if (!failed) return cursor.failing;
  const before = cursor.failing;
  return { since: before && now - before.at <= FAILING_GAP_MS ? before.since : now, at: now };
}

/** What was tried is counted; what was put off beforehand (quiet hours) was not tried. */
function tallyAfter({ cursor, work, outcomes, halt, marked, policy, now }: SettleInput): Tally {
  const tried = [...outcomes].flatMap(([position, outcome]) =>
    outcome.type === "retry" && !wasTried({ policy, marked }, position) ? [] : [outcome],
  );
  return addAttempts(cursor.tally, countAttempts({ outcomes: tried, halt, entries: work.page.entries.length }), now);
}

/** In a ledger, what was not marked now was not attempted: put off or refused beforehand. */
const wasTried = ({ policy, marked }: Pick<SettleInput, "policy" | "marked">, position: number): boolean =>
  !policy.ledger || marked.has(position);

/** Where the cursor stands: before the first entry without an outcome, else at the end of the page. */
function moved(cursor: Cursor, { page, due }: AnyWork, firstOpen: Deliverable | undefined) {
  const { position, revisionPosition } = cursor;
  if (due) return { position, revisionPosition };
  const to = firstOpen ? firstOpen.position - 1 : page.through;
  return page.feed === "responses" ? { position: to, revisionPosition } : { position, revisionPosition: to };
}

function secondsToWait(halt: Halt, failures: number, random: number): number {
  if (halt.type === "blocked") return halt.afterSeconds ?? BLOCKED_SECONDS;
  return haltSeconds(failures, random, { after: halt.afterSeconds, within: halt.withinSeconds });
}

/** The gap between two pages is so many times as long at most, however little of a budget is left. */
const STRETCH_MAX = 15;

/**
 * Between two pages of most kinds a backlog is left to gather; 0: go on at once. Who is not behind gathers for longer
 * the less is left of the budget: what it spares is for those who are. After a full page nothing is to be gathered.
 */
function pauseUntil({ work, policy, now, waitSeconds, spare }: SettleInput): number {
  if (waitSeconds !== null) return timeAfter(now, waitSeconds);
  const { page } = work;
  const last = page.entries.at(-1);
  const gap = policy.pageGapSeconds;
  if (!last || gap === 0) return 0;
  const isBehind = page.inDoubt || cameAt(last) < page.markedAt - gap * 1000;
  if (policy.backlogAtOnce && (isBehind || page.entries.length >= policy.pageSize)) return 0;
  // Larger pages spare nothing where each entry is paid for.
  if (isBehind || policy.cost === "entry") return timeAfter(now, gap);
  return timeAfter(now, gap / Math.max(spare, 1 / STRETCH_MAX));
}

/** When an entry came into its feed, in milliseconds. */
const cameAt = (entry: Deliverable): number =>
  isEntry(entry) ? (entry.changedAt ?? entry.response.receivedAt) : Number.POSITIVE_INFINITY;

const isEntry = (entry: Deliverable): entry is Entry => "response" in entry;

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

function rowOf(input: SettleInput, entry: Deliverable, outcome: Outcome): DeliveryWrite {
  const { work, marked, policy, now, random } = input;
  const known = marked.get(entry.position) ?? work.rows.get(entry.position);
  const tried = wasTried({ policy, marked }, entry.position);
  const before = work.rows.get(entry.position)?.attempts ?? 0;
  // A mark has counted the attempt already.
  const attempts =
    marked.get(entry.position)?.attempts ?? (outcome.type === "rejected" || !tried ? before : before + 1);
  const base = {
    feed: FEEDS[work.page.feed],
    position: entry.position,
    attempts,
    looks: known?.looks ?? 0,
    triedAt: known?.triedAt ?? now,
    nextAt: null,
    reference: known?.reference ?? null,
    status: null,
    rank: 0,
    reason: null,
    content: known?.content ?? null,
  };
  const later = (seconds: number | undefined) => timeAfter(now, seconds ?? backoffSeconds(attempts, random));
  switch (outcome.type) {
    case "delivered": {
      const { checkAfterSeconds } = outcome;
      const asked = policy.ledger && checkAfterSeconds !== undefined && hasOwnTime(input, entry.position);
      const nextAt = asked ? later(checkAfterSeconds) : null;
      return { ...base, ...wordOf(outcome, base.reference), state: "delivered", looks: 0, nextAt };
    }
    case "skipped":
      return { ...base, state: "skipped", reason: outcome.reason };
    case "rejected":
      return { ...base, ...wordOf(outcome, base.reference), state: "parked", reason: outcome.reason };
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

/** What the provider said of the effect. */
const wordOf = (
  { reference, status, rank }: Extract<Outcome, { type: "delivered" | "rejected" }>,
  known: string | null,
) => ({ reference: reference ?? known, status: status ?? null, rank: rank ?? 0 });

/**
 * Entries with a row from before that were not attempted now: the row says again what it said. One that may have been
 * attempted gets its mark as a row: before the cursor the next page finds it, and what was due is made due again, in
 * doubt. Due is due: it is the cursor that waits, and a person who resumes it must not have to wait for its deliveries
 * too.
 */
function openRows(input: SettleInput, open: readonly Deliverable[]): DeliveryWrite[] {
  const { work, halt, policy, marked, now } = input;
  return open.flatMap((entry): DeliveryWrite[] => {
    const mark = marked.get(entry.position);
    if (mark && staysInDoubt(input, entry)) {
      return [work.due ? { ...mark, state: "unknown", nextAt: now, reason: halt?.reason ?? null } : mark];
    }
    const row = work.rows.get(entry.position);
    if (!row || (!work.due && !policy.ledger)) return [];
    const { integration: _, ...plain } = row;
    return [{ ...plain, nextAt: work.due ? now : row.nextAt, reason: halt?.reason ?? row.reason }];
  });
}
