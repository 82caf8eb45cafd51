/**
 * Forms as submissions read them: by hand, because the gateway has no drizzle (docs/decisions/030). All else that is
 * done with forms is in forms.ts.
 */
import { type Definition, parseDefinition } from "../core/form";
import type { forms } from "./schema";

/** Turnstile of a form as it is stored: the secret under the key `keyId` of the ring (core/seal.ts). */
export interface SealedTurnstile {
  readonly siteKey: string;
  readonly sealed: string;
  readonly keyId: string;
}

/** `version` is 0 until the form is published for the first time. */
export type FormRow = typeof forms.$inferSelect;

const COLUMNS = `no, id, workspace, title, state, version, metadata, created_at AS createdAt, updated_at AS updatedAt, access, turnstile,
  settings, archived_at AS archivedAt, deleted_at AS deletedAt, erase_at AS eraseAt, erasing_at AS erasingAt`;

type Stored = Omit<FormRow, "metadata" | "settings" | "turnstile"> & {
  readonly metadata: string;
  readonly settings: string;
  readonly turnstile: string | null;
};

const toRow = ({ metadata, settings, turnstile, ...row }: Stored): FormRow => ({
  ...row,
  metadata: JSON.parse(metadata) as FormRow["metadata"],
  settings: JSON.parse(settings) as FormRow["settings"],
  turnstile: turnstile === null ? null : (JSON.parse(turnstile) as FormRow["turnstile"]),
});

/** A form of any workspace, for what anybody may open: submissions, hosted forms. Others ask for their own. */
export async function findForm(db: D1Database, id: string): Promise<FormRow | null> {
  const row = await db.prepare(`SELECT ${COLUMNS} FROM forms WHERE id = ?`).bind(id).first<Stored>();
  return row && toRow(row);
}

/** A form of this workspace, whatever its state, or null. */
export async function findOwnForm(db: D1Database, workspace: string, id: string): Promise<FormRow | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM forms WHERE id = ? AND workspace = ?`)
    .bind(id, workspace)
    .first<Stored>();
  return row && toRow(row);
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
  return new Map(results.map((row) => [row.version, parseDefinition(row.definition)]));
}
