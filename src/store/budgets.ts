/** Token buckets in D1: what a credential or a sender may still spend, shared by every consumer everywhere. */
import type { Budget } from "../core/integration";

const REFILLED = "min(?2, tokens + max(0, ?5 - at) * ?3 / 1000.0)";

/**
 * How many tokens were granted (0 to `want`), how many are left, and in how many seconds one more will be there. `note`: the integration (its
 * `no`) that is to be known to use this budget. One round trip.
 */
export async function takeBudget(
  db: D1Database,
  budget: Budget,
  { want, now, note }: { want: number; now: number; note?: number },
): Promise<{ granted: number; left: number; afterSeconds: number }> {
  const take = db
    .prepare(
      `INSERT INTO budgets (name, tokens, granted, at) VALUES (?1, ?2 - min(?4, ?2), min(?4, ?2), ?5)
       ON CONFLICT (name) DO UPDATE SET granted = min(?4, CAST(${REFILLED} AS INTEGER)),
         tokens = ${REFILLED} - min(?4, CAST(${REFILLED} AS INTEGER)), at = max(at, ?5)
       RETURNING tokens, granted`,
    )
    .bind(budget.name, budget.capacity, budget.perSecond, want, now);
  const noted = db
    .prepare("UPDATE integrations SET budget = ?1 WHERE no = ?2 AND budget IS NOT ?1")
    .bind(JSON.stringify(budget), note ?? null);
  const [taken] = await db.batch<{ tokens: number; granted: number }>(note === undefined ? [take] : [take, noted]);
  const row = taken?.results[0];
  if (!row) throw new Error("a budget gave no answer");
  return { granted: row.granted, left: row.tokens, afterSeconds: Math.max(0, 1 - row.tokens) / budget.perSecond };
}

/** How many tokens each of these buckets has now, by name; one that was never used is full. One round trip. */
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
      return [name, Math.min(capacity, refilled)];
    }),
  );
}
