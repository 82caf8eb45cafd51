/**
 * Responses as a person leafs through them: newest first, from any page to the older and to the newer ones. The filters
 * are those of the list of the API, and so is what a page costs: a row more than it shows.
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import type { Definition } from "../core/form";
import { parsePageToken, segmentOf } from "../core/ids";
import type { ResponseRecord } from "../core/response";
import { listSegments, type Segment } from "../store/shards";
import { definitionsOf, loadOwnForm } from "./forms";
import { choose, type ListInput, readConditions, readPage, tokenOf } from "./list-responses";
import { type ResponseView, viewResponse } from "./responses";

export interface BrowseInput extends Omit<ListInput, "order"> {
  /** `older` or `newer` of a page before. */
  readonly cursor?: string;
}

export interface Browsed {
  readonly items: readonly ResponseView[];
  /** Cursors of the pages beside this one; null: there is none. */
  readonly older: string | null;
  readonly newer: string | null;
  /** The page stopped looking before it was full: what fits may be further on. */
  readonly cut: boolean;
  /** Every version that a response of the page was answered against, and the present one. */
  readonly definitions: ReadonlyMap<number, Definition>;
}

/** A page of a form's responses. Throws `not_found`, `form_draft`, `invalid_parameter`. */
export async function browseResponses(ctx: Context, workspace: string, input: BrowseInput): Promise<Browsed> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const conditions = await readConditions(ctx, form, input);
  const log = { form, segments: await listSegments(ctx.shards, form.id) };
  const { cursor, limit } = input;
  const order = towards(cursor);
  const place = cursor === undefined ? {} : { cursor };
  // One more than is shown tells whether there are more.
  const page = await readPage(ctx, log, { ...place, order, conditions, limit: limit + 1 });
  const shown = page.items.slice(0, limit);
  const full = page.items.length > limit;
  const last = shown.at(-1);
  // Nothing newer came: this is the front, and it is shown whole.
  if (order === "asc" && !full && page.next === null) {
    const { cursor: _, ...front } = input;
    return browseResponses(ctx, workspace, front);
  }
  const onward = full && last ? beside(log.segments, order, last) : page.next;
  const back = cursor === undefined ? null : backOf(log.segments, { order, cursor, first: shown[0] });
  const items = order === "asc" ? shown.toReversed() : shown;
  return {
    items: items.map((response) => viewResponse(choose(response, input.fields))),
    ...(order === "asc" ? { newer: onward, older: back } : { older: onward, newer: back }),
    cut: onward !== null && !full,
    definitions: await definitionsOf(
      ctx,
      form,
      items.map(({ version }) => version),
    ),
  };
}

type Order = "asc" | "desc";

/** Which way a cursor leads: to the newer ones, or to the older ones as the first page does. */
const towards = (cursor: string | undefined): Order =>
  cursor !== undefined && parsePageToken(cursor, 3)?.[0] === 1 ? "asc" : "desc";

/** The cursor of what lies beyond a response in this order. */
function beside(segments: readonly Segment[], order: Order, { position }: Pick<ResponseRecord, "position">): string {
  const ordinal = segments.findIndex(({ no }) => no === segmentOf(position));
  return tokenOf(order, ordinal, position);
}

/** The cursor of the page that this one was reached from: all on the other side of its first response. */
function backOf(
  segments: readonly Segment[],
  { order, cursor, first }: { order: Order; cursor: string; first: ResponseRecord | undefined },
): string {
  const other = order === "asc" ? "desc" : "asc";
  if (first) return beside(segments, other, first);
  const [, ordinal, position] = parsePageToken(cursor, 3) ?? [];
  if (ordinal === undefined || position === undefined) throw new AppError("invalid_parameter");
  // A cursor names the last response that is not meant, in its own order: turned round, that one is.
  return tokenOf(other, ordinal, order === "asc" ? position + 1 : position - 1);
}
