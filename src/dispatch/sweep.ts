/**
 * The sweeper (cron, once a minute): finds every cursor with work that nobody was woken for, so that no queue message matters;
 * passes on what happened to integrations, brings the indexes of answers nearer to the log, looks at old responses again whose
 * form's rules changed, and erases what was deleted or kept for long enough.
 */
import type { Config } from "../config";
import { INSTALLATION, type LogEntry } from "../core/log";
import { RECEIPT_KEPT_MS } from "../core/spool";
import type { Trace } from "../core/trace";
import { advanceIndexes } from "../store/answer-index";
import type { WakeUp } from "../store/cursors";
import { sweepCursors } from "../store/cursors";
import { pruneLogs } from "../store/logs";
import { noteSize } from "../store/placement";
import { deleteOldQuotas } from "../store/quotas";
import { isRestoring } from "../store/restores";
import { deleteOldSessions } from "../store/sessions";
import { deleteOldReceipts } from "../store/spooled";
import { noteSweep } from "../store/vitals";
import * as events from "../telemetry/events";
import { eraseDeletedForms, eraseDeletedIntegrations, type IntegrationEraser } from "./erase";
import { type Opener, settleOpenings } from "./next-segment";
import { passOnNotices, type WantsNotice } from "./notices";
import { beginRechecks, goOnRechecking } from "./recheck";

/** Cursors that one sweep wakes on one shard; the rest has its turn a minute later. */
const SWEEP_MAX = 1_000;

export interface Sweeper extends IntegrationEraser {
  readonly opener: Opener;
  readonly now: () => number;
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>;
  readonly wantsNotice: WantsNotice;
  /** Where backups lie. */
  readonly bucket?: R2Bucket | null;
  readonly config: Pick<Config, "logDays">;
}

const DAY_MS = 86_400_000;

interface Found {
  readonly shard: number;
  readonly woken: number;
  readonly trace: Trace | undefined;
  readonly now: number;
}

/** A sweep that found work is told of: each could be a wake-up that was lost. */
const entryOf = ({ shard, woken, trace, now }: Found): LogEntry => ({
  workspace: INSTALLATION,
  at: now,
  level: "info",
  event: "swept",
  trace,
  detail: { shard, woken },
});

/**
 * Tells what happened, wakes what was left behind, indexes what came in and drops old receipts, on every shard. A shard that can't be
 * reached stops no other.
 */
export async function sweep(on: Sweeper, now: number): Promise<number> {
  const { shards, wake, wantsNotice, trace, config } = on;
  // Half of the rows are there: nothing is delivered, noticed or erased before the other half is.
  if (await isRestoring(shards.control).catch(() => false)) return 0;
  let count = 0;
  await beginRechecks(on).catch((error) => events.sweepFailed({ trace, what: "requests of re-checks", error }));
  await settleOpenings(on.opener).catch((error) => events.sweepFailed({ trace, what: "new segments", error }));
  for (const shard of shards.all) {
    const { no, db } = shard;
    // Before the cursors: a notice is due work of those that it is passed on to.
    await passOnNotices(shards, shard, { wants: wantsNotice, now, trace }).catch((error) =>
      events.sweepFailed({ trace, what: "notices", shard: no, error }),
    );
    try {
      const found = await sweepCursors(db, no, now, SWEEP_MAX);
      await wake(found);
      count += found.length;
      await advanceIndexes(db);
      await deleteOldReceipts(db, now - RECEIPT_KEPT_MS);
      await pruneLogs(db, now - config.logDays * DAY_MS);
      const entries = found.length > 0 ? [entryOf({ shard: no, woken: found.length, trace, now })] : [];
      await noteSize(shards, { no, bytes: await noteSweep(db, now, entries), now });
    } catch (error) {
      events.sweepFailed({ trace, shard: no, error });
    }
    await goOnRechecking(on, shard).catch((error) =>
      events.sweepFailed({ trace, what: "re-checks", shard: no, error }),
    );
  }
  await deleteOldQuotas(shards.control, now).catch((error) => events.sweepFailed({ trace, what: "quotas", error }));
  await deleteOldSessions(shards.control, now).catch((error) => events.sweepFailed({ trace, what: "sessions", error }));
  await eraseDeletedForms(on, now).catch((error) => events.sweepFailed({ trace, what: "deleted forms", error }));
  await eraseDeletedIntegrations(on, now).catch((error) =>
    events.sweepFailed({ trace, what: "deleted integrations", error }),
  );
  events.swept({ trace, woken: count });
  return count;
}
