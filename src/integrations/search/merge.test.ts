import fc from "fast-check";
import { expect, it } from "vitest";
import { type Looked, newestFirst, whereToGoOn } from "./merge";

/** Positions of the documents of each database, newest first; documents are numbered from 1 in each. */
const databases = fc
  .array(fc.integer({ min: 0, max: 2 }), { maxLength: 30 })
  .map((homes) => [0, 1, 2].map((no) => homes.flatMap((home, i) => (home === no ? [i] : [])).toReversed()));

/** The next documents of each before a place, as the tables answer. */
const look = (all: readonly number[][], before: readonly number[] | null, limit: number): Looked[] =>
  all.map((positions, i) => {
    const from = before?.[i] ?? null;
    const documents = positions
      .map((position, k) => ({ document: positions.length - k, shard: 0, position, texts: [] }))
      .filter(({ document }) => from === null || document < from)
      .slice(0, limit);
    return { documents, before: from, more: documents.length === limit };
  });

it("goes through all of them from the newest to the oldest, whatever is read and taken at once", () => {
  fc.assert(
    fc.property(databases, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }), (all, limit, room) => {
      const found: number[] = [];
      let before: number[] | null = null;
      let pages = 0;
      do {
        const looked = look(all, before, limit);
        const taken = looked.map(() => 0);
        let count = 0;
        for (const { database, document } of newestFirst(looked)) {
          taken[database] = (taken[database] ?? 0) + 1;
          found.push(document.position);
          count += 1;
          if (count === room) break;
        }
        before = whereToGoOn(looked, taken);
        pages += 1;
        expect(pages).toBeLessThan(100);
      } while (before !== null);
      expect(found).toEqual(all.flat().toSorted((a, b) => b - a));
    }),
  );
});
