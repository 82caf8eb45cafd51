/** Integrations as configured on forms. How far each has come is in its cursors (store/cursors.ts). */
import { and, asc, desc, eq, isNull, lt, sql } from "drizzle-orm";
import type { AuditEntry } from "../core/audit";
import { type Definition, parseDefinition } from "../core/form";
import { auditStatement, changeAudited } from "./audit";
import type { Places } from "./commands";
import type { ConnectionRow } from "./connections";
import { control, prepared, query } from "./db";
import { noteDeleted } from "./integration-erasure";
import { connections, forms, formVersions, integrations } from "./schema";

export type IntegrationRow = typeof integrations.$inferSelect;

/** No number comes again: under that of a deleted integration lies what it delivered. */
const NEXT_NO = `1 + max(coalesce((SELECT max(no) FROM integrations), 0),
  coalesce((SELECT max(no) FROM deleted_integrations), 0))`;

/** What a new integration is made of. */
export type NewIntegration = Pick<
  IntegrationRow,
  "id" | "workspace" | "form" | "kind" | "config" | "connection" | "filter" | "createdAt"
> &
  Pick<IntegrationRow, "idempotencyKey" | "fingerprint"> & { readonly places: Places };

/** A connection that is made with an integration, and its entry. */
export interface ItsConnection {
  readonly row: Omit<ConnectionRow, "no">;
  readonly entry: AuditEntry;
}

/**
 * Makes an integration, its connection with it, and gives it its first command: to be there. Null: the form was
 * deleted, or one was made with this key before; then nothing is made. One round trip.
 */
export async function insertIntegration(
  db: D1Database,
  integration: NewIntegration,
  { entry, connection }: { readonly entry: AuditEntry; readonly connection: ItsConnection | null },
): Promise<IntegrationRow | null> {
  const { id, workspace, form, kind, config, filter, createdAt, idempotencyKey, fingerprint } = integration;
  const places = JSON.stringify(integration.places);
  const change = db
    .prepare(
      `INSERT INTO integrations (no, id, workspace, form, kind, config, connection, filter, created_at, updated_at,
         command, paused, places, idempotency_key, fingerprint)
       SELECT ${NEXT_NO}, ?1, ?2, id, ?4, ?5, ?6, ?7, ?8, ?8, 1, 0, ?9, ?10, ?11
       FROM forms WHERE id = ?3 AND deleted_at IS NULL
       ON CONFLICT (form, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING no`,
    )
    .bind(
      ...[id, workspace, form, kind, JSON.stringify(config), integration.connection, filter, createdAt],
      ...[places, idempotencyKey, fingerprint],
    );
  const made = connection ? [connectionStatement(db, connection.row, id), auditStatement(db, connection.entry)] : [];
  const [inserted] = await db.batch<{ no: number }>([change, auditStatement(db, entry), ...made]);
  const row = inserted?.results[0];
  const fresh = { updatedAt: createdAt, budget: null, command: 1, obeyed: 0, paused: 0, resumed: 0, renewed: 0 };
  return row ? { ...integration, ...row, ...fresh, places } : null;
}

/** The statement that stores the connection of an integration that was made just now. */
function connectionStatement(db: D1Database, row: ItsConnection["row"], integration: string): D1PreparedStatement {
  const { id, workspace, kind, name, sealed, keyId, createdAt, updatedAt } = row;
  return db
    .prepare(
      `INSERT INTO connections (id, workspace, kind, name, sealed, key_id, created_at, updated_at)
       SELECT ?1, workspace, ?3, ?4, ?5, ?6, ?7, ?8 FROM integrations WHERE workspace = ?2 AND id = ?9`,
    )
    .bind(id, workspace, kind, name, sealed, keyId, createdAt, updatedAt, integration);
}

/** The integration of a form that was made with this key. */
export async function findByKey(db: D1Database, form: string, key: string): Promise<IntegrationRow | null> {
  const mine = and(eq(integrations.form, form), eq(integrations.idempotencyKey, key));
  return (await query(control(db).select().from(integrations).where(mine).get())) ?? null;
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

const NEXT_COMMAND = sql<number>`${integrations.command} + 1`;

type Change = Pick<IntegrationRow, "config" | "connection" | "filter" | "budget" | "updatedAt">;

/** Changes config or filter, and gives the command to work by them. False: it was deleted. */
export async function updateIntegration(
  db: D1Database,
  no: number,
  change: Change,
  entry: AuditEntry,
): Promise<boolean> {
  const set = { ...change, command: NEXT_COMMAND, renewed: NEXT_COMMAND };
  const changed = control(db).update(integrations).set(set).where(eq(integrations.no, no));
  const [updated] = await changeAudited(db, [prepared(db, changed)], entry);
  return updated?.meta.changes === 1;
}

/** Gives the command to stop, or to go on. False: it was deleted. */
export async function setPaused(db: D1Database, no: number, paused: boolean, entry: AuditEntry): Promise<boolean> {
  const set = { command: NEXT_COMMAND, ...(paused ? { paused: 1 } : { paused: 0, resumed: NEXT_COMMAND }) };
  const changed = control(db).update(integrations).set(set).where(eq(integrations.no, no));
  const [updated] = await changeAudited(db, [prepared(db, changed)], entry);
  return updated?.meta.changes === 1;
}

/**
 * Deletes an integration; what lies under its number is left to the sweeper (dispatch/erase.ts). False: it was gone.
 */
export async function deleteIntegration(
  db: D1Database,
  { no, now }: { no: number; now: number },
  entry: AuditEntry,
): Promise<boolean> {
  const change = [
    noteDeleted(db, "i.no = ?2", no, now),
    prepared(db, control(db).delete(integrations).where(eq(integrations.no, no))),
  ];
  const results = await changeAudited(db, change, entry);
  return results.at(-1)?.meta.changes === 1;
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
