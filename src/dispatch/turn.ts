/**
 * Kinds whose order matters deliver the segments of a form one after the other (docs/decisions/025): the cursor of a
 * later one gives its turn back while responses of an earlier one wait, or are on their way. A form with one segment
 * asks nobody.
 */
import { segmentStart } from "../core/ids";
import { type Backlog, findBacklog, postponeCursor } from "../store/cursor-control";
import type { Cursor } from "../store/cursors";
import type { Shard } from "../store/shards";
import type { Engine } from "./engine";

/**
 * How long it waits for one that is in its last page (a queue counts in seconds), and for one that has more before it.
 */
const SOON_MS = 1_000;
const LATER_MS = 10_000;
/** And for one that people must let go on. */
const STOPPED_MS = 300_000;

/**
 * When an earlier one may be done: each look costs a claim and a message, so one that can't be is left alone for
 * longer.
 */
function timeToLook({ kind, now }: Engine, { cursor, left }: Backlog): number {
  if (left > kind.manifest.policy.pageSize) return now() + LATER_MS;
  return Math.min(Math.max(cursor.nextAt, now() + SOON_MS), now() + LATER_MS);
}

/**
 * Whether a claimed cursor has to wait for the segments before its own; it is given back then. One round trip for each
 * that is looked at.
 */
export async function waitsForEarlier(engine: Engine, shard: Shard, claimed: Cursor): Promise<boolean> {
  if (engine.kind.manifest.policy.inOrder !== true) return false;
  for (let { follows } = claimed; follows !== null; ) {
    const found = await findBacklog(engine.shards.get(follows.shard).db, follows.no, claimed.integration);
    if (found && (found.left > 0 || found.cursor.flight !== null)) {
      const isStopped = found.cursor.state === "paused" || found.cursor.state === "blocked";
      const until = isStopped ? engine.now() + STOPPED_MS : timeToLook(engine, found);
      await postponeCursor(shard.db, claimed, until);
      const { segment, integration, kind } = claimed;
      if (!isStopped) await engine.wake([{ shard: shard.no, segment, integration, kind, notBefore: until }]);
      return true;
    }
    // One that has delivered anything had its turn when those before it were done.
    if (!found || found.cursor.position > segmentStart(follows.no)) return false;
    follows = found.cursor.follows;
  }
  return false;
}
