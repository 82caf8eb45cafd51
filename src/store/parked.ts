/** Parked deliveries: what waits for a person, and what a person decides: all of them again, or one never. */
import { type DeliveryAddress, SEGMENT_SIZE } from "../core/ids";
import { ANEW, DELIVERY_COLUMNS, type DeliveryRow } from "./deliveries";

/** The parked deliveries of a segment before a position, newest first. */
export async function readParked(
  db: D1Database,
  holder: { segment: number; integration: number },
  { before, limit }: { before: number; limit: number },
): Promise<DeliveryRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${DELIVERY_COLUMNS} FROM deliveries WHERE integration = ?1 AND state = 'parked' AND position > ?2 AND position < ?3
       ORDER BY position DESC LIMIT ?4`,
    )
    .bind(holder.integration, holder.segment * SEGMENT_SIZE, before, limit)
    .all<DeliveryRow>();
  return results;
}

/** More than this are not counted: each that is counted is a row read. */
export const PARKED_COUNT_MAX = 10_000;

/**
 * How many deliveries of each integration wait for a person, up to PARKED_COUNT_MAX. Reads as many rows; one round
 * trip.
 */
export async function countParked(db: D1Database, integrations: readonly number[]): Promise<Map<number, number>> {
  const { results } = await db
    .prepare(
      `SELECT e.value AS integration, (SELECT count(*) FROM (SELECT 1 FROM deliveries
         WHERE integration = e.value AND state = 'parked' LIMIT ${PARKED_COUNT_MAX})) AS n FROM json_each(?) e`,
    )
    .bind(JSON.stringify(integrations))
    .all<{ integration: number; n: number }>();
  return new Map(results.map(({ integration, n }) => [integration, n]));
}

/** Rows of one statement: D1 stays free for others in between. */
const BATCH = 500;
/** Batches of one call; who has more parked than 100,000 asks again. */
const BATCHES_MAX = 200;

/** Makes all parked deliveries of an integration due now, in the order of the log. Returns how many. */
export async function retryParked(db: D1Database, integration: number, now: number): Promise<number> {
  let [count, position, feed] = [0, 0, -1];
  for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
    // Each batch begins after the last one: what is parked again meanwhile is not retried for ever.
    const { results } = await db
      .prepare(
        `UPDATE deliveries SET state = 'retrying', next_at = ?2, ${ANEW} WHERE (integration, feed, position) IN (
           SELECT integration, feed, position FROM deliveries
           WHERE integration = ?1 AND state = 'parked' AND (position, feed) > (?3, ?4) ORDER BY position, feed LIMIT ?5)
         RETURNING position, feed`,
      )
      .bind(integration, now, position, feed, BATCH)
      .all<{ position: number; feed: number }>();
    count += results.length;
    if (results.length < BATCH) break;
    position = Math.max(...results.map((row) => row.position));
    feed = Math.max(...results.filter((row) => row.position === position).map((row) => row.feed));
  }
  return count;
}

/** Settles a parked delivery as skipped, for a person's reason. False: it is not parked. */
export async function skipDelivery(db: D1Database, address: DeliveryAddress, reason: string): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE deliveries SET state = 'skipped', reason = ?4, next_at = NULL
       WHERE integration = ?1 AND feed = ?2 AND position = ?3 AND state = 'parked'`,
    )
    .bind(address.integration, address.feed, address.position, reason)
    .run();
  return meta.changes > 0;
}
