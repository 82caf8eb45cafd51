/** What a database says of itself: its schema and how large it is; a shard besides when it was swept last. */
import { SEGMENT_SIZE } from "../core/ids";
import type { LogEntry } from "../core/log";
import { logStatement } from "./logs";

/** The newest file of migrations/: a database without it is older than this code. */
export const SCHEMA = "0047_commands.sql";

/** That of migrations/search/. */
export const INDEX_SCHEMA = "0005_rules_over_shards.sql";

/** What any database says. */
export interface DatabaseVitals {
  /** The newest migration that was applied; null: none. */
  readonly schema: string | null;
  readonly sizeBytes: number;
}

export interface Vitals extends DatabaseVitals {
  /** When the last sweep ended, and since when the oldest entry was waiting then; milliseconds, null: never, none. */
  readonly sweptAt: number | null;
  readonly oldestAt: number | null;
}

/** Reads a row. A database is as large as its pages that are in use: what is deleted makes it smaller. */
export async function readDatabaseVitals(db: D1Database): Promise<DatabaseVitals> {
  const { results, meta } = await db
    .prepare("SELECT name FROM d1_migrations ORDER BY name DESC LIMIT 1")
    .all<{ name: string }>();
  return { schema: results[0]?.name ?? null, sizeBytes: meta.size_after };
}

/** Reads a handful of rows in two round trips; one when the schema is old, of which nothing else is read. */
export async function readVitals(db: D1Database): Promise<Vitals> {
  const { schema, sizeBytes } = await readDatabaseVitals(db);
  if (schema === null || schema < SCHEMA) return { schema, sweptAt: null, oldestAt: null, sizeBytes };
  const beat = await db
    .prepare("SELECT at AS sweptAt, oldest_at AS oldestAt FROM heartbeats WHERE name = 'sweep'")
    .first<Pick<Vitals, "sweptAt" | "oldestAt">>();
  return { schema, sweptAt: beat?.sweptAt ?? null, oldestAt: beat?.oldestAt ?? null, sizeBytes };
}

/** Since when the oldest entry waits that a cursor may go on with; paused and blocked ones wait for people. */
const OLDEST = `SELECT min(at) FROM (
  SELECT max(c.owed_at, (SELECT received_at FROM responses WHERE id > c.position AND id < (c.segment + 1) * ?2 ORDER BY id LIMIT 1)) AS at
    FROM cursors c WHERE c.state IN ('active', 'waiting')
  UNION ALL
  SELECT max(c.owed_at, (SELECT created_at FROM revisions WHERE id > c.revision_position AND id < (c.segment + 1) * ?2 ORDER BY id LIMIT 1))
    FROM cursors c WHERE c.state IN ('active', 'waiting') AND c.revision_position IS NOT NULL)`;

/**
 * Notes that a sweep of this shard ended, with entries of the log, and returns its size in bytes. One row written, and
 * each entry's; up to four read for each cursor.
 */
export async function noteSweep(db: D1Database, now: number, logs: readonly LogEntry[] = []): Promise<number> {
  const note = db
    .prepare(
      `INSERT INTO heartbeats (name, at, oldest_at) VALUES ('sweep', ?1, (${OLDEST}))
       ON CONFLICT (name) DO UPDATE SET at = excluded.at, oldest_at = excluded.oldest_at`,
    )
    .bind(now, SEGMENT_SIZE);
  const [noted] = await db.batch([note, ...(logs.length > 0 ? [logStatement(db, logs)] : [])]);
  return noted?.meta.size_after ?? 0;
}
