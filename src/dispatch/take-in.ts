/**
 * Storing spooled submissions, wherever they waited: on the intake queue (intake.ts) or among the dead letters
 * (dead-letters.ts). Each is told what became of it: settled (stored, or refused with a receipt), or to come again.
 */
import type { IntakeFailure } from "../core/dead-letter";
import type { Spooled } from "../core/spool";
import type { Trace } from "../core/trace";
import type { WakeUp } from "../store/cursors";
import type { Shard, Shards } from "../store/shards";
import { isReachable } from "../store/spooled";
import * as events from "../telemetry/events";
import type { Opener } from "./next-segment";
import { storeSpooled } from "./spooled-segments";

export interface Taker {
  readonly shards: Shards;
  readonly opener: Opener;
  readonly now: () => number;
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>;
  readonly trace?: Trace | undefined;
}

/** A submission that waits. One of the two is called, once. */
export interface Waiting {
  readonly entry: Spooled;
  /** How often it was tried, this time included. */
  readonly attempts: number;
  readonly settled: () => void;
  readonly again: (reason: IntakeFailure) => void;
}

/** Stores what is not stored yet. Never fails. */
export async function takeAll(on: Taker, waiting: readonly Waiting[]): Promise<void> {
  for (const [no, own] of Map.groupBy(waiting, ({ entry }) => entry.shard)) {
    const shard = on.shards.all[no];
    if (shard) await takeInto(on, shard, own);
    else giveBack(on, own, { reason: "no_shard", error: new RangeError(`there is no shard ${no}`) });
  }
}

/** Rounds: copies of one message and repeats of one key may not share a transaction; a later one finds the first. */
async function takeInto(on: Taker, shard: Shard, waiting: readonly Waiting[]): Promise<void> {
  for (let rest = waiting; rest.length > 0; ) {
    const seen = new Set<string>();
    const [round, later]: [Waiting[], Waiting[]] = [[], []];
    for (const one of rest) {
      const names = namesOf(one.entry);
      (names.some((name) => seen.has(name)) ? later : round).push(one);
      for (const name of names) seen.add(name);
    }
    if (!(await storeAll(on, shard, round))) return giveBack(on, later, { reason: "unreachable" });
    rest = later;
  }
}

function namesOf({ form, nonce, idempotencyKey }: Spooled): string[] {
  return idempotencyKey === null ? [`nonce ${nonce}`] : [`nonce ${nonce}`, `key ${form} ${idempotencyKey}`];
}

/**
 * False when D1 is still down: the rest need not try. One bad entry fails its transaction, so each is tried alone then.
 */
async function storeAll(on: Taker, shard: Shard, waiting: readonly Waiting[]): Promise<boolean> {
  try {
    await store(on, shard, waiting);
    return true;
  } catch (error) {
    const up = await isReachable(shard.db);
    if (!up || waiting.length === 1) {
      giveBack(on, waiting, { reason: up ? "failed" : "unreachable", error });
      return up;
    }
    for (const one of waiting) await storeAll(on, shard, [one]);
    return true;
  }
}

async function store(on: Taker, shard: Shard, waiting: readonly Waiting[]): Promise<void> {
  const entries = waiting.map(({ entry }) => entry);
  const { settled, wakeUps } = await storeSpooled(on, shard, entries);
  const done = new Set(settled.map(({ nonce }) => nonce));
  for (const one of waiting) if (done.has(one.entry.nonce)) one.settled();
  const lost = waiting.filter(({ entry }) => !done.has(entry.nonce));
  giveBack(on, lost, { reason: "no_segment", error: new RangeError("its segment is not on this shard") });
  const refused = settled.filter(({ refusal }) => refusal !== null).length;
  const traces = entries.flatMap(({ trace }) => trace ?? []);
  const requests = traces.map(({ request }) => request);
  events.responsesTakenIn({ trace: on.trace, stored: settled.length - refused, refused, requests });
  const trace = traces[0] ?? on.trace;
  if (wakeUps.length > 0) await on.wake(wakeUps.map((one) => ({ ...one, trace })));
}

/** With an `error` the log is told. */
function giveBack(
  { trace }: Taker,
  waiting: readonly Waiting[],
  { reason, error }: { reason: IntakeFailure; error?: unknown },
): void {
  if (waiting.length === 0) return;
  const attempts = Math.max(...waiting.map((one) => one.attempts));
  if (error !== undefined) events.intakeFailed({ trace, count: waiting.length, attempts, error });
  for (const { again } of waiting) again(reason);
}
