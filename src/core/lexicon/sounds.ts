/**
 * Reads the sounds of a word from its letters, by rules and without a dictionary. Each sound is one character:
 *
 * k g c j t d p b f m n r l y v s h, S (sh), Z (Tamil zh; in Marathi a j), and with breath K G J T D B (kh gh jh th dh
 * bh) ā ī ū long and ă ĭ ŭ short vowels, a i u where the script does not say, e o
 *
 * z is j and w is v, dental and retroflex are one: writers of Latin letters do not tell them apart. Pure.
 */
import type { Script } from "./scripts";

/** For each place what may be heard there; several where spelling leaves it open. */
export type Reading = readonly (readonly string[])[];

const LATIN = /ey(?![aeiou])|([aeiou])\1*|chh|cch|[cskgjztdpb]h|ck|./gsu;
const LATIN_SOUNDS: Readonly<Record<string, string>> = {
  ...{ chh: "c", cch: "c", ch: "c", sh: "S", kh: "K", gh: "G", jh: "J", th: "T", dh: "D", ph: "f", bh: "B" },
  ...{ ey: "e", ck: "k", q: "k", w: "v", z: "j", x: "ks", "'": "" },
};
const VOWELS = /[aeiou]/;

function readLatin(word: string): Reading {
  // Consonants that are drawn out count once; of vowels the length is heard.
  const letters = word.replace(/([b-df-hj-np-tv-z])\1{2,}/g, "$1").match(LATIN) ?? [];
  return letters.map((letter, i) => {
    const next = letters[i + 1]?.[0] ?? "";
    if (/^[aeiou]+$/.test(letter)) return readLatinVowel(letter);
    if (letter === "zh") return ["Z", "j"];
    if (letter === "c") return [/[eiy]/.test(next) ? "s" : "k"];
    if (letter === "y") return [i === 0 || VOWELS.test(next) ? "y" : "i"];
    return [LATIN_SOUNDS[letter] ?? letter];
  });
}

const LONG: Readonly<Record<string, string>> = { a: "ā", i: "ī", u: "ū", e: "ī", o: "ū" };

/** `aa` is long a, but `ee` is long i; of `eee` nobody knows. */
function readLatinVowel(run: string): readonly string[] {
  const [vowel = ""] = run;
  const long = LONG[vowel] ?? vowel;
  if (run.length === 1) return [vowel];
  return run.length > 2 && "eo".includes(vowel) ? [long, vowel] : [long];
}

// Unicode lays out the nine scripts that descend from Brahmi alike: a letter has the same place in its block of 128.
const BLOCK = 0x80;
const CONSONANT = 0x15;
const CONSONANTS = "kKgGnccjJntTdDntTdDnnpfbBmyrrllZvSSsh";
const VOWEL_LETTERS: Readonly<Record<number, string>> = {
  ...{ 5: "ă", 6: "ā", 7: "ĭ", 8: "ī", 9: "ŭ", 10: "ū", 11: "rĭ", 13: "e", 14: "e", 15: "e", 16: "ai" },
  ...{ 17: "o", 18: "o", 19: "o", 20: "au" },
};
const VOWEL_SIGNS: Readonly<Record<number, string>> = {
  ...{ 62: "ā", 63: "ĭ", 64: "ī", 65: "ŭ", 66: "ū", 67: "rĭ", 69: "e", 70: "e", 71: "e", 72: "ai" },
  ...{ 73: "o", 74: "o", 75: "o", 76: "au" },
};
const [MOON, DOT, NUKTA, VIRAMA, TIPPI] = [0x01, 0x02, 0x3c, 0x4d, 0x70];
/** Borrowed sounds, and ड़ ढ़, which are heard between r and d. */
const DOTTED: Readonly<Record<string, readonly string[]>> = { g: ["G", "g"], d: ["d", "r"], D: ["D", "d", "rh"] };
/** Hindi says jh what Marathi mostly says z. */
const UNDOTTED: Readonly<Record<string, readonly string[]>> = { J: ["J", "j"] };

/** `silent`: whether the a that no letter says is not spoken at the end of a word (Hindi), or is (Telugu). */
function readBrahmic(word: string, silent: boolean): Reading {
  const places = [...word.replaceAll("ज्ञ", "ग्य")].map((letter) => (letter.codePointAt(0) ?? 0) % BLOCK);
  const reading: (readonly string[])[] = [];
  for (const [i, place] of places.entries()) {
    const next = places[i + 1];
    const consonant = CONSONANTS[place - CONSONANT];
    const vowel = VOWEL_LETTERS[place] ?? VOWEL_SIGNS[place];
    if (vowel !== undefined) reading.push([vowel]);
    else if (place === MOON) reading.push(["n", ""]);
    else if (place === DOT || place === TIPPI) reading.push(next === undefined ? ["n", ""] : ["n"]);
    else if (place !== NUKTA && consonant !== undefined) {
      const dotted = next === NUKTA;
      reading.push((dotted ? DOTTED : UNDOTTED)[consonant] ?? [consonant]);
      const after = dotted ? places[i + 2] : next;
      if (after === undefined && silent) reading.push(places[i - 1] === VIRAMA ? ["", "ă"] : [""]);
      else if (after === undefined || !(after in VOWEL_SIGNS || after === VIRAMA)) reading.push(["ă"]);
    }
  }
  return reading;
}

/** Tamil says tr for ற்ற, and an n before ற brings a d with it. */
const readTamil = (word: string): Reading => readBrahmic(word.replaceAll("ற்ற", "ட்ர").replaceAll("ன்ற", "ன்ட்ர"), false);

const ARABIC: Readonly<Record<string, readonly string[]>> = {
  ...{ ا: ["A"], آ: ["A"], أ: ["A"], إ: ["A"], ٱ: ["A"], ع: ["A", ""], ء: [""], ئ: ["", "y"], ؤ: ["w"], و: ["w"] },
  ...{ ی: ["y"], ي: ["y"], ى: ["y", "A"], ے: ["y"], ۓ: ["y"], ں: ["n", ""], ن: ["n"], م: ["m"], ل: ["l"], ر: ["r"] },
  ...{ ب: ["b"], پ: ["p"], ت: ["t"], ٹ: ["t"], ط: ["t"], د: ["d"], ڈ: ["d"], ڑ: ["d", "r"], ج: ["j"], چ: ["c"] },
  ...{ ز: ["j"], ذ: ["j"], ض: ["j"], ظ: ["j"], ژ: ["j"], س: ["s"], ص: ["s"], ث: ["s"], ش: ["S"], ف: ["f"] },
  ...{ ک: ["k"], ك: ["k"], ق: ["k"], گ: ["g"], غ: ["G", "g"], خ: ["K"], ح: ["h"], ہ: ["h"], ه: ["h"], ھ: ["h"] },
  ...{ ة: ["A", "t"], ۃ: ["A", "t"], ۂ: ["A", "h"], ۀ: ["A", "h"] },
};
const FINAL_HE = ["A", "h"];
const BREATHED = /[kgjtdb]$/;

/** Consonants and the vowels that are written: A, y and w. */
function readArabic(word: string): Reading {
  const reading: (readonly string[])[] = [];
  for (const letter of word) {
    const sounds = ARABIC[letter];
    const before = reading.at(-1);
    if (letter === "ھ" && before?.some((sound) => BREATHED.test(sound))) {
      reading[reading.length - 1] = before.map((s) => (BREATHED.test(s) ? s.toUpperCase() : `${s}h`));
    } else if (letter === "ھ" && before?.includes("c")) continue;
    else if (letter === "ھ" && before?.includes("p")) reading[reading.length - 1] = ["f"];
    else if (sounds) reading.push(sounds);
  }
  const last = word.at(-1) ?? "";
  if (reading.length > 1 && "ہه".includes(last)) reading[reading.length - 1] = FINAL_HE;
  return reading;
}

/** Scripts that do not speak the a which no letter says at the end of a word. */
const SILENT: ReadonlySet<Script> = new Set(["Devanagari", "Bengali", "Gurmukhi", "Gujarati"]);
const VOWEL_POINTS = /[\u064B-\u0652\u0640\u0670]/g;

/** The sounds of a word that went through `cleanse`. */
export function read(word: string, script: Script): Reading {
  if (script === "Latin") return readLatin(word);
  const once = word.replace(/(.)\1{2,}/gsu, "$1");
  if (script === "Arabic") return readArabic(once.replace(VOWEL_POINTS, ""));
  return script === "Tamil" ? readTamil(once) : readBrahmic(once, SILENT.has(script));
}
