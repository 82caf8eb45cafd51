/** When to try again. Pure: `random` is a number in [0, 1). */

/** Full jitter over an exponential ceiling: uniform(0, min(cap, base * 2^n)) (AWS architecture blog), at least 1 s. */
export function backoffSeconds(failures: number, random: number, limits = { base: 2, cap: 600 }): number {
  const ceiling = Math.min(limits.cap, limits.base * 2 ** Math.min(failures, 30));
  return Math.max(1, random * ceiling);
}

/**
 * A page that fails may have met with chance: the second attempt comes after so many seconds, evenly between the two.
 */
const FIRST_SECONDS = [0.25, 1] as const;

/**
 * Failures in a row from which it is an outage: until something gets through, a provider is asked with one entry at a
 * time.
 */
export const OUTAGE_AFTER = 2;

/**
 * Seconds that everything of a cursor waits when a page failed, after so many failures in a row before it (0: none).
 * `after`: what the provider or the kind asked for; one that asks for none at all gets the least that there is.
 * `within`: the most that it waits.
 */
export function haltSeconds(
  failures: number,
  random: number,
  { after, within = Number.POSITIVE_INFINITY }: { after?: number | undefined; within?: number | undefined } = {},
): number {
  const [least, most] = FIRST_SECONDS;
  if (after !== undefined) return Math.max(least, after);
  return Math.min(within, failures === 0 ? least + random * (most - least) : backoffSeconds(failures, random));
}

/**
 * A wait of so many milliseconds at most is slept through by the worker: a queue counts in whole seconds, and bills
 * three operations.
 */
export const REST_MS = 1_000;

/** The time so many seconds after `now`, in whole milliseconds: D1 refuses a fraction in a column of integers. */
export const timeAfter = (now: number, seconds: number): number => Math.ceil(now + seconds * 1000);

/** How long a blocked integration waits before it looks by itself whether its owner has mended it. */
export const BLOCKED_SECONDS = 15 * 60;

/** Failures further apart than this (the longest pause between two attempts, and some) are not one failing stretch. */
export const FAILING_GAP_MS = 36 * 3_600_000;

/** The longest delay a queue message may have (platform.md 1.3); the sweeper serves what is due later. */
export const DELAY_SECONDS_MAX = 12 * 3600;
