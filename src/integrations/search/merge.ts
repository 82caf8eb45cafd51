/**
 * Documents of several databases as one list. Each has its own numbers, in which they are read; among them the newer
 * response comes first, as positions grow with the age of a form. Pure.
 */
import type { Document } from "./tables";

/** What was read of one database: documents from its newest on, or from where the page before ended. */
export interface Looked {
  readonly documents: readonly Document[];
  /** Where it was begun to read; null: at the newest. */
  readonly before: number | null;
  /** There may be others behind them. */
  readonly more: boolean;
}

/** Until the end, or until what comes next in one of the databases was not read. */
export function* newestFirst(looked: readonly Looked[]): Generator<{ database: number; document: Document }> {
  const taken = looked.map(() => 0);
  for (;;) {
    let next: { database: number; document: Document } | undefined;
    for (const [database, { documents, more }] of looked.entries()) {
      const document = documents[taken[database] ?? 0];
      if (!document && more) return;
      if (document && (!next || document.position > next.document.position)) next = { database, document };
    }
    if (!next) return;
    taken[next.database] = (taken[next.database] ?? 0) + 1;
    yield next;
  }
}

/** Where the next page begins in each database, of which so many were taken; null: nothing is left in any. */
export function whereToGoOn(looked: readonly Looked[], taken: readonly number[]): number[] | null {
  const isLeft = looked.some(({ documents, more }, i) => more || (taken[i] ?? 0) < documents.length);
  if (!isLeft) return null;
  return looked.map(({ documents, before }, i) => documents[(taken[i] ?? 0) - 1]?.document ?? before ?? NEWEST);
}

/** Before every document that there can be: nothing of this database was taken yet. */
const NEWEST = Number.MAX_SAFE_INTEGER;
