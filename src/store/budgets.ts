/** Token buckets in D1: what a credential or a sender may still spend, shared by every consumer everywhere. */
import type { Budget } from "../core/integration";

const REFILLED = "min(?2, tokens + max(0, ?5 - at) * ?3 / 1000.0)";
/** All or nothing; ?6: how many tokens may be owed. */
const GRANTED = `iif(${REFILLED} - ?4 >= -?6, ?4, 0)`;

interface Ask {
  /** How many tokens, at most as many as the bucket holds. */
  readonly want: number;
  readonly now: number;
  /** How long the caller would wait, in seconds, for what is not there yet. */
  readonly patience: number;
  /** The integration (its `no`) that is to be known to use this budget. */
  readonly note?: number;
}

/**
 * Takes all of `want` or nothing: parts would make many small pages out of a large one. What is not there yet is owed,
 * and the caller must wait for `afterSeconds` before it uses any of it; so whoever comes next waits behind it, and
 * nobody with a small page overtakes for ever. Not granted: so many seconds until all would be there. `left`: what is
 * in the bucket then, below zero when it is owed. One round trip.
 */
export async function takeBudget(
  db: D1Database,
  budget: Budget,
  { want, now, patience, note }: Ask,
): Promise<{ granted: boolean; left: number; afterSeconds: number }> {
  const take = db
    .prepare(
      `INSERT INTO budgets (name, tokens, granted, at) VALUES (?1, ?2 - ?4, ?4, ?5)
       ON CONFLICT (name) DO UPDATE SET granted = ${GRANTED}, tokens = ${REFILLED} - ${GRANTED}, at = max(at, ?5)
       RETURNING tokens, granted`,
    )
    .bind(budget.name, budget.capacity, budget.perSecond, want, now, patience * budget.perSecond);
  const noted = db
    .prepare("UPDATE integrations SET budget = ?1 WHERE no = ?2 AND budget IS NOT ?1")
    .bind(JSON.stringify(budget), note ?? null);
  const [taken] = await db.batch<{ tokens: number; granted: number }>(note === undefined ? [take] : [take, noted]);
  const row = taken?.results[0];
  if (!row) throw new Error("a budget gave no answer");
  const granted = row.granted > 0;
  const missing = granted ? -row.tokens : want - row.tokens;
  return { granted, left: row.tokens, afterSeconds: Math.max(0, missing) / budget.perSecond };
}

/**
 * How many tokens each of these buckets has now, by name (none while some are owed); one that was never used is full.
 * One round trip.
 */
export async function readBudgets(
  db: D1Database,
  budgets: readonly Budget[],
  now: number,
): Promise<Map<string, number>> {
  if (budgets.length === 0) return new Map();
  const { results } = await db
    .prepare("SELECT name, tokens, at FROM budgets WHERE name IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(budgets.map(({ name }) => name)))
    .all<{ name: string; tokens: number; at: number }>();
  const rows = new Map(results.map((row) => [row.name, row]));
  return new Map(
    budgets.map(({ name, capacity, perSecond }) => {
      const row = rows.get(name);
      const refilled = row ? row.tokens + (Math.max(0, now - row.at) * perSecond) / 1000 : capacity;
      return [name, Math.max(0, Math.min(capacity, refilled))];
    }),
  );
}
