/** What waits for a correction, for those who run a form: which collector has how much. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { parseTextToken, responseId, textToken } from "../core/ids";
import { type AfterCollector, countByCollector, readTimes, type Waiting } from "../store/inbox";
import { listSegments } from "../store/shards";
import { loadOwnForm } from "./forms";

/** A collector with something flagged. */
export interface CollectorView {
  /** `metadata.collector` as a text; null: those of nobody in particular. */
  readonly collector: string | null;
  /** How many of his responses are flagged. */
  readonly flagged: number;
  /** The one of them that came first. */
  readonly oldest: { readonly response: string; readonly receivedAt: string };
}

export interface CollectorsInput {
  readonly form: string;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly cursor?: string;
}

/**
 * A page of the collectors of a form who have something flagged, by name; those responses that name nobody come first.
 * Reads what is flagged and nothing else. Throws not_found, form_draft, invalid_parameter.
 */
export async function listCollectors(
  ctx: Context,
  workspace: string,
  { form: id, limit, cursor }: CollectorsInput,
): Promise<{ items: CollectorView[]; next: string | null }> {
  const form = await loadOwnForm(ctx, workspace, id);
  const segments = await listSegments(ctx.shards, form.id);
  const rows = await countByCollector(ctx.shards, segments, { after: placeOf(cursor), limit });
  const timeOf = await readTimes(
    ctx.shards,
    rows.map(({ oldest }) => oldest),
  );
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return { items: rows.map((row) => view(row, timeOf(row.oldest))), next: last ? tokenOf(last) : null };
}

const view = ({ collector, flagged, oldest }: Waiting, receivedAt: number): CollectorView => ({
  collector,
  flagged,
  oldest: { response: responseId(oldest), receivedAt: new Date(receivedAt).toISOString() },
});

/** The name, after a mark that tells it from none. */
const tokenOf = ({ collector }: Waiting): string => textToken([collector === null ? "" : `=${collector}`]);

function placeOf(cursor: string | undefined): AfterCollector {
  if (cursor === undefined) return undefined;
  const [place] = parseTextToken(cursor, 1) ?? [];
  if (place === "") return null;
  if (place?.startsWith("=")) return place.slice(1);
  throw new AppError("invalid_parameter", { detail: "This `cursor` is not one that a list returned." });
}
