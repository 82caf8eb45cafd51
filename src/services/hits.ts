/**
 * Hits of an index as responses: the index says where something was found, the log says how those responses are now.
 */
import type { Context } from "../context";
import { responseId, segmentOf, segmentStart } from "../core/ids";
import type { ResponseRecord } from "../core/response";
import type { SearchHit, SearchMatch } from "../core/search";
import { type Conditions, lookAt } from "../store/list";
import { choose } from "./list-responses";
import { type ResponseView, viewResponse } from "./responses";

/** Hits that are looked up at once, and how often: with conditions that few fit, a page may come back short. */
const ROUND = 50;
const ROUNDS_MAX = 10;

export interface FoundResponse {
  readonly response: ResponseView;
  readonly matches: readonly SearchMatch[];
}

export interface HitsInput<Place> {
  readonly limit: number;
  /** Where to go on; null: at the beginning. */
  readonly before: Place | null;
  /** The next hits of the index, so many at most, and where to go on after them (null: nothing is left). */
  readonly find: (before: Place | null, limit: number) => Promise<{ hits: readonly SearchHit[]; before: Place | null }>;
  /** What responses must be. */
  readonly conditions: Conditions;
  /** Refs of the answers to return; all of them unless told. */
  readonly fields?: readonly string[] | undefined;
}

/** A page of the responses that an index finds, in its order. */
export async function collectHits<Place>(
  ctx: Context,
  { limit, find, conditions, fields, ...input }: HitsInput<Place>,
): Promise<{ items: FoundResponse[]; before: Place | null }> {
  const items: FoundResponse[] = [];
  let { before } = input;
  for (let round = 0; round < ROUNDS_MAX && items.length < limit; round += 1) {
    const found = await find(before, Math.min(ROUND, limit - items.length));
    items.push(...(await readHits(ctx, found.hits, { conditions, fields })));
    before = found.before;
    if (before === null) break;
  }
  return { items, before };
}

/**
 * The responses of these hits as they are now, those that fit. An index is behind the log: what is erased is left out.
 */
async function readHits(
  ctx: Context,
  hits: readonly SearchHit[],
  { conditions, fields }: { conditions: Conditions; fields: readonly string[] | undefined },
): Promise<FoundResponse[]> {
  const places = Map.groupBy(hits, ({ shard, position }) => `${shard}/${segmentOf(position)}`);
  const read = await Promise.all([...places.values()].map((here) => readPlace(ctx, here, conditions)));
  const responses = new Map(read.flat().map((response) => [response.id, response]));
  return hits.flatMap((hit) => {
    const response = responses.get(responseId(hit));
    if (!response || response.erasedAt !== null) return [];
    return [{ response: viewResponse(choose(response, fields)), matches: hit.matches }];
  });
}

/** Hits of one segment. */
async function readPlace(ctx: Context, hits: readonly SearchHit[], conditions: Conditions): Promise<ResponseRecord[]> {
  const [{ shard, position } = { shard: 0, position: 0 }] = hits;
  const segment = segmentOf(position);
  const source = { type: "ids", ids: hits.map((hit) => hit.position) } as const;
  const look = { order: "desc", limit: hits.length, scan: hits.length, source, conditions } as const;
  const all: ResponseRecord[] = [];
  let part = { segment, after: segmentStart(segment), through: segmentStart(segment + 1) - 1 };
  for (;;) {
    const looked = await lookAt(ctx.shards.get(shard), part, look);
    all.push(...looked.items);
    if (looked.done || looked.items.length === 0) return all;
    part = { ...part, through: looked.reached - 1 };
  }
}
