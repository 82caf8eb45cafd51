import { expect, it } from "vitest";
import { ATTEMPTS_MAX, pauseOfDelivery, pauseOfEndpoint, readRetryAfter } from "./schedule";

const STEPS = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
const ids = Array.from({ length: 500 }, (_, i) => `delivery${i}`);

it("follows the standard's schedule over three days, within 20 %", () => {
  expect(ATTEMPTS_MAX).toBe(10);
  for (const [i, step] of STEPS.entries()) {
    for (const id of ids) {
      const pause = pauseOfDelivery(id, i + 1, null);
      expect(pause).toBeGreaterThanOrEqual(step * 0.8);
      expect(pause).toBeLessThanOrEqual(step * 1.2);
    }
  }
});

it("spreads deliveries over the whole of the jitter, and gives each attempt the same pause each time", () => {
  const pauses = ids.map((id) => pauseOfDelivery(id, 4, null) / 7200).toSorted((a, b) => a - b);
  expect(pauses[0]).toBeLessThan(0.81);
  expect(pauses.at(-1)).toBeGreaterThan(1.19);
  expect(pauses[250]).toBeCloseTo(1, 1);
  expect(pauseOfDelivery("delivery1", 2, null)).toBe(pauseOfDelivery("delivery1", 2, null));
  expect(new Set([1, 2, 3].map((n) => pauseOfDelivery("delivery1", 8, null) + n)).size).toBe(3);
});

it("waits longer when the receiver asks for it, never shorter, and for a day at most", () => {
  expect(pauseOfDelivery("d", 1, 60)).toBe(60);
  expect(pauseOfDelivery("d", 3, 60)).toBeGreaterThan(1400);
  expect(pauseOfDelivery("d", 1, 999_999)).toBe(86_400);
});

it("tries an endpoint that is down every half an hour at least", () => {
  expect(pauseOfEndpoint("c", 1, null)).toBeLessThanOrEqual(6);
  for (const times of [3, 4, 10, 1000]) expect(pauseOfEndpoint("c", times, null)).toBeLessThanOrEqual(2160);
  expect(pauseOfEndpoint("c", 10, null)).toBeGreaterThanOrEqual(1440);
});

it("reads Retry-After as seconds and as a date, and nothing else", () => {
  const now = Date.UTC(2026, 10, 23, 10, 0, 0);
  expect(readRetryAfter("120", now)).toBe(120);
  expect(readRetryAfter("Mon, 23 Nov 2026 10:02:00 GMT", now)).toBe(120);
  expect(readRetryAfter("Mon, 23 Nov 2026 09:00:00 GMT", now)).toBe(0);
  for (const none of [null, "", "soon", "-5", "1e9", "12.5", "2026-11-23"])
    expect(readRetryAfter(none, now)).toBeNull();
});
