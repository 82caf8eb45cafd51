/**
 * Quiet hours: between two times of day in a time zone nothing is sent. Pure; the zone's clock, summer time included,
 * is Intl's. Called by admit.ts for each entry.
 */
import * as z from "zod";
import { field } from "../../core/config-field";

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day such as 21:00");

export const QuietHoursSchema = z
  .strictObject({
    from: TimeOfDay.meta(field("From", "A time of day such as 21:00.")),
    to: TimeOfDay.meta(
      field("To", "The first minute at which texts go out again; earlier than `from`: on the next day."),
    ),
    timeZone: z
      .string()
      .refine(isTimeZone, "a time zone of the IANA list, such as Asia/Kolkata")
      .meta(field("Time zone", "Of the IANA list, such as Asia/Kolkata.")),
  })
  .refine(({ from, to }) => from !== to, { path: ["to"], message: "the same as from: nothing would ever be sent" });
export type QuietHours = z.output<typeof QuietHoursSchema>;

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** A leap of a zone's clock is at most a day (Samoa, 2011); most are an hour. */
const LEAP_MINUTES_MAX = DAY_MINUTES;

/** Seconds until the quiet hours end, or 0 when it is not quiet at `now` (milliseconds since the epoch). */
export function quietSecondsLeft(quiet: QuietHours, now: number): number {
  const clock = clockOf(quiet.timeZone);
  const [from, to] = [minutesOf(quiet.from), minutesOf(quiet.to)];
  const isQuiet = (at: number) => modulo(clock(at) - from) < modulo(to - from);
  if (!isQuiet(now)) return 0;
  const minute = now - (now % MINUTE_MS);
  let end = minute + modulo(to - clock(minute)) * MINUTE_MS;
  // The clock was moved meanwhile: so many minutes too late (spring) or too early (autumn).
  const off = modulo(clock(end) - to + DAY_MINUTES / 2) - DAY_MINUTES / 2;
  end = Math.max(minute + MINUTE_MS, end - off * MINUTE_MS);
  // The end is a time that the clock leaps over: quiet until after the leap.
  for (let i = 0; i < LEAP_MINUTES_MAX && isQuiet(end); i += 1) end += MINUTE_MS;
  return Math.ceil((end - now) / 1000);
}

const modulo = (minutes: number): number => ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

/** Minutes since midnight on the zone's clock. */
function clockOf(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", hour: "2-digit", minute: "2-digit" });
  return (at) => minutesOf(format.format(at));
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: name });
  } catch {
    return false;
  }
  // Intl also takes offsets (+05:30), which know nothing of summer time.
  return /^[A-Za-z]/.test(name);
}
