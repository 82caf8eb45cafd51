/**
 * Reading the log: entries of all shards and of the audit log, newest first. Each source is read by its own index, a
 * bounded stretch at a time; what one has not looked at yet bounds what may be told of the others.
 */
import type { LogLevel } from "../core/log";
import type { Shards } from "./shards";

export interface LogFilter {
  readonly form?: string;
  readonly integration?: string;
  readonly level?: LogLevel;
  /** The name of an event, or an action of the audit log. */
  readonly event?: string;
  /** What an entry goes back to: a request, or a run of the sweeper. */
  readonly request?: string;
  /** Entries that may be about this response. */
  readonly response?: { readonly id: string; readonly shard: number; readonly position: number };
  /** Milliseconds since the epoch. */
  readonly since?: number;
}

/** An entry as it stands in one of the sources. */
export interface LogRow {
  readonly source: number;
  readonly at: number;
  readonly n: number;
  readonly level: LogLevel;
  readonly event: string;
  readonly form: string | null;
  readonly integration: string | null;
  readonly request: string | null;
  readonly trace: string | null;
  readonly first: number | null;
  readonly last: number | null;
  readonly actor: string | null;
  readonly object: string | null;
  readonly detail: string;
}

/** A place in the merged log: entries of one moment are in the order of their sources. */
export type LogPlace = Pick<LogRow, "at" | "source" | "n">;

/** After everything that is told before a moment. */
export const placeBefore = (at: number): LogPlace => ({ at, source: Number.MAX_SAFE_INTEGER, n: 0 });

/** Entries of each source that one page looks through. */
export const LOG_SCAN = 5_000;

/** The number of the audit log among the sources; the others are shards. */
const AUDIT = 0;

// ?5: how many are looked at.
const LOGS = `SELECT at, n, level, event, form, integration, request, trace, first, last, NULL AS actor, NULL AS object, detail
  FROM logs WHERE workspace = ?1 AND at >= ?2 AND (at, n) < (?3, ?4) ORDER BY at DESC, n DESC LIMIT ?5`;

// What a filter by form looks at: the entry of a form's change is about the form itself.
const AUDITED = `SELECT at, no AS n, CASE WHEN action = 'integration.blocked' THEN 'warn' ELSE 'info' END AS level, action AS event,
    coalesce(detail->>'form', CASE WHEN object LIKE 'form!_%' ESCAPE '!' THEN object END) AS form,
    CASE WHEN object LIKE 'int!_%' ESCAPE '!' THEN object END AS integration,
    NULL AS request, NULL AS trace, NULL AS first, NULL AS last, actor, object, detail
  FROM audit WHERE workspace = ?1 AND at >= ?2 AND (at, no) < (?3, ?4) ORDER BY at DESC, no DESC LIMIT ?5`;

const MATCHES = `(?6 IS NULL OR form = ?6) AND (?7 IS NULL OR integration = ?7) AND (?8 IS NULL OR level = ?8)
  AND (?9 IS NULL OR event = ?9) AND (?10 IS NULL OR request = ?10)
  AND (?11 IS NULL OR object = ?11 OR ?12 BETWEEN first AND last)`;

interface Read {
  readonly rows: readonly LogRow[];
  /** How far it was looked; null: to the end. */
  readonly end: LogPlace | null;
}

/**
 * A page of a workspace's log before a place, and where the next one begins; null: there is none. Two round trips a
 * shard at most, side by side.
 */
export async function listLogs(
  shards: Shards,
  workspace: string,
  { before, limit, ...filter }: LogFilter & { readonly before: LogPlace; readonly limit: number },
): Promise<{ rows: LogRow[]; next: LogPlace | null }> {
  const sources = [
    { db: shards.control, source: AUDIT, sql: AUDITED },
    ...shards.all.map(({ no, db }) => ({ db, source: no + 1, sql: LOGS })),
  ];
  const reads = await Promise.all(sources.map((one) => readSource({ ...one, workspace, before, limit }, filter)));
  const ends = reads.flatMap(({ end }) => end ?? []).toSorted(newestFirst);
  const all = reads.flatMap(({ rows }) => rows).toSorted(newestFirst);
  const bound = ends[0];
  const told = bound ? all.filter((row) => newestFirst(row, bound) <= 0) : all;
  const rows = told.slice(0, limit);
  return { rows, next: told.length > limit ? (rows.at(-1) ?? null) : (bound ?? null) };
}

const newestFirst = (a: LogPlace, b: LogPlace): number => b.at - a.at || a.source - b.source || b.n - a.n;

interface Source {
  readonly db: D1Database;
  readonly source: number;
  readonly sql: string;
  readonly workspace: string;
  readonly before: LogPlace;
  readonly limit: number;
}

async function readSource({ db, source, sql, workspace, before, limit }: Source, filter: LogFilter): Promise<Read> {
  // Of the sources behind that of the place, what is of its very moment is still to be told; of those before it,
  // nothing.
  const n = source === before.source ? before.n : source > before.source ? Number.MAX_SAFE_INTEGER : 0;
  const { form = null, integration = null, level = null, event = null, request = null, response, since = 0 } = filter;
  const position = response && source === response.shard + 1 ? response.position : null;
  const filtered = Object.keys(filter).some((name) => name !== "since");
  const looks = filtered ? LOG_SCAN : limit;
  const stretch = [workspace, since, before.at, n, looks];
  const wanted = [form, integration, level, event, request, response?.id ?? null, position];
  const { results } = await db
    .prepare(`SELECT ${source} AS source, * FROM (${sql}) WHERE ${MATCHES} ORDER BY at DESC, n DESC LIMIT ?13`)
    .bind(...stretch, ...wanted, limit)
    .all<LogRow>();
  if (results.length === limit) return { rows: results, end: results.at(-1) ?? null };
  if (!filtered) return { rows: results, end: null };
  const end = await db
    .prepare(`SELECT ${source} AS source, at, n FROM (${sql}) LIMIT 1 OFFSET ?5 - 1`)
    .bind(...stretch)
    .first<LogPlace>();
  return { rows: results, end };
}
