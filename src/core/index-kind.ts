/**
 * Kinds that keep an index: what they make of responses stands in SEARCH_DB, and the API asks their worker for it
 * (docs/decisions/013). Such a kind says what the index holds of one response as it is now; when and in which order
 * that is written, taken back and forgotten is written once (dispatch/index-writer.ts).
 */
import * as z from "zod";
import type { Contribution, IndexChange } from "./contribution";
import type { Definition } from "./form";
import type { Deps, Entry, Halt, Integration, Manifest, Page, PageResult, TestResult } from "./integration";
import { type Lexicon, NO_LEXICON } from "./lexicon/lexicon";
import type { ResponseRecord } from "./response";

/** Index kinds speak to nobody outside: there is nothing to store. */
export const NoSecretsSchema = z.never("this kind needs no connection");
export type NoSecrets = z.output<typeof NoSecretsSchema>;

/** Where an integration's part of an index is in one database: everything of it lies under its number. */
export interface IndexPlace {
  readonly db: D1Database;
  readonly integration: number;
}

/** Where the responses of a page are. A response is known by its shard and its position there. */
export interface IndexPagePlace extends IndexPlace {
  readonly shard: number;
}

/** Statements for a kind's own tables, in the transaction that replaces the contributions. */
export type WriteIndex = (changes: readonly IndexChange[], at: IndexPagePlace) => D1PreparedStatement[];

/**
 * An integration's index, as the engine gives it to the kind. What it holds of a response lies in one database, with
 * all that is counted of it; which one it is, is nobody's business but the writer's (docs/decisions/038).
 */
export interface Index extends IndexPagePlace {
  /** All databases that may hold something of it, in their order; at least one. */
  readonly places: readonly IndexPlace[];
  /**
   * Makes the index hold what it is to hold of a page's responses, all of it or nothing. May be repeated at any time.
   */
  apply(page: Page, wanted: (entry: Entry) => Contribution | null, write: WriteIndex): Promise<PageResult>;
  /**
   * Runs statements of the kind's own in one transaction, which fails when a later holder was here; their rows in their
   * order. They may be repeated.
   */
  run(statements: readonly D1PreparedStatement[]): Promise<{ readonly rows: unknown[][] } | { readonly halt: Halt }>;
  /** Throws when a database of indexes can't be asked. */
  reach(): Promise<void>;
}

/** Asks every database of an index, side by side; answers in their order. */
export const inEach = <T>({ places }: Pick<Index, "places">, ask: (at: IndexPlace) => Promise<T>): Promise<T[]> =>
  Promise.all(places.map(ask));

/** A question to an index. `parameters` are as they stand in the address; the kind checks them. */
export interface QueryRequest {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The answer, or a problem that its reader can act on; `unavailable`: a database that it needs can't be asked now. */
export type QueryResult =
  | { readonly unavailable: true }
  | { readonly value: unknown }
  | { readonly problem: { readonly code: "invalid_parameter" | "not_found"; readonly detail: string } };

/**
 * Definitions of the form by version, of those that are asked for: a query may need what earlier versions called
 * something.
 */
export type ReadDefinitions = (versions: readonly number[]) => Promise<ReadonlyMap<number, Definition>>;

export type IndexDeps<Config> = Deps<Config, NoSecrets> & { readonly index: Index };

/**
 * What a contribution is made with besides the response. `lexicon`: of kinds that ask for it; others get an empty one.
 */
export type IndexMaking<Config> = Pick<Deps<Config, NoSecrets>, "config" | "form"> & { readonly lexicon: Lexicon };

export interface IndexKind<Config> {
  readonly manifest: Manifest<Config, NoSecrets>;
  /**
   * Pure: what the index is to hold of a response as it is now (erased ones too); null: nothing. The filter lets it
   * pass.
   */
  contribution(response: ResponseRecord, about: IndexMaking<Config>): Contribution | null;
  /** For kinds with tables of their own; counts are written without. */
  readonly write?: WriteIndex;
  /** Reads the index; changes nothing. */
  query(request: QueryRequest, deps: IndexDeps<Config>, readDefinitions: ReadDefinitions): Promise<QueryResult>;
  /** Statements that each delete up to `limit` rows that the kind's own tables have under an integration. */
  forget?(at: IndexPlace, limit: number): D1PreparedStatement[];
}

/** The integration that keeps such an index. */
export function keepIndex<Config>(kind: IndexKind<Config>): Integration<Config, NoSecrets> {
  const { manifest, write = () => [], forget = () => [] } = kind;
  return {
    manifest,
    async deliver(page, deps) {
      const { index, config, form } = indexOf(deps);
      const lexicon = deps.lexicon ? await deps.lexicon() : NO_LEXICON;
      if (!lexicon) return { outcomes: new Map(), halt: { type: "retry", reason: "The lexicon can't be read." } };
      const about = { config, form, lexicon };
      return index.apply(page, (entry) => (entry.filtered ? null : kind.contribution(entry.response, about)), write);
    },
    // What was applied and what was not are applied again alike: it changes nothing, or just what is open.
    reconcile: async () => ({ outcomes: new Map() }),
    test: (deps) => testIndex(indexOf(deps).index),
    query: (request, deps, readDefinitions) => kind.query(request, indexOf(deps), readDefinitions),
    forget,
  };
}

/** Whether an index can do its work. */
export async function testIndex(index: Index): Promise<TestResult> {
  try {
    await index.reach();
    return { ok: true, detail: "The index can be read." };
  } catch {
    const detail =
      "SEARCH_DB (or a further one) can't be asked, or has not all its tables: `npm run deploy` applies its migrations.";
    return { ok: false, detail };
  }
}

/** The dependencies with the index that the engine gives to such kinds. */
export function indexOf<Config>(deps: Deps<Config, NoSecrets>): IndexDeps<Config> {
  if (!deps.index) throw new Error("the engine gave no index");
  return { ...deps, index: deps.index };
}
