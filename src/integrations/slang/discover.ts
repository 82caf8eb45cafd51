/**
 * Words that one city uses more than the others: the log-odds ratio with an informative Dirichlet prior (Monroe,
 * Colaresi and Quinn 2008, "Fightin' Words", section 3.5). Pure.
 */

/** How many responses of the city, and of all cities, have a word. */
export interface WordCount {
  readonly word: string;
  readonly here: number;
  readonly all: number;
}

export interface ScoredWord extends WordCount {
  /** Log of the odds here over the odds elsewhere, drawn towards 0 by the prior. */
  readonly logOdds: number;
  /** The same in standard deviations. Above 1.96, chance alone would do it in one word of forty. */
  readonly z: number;
}

/**
 * Words that the prior counts as: the wider the prior, the more must be said before a word stands out. Some fifty short
 * answers, spread over the words as all cities together use them.
 */
const PRIOR_WORDS = 500;

/** The words that stand out most, the highest z first; `total` is the sum of all words' counts. */
export function overRepresented(
  words: readonly WordCount[],
  total: { readonly here: number; readonly all: number },
  limit: number,
): ScoredWord[] {
  const elsewhere = total.all - total.here;
  // Without others there is nothing to compare with.
  if (elsewhere <= 0) return [];
  const scored = words.map((count): ScoredWord => {
    const prior = (PRIOR_WORDS * count.all) / total.all;
    const here = count.here + prior;
    const there = count.all - count.here + prior;
    const odds = (n: number, of: number) => Math.log(n / (of + PRIOR_WORDS - n));
    const logOdds = odds(here, total.here) - odds(there, elsewhere);
    return { ...count, logOdds, z: logOdds / Math.sqrt(1 / here + 1 / there) };
  });
  return scored
    .filter(({ z }) => z > 0)
    .toSorted((a, b) => b.z - a.z || (a.word < b.word ? -1 : 1))
    .slice(0, limit);
}
