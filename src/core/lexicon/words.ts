/** Cuts a text of any script into its words (UAX #29, by ICU's rules and dictionaries). Pure. */

/** `start` and `end` are places in the text, in UTF-16 units. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Only a space or a hyphen is between this word and the one before: both may belong to one expression. */
  readonly joined: boolean;
}

const segmenter = new Intl.Segmenter("en", { granularity: "word" });

/** Between words, although UAX #29 keeps it inside of them: `mast_hai`, and `hai.bhai` by somebody in a hurry. */
const BETWEEN = /[_.:·]/g;
/** A zero-width space hides a word from a list; where words are not spaced it is what parts them. */
const HIDING = /\u200B(?![\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Thai}])/gu;
const JOINT = /^(?:[^\S\r\n]|[-‐‑_'’]|\p{Cf})+$/u;

/** The words of a text in their order. */
export function* wordsOf(text: string): Generator<Word> {
  // Each replacement is as long as what it replaces, so that places stay right.
  const cut = text.replace(BETWEEN, " ").replace(HIDING, "\u200D");
  let before = -1;
  for (const { segment, index, isWordLike } of segmenter.segment(cut)) {
    if (!isWordLike) continue;
    const end = index + segment.length;
    const joined = before === index || (before >= 0 && JOINT.test(text.slice(before, index)));
    yield { text: segment, start: index, end, joined };
    before = end;
  }
}
