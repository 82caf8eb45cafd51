/** The databases of indexes: SEARCH_DB, and what stands for SEARCH_DB_1 and SEARCH_DB_2. */
import { env } from "cloudflare:workers";
import { gatedD1 } from "./gated-d1";

export const searchDatabases = [env.TEST_SEARCH_DB, env.TEST_SEARCH_DB_1, env.TEST_SEARCH_DB_2] as D1Database[];

const [HUGE, SMALL] = [1e12, 1];

/** All of them; each page finds room in another one, the next in a circle. */
export function takingTurns(): { index: D1Database; furtherIndexes: D1Database[] } {
  let turn = 0;
  const [index, ...furtherIndexes] = searchDatabases.map((real, no) =>
    gatedD1(real, async (run, { sql }) => {
      // The first is opened first.
      if (no === 0 && sql.some((text) => text.includes("FROM contributions")))
        turn = (turn + 1) % searchDatabases.length;
      const hasRoom = turn === no;
      const result = await run();
      for (const { meta } of Array.isArray(result) ? (result as D1Result[]) : []) {
        meta.size_after = hasRoom ? SMALL : HUGE;
      }
      return result;
    }),
  );
  return { index: index as D1Database, furtherIndexes };
}

/** Rows of all of them, with the number of the database where each lies. */
export async function rowsOfIndexes<T>(
  sql: string,
  ...values: readonly unknown[]
): Promise<(T & { database: number })[]> {
  const found = await Promise.all(
    searchDatabases.map((db) =>
      db
        .prepare(sql)
        .bind(...values)
        .all<T>(),
    ),
  );
  return found.flatMap(({ results }, database) => results.map((row) => ({ ...row, database })));
}
