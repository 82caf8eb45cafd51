/**
 * Keys as requests bring them: by hand, because the gateway has no drizzle. All else that is done with keys is in
 * keys.ts.
 */

/** Everything of a key but its hash. */
export interface KeyRow {
  readonly no: number;
  readonly id: string;
  readonly workspace: string;
  readonly name: string;
  readonly scopes: string[];
  readonly form: string | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
}

/** The key with this hash, unless it was revoked. */
export async function findKey(db: D1Database, hash: string): Promise<KeyRow | null> {
  const row = await db
    .prepare(
      `SELECT no, id, workspace, name, scopes, form, created_at AS createdAt, expires_at AS expiresAt, last_used_at AS lastUsedAt
       FROM keys WHERE hash = ? AND revoked_at IS NULL`,
    )
    .bind(hash)
    .first<Omit<KeyRow, "scopes"> & { readonly scopes: string }>();
  return row && { ...row, scopes: JSON.parse(row.scopes) as string[] };
}

/** Notes that a key was used, unless that was noted after `before`: isolates that do it at once write one row. */
export async function noteUse(db: D1Database, no: number, at: { now: number; before: number }): Promise<void> {
  await db
    .prepare("UPDATE keys SET last_used_at = ?2 WHERE no = ?1 AND (last_used_at IS NULL OR last_used_at <= ?3)")
    .bind(no, at.now, at.before)
    .run();
}
