/**
 * Deliveries as a person sees them: what became of each response at an integration. Most have no row: a response at or before
 * the cursor was delivered (or skipped by the filter), one after it is pending; rows tell of the rest.
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { compileFilter } from "../core/expression";
import {
  deliveryId,
  type LogAddress,
  pageToken,
  parseDeliveryId,
  parsePageToken,
  responseId,
  segmentOf,
  segmentStart,
} from "../core/ids";
import type { ResponseRecord } from "../core/response";
import { findKind } from "../integrations/catalog";
import * as store from "../store/deliveries";
import type { IntegrationRow } from "../store/integrations";
import { loadSetup } from "../store/integrations";
import { loadForm } from "./forms";
import { readCursors, ring } from "./integration-view";
import { findOwnIntegration } from "./integrations";
import { readNewest } from "./responses";

export interface DeliveryView {
  readonly id: string;
  readonly response: string;
  readonly state: store.DeliveryState | "pending";
  readonly attempts?: number;
  /** The provider's id of what was made, and its own word for its state. */
  readonly reference?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly nextAttemptAt?: string;
}

interface ListInput {
  readonly form: string;
  readonly integration: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** A page of deliveries, newest response first. */
export async function listDeliveries(
  ctx: Context,
  workspace: string,
  input: ListInput,
): Promise<{ items: DeliveryView[]; next: string | null }> {
  const row = await findOwnIntegration(ctx, workspace, input);
  const placed = await readCursors(ctx, row);
  const { items, next } = await readNewest(ctx, row.form, input);
  const passes = await filterOf(ctx, row);
  const views: DeliveryView[] = [];
  for (const { shard, db, cursor } of placed) {
    const here = items.filter((response) => segmentOf(response.position) === cursor.segment);
    const rows = await store.readDeliveries(
      db,
      row.no,
      0,
      here.map((response) => response.position),
    );
    for (const response of here) {
      const known = rows.get(response.position);
      const address = { shard, position: response.position };
      const ledger = findKind(row.kind)?.policy.ledger === true;
      const done = ledger || !passes(response) ? "skipped" : "delivered";
      views.push(
        known ? viewRow(known, shard) : viewBare(row, address, response.position <= cursor.position ? done : "pending"),
      );
    }
  }
  const order = new Map(items.map((response, i) => [response.id, i]));
  return { items: views.sort((a, b) => (order.get(a.response) ?? 0) - (order.get(b.response) ?? 0)), next };
}

/** A page of the deliveries that wait for a person, newest first. */
export async function listParked(
  ctx: Context,
  workspace: string,
  input: ListInput,
): Promise<{ items: DeliveryView[]; next: string | null }> {
  const row = await findOwnIntegration(ctx, workspace, input);
  const placed = (await readCursors(ctx, row)).reverse();
  const [index, before] = input.cursor === undefined ? [0, undefined] : (parsePageToken(input.cursor, 2) ?? []);
  if (index === undefined)
    throw new AppError("invalid_parameter", { detail: "This `cursor` is not one that a list returned." });
  const items: DeliveryView[] = [];
  for (const [i, { shard, db, cursor }] of placed.entries()) {
    if (i < index) continue;
    const from = i === index && before !== undefined ? before : segmentStart(cursor.segment + 1);
    const limit = input.limit - items.length;
    const rows = await store.readParked(db, cursor, { before: from, limit });
    items.push(...rows.map((parked) => viewRow(parked, shard)));
    const last = rows.at(-1);
    if (last && items.length === input.limit) return { items, next: pageToken([i, last.position]) };
  }
  return { items, next: null };
}

/** Sends a parked delivery again now. Throws `not_found`, or `conflict` when it is not parked. */
export async function retryDelivery(ctx: Context, workspace: string, id: string): Promise<DeliveryView> {
  const address = parseDeliveryId(id);
  if (!address || address.shard >= ctx.shards.all.length) throw missing();
  const setup = await loadSetup(ctx.shards.control, { no: address.integration });
  if (setup?.integration.workspace !== workspace) throw missing();
  const { db } = ctx.shards.get(address.shard);
  const retried = await store.retryDelivery(db, address, ctx.now());
  const row = await store.findDelivery(db, address);
  if (!row) throw missing();
  if (!retried)
    throw new AppError("conflict", { detail: `This delivery is ${row.state}; only a parked one is retried.` });
  await ring(ctx, setup.integration);
  return viewRow(row, address.shard);
}

const missing = () => new AppError("not_found", { detail: "There is no such delivery." });

async function filterOf(ctx: Context, row: IntegrationRow): Promise<(response: ResponseRecord) => boolean> {
  if (row.filter === null) return () => true;
  const filter = compileFilter(row.filter, (await loadForm(ctx, row.form)).definition);
  return (response) => filter.ok && filter.evaluate(response.answers, response.metadata);
}

function viewRow(row: store.DeliveryRow, shard: number): DeliveryView {
  return {
    ...viewBare({ no: row.integration }, { shard, position: row.position }, row.state, row.feed),
    attempts: row.attempts,
    ...(row.reference !== null && { reference: row.reference }),
    ...(row.status !== null && { status: row.status }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.nextAt !== null && { nextAttemptAt: new Date(row.nextAt).toISOString() }),
  };
}

function viewBare(
  integration: { readonly no: number },
  address: LogAddress,
  state: DeliveryView["state"],
  feed: 0 | 1 = 0,
): DeliveryView {
  return { id: deliveryId({ ...address, integration: integration.no, feed }), response: responseId(address), state };
}
