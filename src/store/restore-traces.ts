/**
 * What a backup still has of responses that were erased while it was made, or after it: it read these tables before the
 * responses.
 */
import type { BackupPart } from "../core/backup";
import { ofPart } from "./backup-rows";
import { backupTable } from "./backup-tables";
import { EMPTY_FLIGHTS } from "./flights";

const ERASED = (id: string) => `EXISTS (SELECT 1 FROM responses r WHERE r.id = ${id} AND r.erased_at IS NOT NULL)`;
const REVISED = (table: string) => `(SELECT v.response FROM revisions v WHERE v.id = ${table}.position)`;
const ofErased = (table: string) =>
  `((feed = 0 AND ${ERASED(`${table}.position`)}) OR (feed = 1 AND ${ERASED(REVISED(table))}))`;

/** By table. */
const EMPTY: Readonly<Record<string, string>> = {
  revisions: `UPDATE revisions SET previous = NULL, comment = NULL
    WHERE (previous IS NOT NULL OR comment IS NOT NULL) AND ${ERASED("revisions.response")}`,
  deliveries: `UPDATE deliveries SET content = NULL WHERE content IS NOT NULL AND ${ofErased("deliveries")}`,
  attempts: `UPDATE attempts SET answer = NULL WHERE answer IS NOT NULL AND ${ofErased("attempts")}`,
  cursors: EMPTY_FLIGHTS,
};

/** Whether rows of this table may hold something of a response. */
export const hasTraces = (table: string): boolean => table in EMPTY;

/** Empties what the rows of some parts of one shard hold of erased responses. May be repeated. */
export async function emptyTraces(db: D1Database, parts: readonly BackupPart[]): Promise<void> {
  const statements = parts.flatMap(({ table, first, last }) => {
    const { sql, values } = ofPart(backupTable(table), { after: first, through: last });
    return EMPTY[table] ? [db.prepare(`${EMPTY[table]} AND ${sql}`).bind(...values)] : [];
  });
  if (statements.length > 0) await db.batch(statements);
}
