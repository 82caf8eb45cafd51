/** The search's SQL, all of it (migrations/search/0002_search.sql). */
import type { IndexChange } from "../../core/contribution";
import type { IndexPlace, WriteIndex } from "../../core/index-kind";
import type { Texts } from "./snippet";
import { wordsOf } from "./words";

/** Between two answers, as a word of its own that no text has: words.ts takes no private-use characters. */
const BETWEEN = " \ue000 ";

/** Documents of an integration: integration * 2^31 + n. */
const ROOM = 2 ** 31;

const textsIn = (contribution: IndexChange["after"]): Texts | undefined => contribution?.own as Texts | undefined;

/**
 * Documents and words of changed responses. A response keeps its document while it has texts, and so its place in the
 * order.
 */
export const writeDocuments: WriteIndex = (changes, { db, integration, shard }) => {
  const had = changes.filter(({ before }) => textsIn(before));
  const has = changes.flatMap(({ position, after }) => {
    const texts = textsIn(after);
    return texts ? [[position, indexed(texts)]] : [];
  });
  const gone = had.filter(({ after }) => !textsIn(after));
  const positions = (list: readonly IndexChange[]) => JSON.stringify(list.map(({ position }) => position));
  const mine = "integration = ?1 AND shard = ?2 AND position IN (SELECT value FROM json_each(?3))";
  return [
    db
      .prepare(`DELETE FROM search_words WHERE rowid IN (SELECT document FROM search_documents WHERE ${mine})`)
      .bind(integration, shard, positions(had)),
    db.prepare(`DELETE FROM search_documents WHERE ${mine}`).bind(integration, shard, positions(gone)),
    db
      .prepare(
        `INSERT INTO search_documents (document, integration, shard, position)
         SELECT row_number() OVER (ORDER BY e.value ->> 0) + coalesce(
             (SELECT max(document) FROM search_documents WHERE document > ?1 * ${ROOM} AND document < (?1 + 1) * ${ROOM}),
             ?1 * ${ROOM}),
           ?1, ?2, e.value ->> 0
         FROM json_each(?3) e WHERE true
         ON CONFLICT (integration, shard, position) DO NOTHING`,
      )
      .bind(integration, shard, JSON.stringify(has.map(([position]) => [position]))),
    db
      .prepare(
        `INSERT INTO search_words (rowid, text)
         SELECT d.document, e.value ->> 1 FROM json_each(?3) e
         CROSS JOIN search_documents d ON d.integration = ?1 AND d.shard = ?2 AND d.position = e.value ->> 0`,
      )
      .bind(integration, shard, JSON.stringify(has)),
  ];
};

const indexed = (texts: Texts): string =>
  texts
    .map(([, text]) =>
      wordsOf(text)
        .map(({ word }) => word)
        .join(" "),
    )
    .join(BETWEEN);

export interface Document {
  readonly document: number;
  readonly shard: number;
  readonly position: number;
  readonly texts: Texts;
}

/** The newest documents that match, before one. Reads as many as it returns: FTS5 goes through them in this order. */
export async function findDocuments(
  { db, integration }: IndexPlace,
  { match, before, limit }: { match: string; before: number | null; limit: number },
): Promise<Document[]> {
  const { results } = await db
    .prepare(
      `SELECT d.document, d.shard, d.position, c.content ->> '$.own' AS texts
       FROM (SELECT rowid AS document FROM search_words
             WHERE search_words MATCH ?2 AND rowid > ?1 * ${ROOM} AND rowid < ?3 ORDER BY rowid DESC LIMIT ?4) f
       CROSS JOIN search_documents d ON d.document = f.document
       CROSS JOIN contributions c ON c.integration = d.integration AND c.shard = d.shard AND c.position = d.position`,
    )
    .bind(integration, match, Math.min(before ?? Number.MAX_SAFE_INTEGER, (integration + 1) * ROOM), limit)
    .all<{ document: number; shard: number; position: number; texts: string }>();
  return results.map((row) => ({ ...row, texts: JSON.parse(row.texts) as Texts }));
}

/** Deletes up to `limit` documents of a deleted integration with their words. */
export function forgetDocuments({ db, integration }: IndexPlace, limit: number): D1PreparedStatement[] {
  const page = "SELECT document FROM search_documents WHERE integration = ?1 ORDER BY shard, position LIMIT ?2";
  return [
    db.prepare(`DELETE FROM search_words WHERE rowid IN (${page})`).bind(integration, limit),
    db.prepare(`DELETE FROM search_documents WHERE document IN (${page})`).bind(integration, limit),
  ];
}
