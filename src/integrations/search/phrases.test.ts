import { describe, expect, it } from "vitest";
import { readWanted, toMatch, type Wanted } from "./phrases";
import { findMatches } from "./snippet";

const wanted = (text: string): Wanted => {
  const read = readWanted(text);
  if ("mistake" in read) throw new Error(read.mistake);
  return read;
};

it.each([
  ["asha", '"asha"'],
  ["Asha  PUNE", '"asha" AND "pune"'],
  ['"new delhi" flood*', '"new delhi" AND "flood" *'],
  ['rain -flood -"no water"', '("rain") NOT ("flood" OR "no water")'],
  ["o'neil@example.com", '"o neil example com"'],
  ['NEAR(a b) OR "', '"near a" AND "b" AND "or"'],
  ["*", null],
  ["-asha", null],
  ['"" …', null],
])("%j is looked for as %j", (text, match) => {
  const read = readWanted(text);
  expect("mistake" in read ? null : toMatch(read)).toBe(match);
});

it("bounds what is looked for", () => {
  expect(readWanted("x".repeat(501))).toHaveProperty("mistake");
  expect(readWanted("x ".repeat(21))).toHaveProperty("mistake");
});

describe("what is shown", () => {
  const marked = (text: string, query: string, question?: string) =>
    findMatches([["about", text]], wanted(query), question)?.map(({ snippet }) =>
      snippet.map((part) => (part.match ? `[${part.text}]` : part.text)).join(""),
    ) ?? null;

  it.each([
    ["Rain, and no rain again", "RAIN", "[Rain], and no [rain] again"],
    ["The New  Delhi office", '"new delhi"', "The [New  Delhi] office"],
    ["floods and flooding", "flood*", "[floods] and [flooding]"],
    ["a café in Café street", "cafe", "a [café] in [Café] street"],
    ["एक दो तीन", "दो", "एक [दो] तीन"],
    ["a b a b", '"a b" "b a"', "[a b a b]"],
    ["नमस्ते 東京都です", "東京", "नमस्ते [東京]都です"],
  ])("of %j for %j is %j", (text, query, expected) => {
    expect(marked(text, query)).toEqual([expected]);
  });

  it("is nothing where the words are not, or not in the one question that counts", () => {
    expect(marked("dry", "rain")).toBeNull();
    expect(marked("rain", "rain", "name")).toBeNull();
    expect(marked("rain", "rain wind", "about")).toBeNull();
    expect(marked("wind and rain", "rain wind", "about")).toEqual(["[wind] and [rain]"]);
  });

  it("is the part of a long answer around the first words found, cut between words and never inside of a character", () => {
    const [shown = ""] = marked(`${"😀 lorem ".repeat(100)}needle ${"ipsum 😀 ".repeat(100)}`, "needle") ?? [];
    expect(shown).toMatch(/^…(lorem|😀).*\[needle\].*…$/u);
    expect(shown.length).toBeLessThan(300);
    expect(shown.isWellFormed()).toBe(true);
    const [run = ""] = marked(`${"😀".repeat(500)} needle ${"😀".repeat(500)}`, "needle") ?? [];
    expect(run).toContain("[needle]");
    expect(run.isWellFormed()).toBe(true);
  });
});
