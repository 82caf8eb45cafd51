/**
 * What all indexes have in common in a database of theirs (SEARCH_DB): fences, contributions and counts
 * (migrations/search/). A write names the epoch of its cursor's holder; the first statement of its batch fails, and the
 * batch with it, once a later holder has been here or the integration is deleted.
 */
import type { Count, IndexChange } from "../core/contribution";
import { jsonChunks } from "../core/json-chunks";

/** Who writes: the holder of a cursor. */
export interface IndexHolder {
  readonly integration: number;
  readonly shard: number;
  readonly segment: number;
  readonly epoch: number;
}

// The epoch is NULL, which the table refuses, unless this holder may write.
const FENCE = `
INSERT INTO fences (integration, shard, segment, epoch)
SELECT ?1, ?2, ?3, CASE
  WHEN EXISTS (SELECT 1 FROM forgotten WHERE integration = ?1) THEN NULL
  WHEN EXISTS (SELECT 1 FROM fences WHERE integration = ?1 AND shard = ?2 AND segment = ?3 AND epoch > ?4) THEN NULL
  ELSE ?4 END
WHERE true
ON CONFLICT DO UPDATE SET epoch = excluded.epoch WHERE excluded.epoch > epoch`;

/** Whether a batch failed because its holder may not write (any more). */
export const isFencedOff = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("NOT NULL constraint failed: fences.epoch");

const fence = (db: D1Database, { integration, shard, segment, epoch }: IndexHolder) =>
  db.prepare(FENCE).bind(integration, shard, segment, epoch);

export interface OpenedContributions {
  /** JSON by position. */
  readonly kept: ReadonlyMap<number, string>;
  /** Of the database. */
  readonly sizeBytes: number;
}

/** Bars all earlier holders, and reads what is kept of these responses. Fails when fenced off. */
export async function openContributions(
  db: D1Database,
  holder: IndexHolder,
  positions: readonly number[],
): Promise<OpenedContributions> {
  const kept = db
    .prepare(
      `SELECT position, content FROM contributions
       WHERE integration = ?1 AND shard = ?2 AND position IN (SELECT value FROM json_each(?3))`,
    )
    .bind(holder.integration, holder.shard, JSON.stringify(positions));
  const [, rows] = await db.batch<{ position: number; content: string }>([fence(db, holder), kept]);
  return {
    kept: new Map(rows?.results.map(({ position, content }) => [position, content])),
    sizeBytes: rows?.meta.size_after ?? 0,
  };
}

/** Runs statements of a kind's own and returns their rows. Fails, whole, when fenced off. */
export async function runFenced(
  db: D1Database,
  holder: IndexHolder,
  statements: readonly D1PreparedStatement[],
): Promise<unknown[][]> {
  const [, ...results] = await db.batch([fence(db, holder), ...statements]);
  return results.map((result) => result.results);
}

/**
 * Puts contributions in the place of those before, changes the counts, and runs the kind's own statements: all or
 * nothing.
 */
export async function replaceContributions(
  db: D1Database,
  holder: IndexHolder,
  {
    changes,
    counts,
    own,
  }: { changes: readonly IndexChange[]; counts: readonly Required<Count>[]; own: D1PreparedStatement[] },
): Promise<void> {
  const { integration, shard } = holder;
  const gone = changes.filter(({ after }) => after === null).map(({ position }) => position);
  const kept = changes.flatMap(({ position, after }) => (after === null ? [] : [[position, JSON.stringify(after)]]));
  const remove = db.prepare(
    "DELETE FROM contributions WHERE integration = ?1 AND shard = ?2 AND position IN (SELECT value FROM json_each(?3))",
  );
  const put = db.prepare(
    `INSERT INTO contributions (integration, shard, position, content)
     SELECT ?1, ?2, value ->> 0, value ->> 1 FROM json_each(?3) WHERE true
     ON CONFLICT DO UPDATE SET content = excluded.content`,
  );
  await db.batch([
    fence(db, holder),
    ...own,
    ...jsonChunks(gone).map((chunk) => remove.bind(integration, shard, chunk)),
    ...jsonChunks(kept).map((chunk) => put.bind(integration, shard, chunk)),
    ...countStatements(db, integration, counts),
  ]);
}

/** Adds to counts and takes from them; what comes to nothing has no row. */
function countStatements(
  db: D1Database,
  integration: number,
  counts: readonly Required<Count>[],
): D1PreparedStatement[] {
  const add = db.prepare(
    `INSERT INTO counts (integration, subject, facet, key, n)
     SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?2) WHERE true
     ON CONFLICT DO UPDATE SET n = n + excluded.n`,
  );
  // Written so that both lookups go by the whole key.
  const clear = db.prepare(
    `DELETE FROM counts WHERE integration = ?1 AND (subject, facet, key) IN (
       SELECT c.subject, c.facet, c.key FROM json_each(?2) CROSS JOIN counts c
       WHERE c.integration = ?1 AND c.subject = value ->> 0 AND c.facet = value ->> 1 AND c.key = value ->> 2 AND c.n = 0)`,
  );
  const less = counts.filter(([, , , n]) => n < 0);
  return [
    ...jsonChunks(counts).map((chunk) => add.bind(integration, chunk)),
    ...jsonChunks(less).map((chunk) => clear.bind(integration, chunk)),
  ];
}

/** Fails when SEARCH_DB can't be asked or its migrations are not applied. */
export async function reachIndexes(db: D1Database): Promise<void> {
  await db.prepare("SELECT 1 FROM fences LIMIT 1").first();
}

/**
 * Deletes up to `limit` rows of each sort that lie under a deleted integration, and first bars everybody from writing
 * there. `own`: statements for the kind's own tables. Returns how many rows went; 0: there are none. Contributions go
 * before all else: in a database that is full FTS5 could delete no word, because it needs room for that.
 */
export async function forgetIndex(
  db: D1Database,
  integration: number,
  { own, limit, now }: { own: D1PreparedStatement[]; limit: number; now: number },
): Promise<number> {
  const page = (table: string, key: string) =>
    db
      .prepare(`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE integration = ?1 LIMIT ?2)`)
      .bind(integration, limit);
  const [, contributions] = await db.batch([
    db.prepare("INSERT INTO forgotten (integration, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING").bind(integration, now),
    page("contributions", "integration, shard, position"),
  ]);
  const { changes = 0 } = contributions?.meta ?? {};
  if (changes > 0) return changes;
  const deleted = await db.batch([
    ...own,
    page("counts", "integration, subject, facet, key"),
    page("fences", "integration, shard, segment"),
  ]);
  return deleted.reduce((sum, { meta }) => sum + meta.changes, 0);
}
