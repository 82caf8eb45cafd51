/**
 * Work that a kind puts on other cursors of its integration (docs/decisions/035). An ask is a number at the cursor that
 * only grows until a holder has delivered after it, so that none is lost, whoever holds the cursor or dies meanwhile.
 */
import { RING_RETURNING, toWakeUp, WAKE_WINDOW_MS, type WakeUp } from "./cursors";
import type { Shard } from "./shards";

// Asked already and in nobody's hands: whoever takes it next knows. A lease that ran out may have a holder who settles
// all the same.
const ASK = `
UPDATE cursors SET asked = asked + 1,
  wake_at = CASE WHEN state <> 'paused' AND wake_at <= ?2 - ${WAKE_WINDOW_MS} THEN max(?2, next_at) ELSE wake_at END
WHERE segment IN (SELECT value FROM json_each(?1)) AND integration = ?3 AND (asked = 0 OR lease_until > 0)
RETURNING ${RING_RETURNING}, state <> 'paused' AND wake_at = max(?2, next_at) AS rings`;

/**
 * Asks an integration's cursors in these segments of a shard. Returns whom to wake; who is at work finds out when he
 * settles. One round trip.
 */
export async function askCursors(
  { no, db }: Shard,
  { segments, integration, now }: { segments: readonly number[]; integration: number; now: number },
): Promise<WakeUp[]> {
  const { results } = await db
    .prepare(ASK)
    .bind(JSON.stringify(segments), now, integration)
    .all<Record<string, unknown>>();
  return results.filter(({ rings }) => rings === 1).map((row) => toWakeUp(row, no));
}
