/** `submittedAt`: when a device says that a response was filled in. It may have been offline since, for days. */
import { isDatetime } from "./answer-formats";
import type { Problem } from "./errors";

/** Clocks of devices go wrong; by more than this into the future, the time is a mistake. */
const AHEAD_MS = 5 * 60_000;

/** The time in milliseconds, null when there is none; and what is wrong with it. `now` in milliseconds. */
export function readSubmittedAt(input: unknown, now: number): { at: number | null; problems: readonly Problem[] } {
  const wrong = (code: string, detail: string) => ({ at: null, problems: [{ pointer: "/submittedAt", code, detail }] });
  if (input === undefined || input === null) return { at: null, problems: [] };
  if (typeof input !== "string" || !isDatetime(input)) {
    return wrong("invalid_datetime", "Must be a date and time with its offset, such as 2026-11-23T14:05:00Z.");
  }
  const at = Date.parse(input.toUpperCase());
  if (at > now + AHEAD_MS) return wrong("in_future", "Lies more than 5 minutes ahead: the device's clock is wrong.");
  return { at, problems: [] };
}
