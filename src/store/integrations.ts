/** Integrations as configured on forms. How far each has come is in its cursors (store/cursors.ts). */
import { and, asc, eq } from "drizzle-orm";
import type { Definition } from "../core/form";
import { control, query } from "./db";
import { connections, forms, formVersions, integrations } from "./schema";

export type IntegrationRow = typeof integrations.$inferSelect;

/** Returns the row, with the number that cursors and deliveries name it by. */
export async function insertIntegration(
  db: D1Database,
  integration: Omit<IntegrationRow, "no">,
): Promise<IntegrationRow> {
  return query(control(db).insert(integrations).values(integration).returning().get());
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

export async function updateIntegration(
  db: D1Database,
  no: number,
  change: Partial<Pick<IntegrationRow, "config" | "connection" | "filter">> & { updatedAt: number },
): Promise<void> {
  await query(control(db).update(integrations).set(change).where(eq(integrations.no, no)));
}

export async function deleteIntegration(db: D1Database, no: number): Promise<void> {
  await query(control(db).delete(integrations).where(eq(integrations.no, no)));
}

/** All that a consumer must know to do an integration's work. */
export interface IntegrationSetup {
  readonly integration: IntegrationRow;
  readonly form: { readonly id: string; readonly title: string; readonly version: number };
  readonly definition: Definition;
  readonly connection: { readonly sealed: string; readonly keyId: string } | null;
}

/** Loads an integration with its form's current definition and its connection; one round trip. Null: it was deleted. */
export async function loadSetup(db: D1Database, by: { no: number } | { id: string }): Promise<IntegrationSetup | null> {
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
      .where("no" in by ? eq(integrations.no, by.no) : eq(integrations.id, by.id))
      .get(),
  );
  if (!row) return null;
  return { ...row, definition: JSON.parse(row.definition) as Definition };
}
