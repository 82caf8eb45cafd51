/** Where a list looks for its responses: which segments, from where, and through which index. */
import type { CachedForm, Context } from "../context";
import type { AnswerCondition } from "../core/filter";
import { segmentStart } from "../core/ids";
import { pointOf, readCandidates, readIndexed } from "../store/answer-index";
import type { Conditions, Order, Part, Source } from "../store/list";
import type { Segment } from "../store/shards";
import { indexQuestions } from "./indexed-questions";

/** An index that would lead to more entries than this is no help: the log is looked at instead. */
const CANDIDATES_MAX = 5_000;

/** A part of a segment and how it is looked at. */
export interface Zone extends Part {
  readonly source: Source;
}

const LOG: Source = { type: "log" };

/**
 * The zones of a part of a segment, in the order of the list. One round trip for an indexed question, two for a range.
 */
export async function zonesOf(
  ctx: Context,
  form: CachedForm,
  at: { segment: Segment; part: Part; conditions: Conditions; order: Order },
): Promise<Zone[]> {
  const { part, conditions, order } = at;
  const waiting = flaggedSource(conditions);
  if (waiting) return [{ ...part, source: waiting }];
  const found = await findSource(ctx, form, at);
  if (found) {
    // The index has come to this position; what came after it is in the log only.
    const through = Math.min(part.through, Math.max(part.after, found.position));
    const zones = [
      { ...part, through, source: found.source },
      { ...part, after: through, source: LOG },
    ].filter((zone) => zone.after < zone.through);
    return order === "asc" ? zones : zones.reverse();
  }
  const { review } = conditions;
  return [{ ...part, source: review === null || review === "received" ? LOG : { type: "review", state: review } }];
}

/** The index of what is flagged, by whose it is: nothing else is read of it but what is wanted. */
function flaggedSource({ review, link, metadata }: Conditions): Source | null {
  if (review !== "flagged") return null;
  if (link !== undefined) return { type: "link", link };
  const collector = metadata.find(({ key, operator }) => key === "collector" && operator === "eq");
  const [name] = collector?.values ?? [];
  return name === undefined ? null : { type: "collector", name };
}

async function findSource(
  ctx: Context,
  form: CachedForm,
  { segment, part, conditions }: { segment: Segment; part: Part; conditions: Conditions },
): Promise<{ source: Source; position: number } | null> {
  const wanted = conditions.answers.filter((condition) => condition.indexed);
  if (wanted.length === 0) return null;
  const { db } = ctx.shards.get(segment.shard);
  const refs = wanted.map((condition) => condition.ref);
  const indexed = await readIndexed(db, segment.no, refs);
  // A crash may have come between the version and its index.
  if (refs.some((ref) => !indexed.has(ref))) ctx.waitUntil(indexQuestions(ctx, form));
  const usable = wanted.filter(({ ref }) => (indexed.get(ref) ?? 0) > segmentStart(segment.no));
  const sources = [() => findPoint(usable), ...usable.map((one) => () => findRange(db, one, part))];
  for (const find of sources) {
    const found = await find();
    if (found) return { source: found.source, position: indexed.get(found.ref) ?? 0 };
  }
  return null;
}

function findPoint(conditions: readonly AnswerCondition[]): { ref: string; source: Source } | null {
  for (const condition of conditions) {
    const value = pointOf(condition);
    if (value !== null) return { ref: condition.ref, source: { type: "value", ref: condition.ref, value } };
  }
  return null;
}

async function findRange(db: D1Database, condition: AnswerCondition, part: Part) {
  const ids = await readCandidates(db, condition, { ...part, max: CANDIDATES_MAX });
  return ids && { ref: condition.ref, source: { type: "ids", ids } as const };
}
