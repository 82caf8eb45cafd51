/** Collector links of forms. */
import { and, desc, eq, isNull, lt } from "drizzle-orm";
import type { AuditEntry } from "../core/audit";
import { changeAudited } from "./audit";
import { control, prepared, query } from "./db";
import type { LinkRow } from "./link-reads";
import { links } from "./schema";

/** False: the form was deleted. */
export async function insertLink(
  db: D1Database,
  link: Omit<LinkRow, "no" | "revokedAt">,
  entry: AuditEntry,
): Promise<boolean> {
  const change = db
    .prepare(
      `INSERT INTO links (id, form, name, metadata, expires_at, created_at, responses_max)
       SELECT ?1, id, ?3, ?4, ?5, ?6, ?7 FROM forms WHERE id = ?2 AND deleted_at IS NULL`,
    )
    .bind(
      link.id,
      link.form,
      link.name,
      JSON.stringify(link.metadata),
      link.expiresAt,
      link.createdAt,
      link.responsesMax,
    );
  const [inserted] = await changeAudited(db, [change], entry);
  return inserted?.meta.changes === 1;
}

/** The links of a form that were not revoked, newest first, before `before` (a link's `no`). */
export async function listLinks(
  db: D1Database,
  form: string,
  { before, limit }: { before: number; limit: number },
): Promise<LinkRow[]> {
  const its = and(eq(links.form, form), isNull(links.revokedAt), lt(links.no, before));
  return query(control(db).select().from(links).where(its).orderBy(desc(links.no)).limit(limit));
}

/** False: the form has no such link. */
export async function revokeLink(
  db: D1Database,
  { form, link, now }: { form: string; link: string; now: number },
  entry: AuditEntry,
): Promise<boolean> {
  const it = and(eq(links.id, link), eq(links.form, form), isNull(links.revokedAt));
  const change = prepared(db, control(db).update(links).set({ revokedAt: now }).where(it));
  const [revoked] = await changeAudited(db, [change], entry);
  return revoked?.meta.changes === 1;
}
