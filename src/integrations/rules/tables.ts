/**
 * The rules' SQL, all of it (migrations/search/0005_rules_over_shards.sql): one index for all segments of a form,
 * wherever they lie.
 */
import type { IndexChange } from "../../core/contribution";
import { type LogAddress, SEGMENT_SIZE, segmentStart } from "../../core/ids";
import type { IndexPagePlace, IndexPlace, WriteIndex } from "../../core/index-kind";
import { jsonChunks } from "../../core/json-chunks";
import type { Kept, Key } from "./keys";
import type { Lookup } from "./lookups";

/** A key at its response: what `rule_keys` has. */
type KeyRow = readonly [key: string, at: number, receivedAt: number, position: number];

interface Moved {
  readonly rule: string;
  readonly row: KeyRow;
}

const [NEVER, ALWAYS] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

/** The order in which one is before another: what the primary key has after `key`. */
const PLACE = "(k.at, k.received_at, k.position)";

/**
 * Changes the keys, and notes who is to be judged again: whoever comes so soon after a key that came, went or whose
 * response says something else now, that it looks at it. They are `limit` at most, because those after them look at
 * others first.
 */
export function writeKeys(
  lookups: readonly Lookup[],
  { segment, judged }: { segment: number; judged: readonly number[] },
): WriteIndex {
  return (changes, { db, integration, shard }) => {
    const moved = changes.map(movedBy);
    const [gone, added] = [moved.flatMap((one) => one.gone), moved.flatMap((one) => one.added)];
    const remove = db.prepare(
      `DELETE FROM rule_keys WHERE (integration, key, at, received_at, position) IN (
         SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?2))`,
    );
    const add = db.prepare(
      `INSERT INTO rule_keys (integration, key, at, received_at, position, shard)
       SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, ?3 FROM json_each(?2)`,
    );
    const note = db.prepare(
      `INSERT INTO rule_pending (integration, position, shard)
       SELECT DISTINCT ?1, f.value ->> 0, f.value ->> 1 FROM json_each(?2) e CROSS JOIN json_each((
         SELECT json_group_array(json_array(position, shard)) FROM (
           SELECT k.position, k.shard FROM rule_keys k WHERE k.integration = ?1 AND k.key = e.value ->> 0
             AND ${PLACE} > (e.value ->> 1, e.value ->> 2, e.value ->> 3) AND k.at <= e.value ->> 4
           ORDER BY k.at, k.received_at, k.position LIMIT ?3))) f
       WHERE f.value ->> 0 NOT IN (SELECT value FROM json_each(?4))
       ON CONFLICT DO UPDATE SET times = times + 1 WHERE position NOT BETWEEN ?5 AND ?6`,
    );
    const rows = (list: readonly Moved[]) => jsonChunks(list.map(({ row }) => row));
    const among = JSON.stringify(judged);
    // Whom nobody else judges meanwhile need not be told from whom was noted once more.
    const own = [segmentStart(segment), segmentStart(segment + 1)];
    return [
      ...rows(gone).map((chunk) => remove.bind(integration, chunk)),
      ...rows(added).map((chunk) => add.bind(integration, chunk, shard)),
      ...byLimit(lookups).flatMap(([limit, of]) =>
        jsonChunks(beforeWhom([...gone, ...added], of)).map((chunk) =>
          note.bind(integration, chunk, limit, among, ...own),
        ),
      ),
    ];
  };
}

/** The keys that a response had and has not any more, and those that it has now; one whose answers changed is both. */
function movedBy({ position, before, after }: IndexChange): { gone: Moved[]; added: Moved[] } {
  const rowsOf = (contribution: IndexChange["before"]) => {
    const { receivedAt, keys } = (contribution?.own ?? { receivedAt: 0, keys: [] }) as Kept;
    return new Map(keys.map((key) => [JSON.stringify(key), movedOf(key, receivedAt, position)]));
  };
  const [had, has] = [rowsOf(before), rowsOf(after)];
  return {
    gone: [...had].flatMap(([name, moved]) => (has.has(name) ? [] : [moved])),
    added: [...has].flatMap(([name, moved]) => (had.has(name) ? [] : [moved])),
  };
}

const movedOf = ([rule, key, at]: Key, receivedAt: number, position: number): Moved => ({
  rule,
  row: [key, at, receivedAt, position],
});

/** Each limit with the rules that have it: SQL's LIMIT can't depend on a row. */
const byLimit = (lookups: readonly Lookup[]): [limit: number, of: ReadonlyMap<string, Lookup>][] =>
  [...Map.groupBy(lookups, ({ limit }) => limit)].map(([limit, of]) => [
    limit,
    new Map(of.map((lookup) => [lookup.rule.name, lookup])),
  ]);

/** Places of keys, with the end of the window after them. */
const beforeWhom = (moved: readonly Moved[], of: ReadonlyMap<string, Lookup>) =>
  moved.flatMap(({ rule, row }) => {
    const lookup = of.get(rule);
    return lookup ? [[...row, lookup.window === null ? ALWAYS : row[1] + lookup.window]] : [];
  });

/** A response with its keys. */
export interface Keyed {
  readonly position: number;
  readonly kept: Kept;
}

/** By rule: those before a response that have its key, nearest first. */
export type Earlier = ReadonlyMap<string, readonly LogAddress[]>;

/**
 * Statements that look for those before these responses, one for each limit. Each reads `limit` rows for a response and
 * a rule.
 */
export function lookFor(
  { db, integration }: IndexPlace,
  lookups: readonly Lookup[],
  responses: readonly Keyed[],
): D1PreparedStatement[] {
  const look = db.prepare(
    `SELECT e.value ->> 0 AS response, e.value ->> 1 AS rule, (
       SELECT json_group_array(json_object('position', position, 'shard', shard)) FROM (
         SELECT k.position, k.shard FROM rule_keys k WHERE k.integration = ?1 AND k.key = e.value ->> 2
           AND ${PLACE} < (e.value ->> 3, e.value ->> 4, e.value ->> 0) AND k.at >= e.value ->> 5
           AND k.position <> e.value ->> 0
         ORDER BY k.at DESC, k.received_at DESC, k.position DESC LIMIT ?3)) AS earlier
     FROM json_each(?2) e`,
  );
  return byLimit(lookups).flatMap(([limit, of]) => {
    const rows = responses.flatMap(({ position, kept: { receivedAt, keys } }) =>
      keys.flatMap(([rule, key, at]) => {
        const lookup = of.get(rule);
        return lookup
          ? [[position, rule, key, at, receivedAt, lookup.window === null ? NEVER : at - lookup.window]]
          : [];
      }),
    );
    return jsonChunks(rows).map((chunk) => look.bind(integration, chunk, limit));
  });
}

/** What those statements found, by response. */
export function readFound(rows: readonly unknown[][]): ReadonlyMap<number, Earlier> {
  const found = new Map<number, Map<string, readonly LogAddress[]>>();
  for (const { response, rule, earlier } of rows.flat() as { response: number; rule: string; earlier: string }[]) {
    const of = found.get(response) ?? new Map<string, readonly LogAddress[]>();
    found.set(response, of.set(rule, JSON.parse(earlier) as LogAddress[]));
  }
  return found;
}

/** A response that is to be judged again, as often as it was noted; `held`: the index holds something of it. */
export interface Pending {
  readonly position: number;
  readonly times: number;
  readonly held: 0 | 1;
}

/**
 * Some of those of a segment that are to be judged again: nobody but the holder of its cursor may say anything of them.
 */
export const readPending = ({ db, integration }: IndexPlace, segment: number, limit: number) =>
  db
    .prepare(
      `SELECT p.position, p.times, c.position IS NOT NULL AS held FROM rule_pending p
       LEFT JOIN contributions c ON c.integration = ?1 AND c.shard = p.shard AND c.position = p.position
       WHERE p.integration = ?1 AND p.position > ?3 AND p.position < ?4 LIMIT ?2`,
    )
    .bind(integration, limit, segmentStart(segment), segmentStart(segment + 1));

/**
 * Of each other segment that has any, one that is to be judged again: its cursor is to be asked. Reads a few rows for
 * each of those, one where nobody waits.
 */
export const readWaiting = ({ db, integration }: IndexPlace, segment: number) =>
  db
    .prepare(
      `WITH RECURSIVE firsts (position) AS (
         SELECT * FROM (SELECT position FROM rule_pending WHERE integration = ?1 ORDER BY position LIMIT 1)
         UNION ALL SELECT (SELECT min(p.position) FROM rule_pending p
           WHERE p.integration = ?1 AND p.position > (f.position / ${SEGMENT_SIZE} + 1) * ${SEGMENT_SIZE})
         FROM firsts f WHERE f.position IS NOT NULL)
       SELECT p.shard, p.position FROM firsts f CROSS JOIN rule_pending p ON p.integration = ?1 AND p.position = f.position
       WHERE p.position < ?2 OR p.position > ?3`,
    )
    .bind(integration, segmentStart(segment), segmentStart(segment + 1));

/** Notes that these, on the shard of the page, are to be judged again. */
export const addPending = ({ db, integration, shard }: IndexPagePlace, positions: readonly number[]) =>
  db
    .prepare(
      `INSERT INTO rule_pending (integration, position, shard) SELECT ?1, value, ?2 FROM json_each(?3) WHERE true
       ON CONFLICT DO NOTHING`,
    )
    .bind(integration, shard, JSON.stringify(positions));

/**
 * Strikes out those that were judged, but for whom somebody has noted since they were read: a look before that may have
 * missed it.
 */
export const clearPending = ({ db, integration }: IndexPlace, judged: readonly Pending[]) =>
  db
    .prepare(
      `DELETE FROM rule_pending WHERE integration = ?1 AND position IN (SELECT value ->> 0 FROM json_each(?2))
         AND (position, times) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2))`,
    )
    .bind(integration, JSON.stringify(judged.map(({ position, times }) => [position, times])));

/** Deletes up to `limit` rows of each table that a deleted integration left. */
export function forgetKeys({ db, integration }: IndexPlace, limit: number): D1PreparedStatement[] {
  const page = (table: string, key: string) =>
    db
      .prepare(`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE integration = ?1 LIMIT ?2)`)
      .bind(integration, limit);
  return [
    page("rule_keys", "integration, key, at, received_at, position"),
    page("rule_pending", "integration, position"),
  ];
}
