/** Token buckets in D1: what a credential or a sender may still spend, shared by every consumer everywhere. */
import type { Budget } from "../core/integration";

/** How many tokens were granted (0 to `want`), and in how many seconds one more will be there. One round trip. */
export async function takeBudget(
  db: D1Database,
  budget: Budget,
  { want, now }: { want: number; now: number },
): Promise<{ granted: number; afterSeconds: number }> {
  const refilled = "min(?2, tokens + max(0, ?5 - at) * ?3 / 1000.0)";
  const row = await db
    .prepare(
      `INSERT INTO budgets (name, tokens, granted, at) VALUES (?1, ?2 - min(?4, ?2), min(?4, ?2), ?5)
       ON CONFLICT (name) DO UPDATE SET granted = min(?4, CAST(${refilled} AS INTEGER)),
         tokens = ${refilled} - min(?4, CAST(${refilled} AS INTEGER)), at = max(at, ?5)
       RETURNING tokens, granted`,
    )
    .bind(budget.name, budget.capacity, budget.perSecond, want, now)
    .first<{ tokens: number; granted: number }>();
  if (!row) throw new Error("a budget gave no answer");
  return { granted: row.granted, afterSeconds: Math.max(0, 1 - row.tokens) / budget.perSecond };
}
