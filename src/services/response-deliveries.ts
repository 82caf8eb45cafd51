/** What became of one response everywhere: its delivery at each integration of its form, and those of its changes. */
import type { Context } from "../context";
import { segmentOf } from "../core/ids";
import type { EntryEvent } from "../core/integration";
import { readChangeDeliveries, readDeliveries } from "../store/deliveries";
import { listIntegrations } from "../store/integrations";
import { addressOf } from "./change";
import { type DeliveryView, viewOf, withRow } from "./delivery-view";
import { loadOwnForm } from "./forms";
import { readCursorsOf } from "./integration-view";
import { filterOf } from "./integrations";
import { findOwnResponse } from "./responses";

export interface ResponseDeliveryView extends DeliveryView {
  readonly integration: string;
  readonly kind: string;
  /** `created`: the response itself; the others tell of changes to it. */
  readonly event: EntryEvent;
}

/** Changes whose deliveries are looked for. */
const CHANGES_MAX = 50;

/**
 * The delivery of a response at each integration of its form, oldest integration first; then what is known of the
 * deliveries of its newest changes (one that went well leaves nothing, but in kinds with a ledger). Throws `not_found`.
 */
export async function listResponseDeliveries(
  ctx: Context,
  workspace: string,
  input: { form: string; response: string },
): Promise<ResponseDeliveryView[]> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const response = await findOwnResponse(ctx, form, input.response);
  const address = addressOf(response);
  const { shard } = address;
  const { db } = ctx.shards.get(shard);
  const integrations = await listIntegrations(ctx.shards.control, form.id);
  const cursors = await readCursorsOf(ctx, integrations);
  const views: ResponseDeliveryView[] = [];
  for (const integration of integrations) {
    const here = (one: { shard: number; cursor: { segment: number } }) =>
      one.shard === shard && one.cursor.segment === segmentOf(address.position);
    const cursor = cursors.get(integration.no)?.find(here)?.cursor;
    if (!cursor) continue;
    const [passes, rows] = await Promise.all([
      filterOf(ctx, integration),
      readDeliveries(db, integration.no, 0, [address.position]),
    ]);
    const view = viewOf({ integration, cursor, passes, shard }, response, rows.get(address.position));
    views.push({ ...view, integration: integration.id, kind: integration.kind, event: "created" });
  }
  const byNo = new Map(integrations.map((integration) => [integration.no, integration]));
  const of = { integrations: [...byNo.keys()], changes: CHANGES_MAX };
  for (const row of await readChangeDeliveries(db, address.position, of)) {
    const integration = byNo.get(row.integration);
    if (integration) {
      const { id, kind } = integration;
      views.push({ ...withRow(row, address), integration: id, kind, event: row.event });
    }
  }
  return views;
}
