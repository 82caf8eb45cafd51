/** The summary's SQL, all of it. It has no tables of its own: it reads the counts that every index has. */
import type { IndexPlace } from "../../core/index-kind";

/** One count. `subject` is a question's ref, or empty for the form; `key` is ordered as numbers and as text. */
export interface CountRow {
  readonly subject: string;
  readonly facet: string;
  readonly key: string | number;
  readonly n: number;
}

/** All counts of an integration: as many rows as there are different things counted, not as there are responses. */
export async function readCounts({ db, integration }: IndexPlace): Promise<CountRow[]> {
  const { results } = await db
    .prepare("SELECT subject, facet, key, n FROM counts WHERE integration = ? ORDER BY subject, facet, key")
    .bind(integration)
    .all<CountRow>();
  return results;
}
