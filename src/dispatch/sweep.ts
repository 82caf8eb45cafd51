/** The sweeper (cron, once a minute): finds every cursor with work that nobody was woken for, so that no queue message matters. */
import type { WakeUp } from "../store/cursors";
import { sweepCursors } from "../store/cursors";
import { deleteOldQuotas } from "../store/quotas";
import type { Shards } from "../store/shards";
import { logEvent } from "../telemetry/log";

/** Cursors that one sweep wakes on one shard; the rest has its turn a minute later. */
const SWEEP_MAX = 1_000;

/** Wakes what was left behind, on every shard. A shard that can't be reached stops no other. */
export async function sweep(
  shards: Shards,
  wake: (wakeUps: readonly WakeUp[]) => Promise<void>,
  now: number,
): Promise<number> {
  let count = 0;
  for (const { no, db } of shards.all) {
    try {
      const found = await sweepCursors(db, no, now, SWEEP_MAX);
      await wake(found);
      count += found.length;
    } catch (error) {
      logEvent("error", "sweep_failed", { shard: no, error });
    }
  }
  await deleteOldQuotas(shards.control, now).catch((error) =>
    logEvent("error", "sweep_failed", { what: "quotas", error }),
  );
  logEvent("info", "swept", { woken: count });
  return count;
}
