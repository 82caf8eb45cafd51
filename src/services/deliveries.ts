/** Verbs on the deliveries of an integration: list, and what a person decides of those that are parked. */
import * as z from "zod";
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { pageToken, parseDeliveryId, parsePageToken, segmentOf, segmentStart } from "../core/ids";
import { readAttempts } from "../store/attempts";
import * as store from "../store/deliveries";
import { loadSetup } from "../store/integrations";
import * as parked from "../store/parked";
import { record } from "./audit";
import { type DeliveryView, viewOf, viewRow, viewRows } from "./delivery-view";
import { readCursors, ring } from "./integration-view";
import { filterOf, findOwnIntegration, type Named } from "./integrations";
import { readNewest } from "./list-responses";

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
  const integration = await findOwnIntegration(ctx, workspace, input);
  const placed = await readCursors(ctx, integration);
  const { items, next } = await readNewest(ctx, integration.form, input);
  const passes = await filterOf(ctx, integration);
  const views: DeliveryView[] = [];
  for (const { shard, db, cursor } of placed) {
    const here = items.filter((response) => segmentOf(response.position) === cursor.segment);
    const positions = here.map((response) => response.position);
    const rows = await store.readDeliveries(db, integration.no, 0, positions);
    const at = { integration, cursor, passes, shard };
    views.push(...here.map((response) => viewOf(at, response, rows.get(response.position))));
  }
  const order = new Map(items.map((response, i) => [response.id, i]));
  return { items: views.sort((a, b) => (order.get(a.response ?? "") ?? 0) - (order.get(b.response ?? "") ?? 0)), next };
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
    const rows = await parked.readParked(db, cursor, { before: from, limit });
    items.push(...(await viewRows({ no: shard, db }, rows)));
    const last = rows.at(-1);
    if (last && items.length === input.limit) return { items, next: pageToken([i, last.position]) };
  }
  return { items, next: null };
}

/**
 * Sends a parked delivery again now; one that is under way is answered as it is. Throws `not_found`, or `conflict` when
 * there is nothing to retry.
 */
export async function retryDelivery(ctx: Context, workspace: string, id: string): Promise<DeliveryView> {
  const { address, integration, shard } = await findOwnDelivery(ctx, workspace, id);
  const { db } = shard;
  await store.retryDelivery(db, address, ctx.now());
  const row = await store.findDelivery(db, address);
  if (!row) throw missing();
  if (!UNDER_WAY.has(row.state))
    throw new AppError("conflict", { detail: `This delivery is ${row.state}; only a parked one is retried.` });
  const detail = { form: integration.form, integration: integration.id };
  await record(ctx, { workspace, action: "delivery.retried", object: id, detail });
  await ring(ctx, integration);
  return viewRow(shard, row);
}

const UNDER_WAY: ReadonlySet<store.DeliveryState> = new Set(["retrying", "sending", "unknown"]);

/** Makes all parked deliveries of an integration due now. Returns how many; 100,000 of a shard at most. */
export async function retryParked(ctx: Context, workspace: string, input: Named): Promise<{ retried: number }> {
  const row = await findOwnIntegration(ctx, workspace, input);
  let retried = 0;
  for (const db of new Set((await readCursors(ctx, row)).map((placed) => placed.db))) {
    retried += await parked.retryParked(db, row.no, ctx.now());
  }
  const detail = { form: row.form, retried };
  await record(ctx, { workspace, action: "integration.retried", object: row.id, detail });
  await ring(ctx, row);
  return { retried };
}

/** Why a delivery is skipped, in a person's words. */
export const SkipReasonSchema = z.string().trim().min(1, "Say why, for whoever looks later.").max(500);

/**
 * Settles a parked delivery as skipped, with a person's reason. Throws `not_found`, or `conflict` when it is not
 * parked.
 */
export async function skipDelivery(
  ctx: Context,
  workspace: string,
  input: { delivery: string; reason: string },
): Promise<DeliveryView> {
  const { address, integration, shard } = await findOwnDelivery(ctx, workspace, input.delivery);
  const { db } = shard;
  await parked.skipDelivery(db, address, input.reason);
  const row = await store.findDelivery(db, address);
  if (!row) throw missing();
  if (row.state !== "skipped")
    throw new AppError("conflict", { detail: `This delivery is ${row.state}; only a parked one is skipped.` });
  const detail = { form: integration.form, integration: integration.id };
  await record(ctx, { workspace, action: "delivery.skipped", object: input.delivery, detail });
  return viewRow(shard, row);
}

/** A delivery of this integration that has a row, or `not_found`. */
export async function getDelivery(
  ctx: Context,
  workspace: string,
  { delivery, ...named }: Named & { delivery: string },
): Promise<DeliveryView> {
  const { address, integration, shard } = await findOwnDelivery(ctx, workspace, delivery);
  if (integration.form !== named.form || integration.id !== named.integration) throw missing();
  const row = await store.findDelivery(shard.db, address);
  if (row) return viewRow(shard, row);
  throw missing();
}

export interface AttemptView {
  readonly at: string;
  readonly milliseconds: number;
  /** HTTP; null: there was no answer. */
  readonly status: number | null;
  /** The first bytes of the answer, or what happened instead; null once the response was erased. */
  readonly answer: string | null;
}

/** The newest attempts at a delivery, newest first; none of kinds that keep no log of them. Throws `not_found`. */
export async function listAttempts(ctx: Context, workspace: string, id: string): Promise<AttemptView[]> {
  const { address, shard } = await findOwnDelivery(ctx, workspace, id);
  const attempts = await readAttempts(shard.db, address);
  return attempts.map((one) => ({ ...one, at: new Date(one.at).toISOString() }));
}

const missing = () => new AppError("not_found", { detail: "There is no such delivery." });

async function findOwnDelivery(ctx: Context, workspace: string, id: string) {
  const address = parseDeliveryId(id);
  if (!address || address.shard >= ctx.shards.all.length) throw missing();
  const setup = await loadSetup(ctx.shards.control, { no: address.integration, workspace });
  if (!setup) throw missing();
  return { address, integration: setup.integration, shard: ctx.shards.get(address.shard) };
}
