/** Integrations as configured on forms. How far each has come is in its cursors (store/cursors.ts). */
import { and, asc, desc, eq, isNull, lt, sql } from "drizzle-orm";
import type { AuditEntry } from "../core/audit";
import { type Definition, parseDefinition } from "../core/form";
import { changeAudited } from "./audit";
import { control, prepared, query } from "./db";
import { noteDeleted } from "./integration-erasure";
import { connections, forms, formVersions, integrations } from "./schema";

export type IntegrationRow = typeof integrations.$inferSelect;

/** No number comes again: under that of a deleted integration lies what it delivered. */
const NEXT_NO = `1 + max(coalesce((SELECT max(no) FROM integrations), 0),
  coalesce((SELECT max(no) FROM deleted_integrations), 0))`;

/** Returns the row, with the number that cursors and deliveries name it by. Null: the form was deleted. */
export async function insertIntegration(
  db: D1Database,
  integration: Omit<IntegrationRow, "no" | "budget">,
  entry: AuditEntry,
): Promise<IntegrationRow | null> {
  const { id, workspace, form, kind, config, connection, filter, createdAt, updatedAt } = integration;
  const change = db
    .prepare(
      `INSERT INTO integrations (no, id, workspace, form, kind, config, connection, filter, created_at, updated_at)
       SELECT ${NEXT_NO}, ?1, ?2, id, ?4, ?5, ?6, ?7, ?8, ?9 FROM forms WHERE id = ?3 AND deleted_at IS NULL
       RETURNING no`,
    )
    .bind(id, workspace, form, kind, JSON.stringify(config), connection, filter, createdAt, updatedAt);
  const [inserted] = await changeAudited<{ no: number }>(db, [change], entry);
  const row = inserted?.results[0];
  return row ? { ...row, ...integration, budget: null } : null;
}

export async function findIntegration(db: D1Database, form: string, id: string): Promise<IntegrationRow | null> {
  const mine = and(eq(integrations.form, form), eq(integrations.id, id));
  return (await query(control(db).select().from(integrations).where(mine).get())) ?? null;
}

/** All integrations of a form, oldest first: a form has a handful. */
export async function listIntegrations(db: D1Database, form: string): Promise<IntegrationRow[]> {
  return query(
    control(db).select().from(integrations).where(eq(integrations.form, form)).orderBy(asc(integrations.no)),
  );
}

/** An integration and all others of its form; none when it was deleted. */
export async function listWithSiblings(db: D1Database, no: number): Promise<IntegrationRow[]> {
  const form = sql`(SELECT form FROM integrations WHERE no = ${no})`;
  return query(
    control(db).select().from(integrations).where(eq(integrations.form, form)).orderBy(asc(integrations.no)),
  );
}

/** The integrations of the whole installation, newest first, up to so many. */
export async function listAllIntegrations(db: D1Database, limit: number): Promise<IntegrationRow[]> {
  return query(control(db).select().from(integrations).orderBy(desc(integrations.no)).limit(limit));
}

/**
 * The integrations of a workspace (of them those of `only` one form, if told) whose forms are not deleted, newest
 * first, before `before` (an integration's `no`), with the titles of their forms.
 */
export async function listWorkspaceIntegrations(
  db: D1Database,
  workspace: string,
  { before, limit, only }: { before: number; limit: number; only: string | null },
): Promise<{ integration: IntegrationRow; formTitle: string }[]> {
  const mine = and(
    eq(integrations.workspace, workspace),
    lt(integrations.no, before),
    only === null ? undefined : eq(integrations.form, only),
    isNull(forms.deletedAt),
  );
  return query(
    control(db)
      .select({ integration: integrations, formTitle: forms.title })
      .from(integrations)
      .innerJoin(forms, eq(forms.id, integrations.form))
      .where(mine)
      .orderBy(desc(integrations.no))
      .limit(limit),
  );
}

export async function updateIntegration(
  db: D1Database,
  no: number,
  change: Partial<Pick<IntegrationRow, "config" | "connection" | "filter" | "budget">> & { updatedAt: number },
  entry: AuditEntry,
): Promise<void> {
  const changed = control(db).update(integrations).set(change).where(eq(integrations.no, no));
  await changeAudited(db, [prepared(db, changed)], entry);
}

/** Deletes an integration; what lies under its number is left to the sweeper (dispatch/erase.ts). */
export async function deleteIntegration(
  db: D1Database,
  { no, now }: { no: number; now: number },
  entry: AuditEntry,
): Promise<void> {
  const change = [
    noteDeleted(db, "i.no = ?2", no, now),
    prepared(db, control(db).delete(integrations).where(eq(integrations.no, no))),
  ];
  await changeAudited(db, change, entry);
}

/** Whether a number is that of an integration that is there. */
export async function integrationExists(db: D1Database, no: number): Promise<boolean> {
  return (
    (await query(
      control(db).select({ no: integrations.no }).from(integrations).where(eq(integrations.no, no)).get(),
    )) !== undefined
  );
}

/** All that a consumer must know to do an integration's work. */
export interface IntegrationSetup {
  readonly integration: IntegrationRow;
  readonly form: { readonly id: string; readonly title: string; readonly version: number };
  readonly definition: Definition;
  readonly connection: { readonly sealed: string; readonly keyId: string } | null;
}

/**
 * Loads an integration with its form's current definition and its connection; one round trip. Null: it was deleted, or
 * is none of `workspace`.
 */
export async function loadSetup(
  db: D1Database,
  by: { no: number; workspace?: string } | { id: string },
): Promise<IntegrationSetup | null> {
  const own = "workspace" in by && by.workspace ? eq(integrations.workspace, by.workspace) : undefined;
  const row = await query(
    control(db)
      .select({
        integration: integrations,
        form: { id: forms.id, title: forms.title, version: forms.version },
        definition: formVersions.definition,
        connection: { sealed: connections.sealed, keyId: connections.keyId },
      })
      .from(integrations)
      .innerJoin(forms, eq(forms.id, integrations.form))
      .innerJoin(formVersions, and(eq(formVersions.form, forms.id), eq(formVersions.version, forms.version)))
      .leftJoin(
        connections,
        and(eq(connections.id, integrations.connection), eq(connections.workspace, integrations.workspace)),
      )
      .where("no" in by ? and(eq(integrations.no, by.no), own) : eq(integrations.id, by.id))
      .get(),
  );
  if (!row) return null;
  return { ...row, definition: parseDefinition(row.definition) };
}
