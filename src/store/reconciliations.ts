/**
 * Reconciliations: when the next one of a cursor is due, what each found, and the settled deliveries that are compared.
 */
import { segmentStart } from "../core/ids";
import type { Found, Reconciliation } from "../core/reconciliation";
import type { Cursor } from "./cursors";
import { type DeliveryState, lastWord } from "./deliveries";

/** So many are kept of a cursor. */
export const KEPT = 100;

/** Notes that a reconciliation begins and when it is due again should this worker die. Null: the lease was lost. */
export async function startReconciliation(
  db: D1Database,
  cursor: Cursor,
  { now, againAt }: { now: number; againAt: number },
): Promise<number | null> {
  const [, made] = await db.batch<{ no: number }>([
    db
      .prepare("UPDATE cursors SET reconcile_at = ?1 WHERE segment = ?2 AND integration = ?3 AND epoch = ?4")
      .bind(againAt, cursor.segment, cursor.integration, cursor.epoch),
    db
      .prepare(
        `INSERT INTO reconciliations (segment, integration, started_at, examples)
         SELECT segment, integration, ?1, '{}' FROM cursors WHERE segment = ?2 AND integration = ?3 AND epoch = ?4
         RETURNING no`,
      )
      .bind(now, cursor.segment, cursor.integration, cursor.epoch),
  ]);
  return made?.results[0]?.no ?? null;
}

/** Writes what was found, and when the next one is due; keeps the newest `KEPT` of a cursor. */
export async function finishReconciliation(
  db: D1Database,
  cursor: Cursor,
  { no, found, now, nextAt }: { no: number; found: Found; now: number; nextAt: number },
): Promise<void> {
  const { checked, missing, doubled, strangers, changed, repaired, examples, error } = found;
  await db.batch([
    db
      .prepare(
        `UPDATE reconciliations SET finished_at = ?2, checked = ?3, missing = ?4, doubled = ?5, strangers = ?6, changed = ?7,
           repaired = ?8, examples = ?9, error = ?10 WHERE no = ?1`,
      )
      .bind(no, now, checked, missing, doubled, strangers, changed, repaired, JSON.stringify(examples), error),
    db
      .prepare("UPDATE cursors SET reconcile_at = ?1 WHERE segment = ?2 AND integration = ?3 AND epoch = ?4")
      .bind(nextAt, cursor.segment, cursor.integration, cursor.epoch),
    db
      .prepare(
        `DELETE FROM reconciliations WHERE no IN (SELECT no FROM reconciliations WHERE integration = ?1 AND segment = ?2
           ORDER BY no DESC LIMIT 10 OFFSET ${KEPT})`,
      )
      .bind(cursor.integration, cursor.segment),
  ]);
}

/** Makes a reconciliation due now. False: the cursor is paused. */
export async function requestReconciliation(
  db: D1Database,
  { segment, integration }: { segment: number; integration: number },
  now: number,
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      "UPDATE cursors SET reconcile_at = ?1, wake_at = 0 WHERE segment = ?2 AND integration = ?3 AND state <> 'paused'",
    )
    .bind(now, segment, integration)
    .run();
  return meta.changes > 0;
}

/** The newest reconciliations of a cursor, newest first. */
export async function listReconciliations(
  db: D1Database,
  { segment, integration }: { segment: number; integration: number },
  limit: number,
): Promise<Reconciliation[]> {
  const { results } = await db
    .prepare(
      `SELECT started_at AS startedAt, finished_at AS finishedAt, checked, missing, doubled, strangers, changed, repaired,
         examples, error FROM reconciliations WHERE integration = ?1 AND segment = ?2 ORDER BY no DESC LIMIT ?3`,
    )
    .bind(integration, segment, limit)
    .all<Omit<Reconciliation, "examples"> & { examples: string }>();
  return results.map((row) => ({ ...row, examples: JSON.parse(row.examples) as Found["examples"] }));
}

/** A settled entry with what its row says; `answers` and `metadata` are JSON. */
export interface SettledRow {
  readonly position: number;
  readonly erased: 0 | 1;
  readonly version: number;
  readonly answers: string;
  readonly metadata: string;
  readonly state: DeliveryState | null;
  readonly reference: string | null;
  readonly status: string | null;
  readonly content: string | null;
  readonly triedAt: number | null;
}

const SETTLED = `r.id AS position, r.erased_at IS NOT NULL AS erased, r.version, d.state, d.reference, ${lastWord("d")} AS status, d.content,
  d.tried_at AS triedAt`;

/**
 * The settled responses after a position, in order, with their rows if they have one. Answers only when they are asked
 * for.
 */
export async function readSettled(
  db: D1Database,
  cursor: Cursor,
  { after, limit, answers }: { after: number; limit: number; answers: boolean },
): Promise<SettledRow[]> {
  const content = answers ? "r.answers, r.metadata" : "'{}' AS answers, '{}' AS metadata";
  const { results } = await db
    .prepare(
      `SELECT ${SETTLED}, ${content} FROM responses r
       LEFT JOIN deliveries d ON d.integration = ?1 AND d.feed = 0 AND d.position = r.id
       WHERE r.id > ?2 AND r.id <= ?3 ORDER BY r.id LIMIT ?4`,
    )
    .bind(cursor.integration, after, cursor.position, limit)
    .all<SettledRow>();
  return results;
}

/** The same of a ledger: deliveries that were tried at `since` (milliseconds) or later. */
export async function readLedger(
  db: D1Database,
  cursor: Cursor,
  { after, limit, since }: { after: number; limit: number; since: number },
): Promise<SettledRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${SETTLED}, '{}' AS answers, '{}' AS metadata FROM deliveries d JOIN responses r ON r.id = d.position
       WHERE d.integration = ?1 AND d.feed = 0 AND d.position > ?2 AND d.position < ?3 AND d.tried_at >= ?5
       ORDER BY d.position LIMIT ?4`,
    )
    .bind(cursor.integration, after, segmentStart(cursor.segment + 1), limit, since)
    .all<SettledRow>();
  return results;
}
