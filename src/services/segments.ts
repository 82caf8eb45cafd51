/**
 * Forms that outgrow a shard: when one is to go on in a further segment, and what is asked of the earlier ones then.
 */
import type { CachedForm, SubmissionContext } from "../context-submission";
import { seqOf } from "../core/ids";
import { openNextSegment } from "../dispatch/next-segment";
import type { NewResponse } from "../store/append";
import { readUses } from "../store/link-uses";
import { elsewhere } from "../store/placement";
import { findUsedKeys, type UsedKey } from "../store/refusals";
import { type Shards, segmentKey } from "../store/shards";
import { reloadForm, syncSegment } from "./forms";

/** Whether a form should go on elsewhere: after a batch that left its database so large (bytes), at this position. */
export function fullness(
  config: Pick<SubmissionContext["config"], "shardCapBytes" | "segmentResponsesMax">,
  { all }: Shards,
) {
  const isLarge = (bytes: number) => all.length > 1 && bytes >= config.shardCapBytes;
  return (sizeAfter: number, position: number | null): boolean =>
    isLarge(sizeAfter) || (position !== null && seqOf(position) >= config.segmentResponsesMax);
}

/** Where there is no other shard to go to, it is looked for again after this time. */
const MOVE_MS = 10_000;

type Placed = Pick<CachedForm, "id" | "workspace" | "shard" | "segment">;

/**
 * Opens a form's next segment, after the answer to whose response was the last straw. Tried seldom, and never fails.
 */
export async function moveOn(ctx: SubmissionContext, form: Placed, position: number | null): Promise<void> {
  const tried = ctx.moves.get(form.id) ?? 0;
  if (ctx.now() - tried < MOVE_MS && ctx.now() >= tried) return;
  ctx.moves.set(form.id, ctx.now());
  const anywhere = position !== null && seqOf(position) >= ctx.config.segmentResponsesMax;
  const from = { shard: form.shard, no: form.segment };
  const opened = await openNextSegment(ctx.opener, { form: form.id, from, anywhere }).catch(() => false);
  if (!opened) return;
  ctx.moves.delete(form.id);
  await syncSegment(ctx, form).catch(() => {});
  // Known again at once: when the database is away then, submissions are promised as before.
  await reloadForm(ctx, form.id).catch(() => {});
}

/**
 * The form after its segment was found retired: in its next one, which is opened if whoever retired it did not come to
 * that.
 */
export async function followForm(ctx: SubmissionContext, form: Placed): Promise<CachedForm> {
  const fresh = await reloadForm(ctx, form.id);
  if (fresh.shard !== form.shard || fresh.segment !== form.segment) return fresh;
  const from = { shard: form.shard, no: form.segment };
  await openNextSegment(ctx.opener, { form: form.id, from, anywhere: true });
  await syncSegment(ctx, form);
  return reloadForm(ctx, form.id);
}

type Link = NonNullable<NewResponse["link"]>;

/** The response that a key came with, and the shard that it lies on. */
export type PlacedKey = UsedKey & { readonly shard: number };

/**
 * Which of these keys came to a form before and lie on another shard than the one that it writes to, by key: nothing is
 * stored there any more. One round trip for each such shard, side by side; none for a form that has none.
 */
async function findKeysElsewhere(
  ctx: SubmissionContext,
  form: Pick<CachedForm, "id" | "shard" | "earlier">,
  keys: readonly string[],
): Promise<ReadonlyMap<string, PlacedKey>> {
  const others = elsewhere(form.earlier, form.shard);
  if (keys.length === 0 || others.length === 0) return new Map();
  const look = async (shard: number) => {
    const used = await findUsedKeys(ctx.shards.get(shard).db, form.id, keys);
    return [...used].map(([key, one]) => [key, { ...one, shard }] as const);
  };
  return new Map((await Promise.all([...new Set(others.map(({ shard }) => shard))].map(look))).flat());
}

/** What the shards that a form wrote to before say of entries. */
interface Asked {
  /** Those of their keys that came there. */
  readonly used: ReadonlyMap<string, PlacedKey>;
  /** The entries, each with what its link may still bring on the shard that the form writes to. */
  readonly entries: readonly NewResponse[];
}

/**
 * Asks them of all entries at once, before they are appended; no round trip for a form that wrote to none. Throws what
 * D1 does.
 */
export async function askElsewhere(
  ctx: SubmissionContext,
  form: Pick<CachedForm, "id" | "shard" | "segment" | "earlier">,
  entries: readonly NewResponse[],
): Promise<Asked> {
  if (form.earlier.length === 0) return { used: new Map(), entries };
  const keys = entries.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
  const links = new Map(entries.flatMap(({ link }) => (link ? [[link.id, link]] : [])));
  const roomOf = async (link: Link) => [link.id, await roomOfLink(ctx, form, link)] as const;
  const [used, rooms] = await Promise.all([
    findKeysElsewhere(ctx, form, keys),
    Promise.all([...links.values()].map(roomOf)),
  ]);
  const room = new Map(rooms);
  const withRoom = ({ link, ...entry }: NewResponse): NewResponse => ({
    ...entry,
    link: link && { ...link, responsesMax: room.get(link.id) ?? null },
  });
  return { used, entries: entries.map(withRoom) };
}

/** The same of keys over all shards of the form. */
export async function findKeys(
  ctx: SubmissionContext,
  form: Pick<CachedForm, "id" | "shard" | "earlier">,
  keys: readonly string[],
): Promise<ReadonlyMap<string, PlacedKey>> {
  const { shard } = form;
  const [here, others] = await Promise.all([
    findUsedKeys(ctx.shards.get(shard).db, form.id, keys),
    findKeysElsewhere(ctx, form, keys),
  ]);
  return new Map([...others, ...[...here].map(([key, used]) => [key, { ...used, shard }] as const)]);
}

/** How many responses a link may still bring on the shard that the form writes to: what it brought elsewhere counts. */
async function roomOfLink(
  ctx: SubmissionContext,
  form: Pick<CachedForm, "shard" | "segment" | "earlier">,
  { id, responsesMax }: Link,
): Promise<number | null> {
  const others = elsewhere(form.earlier, form.shard);
  if (responsesMax === null || others.length === 0) return responsesMax;
  const name = `${segmentKey({ shard: form.shard, no: form.segment })} ${id}`;
  const known = ctx.usedElsewhere.get(name);
  const used = known ?? (await readUses(ctx.shards, others, [id])).get(id) ?? 0;
  ctx.usedElsewhere.set(name, used);
  return responsesMax - used;
}
