import { describe, expect, it } from "vitest";
import { EN } from "./en";
import { fillIn, speechFor, WORDS } from "./index";

/** Every sentence of a table, by its place. */
function sentencesOf(table: object, at = ""): [string, string][] {
  return Object.entries(table).flatMap(([name, value]: [string, unknown]) =>
    typeof value === "string" ? [[`${at}${name}`, value]] : sentencesOf(value as object, `${at}${name}.`),
  );
}

const english = new Map(sentencesOf(EN));
const placesIn = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).toSorted();

describe.each(Object.keys(WORDS))("the words in %s", (tag) => {
  const sentences = sentencesOf(WORDS[tag] ?? {});

  it("are all there, none left in English, each with what is filled in", () => {
    expect(sentences.map(([place]) => place)).toEqual([...english.keys()]);
    for (const [place, text] of sentences) {
      expect(placesIn(text), place).toEqual(placesIn(english.get(place) ?? ""));
      expect(text.trim(), place).toBe(text);
      expect(text, place).not.toBe("");
    }
    // Words that are the same in several languages are few: Error, Page, Latitude.
    const same = sentences.filter(([place, text]) => text === english.get(place));
    if (tag !== "en") expect(same.length, same.join()).toBeLessThan(8);
  });

  it("keep the addresses and numbers that people copy from", () => {
    for (const [place, text] of sentences) {
      for (const example of ["name@example.org", "https://example.org", "14:05", "+91 98765 43210", "12.5"]) {
        if (english.get(place)?.includes(example)) expect(text, place).toContain(example);
      }
    }
  });
});

it.each([
  [["mr-IN", "hi"], "mr"],
  [["de", "fr-CA"], "fr"],
  [["de"], "en"],
  [[], "en"],
  [["__proto__", "constructor"], "en"],
])("a reader of %j is spoken to in %s", (wanted, tag) => {
  expect(speechFor(wanted).tag).toBe(tag);
});

it("what is filled in is not looked through again", () => {
  expect(fillIn("{a} of {b}", { a: "{b}", b: 2 })).toBe("{b} of 2");
  expect(fillIn("{constructor} {c}", { a: 1 })).toBe("{constructor} {c}");
});
