/** The arithmetic of the measured costs: counters, divided and priced. */
import { expect, it } from "vitest";
import { dollarsPerMillion } from "../../bench/cost";
import { dollarsOf, ofOneResponse, type Run } from "../../bench/cost-measured";
import { limits } from "../../bench/cost-tables";
import type { Counts } from "../../bench/counted";

const none: Counts = { invocations: 0, trips: 0, rowsRead: 0, rowsWritten: 0, wakeUps: 0, queueOperations: 0 };
const noSweeps = { counts: none, logBytes: 0 };
const run: Run = {
  rate: 10,
  batch: 1,
  reached: 10,
  kinds: ["google-sheets"],
  responses: 100,
  behind: 0,
  workers: new Map([
    ["gateway", { ...none, invocations: 100, trips: 100, rowsRead: 1_000, rowsWritten: 150 }],
    ["sheets", { ...none, invocations: 10, trips: 40, rowsWritten: 50, wakeUps: 10, queueOperations: 30 }],
  ]),
  cpuSeconds: 0.5,
  logBytes: 20_000,
  pages: 10,
};

it("divides what all workers did by the responses", () => {
  expect(ofOneResponse(run, noSweeps)).toEqual({
    requests: 1.1,
    trips: 1.4,
    rowsRead: 10,
    rowsWritten: 2,
    queueOperations: 0.3,
    cpuMilliseconds: 5,
    // 200 bytes of our own lines, a kilobyte for each invocation.
    logKilobytes: 0.2 + 1.1,
  });
});

it("adds the sweeps of a minute, however many there were, to the responses of a minute", () => {
  const sweeps = { counts: { ...none, invocations: 3, trips: 30, rowsWritten: 18 }, logBytes: 300 };
  const [of, without] = [ofOneResponse(run, sweeps), ofOneResponse(run, noSweeps)];
  expect(of.rowsWritten - without.rowsWritten).toBeCloseTo(6 / 600);
  expect(of.requests - without.requests).toBeCloseTo(1 / 600);
  expect(of.logKilobytes - without.logKilobytes).toBeCloseTo(1.1 / 600);
});

it("prices it with what comes later: an entry of the log deleted for each page, and the statuses of texts", () => {
  expect(dollarsOf(run, noSweeps) - dollarsPerMillion(ofOneResponse(run, noSweeps))).toBeCloseTo(0.1);
  const texts = { ...run, kinds: ["google-sheets", "twilio-sms"] as const };
  // 3,000 wait for a look: a wake-up with three rows, three pages of a row; in dollars a million.
  const looks = (3 * 1 + 3 * 1) / 3_000;
  expect(dollarsOf(texts, noSweeps) - dollarsOf(run, noSweeps)).toBeGreaterThan(looks);
  expect(dollarsOf(texts, noSweeps) - dollarsOf(run, noSweeps)).toBeLessThan(2 * looks);
});

it("holds Sheets alone and what each further kind adds against their limits, at 100 a second", () => {
  const at = (kinds: Run["kinds"], rowsWritten: number): Run => ({
    ...run,
    rate: 100,
    kinds,
    pages: 0,
    workers: new Map([["all", { ...none, rowsWritten: rowsWritten * run.responses }]]),
  });
  const runs = [
    at(["google-sheets"], 1),
    at(["google-sheets", "webhook"], 3),
    at(["google-sheets", "webhook", "twilio-sms"], 6),
  ];
  expect(limits(runs, noSweeps).map(({ good }) => good)).toEqual([true, true, false]);
  expect(limits([...runs.slice(1), { ...run, rate: 10 }], noSweeps).map(({ good }) => good)).toEqual([false]);
});
