/**
 * Spooled submissions of forms that span shards (docs/decisions/025): a key may lie on another shard, and while they
 * waited their form may have gone on to its next segment. They go there: nothing is stored in a retired one, so that no
 * key can be missed there.
 */
import type { Spooled } from "../core/spool";
import type { NewResponse } from "../store/append";
import type { WakeUp } from "../store/cursors";
import { findBefore } from "../store/list";
import { elsewhere } from "../store/placement";
import { extendRechecks } from "../store/rechecks";
import { findUsedKeys } from "../store/refusals";
import { listSegmentsOf, type Segment, type Shard, type Shards } from "../store/shards";
import { appendSpooled, insertReceipts, type Settled, settleRepeat } from "../store/spooled";
import { type Opener, openNextSegment } from "./next-segment";

type Entry = NewResponse & Pick<Spooled, "form">;

interface Stored {
  readonly settled: readonly Settled[];
  readonly wakeUps: readonly WakeUp[];
}

/** Stores what is not stored yet and writes the receipts on the shard that they name. May be repeated. */
export async function storeSpooled(
  on: { readonly shards: Shards; readonly opener: Opener; readonly now: () => number },
  shard: Shard,
  entries: readonly Spooled[],
): Promise<Stored> {
  const { shards } = on;
  const [settled, wakeUps]: [Settled[], WakeUp[]] = [[], []];
  const wanted = shards.all.length > 1 && entries.some(({ idempotencyKey }) => idempotencyKey !== null);
  let segments = wanted ? await segmentsOf(shards, entries) : new Map<string, Segment[]>();
  for (let open = new Map<Shard, readonly Entry[]>([[shard, entries]]); open.size > 0; ) {
    const moved: Entry[] = [];
    for (const [at, own] of open) {
      const repeats = await findRepeats(shards, at, own, segments);
      const fresh = own.filter(({ nonce }) => !repeats.some((one) => one.nonce === nonce));
      const stored = await appendSpooled(at, fresh, on.now());
      // Before the messages are acked: a crash between the two brings them again.
      await extendRechecks(at.db, fresh);
      settled.push(...repeats, ...stored.settled);
      wakeUps.push(...stored.wakeUps);
      moved.push(...fresh.filter(({ nonce }) => stored.retired.includes(nonce)));
    }
    if (moved.length === 0) break;
    segments = await segmentsOf(shards, moved);
    open = await nextOf(on, moved, segments);
  }
  await insertReceipts(shard, settled, on.now());
  return { settled, wakeUps };
}

const segmentsOf = (shards: Shards, entries: readonly Entry[]) =>
  listSegmentsOf(shards, [...new Set(entries.map(({ form }) => form))]);

/** Entries whose keys came before and lie on another shard. */
async function findRepeats(
  shards: Shards,
  { no }: Shard,
  entries: readonly Entry[],
  segments: ReadonlyMap<string, readonly Segment[]>,
): Promise<Settled[]> {
  const found: Settled[] = [];
  const keyed = entries.filter(({ idempotencyKey }) => idempotencyKey !== null);
  for (const [form, own] of Map.groupBy(keyed, (entry) => entry.form)) {
    for (const shard of new Set(elsewhere(segments.get(form) ?? [], no).map((segment) => segment.shard))) {
      const keys = own.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
      const used = await findUsedKeys(shards.get(shard).db, form, keys);
      for (const entry of own) {
        const one = used.get(entry.idempotencyKey ?? "");
        if (one) found.push({ nonce: entry.nonce, shard, ...settleRepeat(one, entry) });
      }
    }
  }
  return found;
}

/**
 * The entries as they are for the next segments of their forms, by the shards of these. One that has none yet gets it.
 */
async function nextOf(
  on: { readonly shards: Shards; readonly opener: Opener },
  entries: readonly (Entry & { readonly shard?: number })[],
  segments: ReadonlyMap<string, readonly Segment[]>,
): Promise<Map<Shard, readonly Entry[]>> {
  const next: (Entry & { readonly shard: number })[] = [];
  for (const own of Map.groupBy(entries, ({ form, segment }) => `${form} ${segment}`).values()) {
    const [first] = own;
    const all = segments.get(first?.form ?? "") ?? [];
    // Numbers are never those of another segment of the form.
    const at = all.findIndex(({ no }) => no === first?.segment);
    const [from, segment] = at < 0 ? [] : [all[at], all[at + 1]];
    if (from && !segment && first) await openNextSegment(on.opener, { form: first.form, from, anywhere: true });
    if (!segment) continue; // their messages come again
    const { db } = on.shards.get(segment.shard);
    const since = await findBefore(db, segment.no, Math.min(...own.map(({ receivedAt }) => receivedAt)));
    next.push(...own.map((entry) => ({ ...entry, shard: segment.shard, segment: segment.no, since })));
  }
  return Map.groupBy(next, ({ shard }) => on.shards.get(shard));
}
