/**
 * Deliveries: one response to one integration. Only what a cursor cannot say has a row: exceptions of every kind, and
 * each delivery of a kind with a ledger, committed before its call (DESIGN.md section 4).
 */
import { type DeliveryAddress, type FeedNumber, SEGMENT_SIZE } from "../core/ids";
import { DELIVERED } from "../core/status";
import type { RevisionEvent } from "./revisions";
import type { DELIVERY_STATES } from "./schema-shard";

export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface DeliveryRow {
  readonly integration: number;
  readonly feed: FeedNumber;
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

/**
 * SQL of the provider's last word for rows of `table`, whose `status` may be behind: a check has heard more and written
 * nothing.
 */
export const lastWord = (table: string): string => `CASE WHEN ${table}.state = 'delivered' AND ${table}.feed = 0
  AND ${table}.reference IS NOT NULL AND ${table}.looks = 0 AND ${table}.next_at IS NULL AND ${table}.rank < ${DELIVERED.rank}
  AND ${table}.position <= (SELECT k.checked FROM cursors k
    WHERE k.segment = ${table}.position / ${SEGMENT_SIZE} AND k.integration = ${table}.integration)
  THEN '${DELIVERED.status}' ELSE ${table}.status END`;

/**
 * The columns of a `DeliveryRow`. What is delivered is not attempted again: its `next_at` says when its status is
 * checked.
 */
export const DELIVERY_COLUMNS = `integration, feed, position, state, attempts, looks, tried_at AS triedAt,
  CASE state WHEN 'delivered' THEN NULL ELSE next_at END AS nextAt, reference, ${lastWord("deliveries")} AS status, rank,
  reason, content`;

/**
 * What a holder writes about deliveries. `nextAt` of a delivered one: when its status is checked. `rank` 0: not the
 * provider's word.
 */
export type DeliveryWrite = Omit<DeliveryRow, "integration">;

interface Holder {
  readonly segment: number;
  readonly integration: number;
  readonly epoch: number;
}

/** The response that a row (`e.value`) is about was erased, maybe while its call was under way. */
const ERASED = `EXISTS (SELECT 1 FROM responses r WHERE r.erased_at IS NOT NULL AND r.id = CASE e.value->>0
  WHEN 0 THEN e.value->>1 WHEN 1 THEN (SELECT v.response FROM revisions v WHERE v.id = e.value->>1) END)`;

/**
 * The statement that writes delivery rows, all or only unreported ones, as long as the holder's epoch is the cursor's.
 */
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
    row.rank,
  ]);
  // A report of the provider may have come before our own call returned: what it said stays, unless this is its later
  // word.
  return db
    .prepare(
      `INSERT INTO deliveries (integration, feed, position, state, attempts, looks, tried_at, next_at, reference, status, reason, content, rank)
       SELECT ?2, e.value->>0, e.value->>1, e.value->>2, e.value->>3, e.value->>4, e.value->>5, e.value->>6, e.value->>7,
         e.value->>8, e.value->>9, CASE WHEN NOT ${ERASED} THEN e.value->>10 END, e.value->>11
       FROM json_each(?1) e WHERE EXISTS (SELECT 1 FROM cursors WHERE segment = ?3 AND integration = ?2 AND epoch = ?4)
       ON CONFLICT (integration, feed, position) DO UPDATE SET
         state = CASE WHEN deliveries.rank > excluded.rank THEN deliveries.state ELSE excluded.state END,
         next_at = CASE WHEN deliveries.rank > excluded.rank THEN deliveries.next_at ELSE excluded.next_at END,
         reason = CASE WHEN deliveries.rank > excluded.rank THEN deliveries.reason ELSE excluded.reason END,
         status = CASE WHEN deliveries.rank > excluded.rank THEN deliveries.status ELSE excluded.status END,
         rank = max(deliveries.rank, excluded.rank), reference = coalesce(deliveries.reference, excluded.reference),
         attempts = excluded.attempts, looks = excluded.looks, tried_at = excluded.tried_at, content = excluded.content
       ${which === "unreported" ? "WHERE deliveries.rank = 0" : ""}`,
    )
    .bind(JSON.stringify(values), holder.integration, holder.segment, holder.epoch);
}

/** The rows of one integration at these positions, by position. */
export async function readDeliveries(
  db: D1Database,
  integration: number,
  feed: FeedNumber,
  positions: readonly number[],
): Promise<Map<number, DeliveryRow>> {
  if (positions.length === 0) return new Map();
  const { results } = await db
    .prepare(
      `SELECT ${DELIVERY_COLUMNS} FROM deliveries
       WHERE integration = ?1 AND feed = ?2 AND position IN (SELECT value FROM json_each(?3))`,
    )
    .bind(integration, feed, JSON.stringify(positions))
    .all<DeliveryRow>();
  return new Map(results.map((row) => [row.position, row]));
}

/** A delivery of a change to a response. */
export type ChangeDeliveryRow = DeliveryRow & { readonly event: RevisionEvent };

/** The rows of these integrations about changes to one response: those of its newest changes, newest first. */
export async function readChangeDeliveries(
  db: D1Database,
  response: number,
  { integrations, changes }: { integrations: readonly number[]; changes: number },
): Promise<ChangeDeliveryRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${DELIVERY_COLUMNS}, event
       FROM (SELECT id AS change, event FROM revisions WHERE response = ?1 ORDER BY id DESC LIMIT ?3)
       CROSS JOIN json_each(?2) e
       CROSS JOIN deliveries ON deliveries.integration = e.value AND deliveries.feed = 1 AND deliveries.position = change
       ORDER BY deliveries.position DESC`,
    )
    .bind(response, JSON.stringify(integrations), changes)
    .all<ChangeDeliveryRow>();
  return results;
}

/** The deliveries of a segment whose time has come to be attempted, oldest first. */
export async function readDue(
  db: D1Database,
  holder: Holder,
  { now, limit }: { now: number; limit: number },
): Promise<DeliveryRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${DELIVERY_COLUMNS} FROM deliveries WHERE integration = ?1 AND next_at <= ?2 AND position > ?3 AND position < ?4
         AND state <> 'delivered' ORDER BY next_at LIMIT ?5`,
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
  near: { integration: number; feed: FeedNumber; position: number },
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
    .prepare(`SELECT ${DELIVERY_COLUMNS} FROM deliveries WHERE integration = ? AND feed = ? AND position = ?`)
    .bind(address.integration, address.feed, address.position)
    .first<DeliveryRow>();
}

/** SET of a delivery that starts anew: what earlier attempts left behind is not asked any more. */
export const ANEW = "attempts = 0, looks = 0, rank = 0, reference = NULL, status = NULL";

/** Makes a parked delivery due now. False: it is not parked. */
export async function retryDelivery(db: D1Database, address: DeliveryAddress, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE deliveries SET state = 'retrying', next_at = ?4, ${ANEW}
       WHERE integration = ?1 AND feed = ?2 AND position = ?3 AND state = 'parked'`,
    )
    .bind(address.integration, address.feed, address.position, now)
    .run();
  return meta.changes > 0;
}

/**
 * Makes deliveries of settled responses due now, whether they have a row or not: chosen for a replay, or found missing.
 * What is under way, or has no row and is still ahead of the cursor, is left alone; `delivered` rows too when
 * `keepDelivered` (kinds with a ledger, whose delivered row means that the effect exists). Returns how many are due
 * now.
 */
export async function scheduleDeliveries(
  db: D1Database,
  of: Scheduled,
  positions: readonly number[],
  now: number,
): Promise<number> {
  if (positions.length === 0) return 0;
  const { results } = await scheduleStatement(db, of, positions, now).all<{ position: number }>();
  return results.length;
}

interface Scheduled {
  readonly segment: number;
  readonly integration: number;
  readonly keepDelivered: boolean;
}

/** The statement of `scheduleDeliveries`; returns the positions that are due now. */
export function scheduleStatement(
  db: D1Database,
  of: Scheduled,
  positions: readonly number[],
  now: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, next_at)
       SELECT ?2, 0, e.value, 'retrying', 0, ?4, ?4 FROM json_each(?1) e
       WHERE e.value <= (SELECT position FROM cursors WHERE segment = ?3 AND integration = ?2)
         OR EXISTS (SELECT 1 FROM deliveries d WHERE d.integration = ?2 AND d.feed = 0 AND d.position = e.value)
       ON CONFLICT (integration, feed, position) DO UPDATE SET state = 'retrying', next_at = ?4, ${ANEW}
       WHERE deliveries.state IN ('parked', 'skipped') OR (deliveries.state = 'delivered' AND NOT ?5)
       RETURNING position`,
    )
    .bind(JSON.stringify(positions), of.integration, of.segment, now, of.keepDelivered ? 1 : 0);
}
