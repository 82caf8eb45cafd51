import { expect, it } from "vitest";
import { createLru } from "./lru";
import { backoffSeconds, haltSeconds } from "./retry";

it("backs off with full jitter below a ceiling that doubles, and never less than a second", () => {
  expect([0, 1, 5, 20].map((failures) => backoffSeconds(failures, 0.999))).toEqual(
    [2, 4, 64, 600].map((s) => s * 0.999),
  );
  expect(backoffSeconds(10, 0)).toBe(1);
  expect(backoffSeconds(1_000, 0.5)).toBe(300);
});

it("makes little of a first failure, and backs off from the second on; what was asked for is kept to, but for nothing at all", () => {
  expect([0, 0.5, 1].map((random) => haltSeconds(0, random))).toEqual([0.25, 0.625, 1]);
  expect([1, 2, 3].map((failures) => haltSeconds(failures, 0.5))).toEqual([2, 4, 8]);
  expect([0, 1, 60].map((after) => haltSeconds(3, 0.5, { after }))).toEqual([0.25, 1, 60]);
});

it("waits that grow end where they are told to", () => {
  expect([0, 1, 4, 9].map((failures) => haltSeconds(failures, 0.5, { within: 12 }))).toEqual([0.625, 2, 12, 12]);
  expect(haltSeconds(3, 0.5, { after: 60, within: 12 })).toBe(60);
});

it("an LRU forgets what was used longest ago", () => {
  const lru = createLru<number>(2);
  lru.set("a", 1);
  lru.set("b", 2);
  expect(lru.get("a")).toBe(1);
  lru.set("c", 3);
  expect([lru.get("a"), lru.get("b"), lru.get("c")]).toEqual([1, undefined, 3]);
  lru.delete("a");
  expect(lru.get("a")).toBeUndefined();
});
