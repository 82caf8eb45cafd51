/** When nightly work is done: between 02:00 and 05:00 UTC, each integration at its own minute. */

const DAY_MS = 86_400_000;
const FROM_MS = 2 * 3_600_000;
const MINUTES = 180;

/** The next night's time after `now` (milliseconds) for the integration of that number. */
export function nextNight(now: number, integration: number): number {
  // 37 and 180 have no common factor: integrations made one after the other are spread over the whole span.
  const offset = FROM_MS + ((integration * 37) % MINUTES) * 60_000;
  const today = Math.floor(now / DAY_MS) * DAY_MS + offset;
  return today > now ? today : today + DAY_MS;
}
