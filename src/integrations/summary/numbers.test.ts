import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Count, countDifferences } from "../../core/contribution";
import { bucketValue, lengthBucket, lengthEnd, monthBucket, monthName, numberBucket } from "./buckets";
import { countsOfNumber, viewNumbers } from "./numbers";

/** As the table of counts adds them up: those of `gone` were added, and taken back. */
function sumsOf(values: readonly number[], gone: readonly number[] = []): Required<Count>[] {
  const contribution = (value: number) => ({ counts: countsOfNumber("n", value) });
  return countDifferences([
    ...[...values, ...gone].map((value) => ({ position: 0, before: null, after: contribution(value) })),
    ...gone.map((value) => ({ position: 0, before: contribution(value), after: null })),
  ]);
}

function view(sums: readonly Required<Count>[]) {
  const rows = sums.map(([, facet, key, n]) => ({ facet, key: Number(key), n }));
  return viewNumbers((facet) => rows.filter((row) => row.facet === facet).toSorted((a, b) => a.key - b.key));
}

const summarize = (...values: number[]) => view(sumsOf(values));
const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });

describe("numbers", () => {
  it.each([
    [[], { mean: null, standardDeviation: null, min: null, max: null }],
    [[5, 4, 4], { mean: 13 / 3, standardDeviation: Math.sqrt(2 / 9), min: 4, max: 5 }],
    [[0.1, 0.2], { mean: 0.15, standardDeviation: 0.05, min: 0.1, max: 0.2 }],
    [[-3, 0, 3], { mean: 0, standardDeviation: Math.sqrt(6), min: -3, max: 3 }],
    [[1234.56, 1234.56], { mean: 1234.56, standardDeviation: 0, min: 1200, max: 1200 }],
    // In floating point the squares of such numbers leave nothing of their spread.
    [[1_000_000_001, 1_000_000_003], { mean: 1_000_000_002, standardDeviation: 1, min: 1e9, max: 1e9 }],
    [[1e308, 1e308], { mean: 1e308, standardDeviation: 0, min: 1e16, max: 1e16 }],
    [[-Number.MAX_VALUE, Number.MAX_VALUE], { mean: 0, standardDeviation: Number.MAX_VALUE, min: -1e16, max: 1e16 }],
    [[Number.MIN_VALUE], { mean: Number.MIN_VALUE, standardDeviation: 0, min: 0, max: 0 }],
  ])("%j", (values, expected) => {
    expect(summarize(...values)).toMatchObject(expected);
  });

  it("of two digits stand in the histogram as they are, all others rounded", () => {
    expect(summarize(0, 7, 7, 42, 120, 123, 127, -0.0125).histogram).toEqual([
      { value: -0.013, count: 1 },
      { value: 0, count: 1 },
      { value: 7, count: 2 },
      { value: 42, count: 1 },
      { value: 120, count: 2 },
      { value: 130, count: 1 },
    ]);
  });

  it("have mean and deviation to the last digit, whatever they are", () => {
    const cents = fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(cents, (values) => {
        const [n, sum] = [BigInt(values.length), values.reduce((total, v) => total + BigInt(v), 0n)];
        const spread = n * values.reduce((total, v) => total + BigInt(v) ** 2n, 0n) - sum ** 2n;
        const { mean, standardDeviation } = summarize(...values.map((v) => v / 100));
        expect(mean).toBeCloseTo(Number(sum) / values.length / 100, 8);
        expect(standardDeviation).toBeCloseTo(Math.sqrt(Number(spread)) / values.length / 100, 4);
      }),
    );
  });

  it("leave nothing behind when they are taken back, in whatever order", () => {
    fc.assert(
      fc.property(fc.array(anyNumber, { maxLength: 20 }), fc.array(anyNumber, { maxLength: 20 }), (values, gone) => {
        const sort = (sums: readonly Required<Count>[]) => sums.map((sum) => JSON.stringify(sum)).toSorted();
        expect(sort(sumsOf(values, gone))).toEqual(sort(sumsOf(values.toReversed())));
      }),
    );
  });

  it("have a bounded number of keys, and few counts each", () => {
    fc.assert(
      fc.property(anyNumber, (value) => {
        const counts = countsOfNumber("n", value);
        expect(counts.length).toBeLessThanOrEqual(14);
        for (const [, facet, key, n = 1] of counts) {
          const most = { number: 1_981, over: 54, under: 54 }[facet] ?? 108;
          expect(Math.abs(Number(key))).toBeLessThanOrEqual(most);
          expect(n).toBeGreaterThan(0);
          expect(n).toBeLessThan(1e6);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("are in the bucket of the nearest number of two digits, and buckets grow with them", () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        if (a < b) expect(numberBucket(a)).toBeLessThanOrEqual(numberBucket(b));
        const shown = bucketValue(numberBucket(a));
        if (Math.abs(a) >= 1e-6 && Math.abs(a) < 1e16) expect(shown).toBe(Number(a.toExponential(1)));
        else expect(shown).toBe(Math.abs(a) < 1 ? 0 : Math.sign(a) * 1e16);
      }),
      { numRuns: 2_000 },
    );
  });
});

it.each([
  [1, 1, 10],
  [10, 1, 10],
  [11, 11, 20],
  [1_000, 501, 1_000],
  [50_000, 20_001, 50_000],
  [100_000, 50_001, null],
])("a text of %i characters is one of %i to %j", (length, from, to) => {
  expect([lengthBucket(length), lengthEnd(lengthBucket(length))]).toEqual([from, to]);
});

it.each([
  ["1899-12-31", null],
  ["1900-01-01", "1900-01"],
  ["2026-11-24T10:00:00Z", "2026-11"],
  ["2099-12-31", "2099-12"],
  ["2100-01-01", null],
  ["0001-01-01", null],
])("the month of %s is %j", (date, month) => {
  expect(monthName(monthBucket(date))).toBe(month);
});
