/**
 * The only file that knows that there are several databases. `DB` holds the control tables and is the first shard;
 * `DB_1 …` are further shards. A form's responses live in segments, each on one shard; the directory (control) lists
 * a form's segments, oldest first.
 */
import { segmentStart } from "../core/ids";

export interface Shard {
  readonly no: number;
  readonly db: D1Database;
}

export interface Shards {
  readonly control: D1Database;
  readonly all: readonly Shard[];
  /** Throws a RangeError for a shard that this installation does not have. */
  get(no: number): Shard;
}

/** Where a form's responses are: one of its segments. */
export interface Segment {
  readonly shard: number;
  readonly no: number;
}

/** The databases of an environment: `DB`, then `DB_1`, `DB_2` … as far as they are bound without a gap. */
export function openShards(env: Readonly<Record<string, unknown>> & { readonly DB: D1Database }): Shards {
  const all: Shard[] = [{ no: 0, db: env.DB }];
  for (let no = 1; env[`DB_${no}`] !== undefined; no += 1) all.push({ no, db: env[`DB_${no}`] as D1Database });
  return {
    control: env.DB,
    all,
    get(no) {
      const shard = all[no];
      if (!shard) throw new RangeError(`there is no shard ${no}`);
      return shard;
    },
  };
}

/** The segments of a form, oldest first; the last one takes new responses. */
export async function listSegments(shards: Shards, form: string): Promise<Segment[]> {
  const { results } = await shards.control
    .prepare("SELECT shard, segment AS no FROM directory WHERE form = ? ORDER BY ordinal")
    .bind(form)
    .all<Segment>();
  return results;
}

/** Opens the first segment of a form, in the state given. */
export async function openFirstSegment(
  shards: Shards,
  form: { id: string; version: number; state: "open" | "closed"; now: number },
): Promise<Segment> {
  const shard = shards.get(0);
  const row = await shard.db
    .prepare("INSERT INTO segments (form, version, state, opened_at) VALUES (?, ?, ?, ?) RETURNING no")
    .bind(form.id, form.version, form.state, form.now)
    .first<{ no: number }>();
  if (!row) throw new Error("a segment was not created");
  await shards.control
    .prepare("INSERT INTO directory (form, ordinal, shard, segment, opened_at) VALUES (?, 0, ?, ?, ?)")
    .bind(form.id, shard.no, row.no, form.now)
    .run();
  return { shard: shard.no, no: row.no };
}

/** Tells the open segment of a form which version and state its INSERTs are checked against. */
export async function updateOpenSegment(
  shards: Shards,
  form: { id: string; version: number; state: "open" | "closed" },
): Promise<void> {
  const open = (await listSegments(shards, form.id)).at(-1);
  if (!open) throw new Error("the form has no segment");
  await shards
    .get(open.shard)
    .db.prepare("UPDATE segments SET version = ?, state = ? WHERE no = ?")
    .bind(form.version, form.state, open.no)
    .run();
}

/** The furthest position of a segment's log of responses or revisions; its start when it is empty. */
export async function headOf(
  shards: Shards,
  segment: Segment,
  feed: "responses" | "revisions" = "responses",
): Promise<number> {
  const row = await shards
    .get(segment.shard)
    .db.prepare(`SELECT id FROM ${feed} WHERE id > ?1 AND id < ?2 ORDER BY id DESC LIMIT 1`)
    .bind(segmentStart(segment.no), segmentStart(segment.no + 1))
    .first<{ id: number }>();
  return row?.id ?? segmentStart(segment.no);
}
