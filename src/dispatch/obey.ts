/**
 * Tells the cursors of a form's integrations what is wanted of them (store/commands.ts), and makes those of a new one.
 * Whoever gave a command does this right after; the sweeper does what they did not come to (docs/decisions/036). May be
 * cut short, repeated, and done by several at once.
 */
import { segmentStart } from "../core/ids";
import type { KindTraits } from "../core/manifest";
import { nextNight } from "../core/night";
import { type Command, findGone, noteObeyed, readCommands, tellStatements } from "../store/commands";
import {
  type Before,
  createStatement,
  deleteStatement,
  findCursors,
  listFollowers,
  type NewCursor,
} from "../store/cursor-control";
import { toWakeUp, type WakeUp } from "../store/cursors";
import { listSegments, type Segment, type Shards, segmentKey } from "../store/shards";

export interface Obeyer {
  readonly shards: Shards;
  readonly now: () => number;
  readonly traitsOf: (kind: string) => KindTraits | undefined;
}

/** What was told: of how many integrations, and which cursors may go on. */
export interface Obeyed {
  readonly integrations: number;
  readonly wakeUps: readonly WakeUp[];
}

/**
 * Tells all cursors of a form what they don't know yet. Three round trips and one for each shard; one when there is
 * nothing to tell.
 */
export async function obeyCommands(on: Obeyer, form: string): Promise<Obeyed> {
  const { shards } = on;
  const commands = (await readCommands(shards.control, form)).filter(({ command, obeyed }) => obeyed < command);
  if (commands.length === 0) return { integrations: 0, wakeUps: [] };
  // After the commands: a segment that comes into the directory later is furnished by whoever opens it, who sees them.
  const segments = await listSegments(shards, form);
  const wakeUps = [];
  for (const [shard, here] of byShard(segments)) wakeUps.push(...(await tellShard(on, { shard, here, commands })));
  const there = await noteObeyed(shards.control, commands);
  const gone = commands.flatMap(({ no }) => (there.has(no) ? [] : [no]));
  if (gone.length > 0) await dropCursors(shards, segments, gone);
  return { integrations: commands.length, wakeUps };
}

interface Placed {
  readonly segment: Segment;
  /** That the form wrote to before. */
  readonly before: Segment | undefined;
}

const byShard = (segments: readonly Segment[]): Map<number, Placed[]> =>
  Map.groupBy(
    segments.map((segment, i) => ({ segment, before: segments[i - 1] })),
    ({ segment }) => segment.shard,
  );

interface Shardwise {
  readonly shard: number;
  readonly here: readonly Placed[];
  readonly commands: readonly Command[];
}

async function tellShard(on: Obeyer, { shard, here, commands }: Shardwise): Promise<WakeUp[]> {
  const { db } = on.shards.get(shard);
  const statements = here.flatMap(({ segment, before }) =>
    commands.flatMap((command) => {
      const tell = tellStatements(db, command, traitsAt(on, command, segment));
      if (command.places === null) return tell;
      const cursor = firstPlace(on, command, segment);
      return [createStatement(db, cursor, before ? { segment: before, cursor: null } : null), ...tell];
    }),
  );
  const results = await db.batch<Record<string, unknown>>(statements);
  const running = results.flatMap((result) => result.results).filter(({ state }) => state !== "paused");
  return running.map((row) => toWakeUp(row, shard));
}

const traitsAt = (on: Obeyer, { kind }: Command, { no: segment }: Segment) => ({
  segment,
  isIndex: on.traitsOf(kind)?.index === true,
  now: on.now(),
});

/**
 * Gives the next segment of a form its cursors: each as it is in the last one. May be repeated. Two round trips, and
 * one for the commands.
 */
export async function furnishSegment(
  on: Obeyer,
  form: string,
  { last, next }: { readonly last: Segment; readonly next: Segment },
): Promise<void> {
  const commands = await readCommands(on.shards.control, form);
  if (commands.length === 0) return;
  const [here, there] = [on.shards.get(last.shard).db, on.shards.get(next.shard).db];
  const cursors = await findCursors(
    here,
    commands.map(({ no }) => ({ segment: last.no, integration: no })),
  );
  const known = new Map(cursors.map((cursor) => [cursor.integration, cursor]));
  const statements = commands.flatMap((command) => {
    const before: Before = { segment: last, cursor: known.get(command.no) ?? null };
    return [
      createStatement(there, firstPlace(on, command, next), before),
      ...tellStatements(there, command, traitsAt(on, command, next)),
    ];
  });
  await there.batch(statements);
}

/**
 * Where an integration begins in a segment: of one that is new, where it was when it was made; else before the first
 * response and the first change.
 */
function firstPlace(on: Obeyer, { no, kind, places, createdAt }: Command, segment: Segment): NewCursor {
  const traits = on.traitsOf(kind);
  const start = segmentStart(segment.no);
  const follows = traits?.events.some((event) => event !== "created") === true;
  const place = places?.[segmentKey(segment)];
  const [position, revisionPosition] = place ?? [start, follows ? start : null];
  return {
    segment: segment.no,
    integration: no,
    kind,
    position,
    revisionPosition,
    reconcileAt: traits?.reconciled ? nextNight(on.now(), no) : null,
    ...(place && { owedAt: createdAt }),
  };
}

/** Deletes the cursors of integrations that were deleted while somebody furnished a segment for them. */
export async function dropOrphans({ shards }: Pick<Obeyer, "shards">, segment: Segment): Promise<void> {
  // In this order: an integration is there before its cursors are.
  const followers = await listFollowers(shards.get(segment.shard).db, segment.no);
  const gone = followers.length === 0 ? [] : await findGone(shards.control, followers);
  if (gone.length > 0) await dropCursors(shards, [segment], gone);
}

/** Deletes the cursors of these integrations in these segments. One round trip for each shard. */
export async function dropCursors(
  shards: Shards,
  segments: readonly Segment[],
  integrations: readonly number[],
): Promise<void> {
  for (const [shard, here] of byShard(segments)) {
    const { db } = shards.get(shard);
    await db.batch(here.flatMap(({ segment }) => integrations.map((no) => deleteStatement(db, segment.no, no))));
  }
}
