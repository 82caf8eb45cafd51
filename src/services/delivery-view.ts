/**
 * What became of a response at an integration. Most deliveries have no row: a response at or before the cursor was
 * delivered (or skipped by the filter), one after it is pending; rows tell of the rest.
 */
import { deliveryId, FEEDS, type LogAddress, responseId } from "../core/ids";
import type { Notice, NoticeEvent } from "../core/notice";
import type { ResponseRecord } from "../core/response";
import { findKind } from "../integrations/kinds";
import { isPassed, type KnownCursor } from "../store/cursor-control";
import type { DeliveryRow, DeliveryState } from "../store/deliveries";
import type { IntegrationRow } from "../store/integrations";
import { readRevisionsAt } from "../store/revisions";
import type { Shard } from "../store/shards";

export interface DeliveryView {
  readonly id: string;
  /** Null: it is of a notice. */
  readonly response: string | null;
  /** What happened to which other integration of the form. */
  readonly notice?: { readonly event: NoticeEvent; readonly integration: string };
  readonly state: DeliveryState | "pending";
  readonly attempts?: number;
  /** The provider's id of what was made, and its own word for its state. */
  readonly reference?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly nextAttemptAt?: string;
}

/** An integration in a segment. */
export interface Follower {
  readonly integration: IntegrationRow;
  readonly cursor: KnownCursor;
  /** Whether the integration's filter lets a response pass. */
  readonly passes: (response: ResponseRecord) => boolean;
  readonly shard: number;
}

/** The delivery of a response, with its row if there is one. */
export function viewOf(follower: Follower, response: ResponseRecord, row: DeliveryRow | undefined): DeliveryView {
  const { integration, cursor, passes, shard } = follower;
  const { position } = response;
  if (row) return withRow(row, { shard, position });
  if (isPassed(cursor, position)) {
    const reason = "It was passed over: the integration began after it, or was moved past it. A replay delivers it.";
    return { ...bare(integration.no, { shard, position }, "skipped"), reason };
  }
  if (position > cursor.position) return bare(integration.no, { shard, position }, "pending");
  const ledger = findKind(integration.kind)?.policy.ledger === true;
  return bare(integration.no, { shard, position }, ledger || !passes(response) ? "skipped" : "delivered");
}

/**
 * The deliveries of these rows, of any feed; one round trip when there are changes (edits, reviews, erasures) among
 * them.
 */
export async function viewRows({ no, db }: Shard, rows: readonly DeliveryRow[]): Promise<DeliveryView[]> {
  const changes = rows.filter((row) => row.feed === FEEDS.revisions).map((row) => row.position);
  const revisions = await readRevisionsAt(db, changes);
  return rows.map((row) => {
    if (row.feed === FEEDS.notices) return withRow(row, { shard: no, position: null });
    const position = row.feed === FEEDS.responses ? row.position : revisions.get(row.position)?.response;
    return withRow(row, { shard: no, position: position ?? null });
  });
}

/** The delivery of one row. */
export async function viewRow(shard: Shard, row: DeliveryRow): Promise<DeliveryView> {
  const [view] = await viewRows(shard, [row]);
  if (!view) throw new RangeError("a delivery has no view");
  return view;
}

/**
 * `of`: the response, which is not where the row stands in its feed when it tells of a change; no position: a notice.
 */
export function withRow(
  row: DeliveryRow,
  of: { readonly shard: number; readonly position: number | null },
): DeliveryView {
  const { integration, feed, position, content } = row;
  const notice = feed === FEEDS.notices && content !== null ? (JSON.parse(content) as Notice) : null;
  return {
    id: deliveryId({ shard: of.shard, integration, feed, position }),
    response: of.position === null ? null : responseId({ shard: of.shard, position: of.position }),
    ...(notice && { notice: { event: notice.event, integration: notice.integration.id } }),
    state: row.state,
    attempts: row.attempts,
    ...(row.reference !== null && { reference: row.reference }),
    ...(row.status !== null && { status: row.status }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.nextAt !== null && { nextAttemptAt: new Date(row.nextAt).toISOString() }),
  };
}

const bare = (integration: number, of: LogAddress, state: DeliveryView["state"]): DeliveryView => ({
  id: deliveryId({ ...of, integration, feed: FEEDS.responses }),
  response: responseId(of),
  state,
});
