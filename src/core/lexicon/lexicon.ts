/** A workspace's lexicon at one revision, ready for texts. Pure. */
import { keyOfEntry, type LexiconEntry, type LexiconKey } from "./entry";
import { compileLexicon, type Match, type Matcher } from "./matcher";

/** An entry with the forms by which its term and its city are compared. */
export interface ListedEntry extends LexiconKey {
  /** As it is written in the lexicon. */
  readonly written: string;
}

export interface Lexicon {
  /** Grows with each change; 0: nothing was ever in it. */
  readonly revision: number;
  readonly entries: readonly ListedEntry[];
  readonly matcher: Matcher;
}

/** Makes a lexicon ready: some milliseconds per thousand entries, so do it once a revision. */
export function makeLexicon(
  revision: number,
  entries: readonly Pick<LexiconEntry, "term" | "language" | "city" | "variants">[],
): Lexicon {
  const listed = entries.map((entry) => ({ ...keyOfEntry(entry), written: entry.term }));
  return { revision, entries: listed, matcher: compileLexicon(entries) };
}

/** Of kinds that look for no terms, and of workspaces that have none. */
export const NO_LEXICON: Lexicon = makeLexicon(0, []);

/** A term in a text: `key` is that of the entry, from `start` to `end` in UTF-16 units. */
export type TermFound = Pick<Match, "start" | "end"> & { readonly key: string };

/** The terms in a text, each place of one once, whatever the number of entries that have it. */
export function findTerms(
  { entries, matcher }: Lexicon,
  text: string,
  accepts: (entry: ListedEntry) => boolean = () => true,
): TermFound[] {
  const found = new Map<string, TermFound>();
  for (const { entry, start, end } of matcher.find(text, (no) => entries[no] !== undefined && accepts(entries[no]))) {
    const key = entries[entry]?.term ?? "";
    found.set(`${start} ${key}`, { key, start, end });
  }
  return [...found.values()];
}

/** Whether an entry is of a language or one of its variants: `hi-Latn` is of `hi`. */
export const isOfLanguage = ({ language }: Pick<ListedEntry, "language">, wanted: string): boolean =>
  language === wanted || language.startsWith(`${wanted}-`);
