/**
 * Typed queries on the control tables. drizzle puts the bound parameters into its error text; `query` rethrows only the
 * database's own message, so that no answer or secret can reach a log.
 */
import { DrizzleQueryError } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { StoreError } from "./failure";
import * as schema from "./schema";

export type ControlDb = ReturnType<typeof drizzle<typeof schema>>;

/** drizzle over the control database. */
export const control = (db: D1Database): ControlDb => drizzle(db, { schema });

/** Runs a drizzle query; fails with a StoreError that holds no parameters. */
export async function query<T>(run: PromiseLike<T>): Promise<T> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof DrizzleQueryError) throw new StoreError(error.cause?.message ?? "the query failed");
    throw error;
  }
}

/** A drizzle query as a statement of D1's own, for a batch with others. */
export function prepared(db: D1Database, of: { toSQL(): { sql: string; params: unknown[] } }): D1PreparedStatement {
  const { sql, params } = of.toSQL();
  return db.prepare(sql).bind(...params);
}
