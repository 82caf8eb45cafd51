import { expect, it } from "vitest";
import { createLru } from "./lru";

it("holds no more than its capacity, and what was used last", () => {
  const lru = createLru<number>(10);
  for (let n = 0; n < 100; n += 1) lru.set(`key ${n}`, n);
  const held = Array.from({ length: 100 }, (_, n) => n).filter((n) => lru.get(`key ${n}`) !== undefined);
  expect(held.length).toBeLessThanOrEqual(10);
  expect(held).toEqual(expect.arrayContaining([95, 96, 97, 98, 99]));
});

it("keeps what is looked at, however much else comes", () => {
  const lru = createLru<number>(10);
  lru.set("hot", 1);
  for (let n = 0; n < 1_000; n += 1) {
    lru.set(`key ${n}`, n);
    expect(lru.get("hot")).toBe(1);
  }
});

it("forgets what was deleted, and tells the newest value", () => {
  const lru = createLru<number>(4);
  for (const [key, value] of [
    ["a", 1],
    ["b", 2],
    ["c", 3],
    ["a", 4],
  ] as const)
    lru.set(key, value);
  expect(lru.get("a")).toBe(4);
  lru.delete("a");
  lru.delete("b");
  expect([lru.get("a"), lru.get("b"), lru.get("c")]).toEqual([undefined, undefined, 3]);
});

it("of capacity 1 holds the last one", () => {
  const lru = createLru<number>(1);
  lru.set("a", 1);
  lru.set("b", 2);
  expect(lru.get("b")).toBe(2);
});
