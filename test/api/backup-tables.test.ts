/** What a backup consists of: each table is in it, or left out by a decision. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { CONTROL_TABLES, LEFT_OUT, SHARD_TABLES } from "../../src/store/backup-tables";
import { rowsOfAll, SOURCE } from "../support/backup";
import { prepareDrill } from "../support/drill";
import { tableNames } from "../support/rows";
import { databases } from "../support/shards";

prepareDrill();

describe("which tables are in a backup", () => {
  it("is decided for each of them", async () => {
    const decided = [...SHARD_TABLES, ...CONTROL_TABLES].map(({ name }) => name);
    expect([...decided, ...Object.keys(LEFT_OUT)].toSorted()).toEqual((await tableNames()).toSorted());
  });

  it("reads each in the order of its primary key, whole, in no more arguments than D1 allows a function", async () => {
    for (const { name, key, columns } of [...SHARD_TABLES, ...CONTROL_TABLES]) {
      const { results } = await env.DB.prepare("SELECT name, pk FROM pragma_table_info(?)")
        .bind(name)
        .all<{ name: string; pk: number }>();
      const keys = results.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
      expect([name, key]).toEqual([name, keys.map((one) => one.name)]);
      expect(columns).toEqual(results.map((one) => one.name));
      expect(columns.length).toBeLessThanOrEqual(32);
    }
  });

  it("is tried with rows in all of them", async () => {
    const rows = await rowsOfAll(SOURCE);
    const bare = [...SHARD_TABLES, ...CONTROL_TABLES].filter(({ name }) =>
      SOURCE.all.slice(0, databases.length).every(({ no }) => (rows[`${no}/${name}`] ?? []).length === 0),
    );
    expect(bare.map(({ name }) => name)).toEqual([]);
  });
});
