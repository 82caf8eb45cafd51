/** Opening hours of a form: times of the week on the clock of a place. Pure; the clock of a place comes from Intl. */
import type * as z from "zod";
import type { OpeningHoursSchema } from "./opening-hours-schema";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
type Day = (typeof DAYS)[number];

export type OpeningHours = Readonly<z.infer<typeof OpeningHoursSchema>>;

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const numbers = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  const made = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    weekday: "short",
    second: "2-digit",
    hourCycle: "h23",
    ...numbers,
  });
  if (clocks.size > 500) clocks.clear();
  clocks.set(timeZone, made);
  return made;
}

interface Local {
  readonly day: Day;
  /** YYYY-MM-DD. */
  readonly date: string;
  /** HH:MM. */
  readonly time: string;
  /** The same reading of the clock as if it were UTC, in milliseconds. */
  readonly asUtc: number;
}

/** What clock and calendar of a place show at an instant (milliseconds since the epoch). */
export function localAt(timeZone: string, at: number): Local {
  const parts = Object.fromEntries(
    clockOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const time = `${parts.hour}:${parts.minute}`;
  const day = DAYS.find((name) => name === parts.weekday?.toLowerCase()) ?? "mon";
  const date = `${parts.year}-${parts.month}-${parts.day}`;
  return { day, date, time, asUtc: Date.parse(`${date}T${time}:${parts.second}Z`) };
}

/** Whether this instant is within the hours. */
export function opensWithin({ timeZone, hours }: OpeningHours, at: number): boolean {
  const { day, time } = localAt(timeZone, at);
  return hours.some(({ days, from, to }) => days.includes(day) && from <= time && time < to);
}

const DAY_MS = 86_400_000;

/** The first instant from `from` on that is within the hours; null when there is none in the next two weeks. */
export function nextOpening(opening: OpeningHours, from: number): number | null {
  if (opensWithin(opening, from)) return from;
  const { asUtc } = localAt(opening.timeZone, from);
  const midnight = asUtc - (((asUtc % DAY_MS) + DAY_MS) % DAY_MS);
  const times = [...new Set(opening.hours.map((entry) => entry.from))].toSorted();
  for (let days = 0; days <= 14; days += 1) {
    for (const time of times) {
      const at = instantOf(opening.timeZone, midnight + days * DAY_MS + Date.parse(`1970-01-01T${time}:00Z`));
      if (at > from && opensWithin(opening, at)) return at;
    }
  }
  return null;
}

/**
 * When the clock of a place shows this. Looked at twice: the first guess may lie on the other side of a change of the
 * clock.
 */
function instantOf(timeZone: string, asUtc: number): number {
  let at = asUtc;
  for (let i = 0; i < 2; i += 1) at += asUtc - localAt(timeZone, at).asUtc;
  return at;
}
