/**
 * Passing notices on: what happened to an integration becomes a delivery for every other one of its form that wants to
 * know, and an entry of the audit log. Done by the sweeper; each step may be repeated, and the notice goes in the batch
 * that writes its deliveries.
 */
import { deliveryId } from "../core/ids";
import type { Notice, NoticeEvent } from "../core/notice";
import type { Trace } from "../core/trace";
import { insertAuditOnce } from "../store/audit";
import { type IntegrationRow, listWithSiblings } from "../store/integrations";
import { dropNotice, type OpenNotice, passOnNotice, readOpenNotices } from "../store/notices";
import type { Shard, Shards } from "../store/shards";
import * as events from "../telemetry/events";

/** Whether an integration wants to be told of such an event. */
export type WantsNotice = (integration: Pick<IntegrationRow, "kind" | "config">, event: NoticeEvent) => boolean;

/** Notices that one sweep passes on, on one shard; the rest has its turn a minute later. */
const NOTICES_MAX = 50;

/** Passes on what happened on a shard. Returns how many notices. */
export async function passOnNotices(
  shards: Shards,
  shard: Shard,
  { wants, now, trace }: { readonly wants: WantsNotice; readonly now: number; readonly trace?: Trace | undefined },
): Promise<number> {
  const open = await readOpenNotices(shard.db, NOTICES_MAX);
  for (const one of open) {
    const all = await listWithSiblings(shards.control, one.about);
    const about = all.find(({ no }) => no === one.about);
    if (!about) {
      // It was deleted meanwhile: there is nothing to tell.
      await dropNotice(shard.db, one.id);
      continue;
    }
    await audit(shards.control, { shard: shard.no, one, about, trace });
    const to = all.filter((row) => row.no !== one.about && wants(row, one.event)).map(({ no }) => no);
    await passOnNotice(shard.db, { id: one.id, notice: noticeOf(one, about), to }, now);
  }
  return open.length;
}

const noticeOf = ({ event, since, reason, at }: OpenNotice, { id, kind }: IntegrationRow): Notice => ({
  event,
  since,
  reason,
  at,
  integration: { id, kind },
});

interface About {
  readonly shard: number;
  readonly one: OpenNotice;
  readonly about: IntegrationRow;
  readonly trace: Trace | undefined;
}

async function audit(control: D1Database, { shard, one, about, trace }: About): Promise<void> {
  const { workspace, form, kind } = about;
  // The same each time: a sweep that died after this finds its entry.
  const id = `aud_${deliveryId({ shard, integration: one.about, feed: 2, position: one.id })}`;
  const action = `integration.${one.event}` as const;
  const detail = { form, kind };
  await insertAuditOnce(control, { id, workspace, at: one.at, actor: "system", action, object: about.id, detail });
  events.integrationNoticed({ trace, event: one.event, kind, integration: about.id, form, reason: one.reason });
}
