import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pairsText, readPairs } from "./pairs";

describe("metadata as lines", () => {
  it("reads texts, numbers, ticks and nothing, as one writes them", () => {
    const typed = 'team: north\nround : 3\n\nurgent: true\nuntil: null\ncode: "007"\nurl: https://example.org/a:b';
    expect(readPairs(typed)).toEqual({
      team: "north",
      round: 3,
      urgent: true,
      until: null,
      code: "007",
      url: "https://example.org/a:b",
    });
  });

  it.each(["team", ": north", '"team north', "{ no JSON"])("%j is no pair", (line) => {
    expect(readPairs(`a: b\n${line}`)).toBeNull();
  });

  it("takes JSON instead", () => {
    expect(readPairs('{"a": 1}')).toEqual({ a: 1 });
  });

  it("has no lines for what they can't say", () => {
    for (const value of [{ a: [1] }, { a: {} }, [], "a", 1, null]) expect(pairsText(value)).toBeNull();
  });

  it("says any metadata so that it is read as the same", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("", " a", '"', "1", "null", "a: b", "{}", "a\nb", "__proto__"));
    const value = fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(fc.dictionary(text, value), (given) => {
        const metadata = JSON.parse(JSON.stringify(given));
        expect(readPairs(pairsText(metadata) ?? "")).toEqual(metadata);
      }),
    );
  });
});
