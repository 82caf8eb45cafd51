/** Collector links as submissions bring them: by hand, because the gateway has no drizzle. All else is in links.ts. */
import type { links } from "./schema";

export type LinkRow = typeof links.$inferSelect;

/** A link of a form by its id, unless it was revoked. */
export async function findLink(db: D1Database, form: string, id: string): Promise<LinkRow | null> {
  const row = await db
    .prepare(
      `SELECT no, id, form, name, metadata, expires_at AS expiresAt, created_at AS createdAt, revoked_at AS revokedAt,
         responses_max AS responsesMax
       FROM links WHERE id = ? AND form = ? AND revoked_at IS NULL`,
    )
    .bind(id, form)
    .first<Omit<LinkRow, "metadata"> & { readonly metadata: string }>();
  return row && { ...row, metadata: JSON.parse(row.metadata) as LinkRow["metadata"] };
}
