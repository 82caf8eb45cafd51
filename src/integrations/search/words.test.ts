import { expect, it } from "vitest";
import { wordsOf } from "./words";

const words = (text: string) => wordsOf(text).map(({ word }) => word);

it.each([
  ["Zoë's Café, naïve", ["zoe", "s", "cafe", "naive"]],
  ["ΑΘΉΝΑ Ёлка", ["αθηνα", "елка"]],
  ["ﬁve ½ m²", ["five", "1⁄2", "m2"]],
  ["हिंदी में लिखा", ["हिंदी", "में", "लिखा"]],
  ["தமிழ் மொழி", ["தமிழ்", "மொழி"]],
  ["السَّلام عليكم", ["السَّلام", "عليكم"]],
  ["東京都に住む", ["東京", "都", "に", "住む"]],
  ["a😀b-c_d", ["a", "b", "c", "d"]],
  ["…", []],
])("%j has the words %j", (text, expected) => {
  expect(words(text)).toEqual(expected);
});

it("says where each word stands", () => {
  const text = "😀 Él vive en 東京都";
  expect(wordsOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(["Él", "vive", "en", "東京", "都"]);
});

it("cuts what is no word, and no character in two", () => {
  const [long] = wordsOf(`${"x".repeat(99)}𐐷𐐷`);
  expect(long?.word).toHaveLength(100);
  expect(long?.word.isWellFormed()).toBe(true);
});
