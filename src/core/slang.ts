/** What `GET …/slang` and `…/slang/discover` tell, as the worker of the slang kind answers it. */
import type { SearchHit } from "./search";

/** A city as it is answered: id and label of a choice, or the name that was typed, folded; null: no city was given. */
export interface SlangCity {
  readonly city: string | null;
  readonly label: string | null;
  /** Responses with a text. */
  readonly responses: number;
  /** Those of them that have the term, or any term when none is asked for. */
  readonly used: number;
}

export interface SlangTerm {
  /** As the lexicon writes it; folded when it is not in there any more. */
  readonly term: string;
  /** Of its entries; none: it is not in the lexicon any more. */
  readonly languages: readonly string[];
  readonly responses: number;
}

export interface SlangCounts {
  readonly responses: number;
  readonly used: number;
  /** Those where most responses have it first. */
  readonly cities: readonly SlangCity[];
  /** Those that most responses have first; with a term, that one. */
  readonly terms: readonly SlangTerm[];
  /** Where to go on with terms; null: nothing is left. */
  readonly after: readonly [n: string, term: string] | null;
  readonly lexicon: {
    readonly revision: number;
    /** Responses that were looked through with an earlier revision: a replay from the beginning looks again. */
    readonly outdated: number;
  };
}

export interface SlangHits {
  /** Newest first. */
  readonly hits: readonly SearchHit[];
  readonly before: readonly [position: number, shard: number] | null;
}

export interface SlangWord {
  /** Folded. */
  readonly word: string;
  /** Log of its odds here over its odds elsewhere, and the same in standard deviations. */
  readonly logOdds: number;
  readonly z: number;
  /** Responses that have it, of the city and of the others. */
  readonly here: number;
  readonly elsewhere: number;
  /** The term of the lexicon that it is or may be; null: it has none. */
  readonly term: string | null;
}

export interface SlangDiscovery {
  readonly city: string | null;
  readonly label: string | null;
  /** Words that were compared: each counts once a response. */
  readonly compared: { readonly here: number; readonly elsewhere: number };
  /** The highest z first. */
  readonly items: readonly SlangWord[];
}
