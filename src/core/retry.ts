/** When to try again. Pure: `random` is a number in [0, 1). */

/** Full jitter over an exponential ceiling: uniform(0, min(cap, base * 2^n)) (AWS architecture blog), at least 1 s. */
export function backoffSeconds(failures: number, random: number, limits = { base: 2, cap: 600 }): number {
  const ceiling = Math.min(limits.cap, limits.base * 2 ** Math.min(failures, 30));
  return Math.max(1, random * ceiling);
}

/** The time so many seconds after `now`, in whole milliseconds: D1 refuses a fraction in a column of integers. */
export const timeAfter = (now: number, seconds: number): number => Math.ceil(now + seconds * 1000);

/** How long a blocked integration waits before it looks by itself whether its owner has mended it. */
export const BLOCKED_SECONDS = 15 * 60;

/** Failures further apart than this (the longest pause between two attempts, and some) are not one failing stretch. */
export const FAILING_GAP_MS = 36 * 3_600_000;

/** The longest delay a queue message may have (platform.md 1.3); the sweeper serves what is due later. */
export const DELAY_SECONDS_MAX = 12 * 3600;
