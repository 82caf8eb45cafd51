import { describe, expect, it } from "vitest";
import { isPiledUp, toNfc } from "./nfc";
import { NfcString } from "./nfc-string";

describe("a text in NFC", () => {
  it.each([
    ["e\u0301", "\u00e9"],
    ["\u0915\u093c", "\u0915\u093c"],
    // Composed letters that NFC takes apart (Unicode's composition exclusions).
    ["\u0958", "\u0915\u093c"],
    ["\u1112\u1161\u11ab", "\ud55c"],
    ["a\u0323\u0307", "\u1ea1\u0307"],
    ["a\u0307\u0323", "\u1ea1\u0307"],
    ["plain", "plain"],
    ["", ""],
    ["\ud800 half a pair e\u0301", "\ud800 half a pair \u00e9"],
  ])("%j is %j", (text, expected) => {
    expect(toNfc(text)).toBe(expected);
    expect(toNfc(expected)).toBe(expected);
  });

  it("keeps what has more combining marks in a row than any language: sorting those takes the square of their number", () => {
    const marks = (n: number) => `a${"\u0301".repeat(n)}${"\u0316".repeat(n)}`;
    expect(toNfc(marks(15))).toBe(marks(15).normalize("NFC"));
    expect(toNfc(marks(15))).not.toBe(marks(15));
    expect(toNfc(marks(16))).toBe(marks(16));
    expect([isPiledUp(marks(15)), isPiledUp(marks(16)), isPiledUp("plain")]).toEqual([false, true, false]);
    // Seconds, would it be sorted.
    expect(toNfc(marks(50_000))).toBe(marks(50_000));
  });

  it("has its bounds compared as it is kept", () => {
    expect(NfcString.max(1).parse("e\u0301")).toBe("\u00e9");
    expect(NfcString.max(1).safeParse("\u0958").success).toBe(false);
  });
});
