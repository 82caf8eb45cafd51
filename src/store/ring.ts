/** Ringing for the integrations of a segment that has something new (DESIGN.md section 3). */
import { RING_RETURNING, RING_SET, toWakeUp, WAKE_WINDOW_MS, type WakeUp } from "./cursors";

/** Of a cursor: nobody woke it in the last two seconds, and nobody works for it. `?2` is now. */
export const UNRUNG = `state <> 'paused' AND wake_at < ?2 - ${WAKE_WINDOW_MS}`;

// Writes nothing for an integration whose wake-up is on its way, and returns just those to wake: wake-ups coalesce over
// all isolates.
const RING = `
UPDATE cursors SET ${RING_SET}
WHERE segment IN (SELECT value FROM json_each(?1)) AND ${UNRUNG}
RETURNING ${RING_RETURNING}`;

/** Rings for the integrations of these segments; its rows are who is to be woken (`toWakeUp`). */
export const ringStatement = (db: D1Database, segments: readonly number[], now: number): D1PreparedStatement =>
  db.prepare(RING).bind(JSON.stringify(segments), Math.trunc(now));

/** Rings for the integrations of a segment. One round trip. */
export async function ring(db: D1Database, shard: number, segment: number, now: number): Promise<WakeUp[]> {
  const { results } = await ringStatement(db, [segment], now).all<Record<string, unknown>>();
  return results.map((row) => toWakeUp(row, shard));
}
