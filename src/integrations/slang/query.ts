/** What the slang index answers: counts, the responses of a term, and words that one city uses more than the others. */
import type { IndexDeps, QueryRequest, QueryResult } from "../../core/index-kind";
import { termKey } from "../../core/lexicon/entry";
import { findTerms, type Lexicon } from "../../core/lexicon/lexicon";
import type { SlangCounts, SlangDiscovery, SlangHits, SlangTerm } from "../../core/slang";
import { snippetOf } from "../../core/snippet";
import { cityNames, EVERYWHERE, formerSubject, subjectOf, viewCity } from "./city";
import { overRepresented } from "./discover";
import { type Config, textRefs } from "./manifest";
import * as merged from "./merge";
import type { TermCount } from "./tables";

/** Cities that are listed, and words of a city that are compared, at most: the most frequent ones. */
const CITIES_MAX = 100;
const WORDS_MAX = 2_000;

type Deps = IndexDeps<Config>;

/** What is asked, in the words of the tables. `term`: folded; empty: none is asked for. */
interface Asked {
  readonly city: string;
  readonly question: string;
  readonly term: string;
  readonly limit: number;
  readonly lexicon: Lexicon;
}

class Refusal extends Error {}

/**
 * `counts`, `hits` (of a term) and `discover` (in a city). Parameters: `city`, `term`, `question`, `limit`, and where
 * to go on.
 */
export async function query({ name, parameters }: QueryRequest, deps: Deps): Promise<QueryResult> {
  const answer = ANSWERS[name];
  if (!answer) return { problem: { code: "not_found", detail: `There is no ${name} here.` } };
  const lexicon = await deps.lexicon?.();
  if (!lexicon) return { unavailable: true };
  try {
    return { value: await answer(await readAsked(parameters, lexicon, deps), deps, parameters) };
  } catch (error) {
    if (error instanceof Refusal) return { problem: { code: "invalid_parameter", detail: error.message } };
    throw error;
  }
}

type Answer = (asked: Asked, deps: Deps, parameters: QueryRequest["parameters"]) => Promise<unknown>;
const ANSWERS: Readonly<Record<string, Answer>> = { counts, hits, discover };

async function readAsked(parameters: QueryRequest["parameters"], lexicon: Lexicon, deps: Deps): Promise<Asked> {
  const term = parameters.term === undefined ? "" : findKey(parameters.term, lexicon);
  return {
    city: await readCity(parameters.city, deps),
    question: readQuestion(parameters.question, deps.config),
    term,
    limit: Number(parameters.limit),
    lexicon,
  };
}

async function readCity(asked: string | undefined, { index, form, config }: Deps): Promise<string> {
  if (asked === undefined) return EVERYWHERE;
  const definition = form.definitions.get(form.version);
  const subject = subjectOf(asked, definition, config.city);
  if (subject !== null) return subject;
  if (await merged.hasCity(index, formerSubject(asked))) return formerSubject(asked);
  const names = cityNames(definition, config.city);
  throw new Refusal(
    names === ""
      ? "`city` is the name of a city."
      : `\`${config.city}\` has no such choice as this \`city\`: ${names}.`,
  );
}

function readQuestion(asked: string | undefined, config: Config): string {
  const refs = textRefs(config);
  if (asked === undefined) return "";
  if (!refs.includes(asked)) {
    throw new Refusal(`\`question\` is one whose answers are looked through: ${refs.join(", ")}.`);
  }
  return refs.length === 1 ? "" : asked;
}

/** The key of a term by any of its spellings. What the lexicon has not may still be in the index. */
function findKey(asked: string, lexicon: Lexicon): string {
  const key = termKey(asked);
  if (key === "") throw new Refusal("`term` has no letter or digit. `GET /v1/lexicon` lists the terms.");
  if (lexicon.entries.some(({ term }) => term === key)) return key;
  const text = asked.trim();
  return findTerms(lexicon, text).find(({ start, end }) => start === 0 && end === text.length)?.key ?? key;
}

async function counts(
  { city, question, term, limit, lexicon }: Asked,
  { index, form, config }: Deps,
  { afterCount, afterTerm }: QueryRequest["parameters"],
): Promise<SlangCounts> {
  const after = afterCount === undefined ? null : { n: Number(afterCount), term: afterTerm ?? "" };
  const [cities, terms, outdated] = await Promise.all([
    merged.countCities(index, { question, term, city, limit: CITIES_MAX + 1 }),
    term === "" ? merged.countTerms(index, { question, city, after, limit }) : [],
    merged.countOutdated(index, lexicon.revision),
  ]);
  const everywhere = cities.find((one) => one.city === EVERYWHERE);
  if (term !== "" && !everywhere?.used && !lexicon.entries.some((entry) => entry.term === term)) {
    throw new Refusal(
      "The lexicon has no such `term`. Add it (`POST /v1/lexicon`), then replay the integration from the beginning.",
    );
  }
  const definition = form.definitions.get(form.version);
  const here = cities.find((one) => one.city === city) ?? { responses: 0, used: 0 };
  const last = terms.length === limit ? terms.at(-1) : undefined;
  const shown = term === "" ? terms : [{ term, n: here.used }];
  return {
    responses: here.responses,
    used: here.used,
    cities: cities
      .filter((one) => one !== everywhere)
      .toSorted((a, b) => b.used - a.used || b.responses - a.responses)
      .map((one) => ({ ...viewCity(one.city, definition, config.city), responses: one.responses, used: one.used })),
    terms: shown.map((one) => viewTerm(one, lexicon)),
    after: last ? [String(last.n), last.term] : null,
    lexicon: { revision: lexicon.revision, outdated },
  };
}

function viewTerm({ term, n }: TermCount, { entries }: Lexicon): SlangTerm {
  const listed = entries.filter((entry) => entry.term === term);
  const languages = [...new Set(listed.map(({ language }) => language))];
  return { term: listed[0]?.written ?? term, languages, responses: n };
}

async function hits(
  { city, question, term, limit }: Asked,
  { index }: Deps,
  { beforePosition, beforeShard }: QueryRequest["parameters"],
): Promise<SlangHits> {
  const before = beforePosition === undefined ? null : { position: Number(beforePosition), shard: Number(beforeShard) };
  const found = await merged.findHits(index, { question, term, city, before, limit });
  const last = found.length === limit ? found.at(-1) : undefined;
  return {
    hits: found.map(({ position, shard, own }) => ({
      position,
      shard,
      matches: own.found.flatMap(([ref, text, terms]) => {
        const places = terms.filter(({ key }) => key === term);
        const isAsked = places.length > 0 && (question === "" || question === ref);
        return isAsked ? [{ question: ref, snippet: snippetOf(text, places) }] : [];
      }),
    })),
    before: last ? [last.position, last.shard] : null,
  };
}

async function discover({ city, limit, lexicon }: Asked, { index, form, config }: Deps): Promise<SlangDiscovery> {
  if (city === EVERYWHERE) throw new Refusal("Say which `city` is compared with the others.");
  const { total, words } = await merged.readWords(index, city, WORDS_MAX);
  const items = overRepresented(words, total, limit).map(({ word, here, all, logOdds, z }) => {
    const [listed] = findTerms(lexicon, word);
    const term = listed ? (lexicon.entries.find((entry) => entry.term === listed.key)?.written ?? null) : null;
    return { word, logOdds, z, here, elsewhere: all - here, term };
  });
  return {
    ...viewCity(city, form.definitions.get(form.version), config.city),
    compared: { here: total.here, elsewhere: total.all - total.here },
    items,
  };
}
