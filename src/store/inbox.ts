/**
 * What waits for a correction, by whose it is. Through the indexes of flagged responses alone: others are never read.
 */
import type { Segment, Shards } from "./shards";

/** The text of `metadata.collector`, as the index responses_collector has it; NULL: there is none. */
export const COLLECTOR = `CASE json_type(metadata, '$.collector')
  WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(metadata->>'$.collector' AS TEXT) END`;

/** How many responses of a collector are flagged; `oldest`: the one that came first. */
export interface Waiting {
  readonly collector: string | null;
  readonly flagged: number;
  readonly oldest: { readonly shard: number; readonly position: number };
}

/**
 * Where a page of collectors starts: after the one of this name, null: after those without a name; undefined: at the
 * first.
 */
export type AfterCollector = string | null | undefined;

/** The collectors of a segment with something flagged, in the order of their names; those without a name first. */
async function countInSegment(
  shards: Shards,
  { shard, no }: Segment,
  { after, limit }: { after: AfterCollector; limit: number },
): Promise<Waiting[]> {
  const place = after === undefined ? "?2 IS NULL" : after === null ? `${COLLECTOR} >= ?2` : `${COLLECTOR} > ?2`;
  const { results } = await shards
    .get(shard)
    .db.prepare(
      `SELECT ${COLLECTOR} AS collector, count(*) AS flagged, min(id) AS oldest FROM responses
       WHERE review = 'flagged' AND erased_at IS NULL AND (id >> 33) = ?1 AND ${place} GROUP BY 1 ORDER BY 1 LIMIT ?3`,
    )
    .bind(no, after === undefined ? null : (after ?? ""), limit)
    .all<{ collector: string | null; flagged: number; oldest: number }>();
  return results.map(({ oldest, ...row }) => ({ ...row, oldest: { shard, position: oldest } }));
}

/**
 * A page of the collectors of a form with something flagged. Reads an index entry for each flagged response of theirs.
 */
export async function countByCollector(
  shards: Shards,
  segments: readonly Segment[],
  page: { after: AfterCollector; limit: number },
): Promise<Waiting[]> {
  const parts = await Promise.all(segments.map((segment) => countInSegment(shards, segment, page)));
  const byName = Map.groupBy(parts.flat(), ({ collector }) => collector);
  // Segments are in the order of their age: the first one that has somebody has his oldest.
  const sums = [...byName.values()].flatMap(([first, ...rest]) =>
    first ? [{ ...first, flagged: rest.reduce((sum, { flagged }) => sum + flagged, first.flagged) }] : [],
  );
  return sums.toSorted((a, b) => byteOrder(a.collector, b.collector)).slice(0, page.limit);
}

/** As SQLite compares texts: by their bytes in UTF-8, what is NULL first. That is the order of code points. */
function byteOrder(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  const [one, other] = [[...a], [...b]];
  for (const [i, character] of one.entries()) {
    const difference = (character.codePointAt(0) ?? 0) - (other[i]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** How many responses that came by a collector link are flagged, counted up to `max`. One round trip for each shard. */
export async function countOfLink(shards: Shards, { link, max }: { link: string; max: number }): Promise<number> {
  const counts = await Promise.all(
    shards.all.map(({ db }) =>
      db
        .prepare("SELECT count(*) AS n FROM (SELECT 1 FROM responses WHERE review = 'flagged' AND link = ? LIMIT ?)")
        .bind(link, max)
        .first<{ n: number }>(),
    ),
  );
  return Math.min(
    max,
    counts.reduce((sum, row) => sum + (row?.n ?? 0), 0),
  );
}

/** When these responses were received (milliseconds), by shard and position. One round trip for each shard. */
export async function readTimes(
  shards: Shards,
  places: readonly { readonly shard: number; readonly position: number }[],
): Promise<(place: { readonly shard: number; readonly position: number }) => number> {
  const times = new Map<string, number>();
  for (const [shard, own] of Map.groupBy(places, (place) => place.shard)) {
    const { results } = await shards
      .get(shard)
      .db.prepare("SELECT id, received_at AS at FROM responses WHERE id IN (SELECT value FROM json_each(?))")
      .bind(JSON.stringify(own.map(({ position }) => position)))
      .all<{ id: number; at: number }>();
    for (const { id, at } of results) times.set(`${shard}/${id}`, at);
  }
  return ({ shard, position }) => times.get(`${shard}/${position}`) ?? 0;
}
