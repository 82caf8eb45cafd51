import { expect, it } from "vitest";
import { formatBookmarks, laterOf, parseBookmarks } from "./bookmark";

const D1 = "00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683";

it("is read as it was written", () => {
  const some = new Map([
    [0, D1],
    [12, D1.replace("85", "86")],
  ]);
  expect(parseBookmarks(formatBookmarks(some) ?? "")).toEqual(some);
  expect(formatBookmarks(new Map())).toBeNull();
  expect(parseBookmarks("primary")).toBe("primary");
});

it.each(["", "0", D1, `0.${D1}~`, `x.${D1}`, "0.first-unconstrained", `0.${D1};1.${D1}`, `0.${"a".repeat(101)}`])(
  "is nothing else: %s",
  (text) => expect(parseBookmarks(text)).toBeNull(),
);

it("is bounded", () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `${i}.${D1}`).join("~");
  expect(parseBookmarks(many(64))).toHaveProperty("size", 64);
  expect(parseBookmarks(many(65))).toBeNull();
});

it("keeps the later one of each shard", () => {
  const [early, late] = [D1, D1.replace("85", "86")];
  const one = new Map([[0, late]]);
  const other = new Map([
    [0, early],
    [1, early],
  ]);
  const both = new Map([
    [0, late],
    [1, early],
  ]);
  expect(laterOf(one, other)).toEqual(both);
  expect(laterOf(other, one)).toEqual(both);
});
