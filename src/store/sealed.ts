/** Everything that is sealed (core/seal.ts), whatever it belongs to: for a change of the encryption key. */

export interface SealedRow {
  /** Whose it is, and its number there. */
  readonly of: "connections" | "forms";
  readonly no: number;
  readonly sealed: string;
  readonly keyId: string;
}

const ALL = `SELECT 'connections' AS of, no, sealed, key_id AS keyId FROM connections
  UNION ALL SELECT 'forms', no, turnstile->>'sealed', turnstile->>'keyId' FROM forms WHERE turnstile IS NOT NULL`;

/** Rows sealed with one of these keys, up to `limit`. Looks at every connection and form: a rotation is rare. */
export async function findSealed(db: D1Database, keyIds: readonly string[], limit: number): Promise<SealedRow[]> {
  const { results } = await db
    .prepare(`SELECT * FROM (${ALL}) WHERE keyId IN (SELECT value FROM json_each(?)) LIMIT ?`)
    .bind(JSON.stringify(keyIds), limit)
    .all<SealedRow>();
  return results;
}

/** How many rows are sealed with each key, by its id. */
export async function countSealed(db: D1Database): Promise<Map<string, number>> {
  const { results } = await db
    .prepare(`SELECT keyId, count(*) AS n FROM (${ALL}) GROUP BY keyId`)
    .all<{ keyId: string; n: number }>();
  return new Map(results.map(({ keyId, n }) => [keyId, n]));
}

/** Puts rows in the place of what was read, each unless it has changed since. One round trip. */
export async function reseal(
  db: D1Database,
  rows: readonly { readonly read: SealedRow; readonly sealed: string; readonly keyId: string }[],
): Promise<void> {
  await db.batch(
    rows.map(({ read, sealed, keyId }) =>
      read.of === "connections"
        ? db
            .prepare("UPDATE connections SET sealed = ?1, key_id = ?2 WHERE no = ?3 AND sealed = ?4")
            .bind(sealed, keyId, read.no, read.sealed)
        : db
            .prepare(
              `UPDATE forms SET turnstile = json_set(turnstile, '$.sealed', ?1, '$.keyId', ?2)
               WHERE no = ?3 AND turnstile->>'sealed' = ?4`,
            )
            .bind(sealed, keyId, read.no, read.sealed),
    ),
  );
}
