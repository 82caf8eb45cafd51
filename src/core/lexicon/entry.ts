/** An entry of a workspace's lexicon: a term of a language that people use in one city, or everywhere. Pure. */
import * as z from "zod";
import { LanguageSchema } from "../translation-schema";
import { fold } from "./fold";
import { wordsOf } from "./words";

/**
 * Entries of a workspace, and terms and variants of all of them: some 40 MB of a worker's memory once they are
 * compiled.
 */
export const LEXICON_MAX = 10_000;
export const SPELLINGS_MAX = 30_000;
const SPELLING_MAX = 100;
const WORDS_MAX = 8;

/** What a file of a lexicon puts between the variants of a cell. */
export const VARIANT_SEPARATOR = ";";

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, { error: "is empty", abort: true })
    .max(max)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), { error: "is one line of text", abort: true });

const SpellingSchema = line(SPELLING_MAX)
  .refine((text) => !text.includes(VARIANT_SEPARATOR), `has no ${VARIANT_SEPARATOR}: each variant stands for itself`)
  .refine((text) => {
    const words = [...wordsOf(text)];
    return words.length > 0 && words.length <= WORDS_MAX && words.every(({ joined }, i) => i === 0 || joined);
  }, `is 1 to ${WORDS_MAX} words with spaces or hyphens between them`);

const ENTRY = {
  term: SpellingSchema,
  language: LanguageSchema,
  city: line(100)
    .refine((text) => cityKey(text) !== "", "has letters or digits")
    .nullable(),
  variants: z.array(SpellingSchema).max(20),
  meaning: line(500).nullable(),
  partOfSpeech: line(40).nullable(),
};

/** An entry as it is sent: what is left out is empty. */
export const LexiconEntrySchema = z.strictObject({
  term: ENTRY.term,
  language: ENTRY.language,
  city: ENTRY.city.default(null),
  variants: ENTRY.variants.default([]),
  meaning: ENTRY.meaning.default(null),
  partOfSpeech: ENTRY.partOfSpeech.default(null),
});

/** What changes of an entry; what is left out stays. */
export const LexiconPatchSchema = z.strictObject(ENTRY).partial();

/** `city`: where it is used; null: everywhere. `variants`: other spellings, in any script. */
export type LexiconEntry = Readonly<z.output<typeof LexiconEntrySchema>>;

export type LexiconPatch = Readonly<z.output<typeof LexiconPatchSchema>>;

/** A file of entries. Two for the same term, language and city are a mistake: one of them would be lost. */
export const LexiconFileSchema = z
  .strictObject({ entries: z.array(LexiconEntrySchema).min(1).max(LEXICON_MAX) })
  .superRefine(({ entries }, ctx) => {
    const seen = new Map<string, number>();
    for (const [i, entry] of entries.entries()) {
      const name = Object.values(keyOfEntry(entry)).join("\n");
      const first = seen.get(name);
      if (first === undefined) seen.set(name, i);
      else {
        const message = `has the same term, language and city as entry ${first + 1} of the file`;
        ctx.addIssue({ code: "custom", path: ["entries", i], message, params: { code: "duplicate" } });
      }
    }
  });

/** What a matcher needs of an entry. */
export type LexiconTerm = Pick<LexiconEntry, "term" | "variants" | "language">;

const foldWords = (text: string): string => Array.from(wordsOf(text), (word) => fold(word.text)).join(" ");

/** The form by which terms are one: written alike but for case, coding and marks. */
export const termKey = (term: string): string => foldWords(term);

/** The form by which names of cities are one: ` PUNE ` and `Pune`, `São Paulo` and `Sao Paulo`. */
export const cityKey = (name: string): string => foldWords(name);

/** By what two entries are the same entry, as their place in the order of the lexicon. */
export interface LexiconKey {
  readonly term: string;
  readonly language: string;
  /** Empty: everywhere. */
  readonly city: string;
}

/** A lexicon has one entry for each term, language and city. */
export const keyOfEntry = (entry: Pick<LexiconEntry, "term" | "language" | "city">): LexiconKey => ({
  term: termKey(entry.term),
  language: entry.language,
  city: entry.city === null ? "" : cityKey(entry.city),
});
