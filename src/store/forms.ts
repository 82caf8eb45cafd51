/** Forms and their immutable versions; what submissions read of them is in form-reads.ts. */
import { and, desc, eq, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type { AuditEntry } from "../core/audit";
import { type Definition, type QuestionType, unresolved } from "../core/form";
import { changeAudited } from "./audit";
import { commandAll } from "./commands";
import { control, prepared, query } from "./db";
import { clearPublished, writeDraft } from "./drafts";
import type { FormRow } from "./form-reads";
import { type RecheckRequest, requestStatement } from "./rechecks";
import { forms, formVersions } from "./schema";

const stored = (definition: Definition): string => JSON.stringify(unresolved(definition));

interface NewForm {
  readonly form: Omit<FormRow, "no">;
  /** Null: it begins with a draft. */
  readonly definition: Definition | null;
  /** JSON. */
  readonly draft: string;
}

/** A form with its first version, or with a draft and no version yet; one D1 batch. */
export async function insertForm(
  db: D1Database,
  { form, definition, draft }: NewForm,
  entry: AuditEntry,
): Promise<void> {
  const { id, version, createdAt } = form;
  const d = control(db);
  const begin = definition
    ? prepared(db, d.insert(formVersions).values({ form: id, version, definition: stored(definition), createdAt }))
    : writeDraft(db, { form: id, seen: 0, content: draft, now: createdAt });
  await changeAudited(db, [prepared(db, d.insert(forms).values(form)), begin], entry);
}

/**
 * Publishes the next version, drops the draft that it was made from, and asks for a re-check. False: somebody else
 * published in between, and nothing was changed. The form's own row comes last: by it the audit log knows whether
 * anything was.
 */
export async function insertVersion(
  db: D1Database,
  next: {
    form: string;
    version: number;
    definition: Definition;
    now: number;
    draftRevision?: number;
    /** Its rules hold for other answers than those of the version before. */
    recheck?: RecheckRequest | null;
  },
  entry: AuditEntry,
): Promise<boolean> {
  const { draftRevision, recheck, version } = next;
  const draft = draftRevision === undefined ? [] : [clearPublished(db, { ...next, draftRevision })];
  const change = [
    ...(recheck ? [requestStatement(db, recheck, { formVersion: version - 1 })] : []),
    db
      .prepare(
        `INSERT INTO form_versions (form, version, definition, created_at)
         SELECT id, ?2, ?3, ?4 FROM forms WHERE id = ?1 AND version = ?2 - 1 AND erasing_at IS NULL`,
      )
      .bind(next.form, next.version, stored(next.definition), next.now),
    db
      .prepare(
        `UPDATE forms SET version = ?2, title = ?3, updated_at = ?4
         WHERE id = ?1 AND version = ?2 - 1 AND erasing_at IS NULL`,
      )
      .bind(next.form, next.version, next.definition.title, next.now),
  ];
  const results = await changeAudited(db, [...draft, ...change], entry);
  return results.at(-1)?.meta.changes === 1;
}

/** Which forms a list shows: those in use, or those that were put away. */
export type FormsShown = "current" | "archived" | "deleted";

const SHOWN = {
  current: and(isNull(forms.deletedAt), isNull(forms.archivedAt)),
  archived: and(isNull(forms.deletedAt), isNotNull(forms.archivedAt)),
  deleted: isNotNull(forms.deletedAt),
};

/** Which forms of a workspace a list has. */
export interface FormsWanted {
  /** A form's `no`. */
  readonly before: number;
  readonly limit: number;
  readonly shown: FormsShown;
  /** Id of the only form that is wanted; null: all. */
  readonly only: string | null;
  /** A part of the title; the case of ASCII letters does not matter. Reads all forms of the workspace where few fit. */
  readonly search?: string | undefined;
}

/** The forms of a workspace, newest first. */
export async function listForms(
  db: D1Database,
  workspace: string,
  { before, limit, shown, only, search }: FormsWanted,
): Promise<FormRow[]> {
  const mine = and(
    eq(forms.workspace, workspace),
    lt(forms.no, before),
    only === null ? undefined : eq(forms.id, only),
    // Not LIKE, whose patterns D1 takes up to 50 bytes.
    search === undefined ? undefined : sql`instr(lower(${forms.title}), lower(${search})) > 0`,
    SHOWN[shown],
  );
  return query(control(db).select().from(forms).where(mine).orderBy(desc(forms.no)).limit(limit));
}

/** The titles of a workspace's forms, deleted ones too, by id. */
export async function readFormTitles(
  db: D1Database,
  workspace: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { results } = await db
    .prepare("SELECT id, title FROM forms WHERE id IN (SELECT value FROM json_each(?2)) AND workspace = ?1")
    .bind(workspace, JSON.stringify(ids))
    .all<{ id: string; title: string }>();
  return new Map(results.map(({ id, title }) => [id, title]));
}

export type FormChange = Partial<
  Pick<FormRow, "state" | "access" | "metadata" | "turnstile" | "settings" | "archivedAt" | "deletedAt" | "eraseAt">
>;

/**
 * Changes what is not versioned; deleted or restored, its integrations are told by their commands (store/commands.ts).
 * False: the form is being erased, or gone.
 */
export async function updateForm(
  db: D1Database,
  id: string,
  change: FormChange & { updatedAt: number },
  entry: AuditEntry,
): Promise<boolean> {
  const kept = and(eq(forms.id, id), isNull(forms.erasingAt));
  const update = prepared(db, control(db).update(forms).set(change).where(kept));
  const told = change.deletedAt === undefined ? [] : [commandAll(db, id)];
  return (await changeAudited(db, [...told, update], entry)).at(-1)?.meta.changes === 1;
}

/** The type of every question that a form ever had, by ref: also of those that later versions do not ask. */
export async function readTypes(db: D1Database, form: string): Promise<Map<string, QuestionType>> {
  const { results } = await db
    .prepare(
      `SELECT DISTINCT q.value->>'ref' AS ref, q.value->>'type' AS type
       FROM form_versions v, json_each(v.definition, '$.questions') q WHERE v.form = ?`,
    )
    .bind(form)
    .all<{ ref: string; type: QuestionType }>();
  return new Map(results.map(({ ref, type }) => [ref, type]));
}

export interface VersionRow {
  readonly version: number;
  readonly title: string;
  readonly questions: number;
  readonly createdAt: number;
}

/** The versions of a form before a number, newest first. */
export async function listVersions(
  db: D1Database,
  form: string,
  { before, limit }: { before: number; limit: number },
): Promise<VersionRow[]> {
  const { results } = await db
    .prepare(
      `SELECT version, definition->>'title' AS title, json_array_length(definition, '$.questions') AS questions,
         created_at AS createdAt
       FROM form_versions WHERE form = ? AND version < ? ORDER BY version DESC LIMIT ?`,
    )
    .bind(form, before, limit)
    .all<VersionRow>();
  return results;
}
