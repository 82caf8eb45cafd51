import { env } from "cloudflare:workers";
import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, it } from "vitest";
import * as controlTables from "../../src/store/schema";
import * as shardTables from "../../src/store/schema-shard";

const tables = [...Object.values(controlTables), ...Object.values(shardTables)]
  .filter((value) => is(value, SQLiteTable))
  .map((table) => getTableConfig(table as SQLiteTable));

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

it("the drizzle schema has exactly the tables of the migrations", async () => {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name <> 'd1_migrations'",
  ).all<{ name: string }>();
  expect(tables.map((table) => table.name).toSorted()).toEqual(results.map((row) => row.name).toSorted());
});

it.each(tables.map((table) => [table.name, table] as const))(
  "%s has the columns, types and keys of the migrations",
  async (name, table) => {
    const { results } = await env.DB.prepare('SELECT name, type, "notnull", pk FROM pragma_table_info(?)')
      .bind(name)
      .all<Column>();
    const keys = table.primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
    const mirrored = table.columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      required: column.notNull,
      key: column.primary || keys.includes(column.name),
    }));
    const real = results.map((column) => ({
      name: column.name,
      type: column.type,
      // A primary key is never null, whether or not the SQL says so.
      required: column.notnull === 1 || column.pk > 0,
      key: column.pk > 0,
    }));
    const normal = mirrored.map((column) => ({ ...column, required: column.required || column.key }));
    expect(normal).toEqual(real);
  },
);

it("revisions of before reviews were known are kept when their table is made anew", async () => {
  const queries = (name: string) =>
    env.TEST_MIGRATIONS.filter((migration) => migration.name.startsWith(name)).flatMap((migration) =>
      migration.queries.filter((query) => /(TABLE|INDEX|INTO) revisions/.test(query)),
    );
  const old = [7, 3, "updated", 2, '{"version":1,"answers":{}}', 1_000];
  await env.DB.batch(["DROP TABLE revisions", ...queries("0001")].map((query) => env.DB.prepare(query)));
  await env.DB.prepare("INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?)")
    .bind(...old)
    .run();
  await env.DB.batch(queries("0007").map((query) => env.DB.prepare(query)));
  expect(await env.DB.prepare("SELECT * FROM revisions").raw()).toEqual([[...old, null, null, null]]);
  const { results } = await env.DB.prepare("SELECT name FROM pragma_index_list('revisions')").all();
  expect(results).toEqual([{ name: "revisions_response" }]);
});
