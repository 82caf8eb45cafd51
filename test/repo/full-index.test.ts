/**
 * A database of indexes that is full to its last page, which D1 on this machine never is: SQLite with a limit of its
 * own. Deleting must work there, or nothing would ever make room.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { expect, it } from "vitest";
import { forgetDocuments, writeDocuments } from "../../src/integrations/search/tables";
import { forgetIndex, replaceContributions } from "../../src/store/contributions";
import { isFull } from "../../src/store/failure";

const folder = path.resolve(import.meta.dirname, "../../migrations/search");

interface Bound {
  run(): { changes: number | bigint };
}

/** What of D1 is used here, on SQLite in memory. */
function openDatabase(pages: number) {
  const sqlite = new DatabaseSync(":memory:");
  for (const file of readdirSync(folder).toSorted()) sqlite.exec(readFileSync(path.join(folder, file), "utf8"));
  sqlite.exec(`PRAGMA max_page_count = ${pages}`);
  const prepare = (sql: string) => ({
    bind: (...values: SQLInputValue[]): Bound => ({ run: () => sqlite.prepare(sql).run(...values) }),
  });
  async function batch(statements: readonly Bound[]) {
    sqlite.exec("BEGIN");
    try {
      const results = statements.map((one) => ({ results: [], meta: { changes: Number(one.run().changes) } }));
      sqlite.exec("COMMIT");
      return results;
    } catch (error) {
      // SQLite itself rolls back what finds no room.
      if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
      throw error;
    }
  }
  const count = (table: string) => Number(sqlite.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
  return { db: { prepare, batch } as unknown as D1Database, sqlite, count };
}

/** A page of responses with texts of many different words. */
const pageOf = (first: number, size: number) =>
  Array.from({ length: size }, (_, i) => {
    const text = Array.from({ length: 20 }, (_, k) => `w${((first + i) * 7919 + k * 104_729) % 5_000}`).join(" ");
    return { position: first + i, before: null, after: { own: [["about", text]] } };
  });

it("takes no page, keeps what it has, and forgets an index until nothing is left of it", async () => {
  const { db, sqlite, count } = openDatabase(2_000);
  const holder = { integration: 1, shard: 0, segment: 1, epoch: 1 };
  const write = async (first: number, size: number) => {
    const changes = pageOf(first, size);
    const own = writeDocuments(changes, { db, integration: 1, shard: 0 });
    await replaceContributions(db, holder, { changes, counts: [], own });
  };
  let stored = 0;
  const fill = async (size: number) => {
    for (;;) {
      try {
        await write(stored + 1, size);
      } catch (error) {
        expect(isFull(error)).toBe(true);
        return;
      }
      stored += size;
    }
  };
  await fill(500);
  await fill(1);
  const left = sqlite.prepare("SELECT count(*) AS n FROM pragma_freelist_count WHERE freelist_count > 0").get();
  expect(left?.n).toBe(0);
  expect([count("contributions"), count("search_documents")]).toEqual([stored, stored]);
  for (let deleted = 1, steps = 0; deleted > 0; steps += 1) {
    const own = forgetDocuments({ db, integration: 1 }, 1_000);
    deleted = await forgetIndex(db, 1, { own, limit: 1_000, now: 1 });
    expect(steps).toBeLessThan(stored);
  }
  for (const table of ["contributions", "search_documents", "fences"])
    expect([table, count(table)]).toEqual([table, 0]);
  expect(sqlite.prepare("SELECT count(*) AS n FROM search_words WHERE search_words MATCH 'w1'").get()?.n).toBe(0);
});
