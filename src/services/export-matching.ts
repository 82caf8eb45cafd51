/** The responses of an export that are of one kind: looked for as a list looks, by an index where there is one. */
import type { CachedForm, Context } from "../context";
import type { ResponseRecord } from "../core/response";
import { type Conditions, findBefore, lookAt } from "../store/list";
import type { Span } from "./export-plan";
import { zonesOf } from "./list-plan";

/** Responses of one look, and rows that it goes through at most: a round trip each. */
const FOUND_MAX = 500;
const SCAN_MAX = 5_000;

/**
 * The responses of these stretches of the log that fit, in its order, a page at a time and only when it is asked for.
 */
export async function* readMatching(
  ctx: Context,
  form: CachedForm,
  { spans, conditions }: { readonly spans: readonly Span[]; readonly conditions: Conditions },
): AsyncGenerator<readonly ResponseRecord[]> {
  for (const { segment, from, to } of spans) {
    const shard = ctx.shards.get(segment.shard);
    const { since } = conditions;
    const begin = since === null ? from : Math.max(from, await findBefore(shard.db, segment.no, since));
    const part = { segment: segment.no, after: begin, through: to };
    if (begin >= to) continue;
    for (const { source, ...zone } of await zonesOf(ctx, form, { segment, part, conditions, order: "asc" })) {
      const look = { order: "asc", limit: FOUND_MAX, scan: SCAN_MAX, source, conditions } as const;
      for (let [after, done] = [zone.after, false]; !done; ) {
        const found = await lookAt(shard, { ...zone, after }, look);
        if (found.items.length > 0) yield found.items;
        [after, done] = [found.reached, found.done];
      }
    }
  }
}
