/**
 * Daily quotas in D1: how often something may be done in a day for one recipient or one workspace. Days are UTC. Keys
 * are kept as digests, so that no phone number stands in the table.
 */
import type { QuotaUse } from "../core/recipients";
import { sha256 } from "../core/sha256";

const DAY_MS = 86_400_000;
/** Rows of past days that one sweep deletes: a bounded write, however busy a day was. */
const DELETE_MAX = 1_000;

const dayOf = (at: number): number => Math.floor(at / DAY_MS);

/**
 * Counts these uses on the day of `at` (milliseconds) and returns how many of each were granted (0 to `want`), in the
 * same order. A scope and key may stand in the list once. One round trip, none for an empty list.
 */
export async function takeQuotas(db: D1Database, at: number, uses: readonly QuotaUse[]): Promise<number[]> {
  if (uses.length === 0) return [];
  const keys = await Promise.all(uses.map(({ scope, key }) => digest(scope, key)));
  const values = uses.map(({ scope, want, limit }, i) => [scope, keys[i], want, limit]);
  const grant = (count: string) => `min(e.value->>2, max(0, (e.value->>3) - ${count}))`;
  // Both statements read the same list: the first makes rows of nothing, the second counts where it knows what is
  // there.
  const [, taken] = await db.batch<{ scope: string; key: string; granted: number }>([
    db
      .prepare(
        `INSERT INTO quotas (day, scope, key, count, granted)
         SELECT ?1, e.value->>0, e.value->>1, 0, 0 FROM json_each(?2) e WHERE true ON CONFLICT DO NOTHING`,
      )
      .bind(dayOf(at), JSON.stringify(values)),
    db
      .prepare(
        `UPDATE quotas SET granted = ${grant("quotas.count")}, count = quotas.count + ${grant("quotas.count")}
         FROM json_each(?2) e WHERE day = ?1 AND quotas.scope = e.value->>0 AND quotas.key = e.value->>1
         RETURNING scope, key, granted`,
      )
      .bind(dayOf(at), JSON.stringify(values)),
  ]);
  const granted = new Map(taken?.results.map((row) => [`${row.scope} ${row.key}`, row.granted]));
  return uses.map(({ scope }, i) => granted.get(`${scope} ${keys[i]}`) ?? 0);
}

/** Takes back `want` of each use that was granted at `at` and then not made. One round trip, none for an empty list. */
export async function giveBackQuotas(db: D1Database, at: number, uses: readonly QuotaUse[]): Promise<void> {
  if (uses.length === 0) return;
  const keys = await Promise.all(uses.map(({ scope, key }) => digest(scope, key)));
  const values = uses.map(({ scope, want }, i) => [scope, keys[i], want]);
  await db
    .prepare(
      `UPDATE quotas SET count = max(0, quotas.count - (e.value->>2)) FROM json_each(?2) e
       WHERE day = ?1 AND quotas.scope = e.value->>0 AND quotas.key = e.value->>1`,
    )
    .bind(dayOf(at), JSON.stringify(values))
    .run();
}

/** Deletes counts of days before yesterday, a bounded number at a time. Costs no write when there are none. */
export async function deleteOldQuotas(db: D1Database, now: number): Promise<void> {
  await db
    .prepare(
      `DELETE FROM quotas WHERE (day, scope, key) IN (SELECT day, scope, key FROM quotas WHERE day < ?1 LIMIT ${DELETE_MAX})`,
    )
    .bind(dayOf(now) - 1)
    .run();
}

const digest = (scope: string, key: string): Promise<string> => sha256(`${scope} ${key}`);
