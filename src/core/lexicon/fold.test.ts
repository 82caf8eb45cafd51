import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, isDrawnFrom } from "./fold";

describe("fold", () => {
  it.each([
    ["case", "JUGAAD", "jugaad"],
    ["full case folding", "Straße", "STRASSE"],
    ["the final sigma", "μάγκας", "ΜΆΓΚΑΣ"],
    ["compatibility forms", "ｍａａｌ", "maal"],
    ["mathematical letters", "𝗺𝗮𝗮𝗹", "maal"],
    ["Latin diacritics", "yār", "yar"],
    ["a composed letter and its parts", "cafe\u0301", "café"],
    ["a zero-width space", "ma\u200Bal", "maal"],
    ["a soft hyphen and a mark of direction", "ma\u00ADal\u200E", "maal"],
    ["apostrophes", "y’all", "y'all"],
    ["Devanagari joiners", "क\u094D\u200Dया", "क्या"],
    ["nukta, composed or apart", "लफ\u095Cा", "लफडा"],
    ["nasals: letter, dot, moon", "बन्दा", "बंदा"],
    ["nasals: moon", "बँदा", "बंदा"],
    ["a vowel sign that is drawn out", "याााार", "यार"],
    ["Arabic vowel points", "یَار", "یار"],
    ["the stroke that stretches", "یـــار", "یار"],
    ["Arabic and Urdu yeh and kaf", "ياركي", "یارکی"],
    ["hamza carriers and madda", "آأإٱ", "اااا"],
    ["presentation forms", "ﻻﻍ", "لاغ"],
    ["heh in its forms", "بندۃ", "بندہ"],
  ])("takes %s for one", (_, a, b) => {
    expect(fold(a)).toBe(fold(b));
  });

  it.each([
    ["aspirates", "भाई", "बाई"],
    ["vowel lengths", "मल", "माल"],
    ["doubled letters", "mall", "mal"],
    ["yeh and yeh barree", "کی", "کے"],
    ["do-chashmi heh", "بھائی", "بہائی"],
    ["Cyrillic and Greek marks", "мой", "мои"],
  ])("keeps %s apart", (_, a, b) => {
    expect(fold(a)).not.toBe(fold(b));
  });

  it("changes nothing when it is done twice", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20 }), (text) => fold(fold(text)) === fold(text)),
      { numRuns: 1_000 },
    );
  });
});

describe("isDrawnFrom", () => {
  it.each([
    ["yaaar", "yaar", true],
    ["yaaar", "yar", true],
    ["yaaarrrr", "yaar", true],
    ["loool", "lol", true],
    ["coool", "cool", true],
    ["coool", "col", true],
    ["yarrr", "yaar", false],
    ["coolll", "col", false],
    ["yaaar", "yaaer", false],
    ["यारररर", "यार", true],
  ])("%s of %s: %s", (long, word, expected) => {
    expect(isDrawnFrom(long, word)).toBe(expected);
  });
});
