import { describe, expect, it } from "vitest";
import { type Found, mergeReconciliations, type Reconciliation, ROUND_MS } from "./reconciliation";

const NOTHING: Found = {
  checked: 0,
  missing: 0,
  doubled: 0,
  strangers: 0,
  changed: 0,
  repaired: 0,
  examples: {},
  error: null,
};
const one = (startedAt: number, finishedAt: number | null, found: Partial<Found> = {}): Reconciliation => ({
  ...NOTHING,
  startedAt,
  finishedAt,
  ...found,
});
const segment = (...found: Reconciliation[]) => ({ found, dueAt: null });
const times = (merged: readonly Reconciliation[]) => merged.map(({ startedAt, finishedAt }) => [startedAt, finishedAt]);

describe("the reconciliations of several segments", () => {
  it("that were asked for together are one: counts added, begun with the first, done with the last", () => {
    const counts = { checked: 3, missing: 2, doubled: 1, strangers: 4, changed: 5, repaired: 6 };
    const first = one(2, 9, { ...counts, examples: { missing: ["a"], doubled: ["b"] } });
    const second = one(1, 5, { ...counts, checked: 10, examples: { missing: ["c"] }, error: "It can't be read." });
    expect(mergeReconciliations([segment(first), segment(second)])).toEqual([
      {
        startedAt: 1,
        finishedAt: 9,
        checked: 13,
        missing: 4,
        doubled: 2,
        strangers: 8,
        changed: 10,
        repaired: 12,
        examples: { missing: ["c", "a"], doubled: ["b"] },
        error: "It can't be read.",
      },
    ]);
  });

  it("are under way while one of them is, or has not had its turn", () => {
    expect(times(mergeReconciliations([segment(one(1, 5)), segment(one(2, null))]))).toEqual([[1, null]]);
    const [asked, done] = [one(11, 12), one(1, 2)];
    const late = (dueAt: number | null) => ({ found: [done], dueAt });
    expect(times(mergeReconciliations([segment(asked, done), late(10)]))).toEqual([
      [11, null],
      [1, 2],
    ]);
    expect(times(mergeReconciliations([segment(asked, done), late(12)]))[0], "due later").toEqual([11, 12]);
    expect(times(mergeReconciliations([segment(asked, done), late(null)]))[0], "paused").toEqual([11, 12]);
  });

  it("of several askings are as many, newest first, whichever segment is first", () => {
    const [a, b] = [segment(one(100, 101), one(20, 21), one(10, 11)), segment(one(90, 91), one(25, 26), one(11, 12))];
    const expected = [
      [90, 101],
      [20, 26],
      [10, 12],
    ];
    expect(times(mergeReconciliations([a, b]))).toEqual(expected);
    expect(times(mergeReconciliations([b, a]))).toEqual(expected);
  });

  it("that is tried again an hour later, or is a new segment's the night after, is another one", () => {
    expect(times(mergeReconciliations([segment(one(0, 1)), segment(one(ROUND_MS, ROUND_MS + 1))]))).toHaveLength(2);
    expect(times(mergeReconciliations([segment(one(0, 1)), segment(one(ROUND_MS - 1, ROUND_MS))]))).toHaveLength(1);
  });

  it("say each error once, and keep the first twenty examples", () => {
    const ids = (of: string) => Array.from({ length: 15 }, (_, i) => `${of}${i}`);
    const part = (at: number, error: string) => one(at, at, { error, examples: { missing: ids(`${at}-`) } });
    const [merged] = mergeReconciliations([part(1, "A."), part(2, "A."), part(3, "B.")].map((found) => segment(found)));
    expect(merged).toMatchObject({ error: "A. B." });
    expect(merged?.examples.missing).toEqual([...ids("1-"), ...ids("2-").slice(0, 5)]);
  });
});

it("the reconciliations of one segment stay as they are, also those of one millisecond", () => {
  const found = [one(7, null), one(5, 6, { checked: 2 }), one(5, 5, { checked: 1 })];
  expect(mergeReconciliations([{ found, dueAt: 1 }])).toEqual(found);
  expect(mergeReconciliations([])).toEqual([]);
});
