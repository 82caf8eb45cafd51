/**
 * Kinds whose order matters deliver the segments of a form one after the other (docs/decisions/025): the cursor of a later one gives
 * its turn back while responses of an earlier one wait, or are on their way. A form with one segment asks nobody.
 */
import { segmentStart } from "../core/ids";
import { findBacklog, postponeCursor } from "../store/cursor-control";
import type { Cursor } from "../store/cursors";
import type { Shard } from "../store/shards";
import type { Engine } from "./engine";

/** How long it waits for one that is at work, and for one that people must let go on. */
const SOON_MS = 10_000;
const LATER_MS = 300_000;

/** Whether a claimed cursor has to wait for the segments before its own; it is given back then. One round trip for each that is looked at. */
export async function waitsForEarlier(engine: Engine, shard: Shard, claimed: Cursor): Promise<boolean> {
  if (engine.kind.manifest.policy.inOrder !== true) return false;
  for (let { follows } = claimed; follows !== null; ) {
    const found = await findBacklog(engine.shards.get(follows.shard).db, follows.no, claimed.integration);
    if (found && (found.behind || found.cursor.flight !== null)) {
      const isStopped = found.cursor.state === "paused" || found.cursor.state === "blocked";
      const until = engine.now() + (isStopped ? LATER_MS : SOON_MS);
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
