/**
 * SEARCH_DB as the provider of a kind that keeps an index, for the contract suite: the real database, whose calls fail
 * on command. Its effects are the responses that have a contribution, and whether the counts are the sum of those.
 */
import { env } from "cloudflare:workers";
import { responseId } from "../../src/core/ids";
import { MESSAGES } from "../support/failing-d1";
import { gatedD1 } from "../support/gated-d1";
import { rowsOfIndexes } from "../support/search-databases";
import type { FaultName, Provider } from "./integration.case";

/** `stray`: what stands wrongly in the kind's own tables under an integration, by any name. */
export function indexProvider(
  stray: (integration: number) => Promise<string[]> = async () => [],
  real: D1Database = env.TEST_SEARCH_DB,
  further: readonly D1Database[] = [],
): Provider & { readonly furtherIndexes: readonly D1Database[] } {
  const faults: { readonly fault: FaultName; times: number }[] = [];
  const take = (isWrite: boolean): FaultName | null => {
    const [first] = faults;
    // An outage meets every call, the other faults those that write the page.
    if (!first || (!isWrite && first.fault !== "outage")) return null;
    first.times -= 1;
    if (first.times <= 0) faults.shift();
    return first.fault;
  };
  const failing = (one: D1Database) =>
    gatedD1(one, async (run, { sql }) => {
      const fault = take(sql.some((text) => text.includes("INSERT INTO contributions")));
      if (fault === null) return run();
      if (fault === "rate_limit") throw new Error(MESSAGES.overloaded);
      if (fault === "error_after" || fault === "drop_after") await run();
      throw new Error(MESSAGES.unreachable);
    });
  const db = failing(real);
  let bound = true;
  return {
    fetch: () => Promise.reject(new Error("an index calls nobody")),
    settings: {},
    get index() {
      return bound ? db : undefined;
    },
    furtherIndexes: further.map(failing),
    effects: async () => {
      const integration = await newestIntegration();
      const { results } = await env.TEST_SEARCH_DB.prepare(
        "SELECT shard, position FROM contributions WHERE integration = ? ORDER BY position",
      )
        .bind(integration)
        .all<{ shard: number; position: number }>();
      return [...results.map(responseId), ...(await strayCounts(integration)), ...(await stray(integration))];
    },
    fail(fault, times = Number.POSITIVE_INFINITY) {
      if (fault === "refuse_credentials") bound = false;
      else faults.push({ fault, times });
    },
    heal() {
      bound = true;
      faults.splice(0);
    },
  };
}

/** The one that the world of the present test made. */
async function newestIntegration(): Promise<number> {
  const row = await env.DB.prepare("SELECT max(no) AS no FROM integrations").first<{ no: number }>();
  return row?.no ?? 0;
}

/** Counts that are not the sum of what the contributions of their database say. */
export async function strayCounts(integration: number): Promise<string[]> {
  const rows = await rowsOfIndexes(
    `WITH wanted AS (
       SELECT c.value ->> 0 AS subject, c.value ->> 1 AS facet, c.value ->> 2 AS key, sum(coalesce(c.value ->> 3, 1)) AS n
       FROM contributions, json_each(content, '$.counts') c WHERE integration = ?1 GROUP BY 1, 2, 3),
     kept AS (SELECT subject, facet, key, n FROM counts WHERE integration = ?1)
     SELECT 'kept' AS side, * FROM (SELECT * FROM kept EXCEPT SELECT * FROM wanted)
     UNION ALL SELECT 'wanted', * FROM (SELECT * FROM wanted EXCEPT SELECT * FROM kept)`,
    integration,
  );
  return rows.map((row) => JSON.stringify(row));
}
