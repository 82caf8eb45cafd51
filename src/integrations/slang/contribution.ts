/** What the slang index holds of one response. Pure. */
import type { Contribution, Count } from "../../core/contribution";
import type { IndexMaking } from "../../core/index-kind";
import { fold } from "../../core/lexicon/fold";
import { findTerms, isOfLanguage, type ListedEntry, type TermFound } from "../../core/lexicon/lexicon";
import { wordsOf } from "../../core/lexicon/words";
import type { ResponseRecord } from "../../core/response";
import { cityOf, EVERYWHERE, NOWHERE } from "./city";
import { type Config, textRefs } from "./manifest";

/**
 * UTF-16 units of a response that are looked through, and different words of it that are counted: one is not to fill a
 * page.
 */
const TEXT_MAX = 50_000;
const WORDS_MAX = 1_000;

/**
 * Of `counts`: responses by city (subject empty), responses with a term (key empty: with any), words, and their sum.
 */
export const FACETS = {
  cities: "slang.city",
  lexicon: "slang.lexicon",
  words: "slang.words",
  word: "slang.word",
} as const;
/** `question`: in the answers to one; empty: in any. */
export const termFacet = (question: string): string => (question === "" ? "slang.term" : `slang.term.${question}`);

/** What the kind's own table is made of, and what is shown: the answers that have terms, with their places. */
export interface Own {
  readonly city: string;
  /** Each term once; also by question, where there are several (else all have an empty one: in any). */
  readonly terms: readonly (readonly [question: string, term: string])[];
  readonly found: readonly (readonly [question: string, text: string, terms: readonly TermFound[]])[];
}

/** Null: there is nothing to look through. Each response counts once for a term or a word, however often it says it. */
export function contributionOf(
  response: ResponseRecord,
  { config, form, lexicon }: IndexMaking<Config>,
): Contribution | null {
  const refs = textRefs(config);
  const texts = textsOf(response, refs);
  if (texts.length === 0) return null;
  const { subject, names } = cityOf(response.answers, form.definitions.get(response.version), config.city);
  const accepts = (entry: ListedEntry) =>
    (entry.city === "" || names.includes(entry.city)) &&
    (config.language === undefined || isOfLanguage(entry, config.language));
  const found = texts
    .map(([ref, text]) => [ref, text, findTerms(lexicon, text, accepts)] as const)
    .filter(([, , terms]) => terms.length > 0);
  const terms = termsOf(found, refs);
  // Of a response without a city nobody can say where its words are used.
  const words = subject === NOWHERE ? [] : vocabularyOf(texts.map(([, text]) => text));
  const counts: Count[] = [
    ["", FACETS.lexicon, lexicon.revision],
    ...[EVERYWHERE, subject].flatMap((where): Count[] => [
      ["", FACETS.cities, where],
      ...[...anyOf(terms), ...terms].map(([question, term]): Count => [where, termFacet(question), term]),
      ...words.map((word): Count => [where, FACETS.word, word]),
      ...(words.length > 0 ? [[where, FACETS.words, "", words.length] satisfies Count] : []),
    ]),
  ];
  const own: Own = { city: subject, terms, found };
  return { counts, ...(found.length > 0 && { own }) };
}

function termsOf(found: Own["found"], refs: readonly string[]): Own["terms"] {
  const inAny = new Set(found.flatMap(([, , terms]) => terms.map(({ key }) => key)));
  const byQuestion = refs.length === 1 ? [] : found;
  return [
    ...[...inAny].map((key) => ["", key] as const),
    ...byQuestion.flatMap(([ref, , terms]) =>
      [...new Set(terms.map(({ key }) => key))].map((key) => [ref, key] as const),
    ),
  ];
}

/** An empty term for each question that has any. */
const anyOf = (terms: Own["terms"]): Own["terms"] =>
  [...new Set(terms.map(([question]) => question))].map((question) => [question, ""] as const);

function textsOf({ answers }: ResponseRecord, refs: readonly string[]): [question: string, text: string][] {
  let left = TEXT_MAX;
  return refs.flatMap((ref): [string, string][] => {
    const answer = answers[ref];
    const text = typeof answer === "string" ? answer.slice(0, left).toWellFormed() : "";
    left -= text.length;
    return text === "" ? [] : [[ref, text]];
  });
}

/** The different words of texts, folded: those with letters, neither single ones nor runs of them. */
function vocabularyOf(texts: readonly string[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const { text: word } of wordsOf(text)) {
      const folded = fold(word);
      if (folded.length > 1 && folded.length <= 50 && /\p{L}/u.test(folded)) words.add(folded);
      if (words.size === WORDS_MAX) return [...words];
    }
  }
  return [...words];
}
