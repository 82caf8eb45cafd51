/**
 * The written form by which words are compared: what differs only in case, coding, marks that writers leave out, or
 * letters that keyboards confuse, is the same. Pure; by the tables of Unicode that the runtime has (workerd brings the
 * full ICU).
 */

/**
 * Characters that are not seen: zero-width (non-)joiners and spaces, soft hyphens, marks of direction, variation
 * selectors.
 */
const UNSEEN = /\p{Cf}|\p{Variation_Selector}/gu;
const LATIN_MARKS = /(?<=\p{Script=Latin})\p{M}+/gu;

/** A vowel sign stands once on its letter: more of them only draw it out. */
const DRAWN_OUT = /([\u0900-\u0DFF])(?<=\p{M})\1+/gu;

/**
 * A word without what is not seen, in one coding (NFKC), one case, and Latin letters without diacritics. What tells
 * letters of other scripts apart is still there: this is what sounds are read from.
 */
export function cleanse(word: string): string {
  const seen = word.normalize("NFKC").replace(UNSEEN, "").replaceAll("’", "'");
  // Upper case in between takes ß to ss and the final sigma to the other one, as full case folding does.
  const folded = seen.toLowerCase().toUpperCase().toLowerCase();
  return folded.normalize("NFD").replace(LATIN_MARKS, "").normalize("NFC").replace(DRAWN_OUT, "$1");
}

/**
 * Vowel points, small letters and the stroke that stretches a word; hamza and madda, once they are apart from their
 * letter.
 */
const ARABIC_MARKS = /[\u0640\u064B-\u065F\u0670\u06D6-\u06ED]/g;
/** What Arabic, Persian and Urdu keyboards write for the same letter. */
const ARABIC_LETTERS: Readonly<Record<string, string>> = { ي: "ی", ى: "ی", ك: "ک", ه: "ہ", ة: "ہ", ۃ: "ہ", ٱ: "ا" };
const ARABIC_VARIANTS = new RegExp(`[${Object.keys(ARABIC_LETTERS).join("")}]`, "g");

/** The dot of borrowed sounds: Devanagari, Bengali, Gurmukhi, Gujarati, Odia, Kannada. */
const NUKTA = /[\u093C\u09BC\u0A3C\u0ABC\u0B3C\u0CBC]/g;
/** Devanagari writes a nasal before its consonant as a letter (बन्दा), as a dot (बंदा) or as a moon (बँदा). */
const NASAL = /[ङञणनम]\u094D(?=[क-घच-झट-ढत-धप-भ])|\u0901/g;
/** The form by which written words are compared. Folding twice changes nothing. */
export function fold(word: string): string {
  return cleanse(word)
    .normalize("NFD")
    .replace(ARABIC_MARKS, "")
    .replace(NUKTA, "")
    .normalize("NFC")
    .replace(ARABIC_VARIANTS, (letter) => ARABIC_LETTERS[letter] ?? letter)
    .replace(NASAL, "\u0902");
}

const RUNS = /(.)\1*/gsu;
const LONG_RUN = /([\p{L}\p{M}])\1\1/u;

/** Whether a letter stands three times or more, as nobody spells: `yaaar`. */
export const isElongated = (folded: string): boolean => LONG_RUN.test(folded);

/** With each letter once where it is repeated: what a word and its elongations have in common. */
export const squeeze = (folded: string): string => folded.replace(RUNS, "$1");

/** Whether `elongated` may be `word` with letters drawn out: `yaaarr` is yaar, and `loool` lol; `yar` is not yaar. */
export function isDrawnFrom(elongated: string, word: string): boolean {
  const [long, short] = [elongated.match(RUNS) ?? [], word.match(RUNS) ?? []];
  if (long.length !== short.length) return false;
  return long.every((run, i) => {
    const wanted = short[i] ?? "";
    return run === wanted || (isElongated(run) && run.startsWith(wanted));
  });
}
