/**
 * A migration is one call of D1, which ends what takes 30 seconds: one that reads a table that grows with responses
 * would never be applied to millions.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const GROWING = {
  migrations: ["responses", "revisions", "deliveries", "attempts", "receipts", "answer_index"],
  "migrations/search": ["contributions", "counts", "rule_keys", "search_documents", "search_words", "slang_terms"],
};
/**
 * Older than the first installation, so that nobody ever had millions before them; how long each takes is in
 * docs/operating.md.
 */
const BEFORE = [
  "migrations/0007_responses.sql",
  // Looks for the numbers of integrations, a seek for each.
  "migrations/0010_deleted_integrations.sql",
  "migrations/0011_flags.sql",
  "migrations/0012_link_uses.sql",
  "migrations/0019_inbox.sql",
  "migrations/0031_shards.sql",
  "migrations/search/0003_slang.sql",
  "migrations/search/0005_rules_over_shards.sql",
];
/** Takes no row into its hand. */
const CHEAP = /^(CREATE TABLE|DROP TABLE|ALTER TABLE \w+ RENAME)/;

const statementsOf = (text: string) =>
  text
    .replaceAll(/--.*$/gm, "")
    .split(";")
    .map((statement) => statement.trim());

/**
 * Whether a migration reads or writes what grows. A column that is added to a STRICT table has SQLite read all of its
 * rows.
 */
const isDear = (text: string, tables: readonly string[], made: ReadonlySet<string>) =>
  statementsOf(text).some(
    (statement) =>
      !CHEAP.test(statement) && tables.some((table) => made.has(table) && new RegExp(`\\b${table}\\b`).test(statement)),
  );

it("no new migration reads a table that grows with responses: no column added, no index made, no rows copied", () => {
  const dear: string[] = [];
  for (const [folder, tables] of Object.entries(GROWING)) {
    const made = new Set<string>();
    for (const name of readdirSync(path.join(root, folder))
      .filter((file) => file.endsWith(".sql"))
      .toSorted()) {
      const text = readFileSync(path.join(root, folder, name), "utf8");
      if (isDear(text, tables, made)) dear.push(`${folder}/${name}`);
      for (const [, table = ""] of text.matchAll(/CREATE (?:VIRTUAL )?TABLE (\w+)/g)) made.add(table);
    }
    expect([...made]).toEqual(expect.arrayContaining(tables));
  }
  expect(dear).toEqual(BEFORE);
});
