/**
 * Words: what a text is cut into before it is indexed, looked for and marked. Made here and not by FTS5's tokenizer, so
 * that all three agree, in every script. Pure.
 */

/** Letters, digits and the marks that belong to them. */
const RUN = /[\p{L}\p{N}\p{Mn}\p{Mc}]+/gu;

/** Scripts that put no space between words: a dictionary has to find them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Of one word; what is longer is found by its beginning. FTS5 takes no token of more than 32 kB. */
const WORD_MAX = 100;

const segmenter = new Intl.Segmenter("und", { granularity: "word" });

export interface Word {
  /** Without case and accents. */
  readonly word: string;
  /** Where it stands, in UTF-16 units of the text. */
  readonly start: number;
  readonly end: number;
}

/** The words of a text, in order. */
export function wordsOf(text: string): Word[] {
  return [...text.matchAll(RUN)].flatMap(({ 0: run, index }) => {
    if (!UNSPACED.test(run)) return [wordAt(run, index)];
    return [...segmenter.segment(run)].map((part) => wordAt(part.segment, index + part.index));
  });
}

const wordAt = (run: string, start: number): Word => ({ word: fold(run), start, end: start + run.length });

/** Accents of Latin, Greek and Cyrillic go; the signs of other scripts tell words apart and stay. */
function fold(word: string): string {
  const bare = word.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return bare.normalize("NFC").toLowerCase().slice(0, WORD_MAX).toWellFormed();
}
