/** The audit log, in the control database: written in the batch of the change where the change is there too. */
import { and, desc, eq, gte, sql } from "drizzle-orm";
import type { AuditAction, AuditEntry } from "../core/audit";
import { control, query } from "./db";
import { audit } from "./schema";

export type AuditRow = typeof audit.$inferSelect;

/**
 * Makes a change and writes its entry in one batch: neither is there without the other, and no entry is written when
 * the last of the statements changed nothing. Returns the results of the change's statements.
 */
export async function changeAudited<Row = unknown>(
  db: D1Database,
  change: readonly D1PreparedStatement[],
  entry: AuditEntry,
): Promise<D1Result<Row>[]> {
  return (await db.batch<Row>([...change, auditStatement(db, entry)])).slice(0, -1);
}

/** The statement that writes an entry, unless the one before it in its batch changed nothing. */
export const auditStatement = (db: D1Database, entry: AuditEntry): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO audit (id, workspace, at, actor, action, object, detail)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE changes() > 0`,
    )
    .bind(entry.id, entry.workspace, entry.at, entry.actor, entry.action, entry.object, JSON.stringify(entry.detail));

/** Writes the entry of a change that was made elsewhere. */
export async function insertAudit(db: D1Database, entry: AuditEntry): Promise<void> {
  await query(control(db).insert(audit).values(entry));
}

/** Writes an entry unless it is there already: of something that is done again when its end was not noted. */
export async function insertAuditOnce(db: D1Database, entry: AuditEntry): Promise<void> {
  const { id, workspace, at, actor, action, object, detail } = entry;
  await db
    .prepare(
      `INSERT INTO audit (id, workspace, at, actor, action, object, detail) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
       WHERE NOT EXISTS (SELECT 1 FROM audit WHERE workspace = ?2 AND object = ?6 AND at = ?3 AND id = ?1)`,
    )
    .bind(id, workspace, at, actor, action, object, JSON.stringify(detail))
    .run();
}

export interface AuditFilter {
  readonly object?: string;
  readonly action?: AuditAction;
  /** Who did it: the id of a key, `root`, `collector` or `system`. */
  readonly actor?: string;
  /** Milliseconds since the epoch. */
  readonly since?: number;
}

/** A place in the log: entries of one moment are told apart by their number. */
export type AuditPlace = Pick<AuditRow, "at" | "no">;

type Page = AuditFilter & { readonly before: AuditPlace; readonly limit: number };

/** Entries that one page looks through where no index helps. */
export const AUDIT_SCAN = 5_000;

/**
 * The log of a workspace, newest first, before a place in it; of one object by an index, else of the next AUDIT_SCAN
 * entries.
 */
export async function listAudit(db: D1Database, workspace: string, page: Page): Promise<AuditRow[]> {
  const { action, actor, limit } = page;
  const newest = [desc(audit.at), desc(audit.no)];
  const range = control(db)
    .select()
    .from(audit)
    .where(inRange(workspace, page))
    .orderBy(...newest);
  if (action === undefined && actor === undefined) return query(range.limit(limit));
  const near = range.limit(AUDIT_SCAN).as("near");
  const wanted = and(
    action === undefined ? undefined : eq(near.action, action),
    actor === undefined ? undefined : eq(near.actor, actor),
  );
  const found = control(db).select().from(near).where(wanted);
  return query(found.orderBy(desc(near.at), desc(near.no)).limit(limit));
}

/** The last entry that such a page looked at; null: it looked at all there are. */
export async function endOfScan(db: D1Database, workspace: string, page: Page): Promise<AuditPlace | null> {
  const place = control(db).select({ at: audit.at, no: audit.no }).from(audit).where(inRange(workspace, page));
  const last = place.orderBy(desc(audit.at), desc(audit.no)).limit(1);
  return (await query(last.offset(AUDIT_SCAN - 1).get())) ?? null;
}

const inRange = (workspace: string, { object, since, before }: Page) =>
  and(
    eq(audit.workspace, workspace),
    object === undefined ? undefined : eq(audit.object, object),
    since === undefined ? undefined : gte(audit.at, since),
    sql`(${audit.at}, ${audit.no}) < (${before.at}, ${before.no})`,
  );

/** Entries of one object that are counted at most. */
const COUNTED_MAX = 1_000;

/**
 * How many entries of an action each of these objects has since then (milliseconds), up to 1,000; those with none are
 * left out. One round trip.
 */
export async function countAudit(
  db: D1Database,
  workspace: string,
  { action, objects, since }: { action: AuditAction; objects: readonly string[]; since: number },
): Promise<Map<string, number>> {
  const { results } = await db
    .prepare(
      `SELECT object, n FROM (SELECT e.value AS object, (SELECT count(*) FROM (SELECT 1 FROM audit
         WHERE workspace = ?1 AND object = e.value AND at >= ?2 AND action = ?3 LIMIT ${COUNTED_MAX})) AS n
       FROM json_each(?4) e) WHERE n > 0`,
    )
    .bind(workspace, since, action, JSON.stringify(objects))
    .all<{ object: string; n: number }>();
  return new Map(results.map(({ object, n }) => [object, n]));
}
