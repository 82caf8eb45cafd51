/**
 * How many responses came by each link that takes only so many. An INSERT compares, and a statement behind it in the
 * same transaction counts what was stored (docs/decisions/012): so the number is exact, and costs no round trip and one
 * written row for each link of a batch.
 */
import { SEGMENT_SIZE } from "../core/ids";
import type { NewResponse } from "./append";
import type { Segment, Shards } from "./shards";

const S = SEGMENT_SIZE;

/** Responses by a link, as SQL: over all segments that a form has on a shard. */
export const usesOf = (form: string, link: string): string =>
  `coalesce((SELECT sum(u.used) FROM segments f CROSS JOIN link_uses u
             WHERE f.form = ${form} AND u.segment = f.no AND u.link = ${link}), 0)`;

/**
 * The links that have a maximum, each entry's with its place among the entries of the link; null where there is none.
 */
export function placesOf(entries: readonly NewResponse[]): (number | null)[] {
  const places = new Map<string, number>();
  return entries.map(({ link }) => {
    if (!link || link.responsesMax === null) return null;
    const place = (places.get(link.id) ?? 0) + 1;
    places.set(link.id, place);
    return place;
  });
}

// What came by a link after the last one that is counted was stored just now: nothing is counted twice, also when a
// batch is sent again. Its rows stand behind `since`; those of other isolates in between are few.
const COUNT = `
INSERT INTO link_uses (segment, link, used, counted)
SELECT r.id >> 33, r.link, count(*), max(r.id)
FROM json_each(?1) s CROSS JOIN responses r
WHERE r.id > s.value->>1 AND r.id < ((s.value->>0) + 1) * ${S} AND r.link IN (SELECT value FROM json_each(?2))
  AND r.id > coalesce((SELECT u.counted FROM link_uses u WHERE u.segment = s.value->>0 AND u.link = r.link), 0)
GROUP BY 1, 2
ON CONFLICT (segment, link) DO UPDATE SET used = used + excluded.used, counted = excluded.counted`;

/**
 * Counts these entries of their links, as far as the statement before it stored them. None: there is nothing to count.
 */
export function countUses(db: D1Database, entries: readonly NewResponse[]): D1PreparedStatement[] {
  const limited = entries.flatMap(({ link, ...entry }) =>
    link && link.responsesMax !== null ? [{ link, entry }] : [],
  );
  if (limited.length === 0) return [];
  const sinces = new Map<number, number>();
  for (const { entry } of limited) {
    sinces.set(entry.segment, Math.min(entry.since, sinces.get(entry.segment) ?? entry.since));
  }
  const links = new Set(limited.map(({ link }) => link.id));
  return [db.prepare(COUNT).bind(JSON.stringify([...sinces]), JSON.stringify([...links]))];
}

/**
 * How many responses came by each of these links of a form; those without any are not in it. One round trip a shard.
 */
export async function readUses(
  shards: Shards,
  segments: readonly Segment[],
  links: readonly string[],
): Promise<Map<string, number>> {
  const uses = new Map<string, number>();
  if (links.length === 0) return uses;
  for (const [no, own] of Map.groupBy(segments, ({ shard }) => shard)) {
    const { results } = await shards
      .get(no)
      .db.prepare(
        `SELECT u.link, sum(u.used) AS used FROM json_each(?1) s CROSS JOIN json_each(?2) l
         CROSS JOIN link_uses u ON u.segment = s.value AND u.link = l.value GROUP BY 1`,
      )
      .bind(JSON.stringify(own.map((segment) => segment.no)), JSON.stringify(links))
      .all<{ link: string; used: number }>();
    for (const { link, used } of results) uses.set(link, (uses.get(link) ?? 0) + used);
  }
  return uses;
}
