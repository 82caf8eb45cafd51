/**
 * Erases deleted forms when their time of retention is over, and what deleted integrations left: what the sweeper does
 * besides waking. A sweep erases a bounded number of rows; the next one goes on where it stopped.
 */
import type { Trace } from "../core/trace";
import { eraseControl, eraseRows, forgetSegment, sealSegment, takeErasable } from "../store/erasure";
import {
  type DeletedIntegration,
  dropCursors,
  eraseDelivered,
  findDeleted,
  markErased,
} from "../store/integration-erasure";
import { listSegments, type Shards } from "../store/shards";
import * as events from "../telemetry/events";
import { markErasedForm } from "./backup-retention";

export interface EraseLimits {
  /** Rows of one statement, and statements of one sweep. */
  readonly rows: number;
  readonly steps: number;
}

const LIMITS: EraseLimits = { rows: 1_000, steps: 20 };

/** Goes on erasing. Returns how many forms are gone for good. */
export async function eraseDeletedForms(
  { shards, bucket = null, trace }: Pick<IntegrationEraser, "shards" | "trace"> & { readonly bucket?: R2Bucket | null },
  now: number,
  limits = LIMITS,
): Promise<number> {
  let gone = 0;
  for (let steps = limits.steps; steps > 0; ) {
    const form = await takeErasable(shards.control, now);
    if (!form) break;
    await markErasedForm(bucket, form.id);
    steps = await eraseForm(shards, { id: form.id, now }, { ...limits, steps });
    if (steps < 0) break;
    gone += 1;
    events.formErased({ trace, form: form.id });
  }
  return gone;
}

/** The steps that are left; below 0: they did not suffice. */
async function eraseForm(
  shards: Shards,
  { id, now }: { id: string; now: number },
  { rows, steps }: EraseLimits,
): Promise<number> {
  let left = steps;
  for (const segment of await listSegments(shards, id)) {
    const { shard, no } = segment;
    await sealSegment(shards.get(shard).db, no);
    for (let deleted = 1; deleted > 0; ) {
      left -= 1;
      if (left < 0) return left;
      deleted = await eraseRows(shards.get(shard), no, rows);
    }
    await forgetSegment(shards.control, id, segment);
  }
  for (let done = false; !done; ) {
    left -= 1;
    if (left < 0) return left;
    done = await eraseControl(shards.control, id, { limit: rows, now });
  }
  return left;
}

/** What is needed to erase what deleted integrations left. */
export interface IntegrationEraser {
  readonly shards: Shards;
  readonly trace?: Trace | undefined;
  /**
   * How the index of a kind is erased: deletes up to `limit` rows of each sort under an integration's number and says
   * how many; 0: none is left. Null: the kind keeps no index.
   */
  readonly indexEraser: (kind: string | null) => ((integration: number, limit: number) => Promise<number>) | null;
}

/** Goes on erasing what deleted integrations left. Returns of how many nothing is left. */
export async function eraseDeletedIntegrations(on: IntegrationEraser, now: number, limits = LIMITS): Promise<number> {
  const { control } = on.shards;
  const postponed: number[] = [];
  let [gone, left] = [0, limits.steps];
  for (;;) {
    const deleted = await findDeleted(control, postponed);
    if (!deleted) return gone;
    const { no, kind } = deleted;
    left = await eraseIntegration(on.shards, no, { ...limits, steps: left });
    if (left < 0) return gone;
    try {
      left = await eraseIndex(on, deleted, { ...limits, steps: left });
    } catch (error) {
      // Its kind's worker does not answer: the others need not wait for it.
      events.indexNotForgotten({ trace: on.trace, kind, integration: no, error });
      postponed.push(no);
      continue;
    }
    if (left < 0) return gone;
    await markErased(control, no, now);
    gone += 1;
    events.integrationErased({ trace: on.trace, integration: no });
  }
}

/** The steps that are left; below 0: they did not suffice. */
async function eraseIntegration(shards: Shards, no: number, { rows, steps }: EraseLimits): Promise<number> {
  let left = steps;
  for (const { db } of shards.all) {
    await dropCursors(db, no);
    for (let deleted = 1; deleted > 0; ) {
      left -= 1;
      if (left < 0) return left;
      deleted = await eraseDelivered(db, no, rows);
    }
  }
  return left;
}

/**
 * The steps that are left; below 0: they did not suffice. Without its cursors nobody begins to write there any more.
 */
async function eraseIndex(
  { indexEraser }: IntegrationEraser,
  { no, kind }: DeletedIntegration,
  { rows, steps }: EraseLimits,
): Promise<number> {
  const erase = indexEraser(kind);
  let left = steps;
  for (let deleted = 1; erase !== null && deleted > 0; ) {
    left -= 1;
    if (left < 0) return left;
    deleted = await erase(no, rows);
  }
  return left;
}
