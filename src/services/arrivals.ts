/**
 * How an integration keeps up with its form: when the responses came that it has still before it, and those just behind
 * it.
 */
import type { Context } from "../context";
import { segmentStart, seqOf } from "../core/ids";
import { readReceived } from "../store/arrivals";
import { listSegments } from "../store/shards";
import type { IntegrationView, PositionView } from "./integration-view";

/** Places of the log that are looked at: as many rows, however long it is. */
const SAMPLES = 40;
/** Responses that are shown at least, so that a pace can be seen where nothing waits. */
const SHOWN_MIN = 500;

export interface ArrivalsView {
  /** How far the integration has come in that segment, and how far it had come before a replay. */
  readonly place: PositionView;
  /** Oldest first: the number of a response in the segment, and when it was received (milliseconds). */
  readonly samples: readonly { readonly number: number; readonly at: number }[];
}

/**
 * Of the oldest segment that is not settled, else of the newest that has any; null: no response came yet. Two round
 * trips.
 */
export async function readArrivals(ctx: Context, { form, positions }: IntegrationView): Promise<ArrivalsView | null> {
  const place = positions.find(({ position, head }) => position < head) ?? positions.findLast(({ head }) => head > 0);
  if (!place) return null;
  const segments = await listSegments(ctx.shards, form);
  const segment = segments.find(({ no }) => no === place.segment);
  if (!segment) return null;
  const start = segmentStart(segment.no);
  const numbers = spread(Math.max(1, Math.min(place.position, place.head - SHOWN_MIN)), place.head);
  const rows = await readReceived(
    ctx.shards.get(segment.shard).db,
    numbers.map((number) => start + number),
  );
  return { place, samples: rows.map(({ position, receivedAt }) => ({ number: seqOf(position), at: receivedAt })) };
}

/** Whole numbers evenly between two, both among them. */
function spread(from: number, to: number): number[] {
  const steps = Math.min(SAMPLES - 1, to - from);
  if (steps === 0) return [to];
  return Array.from({ length: steps + 1 }, (_, i) => from + Math.round(((to - from) * i) / steps));
}
