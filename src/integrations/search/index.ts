/** The search kind: responses by the words of their answers. README.md says how words are found and what it costs. */
import { type IndexDeps, keepIndex, type QueryRequest, type QueryResult } from "../../core/index-kind";
import type { SearchHits } from "../../core/search";
import { type Config, manifest } from "./manifest";
import { type Looked, newestFirst, whereToGoOn } from "./merge";
import { readWanted, toMatch, type Wanted } from "./phrases";
import { findMatches } from "./snippet";
import { findDocuments, forgetDocuments, writeDocuments } from "./tables";
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

/**
 * `search`: `q` and perhaps `question`; `limit` hits, after those that end with the documents `before` of each
 * database.
 */
async function query({ name, parameters }: QueryRequest, { index }: IndexDeps<Config>): Promise<QueryResult> {
  if (name !== "search") return { problem: { code: "not_found", detail: `There is no ${name} here.` } };
  const { q = "", question, limit } = parameters;
  const wanted = readWanted(q);
  if ("mistake" in wanted) return { problem: { code: "invalid_parameter", detail: wanted.mistake } };
  const room = Number(limit);
  const first = question === undefined ? room : LOOKED_MAX;
  const befores = parameters.before === undefined ? [] : parameters.before.split(",").map(Number);
  const looked = await Promise.all(
    index.places.map(async (place, i): Promise<Looked> => {
      // One that was added meanwhile is looked at from its newest.
      const before = befores[i] ?? null;
      const documents = await findDocuments(place, { match: toMatch(wanted), before, limit: first });
      return { documents, before, more: documents.length === first };
    }),
  );
  return { value: pick(looked, { wanted, question, room }) };
}

/** The hits among documents, as many as there is room for. */
function pick(
  looked: readonly Looked[],
  { wanted, question, room }: { wanted: Wanted; question: string | undefined; room: number },
): SearchHits {
  const hits: SearchHits["hits"][number][] = [];
  const taken = looked.map(() => 0);
  for (const { database, document } of newestFirst(looked)) {
    taken[database] = (taken[database] ?? 0) + 1;
    const { shard, position, texts } = document;
    const matches = findMatches(texts, wanted, question);
    if (matches) hits.push({ shard, position, matches });
    if (hits.length === room) break;
  }
  return { hits, before: whereToGoOn(looked, taken) };
}
