/**
 * What somebody looks for: words, `"several words"` in that order, `begin*`, and `-without`. Read here, put to FTS5,
 * and found again in an answer to mark it there. Pure.
 */
import type { Found } from "../../core/snippet";
import { type Word, wordsOf } from "./words";

/** Characters of what is looked for, at most. */
export const QUERY_MAX = 500;
/** FTS5 looks for each of them; nobody types so many. */
const PHRASES_MAX = 20;

/** Words that must stand one after the other. */
export interface Phrase {
  readonly words: readonly string[];
  /** The last word is the beginning of one. */
  readonly begins: boolean;
}

export interface Wanted {
  /** All of them, anywhere in a response; one at least. */
  readonly all: readonly Phrase[];
  /** None of them. */
  readonly none: readonly Phrase[];
}

/** What is looked for, or a sentence that says why it can't be. */
export function readWanted(text: string): Wanted | { readonly mistake: string } {
  if (text.length > QUERY_MAX) return { mistake: `\`q\` has at most ${QUERY_MAX} characters.` };
  const all: Phrase[] = [];
  const none: Phrase[] = [];
  for (const [, minus, quoted, bare, star] of text.matchAll(/(-)?(?:"([^"]*)"|([^\s"*]+))(\*)?/gu)) {
    const words = wordsOf(quoted ?? bare ?? "").map(({ word }) => word);
    if (words.length > 0) (minus ? none : all).push({ words, begins: star !== undefined });
  }
  if (all.length === 0) return { mistake: "`q` has no word to look for." };
  if (all.length + none.length > PHRASES_MAX) return { mistake: `\`q\` has at most ${PHRASES_MAX} words or phrases.` };
  return { all, none };
}

/** The same for FTS5's MATCH. Words are letters, digits and marks only, so that nothing in quotes can end them. */
export function toMatch({ all, none }: Wanted): string {
  const text = ({ words, begins }: Phrase) => `"${words.join(" ")}"${begins ? " *" : ""}`;
  const wanted = all.map(text).join(" AND ");
  return none.length === 0 ? wanted : `(${wanted}) NOT (${none.map(text).join(" OR ")})`;
}

/** Every place of a phrase among the words of a text. */
export function findPhrase(words: readonly Word[], { words: wanted, begins }: Phrase): Found[] {
  return words.flatMap((first, i) => {
    const last = words[i + wanted.length - 1];
    const fits = wanted.every((want, n) => {
      const word = words[i + n]?.word ?? "";
      return word === want || (begins && n === wanted.length - 1 && word.startsWith(want));
    });
    return fits && last ? [{ start: first.start, end: last.end }] : [];
  });
}
