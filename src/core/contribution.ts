/** What an index holds of a response, and what is to be changed when the response changes. Pure. */

/** So many of something: whose, of which sort, which one; 1 unless told. Numbers as keys keep their order. */
export type Count = readonly [subject: string, facet: string, key: string | number, n?: number];

/** What an index holds of one response. It is kept as JSON, so that it can be taken back. */
export interface Contribution {
  readonly counts?: readonly Count[];
  /** What the kind's own tables hold of it: its shape is the kind's. */
  readonly own?: unknown;
}

/** A response of which the index is to hold something else than it does. Null: nothing. */
export interface IndexChange {
  /** `responses.id`. */
  readonly position: number;
  readonly before: Contribution | null;
  readonly after: Contribution | null;
}

/** What differs between the contributions that are kept (JSON by position) and those that there are to be. */
export function changesBetween(
  kept: ReadonlyMap<number, string>,
  wanted: ReadonlyMap<number, Contribution | null>,
): IndexChange[] {
  return [...wanted].flatMap(([position, after]) => {
    const before = kept.get(position);
    if (before === undefined ? after === null : after !== null && before === JSON.stringify(after)) return [];
    return [{ position, before: before === undefined ? null : (JSON.parse(before) as Contribution), after }];
  });
}

/** How much is to be added to each count (below 0: taken away); those that stay as they are left out. */
export function countDifferences(changes: readonly IndexChange[]): Required<Count>[] {
  const sums = new Map<string, Required<Count>>();
  const add = (counts: Contribution["counts"], sign: 1 | -1) => {
    for (const [subject, facet, key, n = 1] of counts ?? []) {
      const name = JSON.stringify([subject, facet, key]);
      sums.set(name, [subject, facet, key, (sums.get(name)?.[3] ?? 0) + sign * n]);
    }
  };
  for (const { before, after } of changes) {
    add(before?.counts, -1);
    add(after?.counts, 1);
  }
  return [...sums.values()].filter(([, , , n]) => n !== 0);
}
