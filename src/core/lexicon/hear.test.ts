import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanse } from "./fold";
import { candidateKeys, soundKeys } from "./hear";
import { HEARINGS, hearingOf, scriptOf } from "./scripts";

/** Whether a word of a lexicon is heard in a word of an answer that is written otherwise. */
function sounds(language: string, listed: string, found: string): boolean {
  const [a, b] = [cleanse(listed), cleanse(found)];
  const [one, other] = [scriptOf(a), scriptOf(b)];
  const hearing = one && other && hearingOf(language, one, other);
  if (!one || !other || !hearing) return false;
  const keys = soundKeys(b, other, hearing);
  return soundKeys(a, one, hearing).some((key) => keys.includes(key));
}

describe("a word is heard in other scripts and spellings", () => {
  it.each([
    ["hi", "यार", "yaar yar yaaaar Yār یار ਯਾਰ"],
    ["hi", "yaar", "yar यार یار যার"],
    ["hi", "जुगाड़", "jugaad jugad jugaar جگاڑ"],
    ["mr", "झकास", "jhakaas zakaas zakkas zhakas جھکاس"],
    ["hi", "मस्त", "mast masst مست"],
    ["hi", "लफड़ा", "lafda lafdaa lafra لفڑا"],
    ["hi", "बंदा", "banda بندہ بندا"],
    ["hi", "भाई", "bhai bhaai بھائی ભાઈ ভাই ਭਾਈ"],
    ["hi", "फाड़ू", "faadu phaadu fadu فاڑو"],
    ["hi", "अच्छा", "accha achha acha achchha اچھا"],
    ["hi", "समझना", "samajhna samjhna"],
    ["hi", "अरे", "are arey"],
    ["ur", "چکر", "chakkar chakar चक्कर"],
    ["ur", "بکواس", "bakwas bakwaas बकवास"],
    ["ta", "மச்சி", "machi macchi machchi"],
    ["ta", "மச்சான்", "machan machaan మచాన్"],
    ["ta", "கெத்து", "gethu gettu kethu"],
    ["ta", "semma", "செம்ம sema"],
    ["ta", "தம்பி", "thambi tambi"],
    ["ta", "வாழ்க", "vazhga valga"],
    ["te", "మామా", "mama maamaa"],
    ["kn", "ಗುರು", "guru"],
    ["ml", "ചേട്ടാ", "chetta"],
    ["or", "ଭାଇ", "bhai"],
  ])("%s %s: %s", (language, listed, spellings) => {
    const silent = spellings.split(" ").filter((found) => !sounds(language, listed, found));
    expect(silent).toEqual([]);
  });
});

describe("a word is not heard in others", () => {
  it.each([
    ["hi", "यार", "year are yard"],
    ["hi", "maal", "mall mail male meal normaal"],
    ["hi", "भाई", "bai buy बाई"],
    ["hi", "मस्त", "must most"],
    ["ur", "مست", "must mist"],
    // Devanagari writers spell: what is written otherwise is another word.
    ["hi", "माल", "मल"],
    ["ta", "மச்சி", "match"],
    // Two sounds say too little.
    ["ta", "டா", "da the"],
    // Other languages are compared as they are written.
    ["en", "cool", "kul कूल"],
    ["hi", "यार", "ยา яр"],
  ])("%s %s: %s", (language, listed, others) => {
    expect(others.split(" ").filter((found) => sounds(language, listed, found))).toEqual([]);
  });
});

/** How sounds are written in Latin, Devanagari, Tamil and Arabic script. */
const CONSONANTS = [
  ["k kk q", "क", "க க்க", "ک ق"],
  ["t tt", "त ट", "த ட", "ت ٹ ط"],
  ["th tth", "थ त्थ", "த", "تھ"],
  ["d", "द ड ड़", "த ட", "د ڈ ڑ"],
  ["j z zh jh", "ज ज़ झ", "ஜ", "ج ز جھ"],
  ["sh s ss", "श स", "ச ஸ", "ش س"],
  ["ch chh", "च छ च्छ", "ச ச்ச", "چ چھ"],
  ["p ph f", "प फ", "ப", "پ ف"],
  ["m mb nb", "म म्ब ंब", "ம ம்ப", "م مب نب"],
  ["r y", "र य", "ர ற ய", "ر ی"],
];
const VOWELS = [
  ["a aa", "ा", "ா", "ا"],
  ["i ee e", "ि ी े", "ி ீ ெ", "ی"],
  ["u oo o", "ु ू ो", "ு ூ ோ", "و"],
];

it("finds among its candidates whatever it hears", () => {
  const syllable = fc.tuple(fc.constantFrom(...CONSONANTS), fc.constantFrom(...VOWELS));
  /** Each draw picks one of the ways to write a sound. */
  const spell = (syllables: readonly (readonly [readonly string[], readonly string[]])[]) =>
    fc.tuple(fc.nat(3), fc.array(fc.nat(5), { minLength: 8, maxLength: 8 })).map(([script, draws]) =>
      syllables
        .flat()
        .map((sound, i) => {
          const ways = sound[script]?.split(" ") ?? [];
          return ways[(draws[i] ?? 0) % ways.length];
        })
        .join(""),
    );
  const spellings = fc
    .array(syllable, { minLength: 1, maxLength: 3 })
    .chain((syllables) => fc.array(spell(syllables), { minLength: 12, maxLength: 12 }));
  const about = (text: string) => {
    const [clean, script] = [cleanse(text), scriptOf(cleanse(text))];
    if (script === null) return [];
    const keys = Object.fromEntries(HEARINGS.map((hearing) => [hearing, soundKeys(clean, script, hearing)]));
    return [{ clean, script, keys, candidates: candidateKeys(clean, script) }];
  };
  let heard = 0;
  const check = (words: readonly string[]) => {
    const all = [...new Set(words)].flatMap(about);
    for (const a of all) {
      for (const b of all) {
        const hearings = ["hi", "ta"].map((language) => hearingOf(language, a.script, b.script));
        const alike = hearings.some((one) => one && a.keys[one]?.some((key) => b.keys[one]?.includes(key)));
        if (!alike || a === b) continue;
        heard += 1;
        expect(
          a.candidates.some((key) => b.candidates.includes(key)),
          `${a.clean} ${b.clean}`,
        ).toBe(true);
      }
    }
  };
  // Without its vowels, each t of the first stands before another.
  const examples: [string[]][] = [[["kattattha", "کاتاتھا"]]];
  fc.assert(fc.property(spellings, check), { numRuns: 300, examples });
  expect(heard).toBeGreaterThan(1_000);
});
