/**
 * Erasing what a deleted integration left on the shards, in pages of rows. Its number stays in the control database, so
 * that it is never given again.
 */

/**
 * The statement that notes the numbers of integrations that are about to be deleted: those that `which` finds in `i`.
 */
export const noteDeleted = (db: D1Database, which: "i.no = ?2" | "i.form = ?2", value: number | string, now: number) =>
  db
    .prepare(
      `INSERT INTO deleted_integrations (no, deleted_at, kind) SELECT i.no, ?1, i.kind FROM integrations i WHERE ${which}`,
    )
    .bind(now, value);

/** A deleted integration. `kind` is null of those that were deleted before it was noted. */
export interface DeletedIntegration {
  readonly no: number;
  readonly kind: string | null;
}

/** The integration that was deleted first and may have left something, but for those named; null: there is none. */
export async function findDeleted(db: D1Database, but: readonly number[]): Promise<DeletedIntegration | null> {
  return db
    .prepare(
      `SELECT no, kind FROM deleted_integrations
       WHERE erased_at IS NULL AND no NOT IN (SELECT value FROM json_each(?)) ORDER BY deleted_at LIMIT 1`,
    )
    .bind(JSON.stringify(but))
    .first<DeletedIntegration>();
}

export async function markErased(db: D1Database, integration: number, now: number): Promise<void> {
  await db.prepare("UPDATE deleted_integrations SET erased_at = ?1 WHERE no = ?2").bind(now, integration).run();
}

/** Ends what could still write under a number: whoever holds one of its cursors changes nothing any more. */
export async function dropCursors(db: D1Database, integration: number): Promise<void> {
  await db.prepare("DELETE FROM cursors WHERE integration = ?").bind(integration).run();
}

/** Deletes up to `limit` rows of each sort that lie under a number. Returns how many; 0: there are none. */
export async function eraseDelivered(db: D1Database, integration: number, limit: number): Promise<number> {
  const results = await db.batch([
    db
      .prepare(
        `DELETE FROM attempts WHERE (integration, feed, position, at) IN (
           SELECT integration, feed, position, at FROM attempts WHERE integration = ?1 LIMIT ?2)`,
      )
      .bind(integration, limit),
    db
      .prepare(
        `DELETE FROM deliveries WHERE (integration, feed, position) IN (
           SELECT integration, feed, position FROM deliveries WHERE integration = ?1 LIMIT ?2)`,
      )
      .bind(integration, limit),
    db
      .prepare("DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE integration = ?1 LIMIT ?2)")
      .bind(integration, limit),
    db
      .prepare(
        "DELETE FROM reconciliations WHERE no IN (SELECT no FROM reconciliations WHERE integration = ?1 LIMIT ?2)",
      )
      .bind(integration, limit),
  ]);
  return results.reduce((sum, { meta }) => sum + meta.changes, 0);
}
