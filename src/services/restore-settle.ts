/**
 * What a restore does between the rows and the cursors: erases what was erased since the backup or while it was made, and makes
 * segments agree with their forms, which were read later. A call does a bounded piece.
 */
import type { Context } from "../context";
import { ERASED_FORMS, ERASURES, type Erasure } from "../core/backup";
import { SEGMENT_SIZE } from "../core/ids";
import { eraseRows, sealSegment } from "../store/erasure";
import {
  emptyTraces,
  eraseAgain,
  eraseFormsAgain,
  listFormsAfter,
  listOrphans,
  parseErasure,
  type RestoreRow,
} from "../store/restores";
import { requireBucket } from "./backups";
import { syncSegment } from "./forms";

type Next = Pick<RestoreRow, "phase" | "place">;

/** The next piece. Returns where it is then. */
export async function settleRestored(ctx: Context, at: RestoreRow, given: readonly Erasure[]): Promise<Next> {
  if (at.phase === "erasures") return eraseMarked(ctx, given);
  if (at.phase === "traces") return dropTraces(ctx);
  if (at.phase === "orphans") return eraseOrphans(ctx, at.place);
  return alignForms(ctx, at.place);
}

/** Responses that are erased in a piece: ten statements each. */
const ERASED_MAX = 50;

async function eraseMarked(ctx: Context, given: readonly Erasure[]): Promise<Next> {
  const marks = await listMarks(ctx);
  await eraseFormsAgain(ctx.shards.control, marks.forms, ctx.now());
  let left = ERASED_MAX;
  for (const [shard, own] of Map.groupBy([...marks.responses, ...given], (one) => one.shard)) {
    const found = ctx.shards.all[shard];
    for (let i = 0; found && i < own.length; i += ERASED_MAX) {
      left -= await eraseAgain(found, own.slice(i, i + ERASED_MAX), ctx.now());
      if (left <= 0) return { phase: "erasures", place: 0 };
    }
  }
  return { phase: "traces", place: 0 };
}

/** All objects of the bucket that stand for something erased. */
async function listMarks(ctx: Context): Promise<{ forms: string[]; responses: Erasure[] }> {
  const bucket = requireBucket(ctx);
  const names: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page: R2Objects = await bucket.list({ prefix: ERASURES, ...(cursor !== undefined && { cursor }) });
    names.push(...page.objects.map(({ key }) => key));
    if (!page.truncated) break;
    cursor = page.cursor;
  }
  const forms = names.filter((name) => name.startsWith(ERASED_FORMS));
  return {
    forms: forms.map((name) => name.slice(ERASED_FORMS.length)),
    responses: names.flatMap((name) => parseErasure(name) ?? []),
  };
}

async function dropTraces({ shards }: Context): Promise<Next> {
  for (const { db } of shards.all) await emptyTraces(db);
  return { phase: "orphans", place: 0 };
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
  return { phase: forms.length < SEGMENTS_MAX ? "cursors" : "forms", place: forms.at(-1)?.no ?? place };
}
