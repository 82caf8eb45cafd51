/**
 * Where segments are opened: what is known of each shard, and the next segment of a form (docs/decisions/025). What
 * could be cut short leaves at worst a segment that is in no directory, and the next try takes it.
 */
import { SEGMENT_NUMBERS } from "../core/ids";
import { type Segment, type Shards, segmentKey } from "./shards";

/** What is known of a shard. */
export interface ShardRow {
  readonly no: number;
  /** Closed by an operator: no segment is opened there. */
  readonly state: "open" | "closed";
  readonly sizeBytes: number;
}

/** What is known of every shard, in their order. One round trip. */
export async function readShards({ control, all }: Shards): Promise<ShardRow[]> {
  const { results } = await control.prepare("SELECT no, state, size_bytes AS sizeBytes FROM shards").all<ShardRow>();
  const known = new Map(results.map((row) => [row.no, row]));
  return all.map(({ no }) => known.get(no) ?? { no, state: "open", sizeBytes: 0 });
}

/** Says whether new segments are opened on a shard. */
export async function setShardState({ control }: Shards, no: number, state: ShardRow["state"]): Promise<void> {
  await control
    .prepare("INSERT INTO shards (no, state) VALUES (?1, ?2) ON CONFLICT (no) DO UPDATE SET state = excluded.state")
    .bind(no, state)
    .run();
}

/** How many segments lie on each shard, and of how many forms. Reads the whole directory. */
export async function countSegments({ control }: Shards): Promise<Map<number, { segments: number; forms: number }>> {
  const { results } = await control
    .prepare("SELECT shard, count(*) AS segments, count(DISTINCT form) AS forms FROM directory GROUP BY shard")
    .all<{ shard: number; segments: number; forms: number }>();
  return new Map(results.map(({ shard, ...counts }) => [shard, counts]));
}

/** Notes the size of a shard. One row written. */
export async function noteSize({ control }: Shards, shard: { no: number; bytes: number; now: number }): Promise<void> {
  await control
    .prepare(
      `INSERT INTO shards (no, size_bytes, measured_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (no) DO UPDATE SET size_bytes = excluded.size_bytes, measured_at = excluded.measured_at`,
    )
    .bind(shard.no, shard.bytes, Math.trunc(shard.now))
    .run();
}

/**
 * The shard for a new segment of a form: of those that are open and below the cap, the emptiest, and among equals the
 * one after where the form writes now. Null: there is none besides that one.
 */
export function chooseShard(rows: readonly ShardRow[], { capBytes, from }: { capBytes: number; from: number | null }) {
  const open = rows.filter(({ no, state, sizeBytes }) => state === "open" && sizeBytes < capBytes && no !== from);
  const after = ({ no }: ShardRow) => (no - (from ?? 0) + rows.length) % rows.length;
  const [best] = open.toSorted((a, b) => a.sizeBytes - b.sizeBytes || after(a) - after(b));
  return best?.no ?? null;
}

/**
 * Makes the segment that a form goes on in, closed, or finds the one that an earlier try made. Its number is higher
 * than those of `earlier`: so the positions of a form grow with its age over all shards.
 */
export async function makeSegment(
  shards: Shards,
  form: { readonly id: string; readonly version: number; readonly now: number },
  { shard, earlier }: { shard: number; earlier: readonly Segment[] },
): Promise<Segment> {
  const highest = Math.max(...earlier.map(({ no }) => no));
  const made = "SELECT max(no) AS no FROM segments WHERE form = ?1 AND no > ?2";
  const { db } = shards.get(shard);
  const [, found] = await db.batch<{ no: number | null }>([
    db
      .prepare(
        `INSERT INTO segments (no, form, version, state, opened_at)
         SELECT no, ?1, ?3, 'closed', ?4 FROM (SELECT max((SELECT coalesce(max(no), 0) FROM segments), ?2) + 1 AS no)
         WHERE no < ${SEGMENT_NUMBERS} AND (${made}) IS NULL`,
      )
      .bind(form.id, highest, form.version, Math.trunc(form.now)),
    db.prepare(made).bind(form.id, highest),
  ]);
  const no = found?.results[0]?.no;
  if (typeof no !== "number") throw new Error("this shard has no numbers of segments left");
  return { shard, no };
}

/** Closes a segment for good: nothing is stored there any more. May be repeated. */
export async function retireSegment(shards: Shards, { shard, no }: Segment, now: number): Promise<void> {
  await shards
    .get(shard)
    .db.prepare("UPDATE segments SET retired_at = ? WHERE no = ? AND retired_at IS NULL")
    .bind(Math.trunc(now), no)
    .run();
}

/**
 * Puts a form's next segment into the directory, unsettled, unless another one is there already, or the form is being
 * erased.
 */
export async function listSegment(
  { control }: Shards,
  form: { readonly id: string; readonly now: number },
  { ordinal, segment }: { ordinal: number; segment: Segment },
): Promise<void> {
  await control
    .prepare(
      `INSERT INTO directory (form, ordinal, shard, segment, opened_at, settled)
       SELECT id, ?2, ?3, ?4, ?5, 0 FROM forms WHERE id = ?1 AND erasing_at IS NULL
         AND (SELECT max(ordinal) FROM directory WHERE form = ?1) = ?2 - 1
       ON CONFLICT DO NOTHING`,
    )
    .bind(form.id, ordinal, segment.shard, segment.no, Math.trunc(form.now))
    .run();
}

/** Something that was begun with a form and not ended. */
export interface Unsettled {
  readonly form: string;
  /** Its next segment was opened just now, or the opening was cut short; not all its cursors know what is wanted. */
  readonly what: "segment" | "integration";
}

/**
 * Segments that are not settled, and forms with integrations whose cursors don't all know what is wanted. Reads nothing
 * else.
 */
export async function listUnsettled({ control }: Shards, limit: number): Promise<Unsettled[]> {
  const { results } = await control
    .prepare(
      `SELECT DISTINCT form, 'segment' AS what FROM directory WHERE settled = 0
       UNION ALL SELECT DISTINCT form, 'integration' FROM integrations WHERE obeyed < command LIMIT ?`,
    )
    .bind(limit)
    .all<Unsettled>();
  return results;
}

/** Notes that nothing is left to be done for a segment. */
export async function noteSettled({ control }: Shards, form: string, { shard, no }: Segment): Promise<void> {
  await control
    .prepare("UPDATE directory SET settled = 1 WHERE form = ? AND shard = ? AND segment = ?")
    .bind(form, shard, no)
    .run();
}

/** The segments of these that lie on other shards than this one. */
export const elsewhere = (segments: readonly Segment[], shard: number): Segment[] =>
  segments.filter((segment) => segment.shard !== shard);

/** Whether two name the same segment. */
export const isSame = (a: Segment, b: Segment): boolean => segmentKey(a) === segmentKey(b);
