/** When to try again. Pure: `random` is a number in [0, 1). */

/** Full jitter over an exponential ceiling: uniform(0, min(cap, base * 2^n)) (AWS architecture blog), at least 1 s. */
export function backoffSeconds(failures: number, random: number, limits = { base: 2, cap: 600 }): number {
  const ceiling = Math.min(limits.cap, limits.base * 2 ** Math.min(failures, 30));
  return Math.max(1, random * ceiling);
}

/** How long a blocked integration waits before it looks by itself whether its owner has mended it. */
export const BLOCKED_SECONDS = 15 * 60;

/** The longest delay a queue message may have (platform.md 1.3); the sweeper serves what is due later. */
export const DELAY_SECONDS_MAX = 12 * 3600;
