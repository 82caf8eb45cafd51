/** The slang's SQL, all of it (migrations/search/0003_slang.sql). */
import type { IndexChange } from "../../core/contribution";
import type { IndexPlace, WriteIndex } from "../../core/index-kind";
import { jsonChunks } from "../../core/json-chunks";
import { EVERYWHERE } from "./city";
import { FACETS, type Own, termFacet } from "./contribution";
import type { WordCount } from "./discover";

const ownOf = (contribution: IndexChange["after"]): Own | undefined => contribution?.own as Own | undefined;

type TermRow = readonly [question: string, term: string, city: string, position: number];

/** What of the terms of changed responses is new, and what is gone. */
export const writeTerms: WriteIndex = (changes, { db, integration, shard }) => {
  const rows = changes.map(({ position, before, after }) => {
    const rowsOf = (own: Own | undefined) =>
      new Map(
        (own?.terms ?? []).map(([question, term]): [string, TermRow] => {
          const city = own?.city ?? "";
          return [JSON.stringify([question, term, city]), [question, term, city, position]];
        }),
      );
    return { had: rowsOf(ownOf(before)), has: rowsOf(ownOf(after)) };
  });
  const gone = rows.flatMap(({ had, has }) => [...had].flatMap(([name, row]) => (has.has(name) ? [] : [row])));
  const added = rows.flatMap(({ had, has }) => [...has].flatMap(([name, row]) => (had.has(name) ? [] : [row])));
  const remove = db.prepare(
    `DELETE FROM slang_terms WHERE (integration, question, term, city, position, shard) IN (
       SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, ?2 FROM json_each(?3))`,
  );
  const add = db.prepare(
    `INSERT INTO slang_terms (integration, question, term, city, position, shard)
     SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, ?2 FROM json_each(?3)`,
  );
  return [
    ...jsonChunks(gone).map((chunk) => remove.bind(integration, shard, chunk)),
    ...jsonChunks(added).map((chunk) => add.bind(integration, shard, chunk)),
  ];
};

/** Deletes up to `limit` rows of a deleted integration. */
export function forgetTerms({ db, integration }: IndexPlace, limit: number): D1PreparedStatement[] {
  const key = "integration, question, term, city, position, shard";
  const page = `SELECT ${key} FROM slang_terms WHERE integration = ?1 LIMIT ?2`;
  return [db.prepare(`DELETE FROM slang_terms WHERE (${key}) IN (${page})`).bind(integration, limit)];
}

export interface Place {
  readonly position: number;
  readonly shard: number;
}

export interface TermHit extends Place {
  readonly own: Own;
}

/** The newest responses with a term before a place, of one city (a subject) or of all. Reads two rows for each. */
export async function findHits(
  { db, integration }: IndexPlace,
  {
    question,
    term,
    city,
    before,
    limit,
  }: {
    question: string;
    term: string;
    city: string;
    before: Place | null;
    limit: number;
  },
): Promise<TermHit[]> {
  const ofCity = city === EVERYWHERE ? "" : "AND city = ?7";
  const index = city === EVERYWHERE ? "INDEXED BY slang_terms_everywhere" : "";
  const { results } = await db
    .prepare(
      `SELECT t.position, t.shard, c.content -> '$.own' AS own
       FROM (SELECT position, shard FROM slang_terms ${index}
             WHERE integration = ?1 AND question = ?2 AND term = ?3 ${ofCity} AND (position, shard) < (?4, ?5)
             ORDER BY position DESC, shard DESC LIMIT ?6) t
       CROSS JOIN contributions c ON c.integration = ?1 AND c.shard = t.shard AND c.position = t.position`,
    )
    .bind(
      ...[integration, question, term, before?.position ?? Number.MAX_SAFE_INTEGER, before?.shard ?? 0, limit],
      ...(city === EVERYWHERE ? [] : [city]),
    )
    .all<Place & { own: string }>();
  return results.map((row) => ({ ...row, own: JSON.parse(row.own) as Own }));
}

export interface CityCount {
  readonly city: string;
  readonly responses: number;
  readonly used: number;
}

/**
 * Cities (subjects) with their responses, and how many have a term (empty: any): all of them together, the one that is
 * asked for, and those where most have it; or just those of `among`. Reads three rows for each city that there is, the
 * sort among them.
 */
export async function countCities(
  { db, integration }: IndexPlace,
  asked: { question: string; term: string; city: string; limit: number; among?: readonly string[] },
): Promise<CityCount[]> {
  const { question, term, city, limit, among } = asked;
  const { results } = await db
    .prepare(
      `SELECT c.key AS city, c.n AS responses, coalesce(t.n, 0) AS used FROM counts c
       LEFT JOIN counts t ON t.integration = ?1 AND t.subject = c.key AND t.facet = ?4 AND t.key = ?5
       WHERE c.integration = ?1 AND c.subject = '' AND c.facet = ?2
         ${among ? "AND c.key IN (SELECT value FROM json_each(?8))" : ""}
       ORDER BY c.key IN (?3, ?7) DESC, used DESC, responses DESC, city LIMIT ?6`,
    )
    .bind(
      ...[integration, FACETS.cities, EVERYWHERE, termFacet(question), term, limit, city],
      ...(among ? [JSON.stringify(among)] : []),
    )
    .all<CityCount>();
  return results;
}

export interface TermCount {
  readonly term: string;
  readonly n: number;
}

/** The terms that responses of a city have, of which a lexicon has a bounded number. Reads a row for each. */
export async function countTerms(
  { db, integration }: IndexPlace,
  { question, city }: { question: string; city: string },
): Promise<TermCount[]> {
  const { results } = await db
    .prepare(
      "SELECT key AS term, n FROM counts WHERE integration = ?1 AND subject = ?2 AND facet = ?3 AND key <> '' ORDER BY key",
    )
    .bind(integration, city, termFacet(question))
    .all<TermCount>();
  return results;
}

/** Responses that were looked through with another revision of the lexicon than this one. */
export async function countOutdated({ db, integration }: IndexPlace, revision: number): Promise<number> {
  const row = await db
    .prepare("SELECT sum(n) AS n FROM counts WHERE integration = ?1 AND subject = '' AND facet = ?2 AND key <> ?3")
    .bind(integration, FACETS.lexicon, revision)
    .first<{ n: number | null }>();
  return row?.n ?? 0;
}

/** Whether any response is of a city (a subject). */
export async function hasCity({ db, integration }: IndexPlace, city: string): Promise<boolean> {
  const there = "SELECT 1 AS there FROM counts WHERE integration = ?1 AND subject = '' AND facet = ?2 AND key = ?3";
  return (await db.prepare(there).bind(integration, FACETS.cities, city).first()) !== null;
}

export interface CityWords {
  /** Words of all texts, each counted once a response: of the city, and of all. */
  readonly total: { readonly here: number; readonly all: number };
  readonly words: readonly WordCount[];
}

/** How often these words come in a city and in all cities. Reads two rows for each. */
export async function countWords(
  { db, integration }: IndexPlace,
  city: string,
  words: readonly string[],
): Promise<WordCount[]> {
  const of = (subject: string) =>
    `coalesce((SELECT n FROM counts WHERE integration = ?1 AND subject = ${subject} AND facet = ?4 AND key = e.value), 0)`;
  const { results } = await db
    .prepare(`SELECT e.value AS word, ${of("?2")} AS here, ${of("?3")} AS "all" FROM json_each(?5) e`)
    .bind(integration, city, EVERYWHERE, FACETS.words, JSON.stringify(words))
    .all<WordCount>();
  return results;
}

/**
 * The `limit` most frequent words of a city, with how often they come in all cities. Reads two rows for each, and two
 * more for the sums.
 */
export async function readWords({ db, integration }: IndexPlace, city: string, limit: number): Promise<CityWords> {
  const sums = db
    .prepare(
      `SELECT subject, n FROM counts
       WHERE integration = ?1 AND subject IN (?2, ?3) AND facet = ?4 AND key = ''`,
    )
    .bind(integration, city, EVERYWHERE, FACETS.words);
  // The facet stands here as it does in the index, whose condition must be seen to hold.
  const words = db
    .prepare(
      `SELECT w.key AS word, w.n AS here, a.n AS "all" FROM (
         SELECT key, n FROM counts INDEXED BY counts_slang_words
         WHERE integration = ?1 AND subject = ?2 AND subject <> '*' AND facet = 'slang.word' AND n >= 3
         ORDER BY n DESC LIMIT ?4) w
       CROSS JOIN counts a ON a.integration = ?1 AND a.subject = ?3 AND a.facet = 'slang.word' AND a.key = w.key`,
    )
    .bind(integration, city, EVERYWHERE, limit);
  const [totals, rows] = await Promise.all([sums.all<{ subject: string; n: number }>(), words.all<WordCount>()]);
  const of = (subject: string) => totals.results.find((row) => row.subject === subject)?.n ?? 0;
  return { total: { here: of(city), all: of(EVERYWHERE) }, words: rows.results };
}
