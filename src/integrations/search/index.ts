/** The search kind: responses by the words of their answers. README.md says how words are found and what it costs. */
import { type IndexDeps, keepIndex, type QueryRequest, type QueryResult } from "../../core/index-kind";
import type { SearchHits } from "../../core/search";
import { type Config, manifest } from "./manifest";
import { readWanted, toMatch, type Wanted } from "./phrases";
import { findMatches } from "./snippet";
import { type Document, findDocuments, forgetDocuments, writeDocuments } from "./tables";
import { textsOf } from "./texts";

/** Documents that a query looks at, at most, when only one question's answers count. */
const LOOKED_MAX = 1_000;

export const search = keepIndex<Config>({
  manifest,
  contribution(response, { config, form }) {
    const texts = textsOf(response, form.definitions.get(response.version), config.questions);
    return texts.length === 0 ? null : { own: texts };
  },
  write: writeDocuments,
  query,
  forget: forgetDocuments,
});

/** `search`: `q` and perhaps `question`; `limit` hits, after those that end with the document `before`. */
async function query({ name, parameters }: QueryRequest, { index }: IndexDeps<Config>): Promise<QueryResult> {
  if (name !== "search") return { problem: { code: "not_found", detail: `There is no ${name} here.` } };
  const { q = "", question, before, limit } = parameters;
  const wanted = readWanted(q);
  if ("mistake" in wanted) return { problem: { code: "invalid_parameter", detail: wanted.mistake } };
  const room = Number(limit);
  const first = question === undefined ? room : LOOKED_MAX;
  const documents = await findDocuments(index, {
    match: toMatch(wanted),
    before: before === undefined ? null : Number(before),
    limit: first,
  });
  return { value: pick(documents, { wanted, question, room, more: documents.length === first }) };
}

/** The hits among documents, as many as there is room for. `more`: there may be further documents. */
function pick(
  documents: readonly Document[],
  { wanted, question, room, more }: { wanted: Wanted; question: string | undefined; room: number; more: boolean },
): SearchHits {
  const hits: SearchHits["hits"][number][] = [];
  for (const [i, { document, shard, position, texts }] of documents.entries()) {
    const matches = findMatches(texts, wanted, question);
    if (matches) hits.push({ shard, position, matches });
    if (hits.length === room) return { hits, before: more || i < documents.length - 1 ? document : null };
  }
  return { hits, before: more ? (documents.at(-1)?.document ?? null) : null };
}
