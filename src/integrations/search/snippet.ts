/** Where in the answers of a response something was found. Pure. */
import type { SearchMatch } from "../../core/search";
import { snippetOf } from "../../core/snippet";
import { findPhrase, type Wanted } from "./phrases";
import { wordsOf } from "./words";

/** The texts of a response that are indexed: question refs with what was answered. */
export type Texts = readonly (readonly [question: string, text: string])[];

/**
 * The answers in which something was found, each with the part around it; null: it is not there. With `question`, only
 * that answer counts, and must have all that is looked for.
 */
export function findMatches(texts: Texts, wanted: Wanted, question?: string): SearchMatch[] | null {
  const looked = question === undefined ? texts : texts.filter(([ref]) => ref === question);
  const matches = looked.flatMap(([ref, text]): SearchMatch[] => {
    const words = wordsOf(text);
    const found = wanted.all.map((phrase) => findPhrase(words, phrase));
    if (question !== undefined && found.some((places) => places.length === 0)) return [];
    const places = found.flat();
    return places.length === 0 ? [] : [{ question: ref, snippet: snippetOf(text, places) }];
  });
  return matches.length > 0 ? matches : null;
}
