/** Forms and their immutable versions. */
import { and, desc, eq, lt } from "drizzle-orm";
import type { Definition } from "../core/form";
import { control, query } from "./db";
import { forms, formVersions } from "./schema";

export type FormRow = typeof forms.$inferSelect;

/** A form with its first version; one D1 batch. */
export async function insertForm(db: D1Database, form: Omit<FormRow, "no">, definition: Definition): Promise<void> {
  const d = control(db);
  const version = { form: form.id, version: form.version, definition: JSON.stringify(definition) };
  await query(
    d.batch([d.insert(forms).values(form), d.insert(formVersions).values({ ...version, createdAt: form.createdAt })]),
  );
}

/**
 * Publishes the next version. False: somebody else published in between. The new row comes first, so that a version that
 * the form names always exists.
 */
export async function insertVersion(
  db: D1Database,
  next: { form: string; version: number; title: string; definition: Definition; now: number },
): Promise<boolean> {
  const [, updated] = await db.batch([
    db
      .prepare(
        "INSERT INTO form_versions (form, version, definition, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      )
      .bind(next.form, next.version, JSON.stringify(next.definition), next.now),
    db
      .prepare("UPDATE forms SET version = ?1, title = ?2, updated_at = ?3 WHERE id = ?4 AND version = ?1 - 1")
      .bind(next.version, next.title, next.now, next.form),
  ]);
  return updated?.meta.changes === 1;
}

export async function findForm(db: D1Database, id: string): Promise<FormRow | null> {
  return (await query(control(db).select().from(forms).where(eq(forms.id, id)).get())) ?? null;
}

/** The forms of a workspace, newest first, before `before` (a form's `no`). */
export async function listForms(
  db: D1Database,
  workspace: string,
  { before, limit }: { before: number; limit: number },
): Promise<FormRow[]> {
  const mine = and(eq(forms.workspace, workspace), lt(forms.no, before));
  return query(control(db).select().from(forms).where(mine).orderBy(desc(forms.no)).limit(limit));
}

/** Changes what is not versioned. */
export async function updateForm(
  db: D1Database,
  id: string,
  change: Partial<Pick<FormRow, "state" | "access" | "metadata">> & { updatedAt: number },
): Promise<void> {
  await query(control(db).update(forms).set(change).where(eq(forms.id, id)));
}

/** Definitions of a form by version; all of them unless told which. */
export async function readDefinitions(
  db: D1Database,
  form: string,
  versions?: readonly number[],
): Promise<Map<number, Definition>> {
  const { results } = await db
    .prepare(
      `SELECT version, definition FROM form_versions
       WHERE form = ?1 AND (?2 IS NULL OR version IN (SELECT value FROM json_each(?2))) ORDER BY version`,
    )
    .bind(form, versions ? JSON.stringify(versions) : null)
    .all<{ version: number; definition: string }>();
  return new Map(results.map((row) => [row.version, JSON.parse(row.definition) as Definition]));
}
