/**
 * Keeps the keys of a page's responses, judges these, and then whoever comes so soon after one of them that it may have to be
 * judged again. Who that is, is noted in the transaction that changes the keys, so that a worker that dies forgets nobody. Who lies in
 * another segment is judged by the holder of its cursor, which is asked before this page is settled.
 */

import type { LogAddress } from "../../core/ids";
import { type IndexDeps, indexOf, type NoSecrets } from "../../core/index-kind";
import type { Deps, Halt, Page, PageResult } from "../../core/integration";
import { type Judged, type Judging, judge } from "./judge";
import { type Kept, type KeyMaking, keysOf } from "./keys";
import { compileLookups } from "./lookups";
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
  writeKeys,
} from "./tables";

/** Responses that are judged again at once, and how often in one delivery: then others have their turn. */
const AGAIN_AT_ONCE = 100;
const ROUNDS_MAX = 50;
/** Long enough that the worker gives the cursor back meanwhile. */
const TURN_SECONDS = 2;
/** The page comes again until it can: then nobody there is forgotten, and nobody here judged by half of the others. */
const UNASKED: Halt = { type: "retry", reason: "Another database of the form can't be asked." };

const NOTHING: PageResult = { outcomes: new Map() };

interface Work extends Judging, KeyMaking {
  readonly index: IndexDeps<Config>["index"];
  /** That the page is of. */
  readonly segment: number;
  readonly ask: NonNullable<Deps["ask"]>;
}

export async function deliver(page: Page, given: Deps<Config, NoSecrets>): Promise<PageResult> {
  const work = workOf(given, page);
  const { index, lookups } = work;
  const entries = new Map(page.entries.map((entry) => [entry.response.position, entry]));
  const judged = await Promise.all(
    [...entries.values()].map(async ({ response, filtered }): Promise<Judged> => {
      return { response, kept: filtered ? nothingOf(response) : await keysOf(response, work) };
    }),
  );
  const kept = new Map(judged.map((one) => [one.response.position, one.kept]));
  const wanted = ({ response: { position } }: { response: { position: number } }) => {
    const own = kept.get(position);
    return own && own.keys.length > 0 ? { own } : null;
  };
  const write = writeKeys(lookups, [...entries.keys()]);
  const applied = entries.size > 0 ? await index.apply(page, wanted, write) : NOTHING;
  if (applied.halt) return applied;
  const halt = await judgeAll(work, judged);
  return halt ? { ...NOTHING, halt } : applied;
}

function workOf(given: Deps<Config, NoSecrets>, { segment }: Page): Work {
  const { index, config, form, integration, annotate, responses, ask } = indexOf(given);
  const newest = form.definitions.get(form.version);
  if (!newest || !responses || !ask)
    throw new Error("the engine gave no definition, or not what kinds with an index get");
  return {
    index,
    segment,
    annotate,
    ask,
    readResponses: responses,
    lookups: compileLookups(config, newest),
    integration: integration.id,
    defaultCountry: config.defaultCountry,
  };
}

const nothingOf = ({ receivedAt }: Judged["response"]): Kept => ({ receivedAt, keys: [] });

/** Judges a page's responses and all others of its segment that are noted, and has those of other segments judged. */
async function judgeAll(work: Work, page: readonly Judged[]): Promise<Halt | null> {
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
