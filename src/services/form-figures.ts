/** Figures of forms that cost a few rows each, whatever the size of the form. */
import type { Context } from "../context";
import { seqOf } from "../core/ids";
import { listSegmentsOf, readNewest } from "../store/shards";

export interface FormFigures {
  /** How many responses the form ever got: those that were erased are among them. */
  readonly responses: number;
  /** When the newest was received; null: there is none. */
  readonly lastAt: string | null;
}

const NONE: FormFigures = { responses: 0, lastAt: null };

/**
 * The figures of these forms by id: one round trip, and one for each shard. Positions have no gaps, so the last one
 * counts.
 */
export async function readFigures(ctx: Context, forms: readonly string[]): Promise<ReadonlyMap<string, FormFigures>> {
  const segments = await listSegmentsOf(ctx.shards, forms);
  const newest = await readNewest(ctx.shards, [...segments.values()].flat());
  const found = new Map(newest.map((one) => [`${one.shard} ${one.segment}`, one]));
  return new Map(
    forms.map((form) => {
      const filled = (segments.get(form) ?? []).flatMap(({ shard, no }) => found.get(`${shard} ${no}`) ?? []);
      const last = filled.at(-1);
      if (!last) return [form, NONE];
      const responses = filled.reduce((sum, { head }) => sum + seqOf(head), 0);
      return [form, { responses, lastAt: new Date(last.receivedAt).toISOString() }];
    }),
  );
}
