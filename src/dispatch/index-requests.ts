/**
 * What the API worker asks of an index, on the side of the kind's worker: a query, and forgetting a deleted
 * integration.
 */
import type { QueryRequest, QueryResult } from "../core/index-kind";
import { forgetIndex } from "../store/contributions";
import { isUnavailable } from "../store/failure";
import { readDefinitions } from "../store/form-reads";
import { integrationExists, loadSetup } from "../store/integrations";
import { type DatabaseVitals, readDatabaseVitals } from "../store/vitals";
import * as events from "../telemetry/events";
import { makeDeps } from "./deps";
import type { Engine } from "./engine";

/** What the API worker sends to `/query`. */
export interface IndexQuery extends QueryRequest {
  /** Id of the integration. */
  readonly integration: string;
}

/**
 * Answers `QueryResult`; 404: there is no such integration, or this kind keeps no index. 503: it can't be asked now.
 */
export async function queryIndex(engine: Engine, request: Request): Promise<Response> {
  const { integration, ...query } = await request.json<IndexQuery>();
  const setup = await loadSetup(engine.shards.control, { id: integration });
  if (!engine.kind.query || setup?.integration.kind !== engine.kind.manifest.kind) return answer(404);
  const deps = await makeDeps(engine, setup);
  if ("blocked" in deps) return answer(503);
  try {
    const result: QueryResult = await engine.kind.query(query, deps, (versions) =>
      readDefinitions(engine.shards.control, deps.form.id, versions),
    );
    return "unavailable" in result ? answer(503) : Response.json(result);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    events.indexNotRead({ trace: engine.trace, kind: engine.kind.manifest.kind, integration, error });
    return answer(503);
  }
}

/** What a worker tells of the databases of indexes, in their order; null: that one can't be asked. */
export interface IndexVitals {
  readonly databases: readonly (DatabaseVitals | null)[];
}

/** What the API worker sends to `/forget`. */
export interface ForgetRequest {
  /** Number of a deleted integration. */
  readonly integration: number;
  /** Rows of each sort that are deleted at most, in each database. */
  readonly limit: number;
}

/**
 * Deletes a bounded part of what the index holds under a deleted integration. Answers `{deleted}`; 0: nothing is left.
 */
export async function forgetIntegration(engine: Engine, request: Request): Promise<Response> {
  const { integration, limit } = await request.json<ForgetRequest>();
  const { kind, shards } = engine;
  const databases = databasesOf(engine);
  if (databases.length === 0) return answer(503);
  // What is forgotten can never be written again: a number that is in use must not be.
  if (await integrationExists(shards.control, integration)) return answer(409);
  const forget = (db: D1Database) => {
    const own = kind.forget?.({ db, integration }, limit) ?? [];
    return forgetIndex(db, integration, { own, limit, now: engine.now() });
  };
  const deleted = await Promise.all(databases.map(forget));
  return Response.json({ deleted: deleted.reduce((sum, rows) => sum + rows, 0) });
}

const databasesOf = ({ index, furtherIndexes = [] }: Engine): D1Database[] => (index ? [index, ...furtherIndexes] : []);

/** Answers `IndexVitals`; 404: this kind keeps no index, or its worker is bound to no database. */
export async function tellVitals(engine: Engine): Promise<Response> {
  const databases = databasesOf(engine);
  if (databases.length === 0) return answer(404);
  const ask = (db: D1Database, database: number) =>
    readDatabaseVitals(db).catch((error) => {
      events.indexUnreachable({ trace: engine.trace, database, error });
      return null;
    });
  return Response.json({ databases: await Promise.all(databases.map(ask)) } satisfies IndexVitals);
}

const answer = (status: number) => new Response(null, { status });
