/** Every row that D1 hands over, whoever asked, over the shared binding. */
import { env } from "cloudflare:workers";
import { gatedD1 } from "./gated-d1";

export interface Handed {
  readonly sql: string;
  /** What came back, as JSON. */
  readonly rows: string;
}

/** Calls `see` with what each statement gave, until `stop`. */
export function watchRows(see: (handed: Handed) => void, db: D1Database = env.DB) {
  const { prepare, batch } = db;
  const real = { prepare: prepare.bind(db), batch: batch.bind(db) } as unknown as D1Database;
  const rowsOf = (result: unknown) => (isResult(result) ? result.results : result);
  const gated = gatedD1(real, async (run, { sql }) => {
    const given = await run();
    const all: readonly unknown[] = sql.length > 1 || isBatch(given) ? (given as unknown[]) : [given];
    for (const [i, one] of sql.entries()) see({ sql: one, rows: JSON.stringify(rowsOf(all[i])) ?? "" });
    return given;
  });
  db.prepare = (sql) => gated.prepare(sql);
  db.batch = (statements) => gated.batch(statements);
  return { stop: () => void Object.assign(db, { prepare, batch }) };
}

const isResult = (value: unknown): value is D1Result =>
  typeof value === "object" && value !== null && "results" in value && "meta" in value;
const isBatch = (value: unknown): boolean => Array.isArray(value) && value.every(isResult);
