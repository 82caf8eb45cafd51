import { expect, it } from "vitest";
import { wordsOf } from "./words";

/** The words of a text, a `+` before each that belongs to the one before it. */
const cut = (text: string) => Array.from(wordsOf(text), ({ text: word, joined }) => `${joined ? "+" : ""}${word}`);

it.each([
  ["क्या झकास जुगाड़ है, यार!", ["क्या", "+झकास", "+जुगाड़", "+है", "यार"]],
  ["அண்ணா, நல்லா இருக்கு மச்சி", ["அண்ணா", "நல்லா", "+இருக்கு", "+மச்சி"]],
  ["لفڑا ہو گیا۔ یار", ["لفڑا", "+ہو", "+گیا", "یار"]],
  ["ఏం మామా", ["ఏం", "+మామా"]],
  ["bhai-log it's #yaar", ["bhai", "+log", "+it's", "yaar"]],
  ["mast_hai.bhai", ["mast", "+hai", "bhai"]],
  ["one\ntwo", ["one", "two"]],
  ["ฉันรักคุณ", ["ฉัน", "+รัก", "+คุณ"]],
  ["… 🔥 !", []],
])("cuts %s", (text, words) => {
  expect(cut(text)).toEqual(words);
});

it("knows where words stand in the text as it was written", () => {
  const text = "a ma\u200Bal 𝗺𝗮𝗮𝗹 x_y";
  expect(Array.from(wordsOf(text), ({ start, end }) => text.slice(start, end))).toEqual([
    "a",
    "ma\u200Bal",
    "𝗺𝗮𝗮𝗹",
    "x",
    "y",
  ]);
});
