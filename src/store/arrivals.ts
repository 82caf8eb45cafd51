/** When responses of a segment were received, at some of its places: what a chart of the log is drawn of. */

/**
 * Moments in milliseconds, by position; a row read for each. Positions that have no response are left out. One round
 * trip.
 */
export async function readReceived(
  db: D1Database,
  positions: readonly number[],
): Promise<{ position: number; receivedAt: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT r.id AS position, r.received_at AS receivedAt FROM json_each(?) e CROSS JOIN responses r ON r.id = e.value
       ORDER BY r.id`,
    )
    .bind(JSON.stringify(positions))
    .all<{ position: number; receivedAt: number }>();
  return results;
}
