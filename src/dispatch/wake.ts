/**
 * Ringing the doorbell: wake-ups onto the queue of their kind. A lost one delays work until the next sweep, no more.
 */
import { DELAY_SECONDS_MAX } from "../core/retry";
import type { WakeUp } from "../store/cursors";
import { count } from "../telemetry/counters";
import * as events from "../telemetry/events";

/** Cloudflare Queues: 100 messages in a sendBatch (platform.md 1.3). */
const BATCH_MAX = 100;

/** Sends wake-ups; never fails, because nothing depends on them (DESIGN.md P5). */
export async function sendWakeUps(
  queueOf: (kind: string) => Queue | undefined,
  wakeUps: readonly WakeUp[],
  now: number,
): Promise<void> {
  for (const [kind, all] of Map.groupBy(wakeUps, (wakeUp) => wakeUp.kind)) {
    const queue = queueOf(kind);
    try {
      if (!queue) throw new Error(`no queue is bound for the kind ${kind}`);
      for (let at = 0; at < all.length; at += BATCH_MAX) {
        await queue.sendBatch(
          all.slice(at, at + BATCH_MAX).map((body) => ({ body, delaySeconds: delayOf(body, now) })),
        );
      }
      count("formlog_wake_ups", { kind }, all.length);
    } catch (error) {
      events.wakeUpNotSent({ trace: all[0]?.trace, kind, count: all.length, error });
    }
  }
}

/** Seconds until a cursor may be claimed; what is later than a queue can wait is left to the sweeper. */
function delayOf(wakeUp: WakeUp, now: number): number {
  return Math.min(DELAY_SECONDS_MAX, Math.max(0, Math.ceil((wakeUp.notBefore - now) / 1000)));
}
