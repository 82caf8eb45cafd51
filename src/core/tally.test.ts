import { describe, expect, it } from "vitest";
import { addAttempts, attemptsSince, countAttempts, errorRate, type Tally } from "./tally";

const HOUR = 3_600_000;
const at = (hour: number, ms = 0) => hour * HOUR + ms;
const one = { delivered: 1, failed: 0 };

describe("the tally", () => {
  it("counts into the hour that has begun, and begins another at its end", () => {
    let tally: Tally = [];
    tally = addAttempts(tally, { delivered: 2, failed: 1 }, at(100));
    tally = addAttempts(tally, one, at(101, -1));
    expect(tally).toEqual([[100, 3, 1]]);
    expect(addAttempts(tally, one, at(101))).toEqual([
      [100, 3, 1],
      [101, 1, 0],
    ]);
  });

  it("is as it was when nothing was tried", () => {
    const tally: Tally = [[1, 5, 5]];
    expect(addAttempts(tally, { delivered: 0, failed: 0 }, at(100))).toBe(tally);
  });

  it("forgets what is more than a day old, and never has more than 25 hours", () => {
    let tally: Tally = [];
    for (let hour = 100; hour < 200; hour += 1) tally = addAttempts(tally, one, at(hour));
    expect(tally).toHaveLength(25);
    expect(tally[0]).toEqual([175, 1, 0]);
    expect(attemptsSince(tally, at(199))).toEqual({ delivered: 25, failed: 0 });
    expect(attemptsSince(tally, at(200))).toEqual({ delivered: 24, failed: 0 });
    expect(attemptsSince(tally, at(224))).toEqual({ delivered: 0, failed: 0 });
    expect(attemptsSince(tally, at(199), 2)).toEqual({ delivered: 3, failed: 0 });
  });

  it("loses nothing when a clock goes back, and is right again whatever a clock said", () => {
    const ahead = addAttempts([[100, 1, 1]], { delivered: 4, failed: 0 }, at(500_000));
    expect(ahead).toEqual([[500_000, 4, 0]]);
    expect(attemptsSince(ahead, at(100))).toEqual({ delivered: 4, failed: 0 });
    expect(addAttempts(ahead, one, at(100))).toEqual([[100, 5, 0]]);
    expect(
      addAttempts(
        [
          [99, 1, 0],
          [101, 1, 0],
        ],
        one,
        at(100),
      ),
    ).toEqual([
      [99, 1, 0],
      [100, 2, 0],
    ]);
  });
});

describe("a page", () => {
  const count = (outcomes: Parameters<typeof countAttempts>[0]["outcomes"]) =>
    countAttempts({ outcomes, halt: null, entries: 9 });

  it("counts what was delivered, and what was refused, put off or is in doubt", () => {
    const reason = "no";
    expect(
      count([
        { type: "delivered" },
        { type: "delivered" },
        { type: "skipped", reason },
        { type: "retry", reason },
        { type: "rejected", reason },
        { type: "blocked", reason },
        { type: "unknown", reason },
      ]),
    ).toEqual({ delivered: 2, failed: 4 });
  });

  it("counts no look at an earlier attempt, which was counted then", () => {
    expect(count([{ type: "unknown", reason: "", looked: true }])).toEqual({ delivered: 0, failed: 0 });
  });

  it("counts what stops it once, and nothing when nothing was tried", () => {
    const halt = { type: "retry", reason: "429" } as const;
    expect(countAttempts({ outcomes: [{ type: "delivered" }], halt, entries: 2000 })).toEqual({
      delivered: 1,
      failed: 1,
    });
    expect(countAttempts({ outcomes: [], halt, entries: 0 })).toEqual({ delivered: 0, failed: 0 });
  });

  it("has an error rate, unless nothing was tried", () => {
    expect(errorRate({ delivered: 3, failed: 1 })).toBe(0.25);
    expect(errorRate({ delivered: 0, failed: 0 })).toBeNull();
  });
});
