import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LexiconTerm } from "./entry";
import { compileLexicon } from "./matcher";

const term = (language: string, ...spellings: string[]): LexiconTerm => {
  const [first = "", ...variants] = spellings;
  return { term: first, language, variants };
};

const LEXICON = [
  term("hi", "yaar", "यार"),
  term("hi", "maal"),
  term("hi", "bhai"),
  term("hi", "bhai log"),
  term("hi", "dimag ka dahi", "दिमाग का दही"),
  term("en", "lit"),
  term("en", "mall"),
  term("ta", "மச்சி"),
  term("hi", "झकास"),
];
const matcher = compileLexicon(LEXICON);
/** What is found, as `text=term`, with a `~` when it only sounds so. */
const find = (text: string, accepts?: (entry: number) => boolean) =>
  matcher
    .find(text, accepts)
    .map(
      ({ entry, start, end, written }) =>
        `${text.slice(start, end)}=${written ? "" : "~"}${LEXICON[entry]?.term.split(" ").join("_")}`,
    );

describe("the terms in a text", () => {
  it.each([
    ["as they are written", "Kya maal hai, yaar!", ["maal=maal", "yaar=yaar"]],
    ["in other case and coding", "MAAL ｍａａｌ", ["MAAL=maal", "ｍａａｌ=maal"]],
    ["drawn out", "yaaaarrrr this is liiiit", ["yaaaarrrr=yaar", "liiiit=lit"]],
    ["in another script", "जकास, macchi यार", ["macchi=~மச்சி", "यार=yaar"]],
    ["at the borders of words only", "normaal maaliye literal split", []],
    ["with a suffix behind a hyphen", "maal-wala", ["maal=maal"]],
    ["in hashtags and in a hurry", "#yaar mast.bhai yaar_bhai", ["yaar=yaar", "bhai=bhai", "yaar=yaar", "bhai=bhai"]],
    ["of several words, the longest", "bhai log aaye, bhai ke saath", ["bhai log=bhai_log", "bhai=bhai"]],
    ["of several words, over spaces and hyphens", "dimag  ka-dahi", ["dimag  ka-dahi=dimag_ka_dahi"]],
    ["of several words, not over the end of a sentence", "Dimag. Ka dahi? bhai, log", ["bhai=bhai"]],
    ["of several words, in mixed scripts", "दिमाग ka dahi", ["दिमाग ka dahi=~dimag_ka_dahi"]],
    ["with zero-width spaces in them", "ma\u200Bal", ["ma\u200Bal=maal"]],
    ["as written before as heard", "mall maal mal", ["mall=mall", "maal=maal", "mal=~maal"]],
  ])("are found %s", (_, text, found) => {
    expect(find(text)).toEqual(found);
  });

  it("are looked for among the accepted entries only: a longer one that is not hides none", () => {
    expect(find("bhai log", (entry) => LEXICON[entry]?.term !== "bhai log")).toEqual(["bhai=bhai"]);
  });

  it("count for each entry that has the spelling", () => {
    const both = compileLexicon([term("hi", "scene"), term("en", "scene"), term("en", "obscene")]);
    expect(both.find("what a scene").map(({ entry }) => entry)).toEqual([0, 1]);
  });

  it("are the same whatever else the lexicon has", () => {
    const consonants = [..."kgcjtdpbmnrlvsh"];
    const noise = consonants.flatMap((a) =>
      consonants.flatMap((b) =>
        [..."aeiou"].map((vowel) => term("hi", `${a}${vowel}${b}`, `${a}${vowel}${vowel}${b}a`)),
      ),
    );
    const crowded = compileLexicon([...noise, ...LEXICON]);
    const text = "यार bhai log ka jhakaas maal dimag ka dahi मच्ची lit mall";
    const found = crowded.find(text).filter(({ entry, written }) => written && entry >= noise.length);
    const alone = matcher.find(text).filter(({ written }) => written);
    expect(found.map(({ entry }) => entry - noise.length)).toEqual(alone.map(({ entry }) => entry));
  });

  it("are found by a lexicon of ten thousand entries in a text of a hundred thousand characters", () => {
    const many = Array.from({ length: 10_000 }, (_, i) => term("hi", `sabd${i.toString(26).replace(/\d/g, "x")}q${i}`));
    const text = `${"yeh ek lamba jawaab hai ".repeat(4_200)} ${many[9_999]?.term}`;
    expect(compileLexicon(many).find(text)).toEqual([
      { entry: 9_999, start: text.lastIndexOf(" ") + 1, end: text.length, written: true },
    ]);
  });

  it("stand in the text, in its order and apart, whatever text and lexicon are", () => {
    const unit = fc.constantFrom(..."aekhry yaarबभाीय़्ंமசி்یاربھ\u200B\u200D-.'1🔥\ud800");
    const text = fc.string({ unit, maxLength: 40 });
    const any = fc.oneof(text, fc.string({ unit: "binary", maxLength: 20 }));
    const entry = fc.record({
      term: any,
      language: fc.constantFrom("hi", "ta", "ur", "en"),
      variants: fc.array(any, { maxLength: 2 }),
    });
    const check = (lexicon: readonly LexiconTerm[], own: string) => {
      const whole = `${own} ${lexicon[0]?.term ?? ""} ${own}`;
      let last = { start: 0, end: 0 };
      for (const { entry: index, start, end } of compileLexicon(lexicon).find(whole)) {
        expect(lexicon[index]).toBeDefined();
        expect(start).toBeLessThan(end);
        expect(end).toBeLessThanOrEqual(whole.length);
        // Several entries may have one place in common.
        expect(start >= last.end || (start === last.start && end === last.end)).toBe(true);
        last = { start, end };
      }
    };
    fc.assert(fc.property(fc.array(entry, { maxLength: 6 }), any, check), { numRuns: 100 });
  });
});
