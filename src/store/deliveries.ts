/**
 * Deliveries: one response to one integration. Only what a cursor cannot say has a row: exceptions of every kind, and each
 * delivery of a kind with a ledger, committed before its call (DESIGN.md section 4).
 */
import type { DeliveryAddress } from "../core/ids";
import { SEGMENT_SIZE } from "../core/ids";
import type { DELIVERY_STATES } from "./schema";

export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface DeliveryRow {
  readonly integration: number;
  readonly feed: 0 | 1;
  readonly position: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly looks: number;
  readonly triedAt: number;
  readonly nextAt: number | null;
  readonly reference: string | null;
  readonly status: string | null;
  readonly rank: number;
  readonly reason: string | null;
  /** JSON of what is sent. */
  readonly content: string | null;
}

const COLUMNS = `integration, feed, position, state, attempts, looks, tried_at AS triedAt, next_at AS nextAt, reference,
  status, rank, reason, content`;

/** What a holder writes about deliveries; `rank` stays what the provider's reports made it. */
export type DeliveryWrite = Omit<DeliveryRow, "integration" | "rank">;

interface Holder {
  readonly segment: number;
  readonly integration: number;
  readonly epoch: number;
}

/** The statement that writes delivery rows, all or only unreported ones, as long as the holder's epoch is the cursor's. */
export function writeStatement(
  db: D1Database,
  holder: Holder,
  rows: readonly DeliveryWrite[],
  which: "all" | "unreported" = "all",
): D1PreparedStatement {
  const values = rows.map((row) => [
    row.feed,
    row.position,
    row.state,
    row.attempts,
    row.looks,
    row.triedAt,
    row.nextAt,
    row.reference,
    row.status,
    row.reason,
    row.content,
  ]);
  // A report of the provider may have come before our own call returned: what it said stays.
  return db
    .prepare(
      `INSERT INTO deliveries (integration, feed, position, state, attempts, looks, tried_at, next_at, reference, status, reason, content)
       SELECT ?2, e.value->>0, e.value->>1, e.value->>2, e.value->>3, e.value->>4, e.value->>5, e.value->>6, e.value->>7,
         e.value->>8, e.value->>9, e.value->>10
       FROM json_each(?1) e WHERE EXISTS (SELECT 1 FROM cursors WHERE segment = ?3 AND integration = ?2 AND epoch = ?4)
       ON CONFLICT (integration, feed, position) DO UPDATE SET
         state = CASE WHEN deliveries.rank > 0 THEN deliveries.state ELSE excluded.state END,
         next_at = CASE WHEN deliveries.rank > 0 THEN NULL ELSE excluded.next_at END,
         reason = CASE WHEN deliveries.rank > 0 THEN deliveries.reason ELSE excluded.reason END,
         status = CASE WHEN deliveries.rank > 0 THEN deliveries.status ELSE excluded.status END,
         reference = coalesce(deliveries.reference, excluded.reference),
         attempts = excluded.attempts, looks = excluded.looks, tried_at = excluded.tried_at, content = excluded.content
       ${which === "unreported" ? "WHERE deliveries.rank = 0" : ""}`,
    )
    .bind(JSON.stringify(values), holder.integration, holder.segment, holder.epoch);
}

/**
 * Commits that these deliveries are about to be sent. False: nothing may be sent. The lease was lost, or the provider has
 * reported one of them meanwhile: it was sent after all.
 */
export async function markDeliveries(db: D1Database, holder: Holder, rows: readonly DeliveryWrite[]): Promise<boolean> {
  const { meta } = await writeStatement(db, holder, rows, "unreported").run();
  return meta.changes >= rows.length;
}

/** The statement that takes back rows of entries that were marked but not attempted. */
export function unmarkStatement(
  db: D1Database,
  holder: Holder,
  feed: 0 | 1,
  positions: readonly number[],
): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM deliveries WHERE integration = ?1 AND feed = ?2 AND position IN (SELECT value FROM json_each(?3))
         AND state = 'sending' AND attempts = 1 AND rank = 0
         AND EXISTS (SELECT 1 FROM cursors WHERE segment = ?4 AND integration = ?1 AND epoch = ?5)`,
    )
    .bind(holder.integration, feed, JSON.stringify(positions), holder.segment, holder.epoch);
}

/** The rows of one integration at these positions, by position. */
export async function readDeliveries(
  db: D1Database,
  integration: number,
  feed: 0 | 1,
  positions: readonly number[],
): Promise<Map<number, DeliveryRow>> {
  if (positions.length === 0) return new Map();
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM deliveries
       WHERE integration = ?1 AND feed = ?2 AND position IN (SELECT value FROM json_each(?3))`,
    )
    .bind(integration, feed, JSON.stringify(positions))
    .all<DeliveryRow>();
  return new Map(results.map((row) => [row.position, row]));
}

/** The deliveries of a segment whose time has come, oldest first. */
export async function readDue(
  db: D1Database,
  holder: Holder,
  { now, limit }: { now: number; limit: number },
): Promise<DeliveryRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM deliveries WHERE integration = ?1 AND next_at <= ?2 AND position > ?3 AND position < ?4
       ORDER BY next_at LIMIT ?5`,
    )
    .bind(holder.integration, now, holder.segment * SEGMENT_SIZE, (holder.segment + 1) * SEGMENT_SIZE, limit)
    .all<DeliveryRow>();
  return results;
}

/** Deliveries that are searched on either side for a provider's id: without an index, and only when in doubt. */
const CLAIM_RANGE = 2_000;

/** Which of these provider ids other deliveries near a position have. */
export async function findClaimed(
  db: D1Database,
  near: { integration: number; feed: 0 | 1; position: number },
  references: readonly string[],
): Promise<Set<string>> {
  if (references.length === 0) return new Set();
  const { results } = await db
    .prepare(
      `SELECT reference FROM deliveries WHERE integration = ?1 AND feed = ?2 AND position BETWEEN ?3 - ${CLAIM_RANGE}
         AND ?3 + ${CLAIM_RANGE} AND position <> ?3 AND reference IN (SELECT value FROM json_each(?4))`,
    )
    .bind(near.integration, near.feed, near.position, JSON.stringify(references))
    .all<{ reference: string }>();
  return new Set(results.map((row) => row.reference));
}

export async function findDelivery(db: D1Database, address: DeliveryAddress): Promise<DeliveryRow | null> {
  return db
    .prepare(`SELECT ${COLUMNS} FROM deliveries WHERE integration = ? AND feed = ? AND position = ?`)
    .bind(address.integration, address.feed, address.position)
    .first<DeliveryRow>();
}

/** The parked deliveries of a segment before a position, newest first. */
export async function readParked(
  db: D1Database,
  holder: { segment: number; integration: number },
  { before, limit }: { before: number; limit: number },
): Promise<DeliveryRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM deliveries WHERE integration = ?1 AND state = 'parked' AND position > ?2 AND position < ?3
       ORDER BY position DESC LIMIT ?4`,
    )
    .bind(holder.integration, holder.segment * SEGMENT_SIZE, before, limit)
    .all<DeliveryRow>();
  return results;
}

/** How many deliveries wait for a person. Reads as many rows. */
export async function countParked(db: D1Database, integration: number): Promise<number> {
  const row = await db
    .prepare("SELECT count(*) AS n FROM deliveries WHERE integration = ? AND state = 'parked'")
    .bind(integration)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Makes a parked delivery due now. False: it is not parked. */
export async function retryDelivery(db: D1Database, address: DeliveryAddress, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE deliveries SET state = 'retrying', next_at = ?4, attempts = 0, looks = 0, rank = 0, reference = NULL, status = NULL
       WHERE integration = ?1 AND feed = ?2 AND position = ?3 AND state = 'parked'`,
    )
    .bind(address.integration, address.feed, address.position, now)
    .run();
  return meta.changes > 0;
}

/** Writes a provider's report, unless a later stage was reported already, or it is of the message of an attempt before. */
export async function reportDelivery(
  db: D1Database,
  address: DeliveryAddress,
  report: { reference: string; status: string; rank: number; state: "delivered" | "parked"; reason: string | null },
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE deliveries SET reference = ?4, status = ?5, rank = ?6, state = ?7, reason = ?8, next_at = NULL
       WHERE integration = ?1 AND feed = ?2 AND position = ?3 AND rank < ?6 AND coalesce(reference, ?4) = ?4`,
    )
    .bind(
      address.integration,
      address.feed,
      address.position,
      report.reference,
      report.status,
      report.rank,
      report.state,
      report.reason,
    )
    .run();
  return meta.changes > 0;
}
