/** The entries of the log service: on each shard, so that they are written in the batch of what they tell. */
import type { LogEntry } from "../core/log";

/** Rows of one call of the sweeper. */
const PRUNE_MAX = 1_000;

/** Who holds a cursor. */
interface Holder {
  readonly segment: number;
  readonly integration: number;
  readonly epoch: number;
}

/** Writes entries: one row each, one round trip for all. `db`: any shard; they are listed over all of them. */
export async function appendLogs(db: D1Database, entries: readonly LogEntry[]): Promise<void> {
  if (entries.length > 0) await logStatement(db, entries).run();
}

/** The statement that writes entries, for a batch that is made anyway; with a holder, only while that is the holder. */
export function logStatement(db: D1Database, entries: readonly LogEntry[], holder?: Holder): D1PreparedStatement {
  const rows = entries.map(({ workspace, at, level, event, form, integration, trace, responses, detail = {} }) => [
    workspace,
    Math.trunc(at),
    level,
    event,
    form ?? null,
    integration ?? null,
    trace?.request ?? null,
    trace?.id ?? null,
    responses?.first ?? null,
    responses?.last ?? null,
    JSON.stringify(detail),
  ]);
  const held = "WHERE EXISTS (SELECT 1 FROM cursors WHERE segment = ?2 AND integration = ?3 AND epoch = ?4)";
  return db
    .prepare(
      `INSERT INTO logs (workspace, at, n, level, event, form, integration, request, trace, first, last, detail)
       SELECT e.value->>0, e.value->>1,
         row_number() OVER (PARTITION BY e.value->>0, e.value->>1 ORDER BY e.key)
           + coalesce((SELECT max(l.n) FROM logs l WHERE l.workspace = e.value->>0 AND l.at = e.value->>1), 0),
         e.value->>2, e.value->>3, e.value->>4, e.value->>5, e.value->>6, e.value->>7, e.value->>8, e.value->>9, e.value->>10
       FROM json_each(?1) e ${holder ? held : ""}`,
    )
    .bind(JSON.stringify(rows), ...(holder ? [holder.segment, holder.integration, holder.epoch] : []));
}

/**
 * Deletes entries of before then (milliseconds), a bounded number at a time; the next sweep goes on. Reads two rows for
 * each workspace that has entries; costs no write when none is old.
 */
export async function pruneLogs(db: D1Database, before: number): Promise<void> {
  await db
    .prepare(
      `WITH RECURSIVE named (workspace) AS (
         SELECT min(workspace) FROM logs
         UNION ALL SELECT (SELECT min(l.workspace) FROM logs l WHERE l.workspace > named.workspace) FROM named WHERE workspace IS NOT NULL)
       DELETE FROM logs WHERE (workspace, at, n) IN (
         SELECT l.workspace, l.at, l.n FROM named CROSS JOIN logs l
         WHERE l.workspace = named.workspace AND l.at < ?1 LIMIT ${PRUNE_MAX})`,
    )
    .bind(before)
    .run();
}
