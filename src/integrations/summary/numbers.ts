/**
 * Numbers: counted by bucket, with what each differs from its bucket, and its square from the bucket's, in limbs. All
 * of that are sums that can be taken back; mean and standard deviation come of them exactly, and are rounded once.
 * Pure.
 */
import type { Count } from "../../core/contribution";
import type { NumbersSummary } from "../../core/summary";
import { bucketBase, bucketValue, numberBucket } from "./buckets";
import {
  add,
  type Decimal,
  decimalOf,
  divide,
  fromLimbs,
  limbsOf,
  minus,
  square,
  squareRoot,
  times,
  toNumber,
  ZERO,
} from "./decimal";

/** What is counted of a number. Counts are never below 0: what is less has a facet of its own. */
export function countsOfNumber(ref: string, value: number): Count[] {
  const bucket = numberBucket(value);
  const [number, base] = [decimalOf(value), bucketBase(bucket)];
  const limbs = (difference: Decimal, over: string, under: string) =>
    limbsOf(difference).map(([key, n]): Count => [ref, difference.digits > 0n ? over : under, key, n]);
  return [
    [ref, "number", bucket],
    ...limbs(minus(number, base), "over", "under"),
    ...limbs(minus(square(number), square(base)), "squares_over", "squares_under"),
  ];
}

/** Sums of counts of one question by facet. */
export type FacetCounts = (facet: string) => readonly { readonly key: number; readonly n: number }[];

export function viewNumbers(counts: FacetCounts): NumbersSummary {
  const buckets = counts("number");
  const histogram = buckets.map(({ key, n }) => ({ value: bucketValue(key), count: n }));
  const { mean, standardDeviation } = moments(counts);
  return {
    mean,
    standardDeviation,
    min: histogram[0]?.value ?? null,
    max: histogram.at(-1)?.value ?? null,
    histogram,
  };
}

function moments(counts: FacetCounts): Pick<NumbersSummary, "mean" | "standardDeviation"> {
  const buckets = counts("number");
  const n = BigInt(buckets.reduce((total, bucket) => total + bucket.n, 0));
  if (n === 0n) return { mean: null, standardDeviation: null };
  const limbs = (facet: string) => fromLimbs(counts(facet).map(({ key, n }) => [key, n] as const));
  const total = (of: (base: Decimal) => Decimal) =>
    buckets.map(({ key, n }) => times(of(bucketBase(key)), BigInt(n))).reduce(add, ZERO);
  const sum = minus(
    add(
      total((base) => base),
      limbs("over"),
    ),
    limbs("under"),
  );
  const squares = minus(add(total(square), limbs("squares_over")), limbs("squares_under"));
  const spread = minus(times(squares, n), square(sum));
  return { mean: toNumber(divide(sum, n)), standardDeviation: squareRoot(divide(spread, n * n)) };
}
