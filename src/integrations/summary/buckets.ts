/**
 * The grids that answers are counted on. A grid is fixed, so that what a response counts depends on nothing but the
 * response, and whatever people answer it has a bounded number of keys. Pure.
 */
import { type Decimal, ZERO } from "./decimal";

/** Numbers are counted by two digits, from 0.000001 up to here. */
const LOWEST = -6;
const HIGHEST = 15;
const STEPS = 90;
/** The bucket of what is larger. */
const BEYOND = (HIGHEST - LOWEST + 1) * STEPS + 1;
const BEYOND_VALUE = 10 ** (HIGHEST + 1);

/** The bucket of a number: 0 of what is next to nothing, growing with the number, below 0 of negative ones. */
export function numberBucket(value: number): number {
  const size = Math.abs(value);
  if (size < 10 ** LOWEST) return 0;
  const [digits = "", exponent = ""] = size.toExponential(1).split("e");
  const power = Number(exponent);
  const step = Number(digits.replace(".", "")) - 10;
  const bucket = power > HIGHEST ? BEYOND : (power - LOWEST) * STEPS + step + 1;
  return value < 0 ? -bucket : bucket;
}

/** The number that a bucket stands for in sums: what its numbers differ from it is counted beside. */
export function bucketBase(bucket: number): Decimal {
  const n = Math.abs(bucket) - 1;
  if (n < 0 || n >= BEYOND - 1) return ZERO;
  const digits = BigInt(10 + (n % STEPS));
  return { digits: bucket < 0 ? -digits : digits, exponent: LOWEST + Math.floor(n / STEPS) - 1 };
}

/** The number that a bucket is shown as. */
export function bucketValue(bucket: number): number {
  if (Math.abs(bucket) === BEYOND) return Math.sign(bucket) * BEYOND_VALUE;
  const { digits, exponent } = bucketBase(bucket);
  return Number(`${digits}e${exponent}`);
}

/** Lengths of texts in characters: the least of each bucket; the next one ends it. */
const LENGTHS = [1, 11, 21, 51, 101, 201, 501, 1_001, 2_001, 5_001, 10_001, 20_001, 50_001] as const;

export const lengthBucket = (length: number): number => LENGTHS.findLast((from) => from <= length) ?? LENGTHS[0];
/** The longest of a bucket; null: it has no end. */
export function lengthEnd(bucket: number): number | null {
  const next = LENGTHS.find((from) => from > bucket);
  return next === undefined ? null : next - 1;
}

const FIRST_YEAR = 1900;
const MONTHS = 200 * 12;
/** Of all months that are not in the grid. */
export const OTHER_MONTH = -1;

/** Months since January 1900 of a date (`2026-11-24`, whatever follows), up to 2099. */
export function monthBucket(date: string): number {
  const bucket = (Number(date.slice(0, 4)) - FIRST_YEAR) * 12 + Number(date.slice(5, 7)) - 1;
  return bucket >= 0 && bucket < MONTHS ? bucket : OTHER_MONTH;
}

/** `2026-11`; null: before 1900 or after 2099. */
export function monthName(bucket: number): string | null {
  if (bucket === OTHER_MONTH) return null;
  return `${FIRST_YEAR + Math.floor(bucket / 12)}-${String((bucket % 12) + 1).padStart(2, "0")}`;
}
