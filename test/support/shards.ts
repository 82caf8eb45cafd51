/**
 * The databases of the API worker under test: one, or the three of `npm run test:span`, where every form goes on in
 * another one after each response. What a test looks up by SQL it looks up on all of them.
 */
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { parseResponseId, segmentOf } from "../../src/core/ids";

/** All shards, `DB` first. */
export const databases: readonly [D1Database, ...D1Database[]] = [
  env.DB,
  ...[env.DB_1, env.DB_2].filter((db): db is D1Database => db !== undefined),
];

/** Whether forms span several shards. */
export const spanning = databases.length > 1;

/** The database that a response lies in, by its id. Throws a RangeError for what is none. */
export function shardOf(response: string): D1Database {
  const db = databases[parseResponseId(response)?.shard ?? -1];
  if (!db) throw new RangeError(`${response} is no response`);
  return db;
}

/** Responses by the segment that they lie in, as given: within each the log has one, over all of them none. */
export const bySegment = (responses: readonly string[]): Partial<Record<string, string[]>> =>
  Object.groupBy(responses, (response) => {
    const place = parseResponseId(response);
    return place ? `${place.shard} ${segmentOf(place.position)}` : "none";
  });

/**
 * `it` and `describe` of tests that say nothing where forms span shards, for this reason: they count what one segment
 * costs, or turn a part that knows one segment by hand. As few as possible: what a form does is the same.
 */
export const onlyOnOneShard = (_reason: string) => ({ it: it.skipIf(spanning), describe: describe.skipIf(spanning) });

/**
 * What a statement gives on every shard, in the order of the shards; `$shard` in it is the number of that which is
 * asked.
 */
export async function everywhere<T = Record<string, unknown>>(sql: string, ...values: unknown[]): Promise<T[]> {
  const ask = async (db: D1Database, shard: number) => {
    const statement = db.prepare(sql.replaceAll("$shard", String(shard))).bind(...values);
    return (await statement.all<T>()).results;
  };
  return (await Promise.all(databases.map(ask))).flat();
}
