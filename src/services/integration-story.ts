/** What happened to integrations: what people did with them, and when they stopped and went on by themselves. */
import type { Context } from "../context";
import { countAudit } from "../store/audit";
import { type AuditView, listAudit } from "./audit";
import type { IntegrationView } from "./integration-view";
import { actorNames } from "./names";

const DAY_MS = 86_400_000;
/** Entries of a story. */
const NEWEST = 12;

export interface Happening extends AuditView {
  /** The name of the key; null: Formlog itself. */
  readonly by: string | null;
}

/** The newest of what happened to an integration, newest first. */
export async function integrationStory(ctx: Context, workspace: string, { id }: IntegrationView): Promise<Happening[]> {
  const { items } = await listAudit(ctx, workspace, { object: id, limit: NEWEST });
  const names = await actorNames(
    ctx,
    workspace,
    items.map(({ actor }) => actor),
  );
  return items.map((one) => ({ ...one, by: one.actor === "system" ? null : (names.get(one.actor) ?? one.actor) }));
}

/** How often each of these integrations stopped in the last day; those that did not are left out. */
export const stopsOfDay = (
  ctx: Context,
  workspace: string,
  integrations: readonly IntegrationView[],
): Promise<ReadonlyMap<string, number>> =>
  countAudit(ctx.shards.control, workspace, {
    action: "integration.blocked",
    objects: integrations.map(({ id }) => id),
    since: ctx.now() - DAY_MS,
  });
