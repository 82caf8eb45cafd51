/**
 * What a plot shows, of counts as the summary has them: an even scale without holes, and not more columns than fit.
 * Pure.
 */

export interface Bin {
  readonly label: string;
  readonly count: number;
}

export type Unit = "day" | "week" | "month" | "year";

/** Columns over time, and what each of them is. */
export interface Timeline {
  readonly unit: Unit;
  readonly bins: readonly Bin[];
}

const DAY_MS = 86_400_000;
const DAYS_MAX = 92;
const WEEKS_MAX = 104;
const MONTHS_MAX = 60;

const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });

/** Counts by day (`2026-11-24`), oldest first: by day, week, month or year, whatever shows them in one look. */
export function binDays(days: readonly { readonly day: string; readonly count: number }[]): Timeline {
  const first = Date.parse(days[0]?.day ?? "");
  const last = Date.parse(days.at(-1)?.day ?? "");
  if (Number.isNaN(first) || Number.isNaN(last)) return { unit: "day", bins: [] };
  const span = (last - first) / DAY_MS + 1;
  if (span > WEEKS_MAX * 7) return binMonths(days.map(({ day, count }) => ({ month: day.slice(0, 7), count })));
  const size = span <= DAYS_MAX ? 1 : 7;
  const sums = sumBy(days.map(({ day, count }) => [startOf(Date.parse(day), size), count]));
  const bins: Bin[] = [];
  for (let at = startOf(first, size); at <= last; at += size * DAY_MS) {
    bins.push({ label: new Date(at).toISOString().slice(0, 10), count: sums.get(at) ?? 0 });
  }
  return { unit: size === 1 ? "day" : "week", bins };
}

/** The day itself, or the Monday of its week. */
function startOf(at: number, size: 1 | 7): number {
  return size === 1 ? at : at - ((new Date(at).getUTCDay() + 6) % 7) * DAY_MS;
}

/** Counts by month (`2026-11`), oldest first: by month, or by year when there are too many. */
export function binMonths(months: readonly { readonly month: string; readonly count: number }[]): Timeline {
  const numbered = months.map(({ month, count }) => [monthNo(month), count] as const);
  const [first = 0] = numbered[0] ?? [];
  const [last = -1] = numbered.at(-1) ?? [];
  const size = last - first < MONTHS_MAX ? 1 : 12;
  const sums = sumBy(numbered.map(([no, count]) => [Math.floor(no / size), count]));
  const bins: Bin[] = [];
  for (let no = Math.floor(first / size); no <= Math.floor(last / size); no += 1) {
    bins.push({ label: size === 1 ? monthLabel(no) : String(no), count: sums.get(no) ?? 0 });
  }
  return { unit: size === 1 ? "month" : "year", bins };
}

const monthNo = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
const monthLabel = (no: number) => `${Math.floor(no / 12)}-${String((no % 12) + 1).padStart(2, "0")}`;

/** Columns that a histogram has, about. */
const COLUMNS = 16;
/** So many whole numbers have a column each. */
const WHOLE_MAX = 31;

interface Counted {
  readonly value: number;
  readonly count: number;
}

/**
 * A histogram that is kept to two digits, smallest first, on even steps: one for each whole number where these are few,
 * or steps of 1, 2 or 5 that are no finer than the digits that are kept. `scale`: bounds that are shown whatever was
 * answered.
 */
export function binNumbers(
  histogram: readonly Counted[],
  scale?: { readonly min: number; readonly max: number },
): Bin[] {
  const ends = [...histogram.map(({ value }) => value), ...(scale ? [scale.min, scale.max] : [])];
  if (ends.length === 0) return [];
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const size = Math.max(Math.abs(least), Math.abs(most));
  const each = ends.every(Number.isInteger) && most - least < WHOLE_MAX && size <= 100;
  const step = each ? 1 : Math.max(evenStep((most - least) / COLUMNS), grid(size));
  // A value on a border belongs to the column that it begins, however its quotient was rounded.
  const place = (value: number) => Math.floor(value / step + 1e-9);
  const sums = sumBy(histogram.map(({ value, count }) => [place(value), count]));
  return Array.from({ length: place(most) - place(least) + 1 }, (_, i) => {
    const at = place(least) + i;
    const label = each ? NUMBER.format(at) : `${NUMBER.format(at * step)} to under ${NUMBER.format((at + 1) * step)}`;
    return { label, count: sums.get(at) ?? 0 };
  });
}

/** The distance of neighbours on the grid of two digits. */
const grid = (size: number) => (size === 0 ? 1 : 10 ** (Math.floor(Math.log10(size)) - 1));

/** 1, 2 or 5 times a power of ten, and not less than `least`. */
function evenStep(least: number): number {
  if (least <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(least));
  return (([1, 2, 5, 10] as const).find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10) * power;
}

function sumBy(counts: readonly (readonly [key: number, count: number])[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const [key, count] of counts) sums.set(key, (sums.get(key) ?? 0) + count);
  return sums;
}
