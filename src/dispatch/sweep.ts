/**
 * The sweeper (cron, once a minute): finds every cursor with work that nobody was woken for, so that no queue message matters;
 * passes on what happened to integrations, brings the indexes of answers nearer to the log, looks at old responses again whose
 * form's rules changed, erases what was deleted or kept for long enough, and tells what needs somebody.
 */
import { RECEIPT_KEPT_MS } from "../core/spool";
import { advanceIndexes } from "../store/answer-index";
import type { WakeUp } from "../store/cursors";
import { sweepCursors } from "../store/cursors";
import { deleteOldQuotas } from "../store/quotas";
import { deleteOldSessions } from "../store/sessions";
import type { Shard } from "../store/shards";
import { deleteOldReceipts } from "../store/spooled";
import { noteSweep } from "../store/vitals";
import { logEvent } from "../telemetry/log";
import { pingDeadman, type Teller, tellAlerts } from "./alerts";
import { eraseDeletedForms, eraseDeletedIntegrations, type IntegrationEraser } from "./erase";
import { passOnNotices, type WantsNotice } from "./notices";
import { beginRechecks, goOnRechecking } from "./recheck";
import { askShards } from "./vitals";

/** Cursors that one sweep wakes on one shard; the rest has its turn a minute later. */
const SWEEP_MAX = 1_000;

export interface Sweeper extends IntegrationEraser, Teller {
  readonly config: Teller["config"] & { readonly deadmanUrl: string | null };
  readonly now: () => number;
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>;
  readonly wantsNotice: WantsNotice;
}

/** Does one thing of a sweep; one that fails stops no other. Returns what it came to, or null. */
type Step = <T>(what: string, work: () => Promise<T>, shard?: number) => Promise<T | null>;

/** Does all of it, on every shard; a shard that can't be reached stops no other. Returns how many cursors were woken. */
export async function sweep(on: Sweeper, now: number): Promise<number> {
  const { shards, config, callOut } = on;
  const { control } = shards;
  let failed = 0;
  const step: Step = (what, work, shard) =>
    work().catch((error) => {
      failed += 1;
      logEvent("error", "sweep_failed", { what, shard, error });
      return null;
    });
  // As they were before this sweep: whether they were swept in time.
  const asked = await askShards(shards);
  let count = 0;
  await step("requests of re-checks", () => beginRechecks(on));
  for (const shard of shards.all) count += await sweepShard(on, { shard, now, step });
  await step("quotas", () => deleteOldQuotas(control, now));
  await step("sessions", () => deleteOldSessions(control, now));
  await step("deleted forms", () => eraseDeletedForms(shards, now));
  await step("deleted integrations", () => eraseDeletedIntegrations(on, now));
  await step("alerts", () => tellAlerts(on, asked, now));
  if (failed === 0 && config.deadmanUrl !== null) await pingDeadman(callOut, config.deadmanUrl);
  logEvent("info", "swept", { woken: count });
  return count;
}

async function sweepShard(
  on: Sweeper,
  { shard, now, step }: { readonly shard: Shard; readonly now: number; readonly step: Step },
): Promise<number> {
  const { shards, wake, wantsNotice } = on;
  const { no, db } = shard;
  // Before the cursors: a notice is due work of those that it is passed on to.
  await step("notices", () => passOnNotices(shards, shard, { wants: wantsNotice, now }), no);
  const cursors = async () => {
    const found = await sweepCursors(db, no, now, SWEEP_MAX);
    await wake(found);
    await advanceIndexes(db);
    await deleteOldReceipts(db, now - RECEIPT_KEPT_MS);
    await noteSweep(db, now);
    return found.length;
  };
  const woken = await step("cursors", cursors, no);
  await step("re-checks", () => goOnRechecking(on, shard), no);
  return woken ?? 0;
}
