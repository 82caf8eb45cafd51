/** What `GET …/search` finds, as the worker of the search kind answers it. */

/** A piece of an answer; `match`: it is what was looked for. */
export interface SnippetPart {
  readonly text: string;
  readonly match?: true;
}

/** Where in a response something was found. */
export interface SearchMatch {
  readonly question: string;
  /**
   * The answer, or the part of it around the first words found. Joined, its texts are that part, `…` where it is cut.
   */
  readonly snippet: readonly SnippetPart[];
}

export interface SearchHit {
  readonly shard: number;
  /** `responses.id`. */
  readonly position: number;
  readonly matches: readonly SearchMatch[];
}

export interface SearchHits {
  /** Newest first. */
  readonly hits: readonly SearchHit[];
  /** Where to go on in each database of indexes; null: nothing is left. */
  readonly before: readonly number[] | null;
}
