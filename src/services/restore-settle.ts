/**
 * What a restore does between the rows and the cursors: erases what was erased since the backup or while it was made,
 * and makes segments agree with their forms, which were read later. A call does a bounded piece.
 */
import type { Context } from "../context";
import type { BackupManifest, Erasures } from "../core/backup";
import { SEGMENT_SIZE } from "../core/ids";
import { spoolName } from "../core/spool";
import { deleteLetters } from "../store/dead-letters";
import { eraseRows, sealSegment } from "../store/erasure";
import { emptyTraces, hasTraces } from "../store/restore-traces";
import { eraseAgain, eraseFormsAgain, listFormsAfter, listOrphans, type RestoreRow } from "../store/restores";
import { listErasures } from "./backups";
import { syncSegment } from "./forms";

type Next = Pick<RestoreRow, "phase" | "place">;

/** The next piece. Returns where it is then. `erased`: what must not come back, in an order that stays. */
export async function settleRestored(
  ctx: Context,
  at: RestoreRow,
  { manifest, erased }: { manifest: BackupManifest; erased: () => Promise<Erasures> },
): Promise<Next> {
  if (at.phase === "erasures") return eraseMarked(ctx, at.place, await erased());
  if (at.phase === "traces") return dropTraces(ctx, at.place, manifest);
  if (at.phase === "orphans") return eraseOrphans(ctx, at.place);
  return alignForms(ctx, at.place);
}

/** What the bucket says, and what was given besides. */
export async function readErased(ctx: Context, given: Erasures): Promise<Erasures> {
  const marks = await listErasures(ctx);
  return { forms: [...marks.forms, ...given.forms], responses: [...marks.responses, ...given.responses] };
}

/** Responses that are looked for in a piece, and of those that are there how many are erased: ten statements each. */
const LOOKED_MAX = 1_000;
const ERASED_MAX = 50;

/** `place` is how many of the responses were looked for. */
async function eraseMarked(ctx: Context, place: number, { forms, responses }: Erasures): Promise<Next> {
  if (place === 0) await eraseFormsAgain(ctx.shards.control, forms, ctx.now());
  const some = responses.slice(place, place + LOOKED_MAX);
  // Some were stored and erased after the backup had them as dead letters.
  await deleteLetters(ctx.shards.control, some.map(spoolName));
  let left = ERASED_MAX;
  for (const [no, own] of Map.groupBy(some, ({ shard }) => shard)) {
    const shard = ctx.shards.all[no];
    if (shard) left -= await eraseAgain(shard, own, { now: ctx.now(), limit: left });
    // There may be more of these: those that are erased by then are not found again.
    if (left <= 0) return { phase: "erasures", place };
  }
  return some.length < LOOKED_MAX ? { phase: "traces", place: 0 } : { phase: "erasures", place: place + LOOKED_MAX };
}

/** Parts whose rows are looked through in a piece. */
const TRACED_MAX = 5;

/**
 * `place` is how many of the parts were looked through. Cursors are not there yet: theirs are emptied when they are.
 */
async function dropTraces({ shards }: Context, place: number, { parts }: BackupManifest): Promise<Next> {
  const traced = parts.filter(({ table }) => table !== "cursors" && hasTraces(table));
  const some = traced.slice(place, place + TRACED_MAX);
  for (const [no, own] of Map.groupBy(some, ({ shard }) => shard)) await emptyTraces(shards.get(no).db, own);
  const next = place + TRACED_MAX;
  return next < traced.length ? { phase: "traces", place: next } : { phase: "orphans", place: 0 };
}

const SEGMENTS_MAX = 30;
const ROWS = 1_000;

/** `place` is a shard and a segment of it, as positions of the log are made: segments are fewer than positions. */
async function eraseOrphans({ shards }: Context, place: number): Promise<Next> {
  const shard = shards.all[Math.floor(place / SEGMENT_SIZE)];
  if (!shard) return { phase: "forms", place: 0 };
  const found = await listOrphans(shards, shard, place % SEGMENT_SIZE, SEGMENTS_MAX);
  let steps = 200;
  for (const no of found.orphans) {
    await sealSegment(shard.db, no);
    for (let deleted = 1; deleted > 0; steps -= 1) {
      if (steps < 0) return { phase: "orphans", place };
      deleted = await eraseRows(shard, no, ROWS);
    }
  }
  const next = found.last === null ? (shard.no + 1) * SEGMENT_SIZE : shard.no * SEGMENT_SIZE + found.last;
  return { phase: "orphans", place: next };
}

async function alignForms(ctx: Context, place: number): Promise<Next> {
  const forms = await listFormsAfter(ctx.shards.control, place, SEGMENTS_MAX);
  for (const form of forms) await syncSegment(ctx, form);
  const last = forms.at(-1);
  return last && forms.length === SEGMENTS_MAX ? { phase: "forms", place: last.no } : { phase: "cursors", place: 0 };
}
