/**
 * Which stretches of the log an export covers. Positions of a segment have no gaps and its rows are never deleted (an
 * erased response leaves its tombstone), so that counting entries and finding where the next export goes on is
 * arithmetic.
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { parseResponseId, responseId, segmentOf, segmentStart } from "../core/ids";
import { headOf, listSegments, type Segment } from "../store/shards";

/** The entries of a segment after `from` up to and with `to`, both positions. */
export interface Span {
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
}

export interface ExportPlan {
  readonly spans: readonly Span[];
  readonly entries: number;
  readonly next: string | null;
}

/** Entries of one export: 750 full pages, well within the 1,000 queries that D1 allows a request. */
export const EXPORT_ENTRIES_MAX = 1_500_000;

/**
 * From `after`, or the beginning, to the heads as they are now; `limit` entries at most. Throws `invalid_parameter`.
 */
export async function planExport(
  ctx: Context,
  form: string,
  { after, limit }: { readonly after?: string; readonly limit?: number },
): Promise<ExportPlan> {
  const segments = await listSegments(ctx.shards, form);
  const heads = await Promise.all(segments.map((segment) => headOf(ctx.shards, segment)));
  const all = segments.map((segment, i) => {
    const from = segmentStart(segment.no);
    return { segment, from, to: heads[i] ?? from };
  });
  const open = after === undefined ? all : goOn(all, after);
  const entries = count(open);
  if (limit === undefined && entries > EXPORT_ENTRIES_MAX) {
    const detail = `These are ${entries} responses, and one export has at most ${EXPORT_ENTRIES_MAX}. Ask for the first part with \`limit\`; the header Link names the next.`;
    throw new AppError("invalid_parameter", { detail });
  }
  const spans = limit === undefined ? open : firstOf(open, limit);
  const last = spans.at(-1);
  const isAll = count(spans) === entries;
  const next = isAll || !last ? null : responseId({ shard: last.segment.shard, position: last.to });
  return { spans, entries: count(spans), next };
}

const count = (spans: readonly Span[]): number => spans.reduce((n, { from, to }) => n + to - from, 0);

/** What follows a response. */
function goOn(spans: readonly Span[], after: string): Span[] {
  const address = parseResponseId(after);
  const at = spans.findIndex(
    ({ segment, from, to }) =>
      segment.shard === address?.shard &&
      segment.no === segmentOf(address.position) &&
      address.position > from &&
      address.position <= to,
  );
  const span = spans[at];
  if (!address || !span) {
    throw new AppError("invalid_parameter", { detail: "`after` is the id of a response of this form." });
  }
  return [{ ...span, from: address.position }, ...spans.slice(at + 1)];
}

function firstOf(spans: readonly Span[], limit: number): Span[] {
  let left = limit;
  return spans.flatMap((span) => {
    const to = Math.min(span.to, span.from + left);
    left -= to - span.from;
    return to > span.from ? [{ ...span, to }] : [];
  });
}
