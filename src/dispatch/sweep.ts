/**
 * The sweeper (cron, once a minute): finds every cursor with work that nobody was woken for, so that no queue message
 * matters; ends what was begun with forms and their integrations, tries dead letters again, passes on what happened to
 * integrations, brings the indexes of answers nearer to the log, looks at old responses again whose form's rules
 * changed, erases what was deleted or kept for long enough, and tells what needs somebody.
 */
import type { Config } from "../config";
import { INSTALLATION, type LogEntry } from "../core/log";
import { RECEIPT_KEPT_MS } from "../core/spool";
import { advanceIndexes } from "../store/answer-index";
import type { WakeUp } from "../store/cursors";
import { sweepCursors } from "../store/cursors";
import { pruneLogs } from "../store/logs";
import { noteSize } from "../store/placement";
import { deleteOldQuotas } from "../store/quotas";
import { isRestoring } from "../store/restoring";
import { deleteOldSessions } from "../store/sessions";
import type { Shard } from "../store/shards";
import { deleteOldReceipts } from "../store/spooled";
import { noteSweep } from "../store/vitals";
import * as events from "../telemetry/events";
import { pingDeadman, type Teller, tellAlerts } from "./alerts";
import { resendDead } from "./dead-letters";
import { eraseDeletedForms, eraseDeletedIntegrations, type IntegrationEraser } from "./erase";
import { type Opener, settleForms } from "./next-segment";
import { passOnNotices, type WantsNotice } from "./notices";
import { beginRechecks, goOnRechecking } from "./recheck";
import { askShards } from "./vitals";

/** Cursors that one sweep wakes on one shard; the rest has its turn a minute later. */
const SWEEP_MAX = 1_000;
const DAY_MS = 86_400_000;

export interface Sweeper extends IntegrationEraser, Teller {
  readonly opener: Opener;
  readonly config: Teller["config"] & Pick<Config, "logDays" | "deadmanUrl">;
  readonly now: () => number;
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>;
  readonly wantsNotice: WantsNotice;
}

/** Does one thing of a sweep; one that fails stops no other. Returns what it came to, or null. */
type Step = <T>(what: string, work: () => Promise<T>, shard?: number) => Promise<T | null>;

/**
 * Does all of it, on every shard; a shard that can't be reached stops no other. Returns how many cursors were woken.
 */
export async function sweep(on: Sweeper, now: number): Promise<number> {
  const { shards, config, trace } = on;
  const { control } = shards;
  // Half of the rows are there: nothing is delivered, noticed or erased before the other half is.
  if (await isRestoring(control).catch(() => false)) return 0;
  let failed = 0;
  const step: Step = (what, work, shard) =>
    work().catch((error) => {
      failed += 1;
      events.sweepFailed({ trace, what, shard, error });
      return null;
    });
  // As they were before this sweep: whether they were swept in time.
  const asked = await askShards(shards);
  let count = 0;
  await step("requests of re-checks", () => beginRechecks(on));
  await step("what was cut short", () => settleForms(on.opener, trace));
  // Before the cursors: what is stored is theirs.
  await step("dead letters", () => resendDead(on, now));
  for (const shard of shards.all) count += await sweepShard(on, { shard, now, step });
  await step("quotas", () => deleteOldQuotas(control, now));
  await step("sessions", () => deleteOldSessions(control, now));
  await step("deleted forms", () => eraseDeletedForms(on, now));
  await step("deleted integrations", () => eraseDeletedIntegrations(on, now));
  await step("alerts", () => tellAlerts(on, asked, now));
  if (failed === 0 && config.deadmanUrl !== null) await pingDeadman(on, config.deadmanUrl);
  events.swept({ trace, woken: count });
  return count;
}

interface Sweeping {
  readonly shard: Shard;
  readonly now: number;
  readonly step: Step;
}

async function sweepShard(on: Sweeper, { shard, now, step }: Sweeping): Promise<number> {
  const { shards, wake, wantsNotice, trace, config } = on;
  const { no, db } = shard;
  // Before the cursors: a notice is due work of those that it is passed on to.
  await step("notices", () => passOnNotices(shards, shard, { wants: wantsNotice, now, trace }), no);
  const cursors = async () => {
    const found = await sweepCursors(db, no, now, SWEEP_MAX);
    await wake(found);
    await advanceIndexes(db);
    await deleteOldReceipts(db, now - RECEIPT_KEPT_MS);
    await pruneLogs(db, now - config.logDays * DAY_MS);
    const bytes = await noteSweep(
      db,
      now,
      found.length > 0 ? [entryOf(on, { shard: no, woken: found.length, now })] : [],
    );
    await noteSize(shards, { no, bytes, now });
    return found.length;
  };
  const woken = await step("cursors", cursors, no);
  await step("re-checks", () => goOnRechecking(on, shard), no);
  return woken ?? 0;
}

/** A sweep that found work is told of: each could be a wake-up that was lost. */
function entryOf({ trace }: Sweeper, found: { shard: number; woken: number; now: number }): LogEntry {
  const { shard, woken, now } = found;
  return { workspace: INSTALLATION, at: now, level: "info", event: "swept", trace, detail: { shard, woken } };
}
