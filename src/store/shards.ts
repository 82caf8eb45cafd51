/**
 * The only file that knows that there are several databases. `DB` holds the control tables and is the first shard;
 * `DB_1 …` are further shards. A form's responses live in segments, each on one shard; the directory (control) lists
 * a form's segments, oldest first.
 */
import { SEGMENT_NUMBERS, segmentStart, seqOf } from "../core/ids";
import { metered, type TellRows } from "./metered";

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

/** Names a segment among all shards. */
export const segmentKey = ({ shard, no }: Segment): string => `${shard}/${no}`;

/**
 * The databases of an environment: `DB`, then `DB_1`, `DB_2` … as far as they are bound without a gap. What they read
 * and write is told.
 */
export function openShards(
  env: Readonly<Record<string, unknown>> & { readonly DB: D1Database },
  tell: TellRows = () => {},
): Shards {
  const control = metered(env.DB, tell);
  const all: Shard[] = [{ no: 0, db: control }];
  for (let no = 1; env[`DB_${no}`] !== undefined; no += 1) {
    all.push({ no, db: metered(env[`DB_${no}`] as D1Database, tell) });
  }
  return {
    control,
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

/** The segments of several forms by form, each oldest first. One round trip. */
export async function listSegmentsOf(shards: Shards, forms: readonly string[]): Promise<Map<string, Segment[]>> {
  const { results } = await shards.control
    .prepare(
      `SELECT form, shard, segment AS no FROM directory WHERE form IN (SELECT value FROM json_each(?)) ORDER BY form, ordinal`,
    )
    .bind(JSON.stringify(forms))
    .all<Segment & { form: string }>();
  return Map.groupBy(results, ({ form }) => form);
}

/** The newest response of a segment: its position, and when it was received (milliseconds). */
export interface Newest {
  readonly shard: number;
  readonly segment: number;
  readonly head: number;
  readonly receivedAt: number;
}

/**
 * The newest responses of these segments, as far as they have any. One round trip for each shard; two rows a segment.
 */
export async function readNewest(shards: Shards, segments: readonly Segment[]): Promise<Newest[]> {
  const byShard = Map.groupBy(segments, ({ shard }) => shard);
  const read = async ([shard, here]: [number, Segment[]]) => {
    const { results } = await shards
      .get(shard)
      .db.prepare(
        `WITH heads (segment, head) AS (SELECT value->>0,
           (SELECT id FROM responses WHERE id > value->>1 AND id < value->>2 ORDER BY id DESC LIMIT 1) FROM json_each(?))
         SELECT segment, head, received_at AS receivedAt FROM heads CROSS JOIN responses ON id = head`,
      )
      .bind(JSON.stringify(here.map(({ no }) => [no, segmentStart(no), segmentStart(no + 1)])))
      .all<Omit<Newest, "shard">>();
    return results.map((row) => ({ ...row, shard }));
  };
  return (await Promise.all([...byShard].map(read))).flat();
}

/** The last position of each of a segment's feeds; its start where it is empty. */
export interface Ends {
  readonly shard: number;
  readonly segment: number;
  readonly responses: number;
  readonly revisions: number;
}

/** Where the logs of these segments end. One round trip for each shard; a row for each feed. */
export async function endsOf(shards: Shards, segments: readonly Segment[]): Promise<Ends[]> {
  const last = (feed: string) =>
    `coalesce((SELECT id FROM ${feed} WHERE id > value->>1 AND id < value->>2 ORDER BY id DESC LIMIT 1), value->>1)`;
  const read = async ([shard, here]: [number, Segment[]]) => {
    const { results } = await shards
      .get(shard)
      .db.prepare(
        `SELECT value->>0 AS segment, ${last("responses")} AS responses, ${last("revisions")} AS revisions FROM json_each(?)`,
      )
      .bind(JSON.stringify(here.map(({ no }) => [no, segmentStart(no), segmentStart(no + 1)])))
      .all<Omit<Ends, "shard">>();
    return results.map((row) => ({ ...row, shard }));
  };
  return (await Promise.all([...Map.groupBy(segments, ({ shard }) => shard)].map(read))).flat();
}

/** What the INSERTs of a form's responses are checked against. */
export interface Admission {
  readonly id: string;
  readonly version: number;
  readonly state: "open" | "closed";
  /** Responses that the form takes in all; as many as come unless told. */
  readonly responsesMax?: number | null;
}

/** Opens the first segment of a form, on shard 0 unless told. */
export async function openFirstSegment(
  shards: Shards,
  form: Admission & { readonly now: number; readonly shard?: number },
): Promise<Segment> {
  const shard = shards.get(form.shard ?? 0);
  const row = await shard.db
    .prepare(
      `INSERT INTO segments (form, version, state, opened_at, responses_max) SELECT ?, ?, ?, ?, ?
       WHERE coalesce((SELECT max(no) FROM segments), 0) + 1 < ${SEGMENT_NUMBERS} RETURNING no`,
    )
    .bind(form.id, form.version, form.state, form.now, form.responsesMax ?? null)
    .first<{ no: number }>();
  if (!row) throw new Error("this shard has no numbers of segments left");
  await shards.control
    .prepare("INSERT INTO directory (form, ordinal, shard, segment, opened_at) VALUES (?, 0, ?, ?, ?)")
    .bind(form.id, shard.no, row.no, form.now)
    .run();
  return { shard: shard.no, no: row.no };
}

/** Tells the open segment of a form what its INSERTs are checked against. */
export async function updateOpenSegment(shards: Shards, form: Admission): Promise<void> {
  const segments = await listSegments(shards, form.id);
  const open = segments.pop();
  if (!open) throw new Error("the form has no segment");
  const quota = form.responsesMax ?? null;
  // What earlier segments hold counts against the form's quota, and does not grow any more.
  const left = quota === null ? null : quota - (await countResponses(shards, segments));
  await shards
    .get(open.shard)
    .db.prepare("UPDATE segments SET version = ?, state = ?, responses_max = ? WHERE no = ?")
    .bind(form.version, form.state, left === null ? null : Math.max(0, left), open.no)
    .run();
}

/** How many responses these segments ever got. One round trip for each, side by side. */
export async function countResponses(shards: Shards, segments: readonly Segment[]): Promise<number> {
  const heads = await Promise.all(segments.map((segment) => headOf(shards, segment)));
  return heads.reduce((sum, head) => sum + seqOf(head), 0);
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
