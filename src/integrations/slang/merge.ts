/**
 * The index of slang over all its databases. Every number is exact. Which cities and words are shown, of more than
 * there is room for, is chosen among those that come most in one database at least.
 */
import { type Index, inEach } from "../../core/index-kind";
import { EVERYWHERE } from "./city";
import * as tables from "./tables";

type On = Pick<Index, "places">;

/** The newest responses with a term (tables.ts). */
export async function findHits(on: On, asked: Parameters<typeof tables.findHits>[1]): Promise<tables.TermHit[]> {
  const found = await inEach(on, (at) => tables.findHits(at, asked));
  return found
    .flat()
    .toSorted((a, b) => b.position - a.position || b.shard - a.shard)
    .slice(0, asked.limit);
}

type CitiesAsked = Omit<Parameters<typeof tables.countCities>[1], "among">;

/** Cities, in the order of tables.ts. One round trip, side by side; of several databases a second one. */
export async function countCities(on: On, asked: CitiesAsked): Promise<tables.CityCount[]> {
  const most = await inEach(on, (at) => tables.countCities(at, asked));
  const [only] = most;
  if (only && most.length === 1) return only;
  const among = [...new Set(most.flat().map(({ city }) => city))];
  const counted = await inEach(on, (at) => tables.countCities(at, { ...asked, among, limit: among.length }));
  const add = (a: tables.CityCount, b: tables.CityCount) => ({
    city: a.city,
    responses: a.responses + b.responses,
    used: a.used + b.used,
  });
  const isFirst = ({ city }: tables.CityCount) => Number(city === EVERYWHERE || city === asked.city);
  return sumBy(counted.flat(), ({ city }) => city, add)
    .toSorted(
      (a, b) => isFirst(b) - isFirst(a) || b.used - a.used || b.responses - a.responses || (a.city < b.city ? -1 : 1),
    )
    .slice(0, asked.limit);
}

interface TermsAsked {
  readonly question: string;
  readonly city: string;
  readonly after: tables.TermCount | null;
  readonly limit: number;
}

/** The terms that most responses of a city have, after one. */
export async function countTerms(on: On, { question, city, after, limit }: TermsAsked): Promise<tables.TermCount[]> {
  const counted = await inEach(on, (at) => tables.countTerms(at, { question, city }));
  const order = (a: tables.TermCount, b: tables.TermCount) =>
    b.n - a.n || (a.term < b.term ? -1 : Number(a.term > b.term));
  return sumBy(
    counted.flat(),
    ({ term }) => term,
    (a, b) => ({ term: a.term, n: a.n + b.n }),
  )
    .toSorted(order)
    .filter((one) => after === null || order(after, one) < 0)
    .slice(0, limit);
}

/** Responses that were looked through with another revision of the lexicon. */
export const countOutdated = async (on: On, revision: number): Promise<number> =>
  (await inEach(on, (at) => tables.countOutdated(at, revision))).reduce((sum, n) => sum + n, 0);

/** Whether any response is of a city (a subject). */
export const hasCity = async (on: On, city: string): Promise<boolean> =>
  (await inEach(on, (at) => tables.hasCity(at, city))).some(Boolean);

/** The most frequent words of a city, with how often they come in all cities; of several databases by a second trip. */
export async function readWords(on: On, city: string, limit: number): Promise<tables.CityWords> {
  const most = await inEach(on, (at) => tables.readWords(at, city, limit));
  const [only] = most;
  if (only && most.length === 1) return only;
  const among = [...new Set(most.flatMap(({ words }) => words.map(({ word }) => word)))];
  const counted = await inEach(on, (at) => tables.countWords(at, city, among));
  const words = sumBy(
    counted.flat(),
    ({ word }) => word,
    (a, b) => ({ word: a.word, here: a.here + b.here, all: a.all + b.all }),
  );
  const total = {
    here: most.reduce((sum, one) => sum + one.total.here, 0),
    all: most.reduce((sum, one) => sum + one.total.all, 0),
  };
  return { total, words: words.toSorted((a, b) => b.here - a.here).slice(0, limit) };
}

/** One of each name: what several databases have of it, added. */
function sumBy<T>(rows: readonly T[], nameOf: (row: T) => string, add: (a: T, b: T) => T): T[] {
  const sums = new Map<string, T>();
  for (const row of rows) {
    const before = sums.get(nameOf(row));
    sums.set(nameOf(row), before === undefined ? row : add(before, row));
  }
  return [...sums.values()];
}
