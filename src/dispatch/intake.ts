/**
 * The consumer of the `intake` queue: stores what D1 could not take when it came (DESIGN.md section 3 step 6). A message
 * here is the data itself, so it is acked only when its response is stored or refused with a receipt; everything else
 * waits and comes again, and at the very end goes to the queue `formlog-intake-dead`, where a person finds it.
 */
import { backoffSeconds } from "../core/retry";
import type { Spooled } from "../core/spool";
import { SpooledSchema } from "../core/spool-schema";
import type { Trace } from "../core/trace";
import type { WakeUp } from "../store/cursors";
import type { Shard, Shards } from "../store/shards";
import { isReachable } from "../store/spooled";
import * as events from "../telemetry/events";
import type { Opener } from "./next-segment";
import { storeSpooled } from "./spooled-segments";

export interface Intake {
  readonly shards: Shards;
  readonly opener: Opener;
  readonly now: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>;
  readonly trace?: Trace | undefined;
}

interface Item {
  readonly entry: Spooled;
  readonly message: Message<unknown>;
}

/** A short pause at first, so that a moment's fault costs moments; 100 retries of up to 15 minutes last about half a day. */
const RETRY = { base: 2, cap: 15 * 60 };

/** Stores the messages of a batch and acks or retries each. Never fails. */
export async function takeIn(intake: Intake, batch: MessageBatch<unknown>): Promise<void> {
  const items = batch.messages.flatMap((message) => {
    const parsed = SpooledSchema.safeParse(message.body);
    if (parsed.success) return [{ entry: parsed.data, message }];
    events.spooledUnreadable({ trace: intake.trace, message: message.id, attempts: message.attempts });
    retry(intake, message);
    return [];
  });
  for (const [no, own] of Map.groupBy(items, ({ entry }) => entry.shard)) {
    const shard = intake.shards.all[no];
    if (shard) await takeInto(intake, shard, own);
    else giveBack(intake, own, new RangeError(`there is no shard ${no}`));
  }
}

/** Rounds: copies of one message and repeats of one key may not share a transaction; a later one finds the first. */
async function takeInto(intake: Intake, shard: Shard, items: readonly Item[]): Promise<void> {
  for (let rest = items; rest.length > 0; ) {
    const seen = new Set<string>();
    const [round, later]: [Item[], Item[]] = [[], []];
    for (const item of rest) {
      const names = namesOf(item.entry);
      (names.some((name) => seen.has(name)) ? later : round).push(item);
      for (const name of names) seen.add(name);
    }
    if (!(await storeAll(intake, shard, round))) return giveBack(intake, later, null);
    rest = later;
  }
}

function namesOf({ form, nonce, idempotencyKey }: Spooled): string[] {
  return idempotencyKey === null ? [`nonce ${nonce}`] : [`nonce ${nonce}`, `key ${form} ${idempotencyKey}`];
}

/** False when D1 is still down: the rest need not try. One bad entry fails its transaction, so each is tried alone then. */
async function storeAll(intake: Intake, shard: Shard, items: readonly Item[]): Promise<boolean> {
  try {
    await store(intake, shard, items);
    return true;
  } catch (error) {
    const up = await isReachable(shard.db);
    if (!up || items.length === 1) {
      giveBack(intake, items, error);
      return up;
    }
    for (const item of items) await storeAll(intake, shard, [item]);
    return true;
  }
}

async function store(intake: Intake, shard: Shard, items: readonly Item[]): Promise<void> {
  const entries = items.map(({ entry }) => entry);
  const { settled, wakeUps } = await storeSpooled(intake, shard, entries);
  const done = new Set(settled.map(({ nonce }) => nonce));
  for (const { entry, message } of items) if (done.has(entry.nonce)) message.ack();
  const lost = items.filter(({ entry }) => !done.has(entry.nonce));
  giveBack(intake, lost, new RangeError("its segment is not on this shard"));
  const refused = settled.filter(({ refusal }) => refusal !== null).length;
  const traces = entries.flatMap(({ trace }) => trace ?? []);
  const requests = traces.map(({ request }) => request);
  events.responsesTakenIn({ trace: intake.trace, stored: settled.length - refused, refused, requests });
  const trace = traces[0] ?? intake.trace;
  if (wakeUps.length > 0) await intake.wake(wakeUps.map((one) => ({ ...one, trace })));
}

function giveBack(intake: Intake, items: readonly Item[], error: unknown): void {
  if (items.length === 0) return;
  const attempts = Math.max(...items.map(({ message }) => message.attempts));
  if (error !== null) events.intakeFailed({ trace: intake.trace, count: items.length, attempts, error });
  for (const { message } of items) retry(intake, message);
}

function retry({ random }: Intake, message: Message<unknown>): void {
  message.retry({ delaySeconds: Math.ceil(backoffSeconds(message.attempts, random(), RETRY)) });
}
