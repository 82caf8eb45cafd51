/**
 * What became of attempts, by hour: at most 25 hours, so that it fits in the row that is written anyway. Pure.
 *
 * An attempt is one entry that was tried. One that stops a whole page counts once, however many entries share its call
 * or wait behind it: those were not refused, and a page of a thousand must not outweigh a thousand single failures.
 */
import type { Halt, Outcome } from "./integration";

/** Hours since the epoch with their counts, oldest first. */
export type Tally = readonly (readonly [hour: number, delivered: number, failed: number])[];

export interface Attempts {
  readonly delivered: number;
  readonly failed: number;
}

const HOUR_MS = 3_600_000;
/** Hours that are kept beside the one that has begun. */
const HOURS_KEPT = 24;

/**
 * The tally with what was tried now; hours that are more than a day ago are forgotten. `now`: milliseconds since the
 * epoch.
 */
export function addAttempts(tally: Tally, { delivered, failed }: Attempts, now: number): Tally {
  if (delivered === 0 && failed === 0) return tally;
  const hour = Math.floor(now / HOUR_MS);
  const kept = tally.filter(([then]) => then >= hour - HOURS_KEPT);
  // Clocks differ: what another one put into an hour to come is of this one.
  const current = sum(kept.filter(([then]) => then >= hour));
  return [...kept.filter(([then]) => then < hour), [hour, current.delivered + delivered, current.failed + failed]];
}

/** What was tried in the hour that has begun and so many before it; the last day unless told. */
export function attemptsSince(tally: Tally, now: number, hours: number = HOURS_KEPT): Attempts {
  const hour = Math.floor(now / HOUR_MS);
  return sum(tally.filter(([then]) => then >= hour - hours));
}

/** The attempts of several tallies together. */
export const sumAttempts = (all: readonly Attempts[]): Attempts => ({
  delivered: all.reduce((total, { delivered }) => total + delivered, 0),
  failed: all.reduce((total, { failed }) => total + failed, 0),
});

const sum = (tally: Tally): Attempts => sumAttempts(tally.map(([, delivered, failed]) => ({ delivered, failed })));

/** Failed ones among all attempts, from 0 to 1; null: nothing was tried. */
export function errorRate({ delivered, failed }: Attempts): number | null {
  return delivered + failed === 0 ? null : failed / (delivered + failed);
}

/** What was tried with a page, without what was put off: that its time had not come is no attempt. */
export interface Tried {
  readonly outcomes: Iterable<Outcome>;
  readonly halt: Halt | null;
  readonly entries: number;
}

/** Counts a page. A look at what became of an earlier attempt is none; what it finds delivered is. */
export function countAttempts({ outcomes, halt, entries }: Tried): Attempts {
  const stopped = halt !== null && entries > 0 ? 1 : 0;
  let [delivered, failed] = [0, stopped];
  for (const outcome of outcomes) {
    if (outcome.type === "delivered") delivered += 1;
    else if (outcome.type !== "skipped" && !(outcome.type === "unknown" && outcome.looked)) failed += 1;
  }
  return { delivered, failed };
}
