/** What the slang kind keeps in a table of its own, compared with what its contributions say. */
import { env } from "cloudflare:workers";
import { rowsOfIndexes } from "./search-databases";

/** Rows that stand there for no contribution, and terms of contributions that have no row. */
export async function strayTerms(integration: number): Promise<string[]> {
  const rows = await rowsOfIndexes(
    `WITH wanted AS (
       SELECT t.value ->> 0 AS question, t.value ->> 1 AS term, content ->> '$.own.city' AS city, position, shard
       FROM contributions, json_each(content, '$.own.terms') t WHERE integration = ?1),
     kept AS (SELECT question, term, city, position, shard FROM slang_terms WHERE integration = ?1)
     SELECT 'kept' AS side, * FROM (SELECT * FROM kept EXCEPT SELECT * FROM wanted)
     UNION ALL SELECT 'wanted', * FROM (SELECT * FROM wanted EXCEPT SELECT * FROM kept)`,
    integration,
  );
  return rows.map((row) => JSON.stringify(row));
}

/** How many rows it has under an integration. */
export async function countTermRows(integration: number): Promise<number> {
  const row = await env.TEST_SEARCH_DB.prepare("SELECT count(*) AS n FROM slang_terms WHERE integration = ?")
    .bind(integration)
    .first<{ n: number }>();
  return row?.n ?? -1;
}
