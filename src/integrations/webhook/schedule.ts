/**
 * When an event is tried again: the schedule of Standard Webhooks 1.0 over about three days, with jitter, so that a
 * receiver that comes back is not met by everything at once. Pure: the jitter follows from what is retried and how
 * often it was.
 */

const MINUTE = 60;
const HOUR = 3600;
/** Seconds before each attempt, the first one included. */
const STEPS = [0, 5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR] as const;
export const ATTEMPTS_MAX = STEPS.length;
const JITTER = 0.2;
/** A receiver may ask for a longer pause, but not for more than this. */
const RETRY_AFTER_MAX = 24 * HOUR;
/** While a whole endpoint is down it is tried this often at least: new responses wait for it. */
const PAUSE_MAX = 30 * MINUTE;

/**
 * Seconds to the next attempt of a delivery after its n-th (from 1) failed; `retryAfter`: seconds that the receiver
 * asked for.
 */
export function pauseOfDelivery(delivery: string, attempts: number, retryAfter: number | null): number {
  return longer(jittered(stepAfter(attempts), `${delivery}/${attempts}`), retryAfter);
}

/**
 * Seconds that everything waits when the endpoint is down for the n-th time in a row (from 1); `name`: the cursor's.
 */
export function pauseOfEndpoint(name: string, times: number, retryAfter: number | null): number {
  return longer(jittered(Math.min(stepAfter(times), PAUSE_MAX), `${name}/${times}`), retryAfter);
}

const stepAfter = (attempts: number): number => STEPS[Math.min(Math.max(attempts, 1), STEPS.length - 1)] ?? HOUR;

const longer = (pause: number, retryAfter: number | null): number =>
  Math.max(pause, Math.min(retryAfter ?? 0, RETRY_AFTER_MAX));

/** Evenly within ±20 %. */
const jittered = (seconds: number, seed: string): number =>
  Math.round(seconds * (1 + JITTER * (2 * fraction(seed) - 1)) * 1000) / 1000;

/**
 * A number in [0, 1) that is always the same for a text and looks like chance: FNV-1a, its bits mixed as MurmurHash3
 * ends.
 */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * Retry-After (RFC 9110, section 10.2.3) in seconds from `now` (milliseconds): a number or a date; null: none that can
 * be read.
 */
export function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const date = /^[A-Z][a-z]{2},? .*GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}
