import { describe, expect, it } from "vitest";
import { binDays, binMonths, binNumbers } from "./bins";

const labels = (bins: readonly { label: string }[]) => bins.map(({ label }) => label);
const counts = (bins: readonly { count: number }[]) => bins.map(({ count }) => count);
const total = (bins: readonly { count: number }[]) => counts(bins).reduce((a, b) => a + b, 0);

describe("days", () => {
  it("have those between them, also at the end of a month", () => {
    const { unit, bins } = binDays([
      { day: "2026-02-27", count: 3 },
      { day: "2026-03-02", count: 1 },
    ]);
    expect(unit).toBe("day");
    expect(labels(bins)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
    expect(counts(bins)).toEqual([3, 0, 0, 1]);
  });

  it("become weeks from Monday on, months and years as they grow", () => {
    const over = (first: string, last: string) =>
      binDays([
        { day: first, count: 2 },
        { day: last, count: 5 },
      ]);
    expect(over("2026-01-01", "2026-04-02")).toMatchObject({ unit: "day", bins: { length: 92 } });
    const weeks = over("2026-01-01", "2026-04-03");
    expect([weeks.unit, weeks.bins[0]?.label, weeks.bins.at(-1)?.label]).toEqual(["week", "2025-12-29", "2026-03-30"]);
    expect(over("2024-01-01", "2026-11-24")).toMatchObject({ unit: "month", bins: { length: 35 } });
    expect(over("1990-01-01", "2026-11-24")).toMatchObject({ unit: "year", bins: { length: 37 } });
    for (const last of ["2026-04-03", "2029-01-01", "2099-12-31"]) expect(total(over("2026-01-01", last).bins)).toBe(7);
    expect(binDays([]).bins).toEqual([]);
  });
});

it("months have no holes over the turn of the year", () => {
  const months = [
    { month: "2025-11", count: 1 },
    { month: "2026-02", count: 4 },
  ];
  expect(binMonths(months).bins).toEqual([
    { label: "2025-11", count: 1 },
    { label: "2025-12", count: 0 },
    { label: "2026-01", count: 0 },
    { label: "2026-02", count: 4 },
  ]);
  expect(binMonths([]).bins).toEqual([]);
});

describe("numbers", () => {
  it("have a column each where they are whole and few, and all of a scale", () => {
    const ratings = [
      { value: 2, count: 1 },
      { value: 5, count: 4 },
    ];
    expect(labels(binNumbers(ratings))).toEqual(["2", "3", "4", "5"]);
    expect(counts(binNumbers(ratings, { min: 1, max: 5 }))).toEqual([0, 1, 0, 0, 4]);
    expect(counts(binNumbers([], { min: 1, max: 3 }))).toEqual([0, 0, 0]);
    expect(binNumbers([])).toEqual([]);
    expect(binNumbers([{ value: 0, count: 9 }])).toEqual([{ label: "0", count: 9 }]);
  });

  it("share even steps otherwise, each in the one that it begins", () => {
    const ages = Array.from({ length: 60 }, (_, i) => ({ value: 18 + i, count: 1 }));
    const bins = binNumbers(ages);
    expect(bins[0]).toEqual({ label: "15 to under 20", count: 2 });
    expect(bins.at(-1)).toEqual({ label: "75 to under 80", count: 3 });
    const tenths = Array.from({ length: 20 }, (_, i) => ({ value: (i + 1) / 10, count: 1 }));
    expect(counts(binNumbers(tenths))).toEqual([1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1]);
  });

  it("are never cut finer than the two digits that are kept, and none is lost", () => {
    const near = [100, 110, 120].map((value) => ({ value, count: 2 }));
    expect(labels(binNumbers(near))).toEqual(["100 to under 110", "110 to under 120", "120 to under 130"]);
    for (const wide of [[-1e16, 0, 1e16], [-0.000001, 0.5], [-3, -2.5, 7], [1e-6, 1e15], [-1300]]) {
      const bins = binNumbers(wide.map((value) => ({ value, count: 1 })));
      expect(total(bins)).toBe(wide.length);
      expect(bins.length).toBeLessThanOrEqual(40);
    }
  });
});
