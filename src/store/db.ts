/**
 * Typed queries on the control tables. drizzle puts the bound parameters into its error text; `query` rethrows only the
 * database's own message, so that no answer or secret can reach a log.
 */
import { DrizzleQueryError } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import * as schema from "./schema";

export type ControlDb = ReturnType<typeof drizzle<typeof schema>>;

/** The database refused or could not be reached. `message` is D1's own. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

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

/** D1 had too much to do and did not execute the query (platform.md 1.2). */
export function isOverloaded(error: unknown): boolean {
  return error instanceof Error && /overloaded|too many requests queued/i.test(error.message);
}

/**
 * D1 could not be asked, or its answer was lost; whether the query ran is not known. D1 says so in words only: `D1_ERROR`
 * and what its storage, network or runtime reports (platform.md 1.2).
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof TypeError) return false;
  return /D1_|network connection lost|object to be reset|internal error; reference|timed? ?out|overloaded/i.test(
    error.message,
  );
}
