/** Drafts: a definition that is being worked on, one a form. Each write names the revision that its writer saw. */
import type { AuditEntry } from "../core/audit";
import { changeAudited } from "./audit";

/** `content` is JSON; null: there is no draft. */
export interface DraftRow {
  readonly revision: number;
  readonly content: string | null;
  readonly updatedAt: number;
}

export async function findDraft(db: D1Database, form: string): Promise<DraftRow | null> {
  return db
    .prepare("SELECT revision, content, updated_at AS updatedAt FROM form_drafts WHERE form = ?")
    .bind(form)
    .first<DraftRow>();
}

interface NewDraft {
  readonly form: string;
  /** The revision that its writer saw; 0: there was none. */
  readonly seen: number;
  /** JSON. */
  readonly content: string;
  readonly now: number;
}

/**
 * The statement that writes a draft over the one that was seen; it returns a DraftRow, or nothing when that is another
 * one now.
 */
export function writeDraft(db: D1Database, draft: NewDraft): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO form_drafts (form, revision, content, updated_at)
       SELECT ?1, 1, ?2, ?3 WHERE (?4 = 0 OR EXISTS (SELECT 1 FROM form_drafts WHERE form = ?1))
         AND EXISTS (SELECT 1 FROM forms WHERE id = ?1 AND erasing_at IS NULL)
       ON CONFLICT (form) DO UPDATE SET revision = revision + 1, content = excluded.content, updated_at = excluded.updated_at
       WHERE CASE WHEN form_drafts.content IS NULL THEN 0 ELSE form_drafts.revision END = ?4
       RETURNING revision, content, updated_at AS updatedAt`,
    )
    .bind(draft.form, draft.content, draft.now, draft.seen);
}

/**
 * Writes a draft over the one that was seen. `title`: of a form that was never published, which has no other than that
 * of its draft. Null: somebody else wrote in between, and nothing was changed.
 */
export async function saveDraft(
  db: D1Database,
  { title, ...draft }: NewDraft & { title?: string },
  entry: AuditEntry,
): Promise<DraftRow | null> {
  // Changes a row whenever the draft was written: by the last statement the audit log knows whether anything was
  // changed.
  const rename = db
    .prepare(
      `UPDATE forms SET title = CASE version WHEN 0 THEN ?1 ELSE title END, updated_at = ?2
       WHERE id = ?3 AND changes() > 0`,
    )
    .bind(title ?? "", draft.now, draft.form);
  const change = [writeDraft(db, draft), ...(title === undefined ? [] : [rename])];
  const [saved] = await changeAudited<DraftRow>(db, change, entry);
  return saved?.results[0] ?? null;
}

const CLEAR = `UPDATE form_drafts SET content = NULL, revision = revision + 1, updated_at = ?3
  WHERE form = ?1 AND revision = ?2 AND content IS NOT NULL`;

/** Takes a draft away. False: it has another revision, or there is none. */
export async function clearDraft(
  db: D1Database,
  { form, revision, now }: { form: string; revision: number; now: number },
  entry: AuditEntry,
): Promise<boolean> {
  const [cleared] = await changeAudited(db, [db.prepare(CLEAR).bind(form, revision, now)], entry);
  return cleared?.meta.changes === 1;
}

/** The statement that takes away the draft of which `version` is made, if the form is still at the version before. */
export const clearPublished = (
  db: D1Database,
  made: { form: string; version: number; draftRevision: number; now: number },
): D1PreparedStatement =>
  db
    .prepare(`${CLEAR} AND EXISTS (SELECT 1 FROM forms WHERE id = ?1 AND version = ?4 - 1)`)
    .bind(made.form, made.draftRevision, made.now, made.version);
