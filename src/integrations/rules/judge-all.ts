/**
 * Judges what one delivery has to: a page's responses, then all of its segment that are noted, whoever noted them.
 * Those of another segment are judged by the holder of its cursor, who is asked in time: before this page is settled,
 * and each time it comes again.
 */
import type { LogAddress } from "../../core/ids";
import type { IndexDeps } from "../../core/index-kind";
import type { Deps, Halt } from "../../core/integration";
import { type Judged, type Judging, judge } from "./judge";
import { type Kept, type KeyMaking, keysOf } from "./keys";
import type { Config } from "./manifest";
import {
  addPending,
  clearPending,
  type Keyed,
  lookFor,
  type Pending,
  readFound,
  readPending,
  readWaiting,
} from "./tables";

/** Responses that are judged again at once, and how often in one delivery: then others have their turn. */
const AGAIN_AT_ONCE = 100;
const ROUNDS_MAX = 50;
/** Long enough that the worker gives the cursor back meanwhile. */
const TURN_SECONDS = 2;
/** The page comes again until it can: then nobody there is forgotten, and nobody here judged by half of the others. */
const UNASKED: Halt = { type: "retry", reason: "Another database of the form can't be asked." };

/** What a delivery works with. */
export interface Work extends Judging, KeyMaking {
  readonly index: IndexDeps<Config>["index"];
  /** That the page is of. */
  readonly segment: number;
  readonly ask: NonNullable<Deps["ask"]>;
}

/** Of a response of which nothing is said. */
export const nothingOf = ({ receivedAt }: Judged["response"]): Kept => ({ receivedAt, keys: [] });

/** Judges a page's responses and all others of its segment that are noted, and has those of other segments judged. */
export async function judgeAll(work: Work, page: readonly Judged[]): Promise<Halt | null> {
  const { index, segment } = work;
  const mine = readPending(index, segment, AGAIN_AT_ONCE);
  const looked = await index.run([readWaiting(index, segment), ...look(work, page), mine]);
  if ("halt" in looked) return looked.halt;
  const waiting = (looked.rows[0] ?? []) as LogAddress[];
  const asked = waiting.length === 0 || (await work.ask(waiting));
  let pending = pendingIn(looked.rows);
  const stale = await judge(work, page, readFound(looked.rows.slice(1, -1)));
  if (!stale) return UNASKED;
  if (stale.length > 0) {
    const noted = await index.run([addPending(index, stale), mine]);
    if ("halt" in noted) return noted.halt;
    pending = pendingIn(noted.rows);
  }
  for (let round = 0; pending.length > 0; round += 1) {
    if (round === ROUNDS_MAX)
      return { type: "retry", reason: "Many responses are judged again.", afterSeconds: TURN_SECONDS };
    const next = await judgeAgain(work, pending);
    if ("halt" in next) return next.halt;
    pending = next.pending;
  }
  return asked ? null : UNASKED;
}

/** Judges responses that are noted, as they are now. Returns the next ones. */
async function judgeAgain(
  work: Work,
  pending: readonly Pending[],
): Promise<{ pending: readonly Pending[] } | { halt: Halt }> {
  const { index, segment } = work;
  const now = await work.readResponses(pending.map(({ position }) => ({ shard: index.shard, position })));
  if (!now) return { halt: UNASKED };
  const judged = await Promise.all(
    pending.flatMap(({ position, held }) => {
      const response = now.get(position);
      if (!response) return [];
      // What the index holds nothing of does not pass the filter, or has nothing to compare.
      return [keptOf(work, response, held === 1)];
    }),
  );
  const looked = await index.run(look(work, judged));
  if ("halt" in looked) return looked;
  const changed = await judge(work, judged, readFound(looked.rows));
  if (!changed) return { halt: UNASKED };
  const stale = new Set(changed);
  const standing = (position: number) => now.get(position)?.erasedAt === null;
  const done = pending.filter(({ position }) => !stale.has(position) || !standing(position));
  const next = await index.run([clearPending(index, done), readPending(index, segment, AGAIN_AT_ONCE)]);
  return "halt" in next ? next : { pending: pendingIn(next.rows) };
}

const keptOf = async (work: Work, response: Judged["response"], held: boolean): Promise<Judged> => ({
  response,
  kept: held ? await keysOf(response, work) : nothingOf(response),
});

const look = ({ index, lookups }: Work, judged: readonly Judged[]): D1PreparedStatement[] =>
  lookFor(
    index,
    lookups,
    judged.map(({ response: { position }, kept }): Keyed => ({ position, kept })),
  );

const pendingIn = (rows: readonly unknown[][]): readonly Pending[] => (rows.at(-1) ?? []) as Pending[];
