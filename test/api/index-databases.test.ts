/**
 * An index that lies in several databases (docs/decisions/038): whatever room its pages found, and where, it answers as
 * one that lies in one. Summary: summary-property.test.ts.
 */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Env, makeContext } from "../../src/context";
import { eraseDeletedIntegrations } from "../../src/dispatch/erase";
import { summary } from "../../src/integrations/summary/index";
import { replayIntegration } from "../../src/services/integration-replay";
import { eraseResponse } from "../../src/services/responses";
import type { SearchPage } from "../../src/services/search";
import type { SlangPage } from "../../src/services/slang";
import { strayCounts } from "../contracts/index.provider";
import { call, newForm, newWorkspace } from "../support/api";
import { gatedD1 } from "../support/gated-d1";
import { askWorker, catchUp, useDatabases } from "../support/indexes";
import { rowsOfIndexes, searchDatabases, takingTurns } from "../support/search-databases";
import { strayTerms } from "../support/slang";
import { createWorld } from "../support/world";

const CITIES = ["Pune", "Delhi", "Agra"];
const WORDS = ["river", "jugaad", "yaar", "bridge", "field", "rain", "bindaas"];
const QUESTIONS = [
  { ref: "about", type: "long_text", title: "About" },
  { ref: "more", type: "short_text", title: "More" },
  { ref: "city", type: "short_text", title: "City" },
];
const INDEXES = [
  { kind: "search", config: {} },
  { kind: "slang", config: { text: ["about", "more"], city: "city" } },
];

let key = "";
beforeEach(async () => {
  key = await newWorkspace();
  for (const term of ["jugaad", "yaar", "bindaas"]) {
    await call("POST", "/v1/lexicon", { key, body: { term, language: "hi" } });
  }
});
afterEach(() => useDatabases(null));

async function newIndexed(indexes: readonly unknown[]): Promise<{ form: string; numbers: number[] }> {
  const form = await newForm(key, { questions: QUESTIONS });
  for (const body of indexes) {
    expect((await call("POST", `/v1/forms/${form}/integrations`, { key, body })).status).toBe(201);
  }
  const { results } = await env.DB.prepare("SELECT no FROM integrations WHERE form = ? ORDER BY no")
    .bind(form)
    .all<{ no: number }>();
  return { form, numbers: results.map(({ no }) => no) };
}

const text = fc.array(fc.constantFrom(...WORDS), { minLength: 0, maxLength: 4 }).map((words) => words.join(" "));
const answers = fc
  .record({ about: text, more: text, city: fc.constantFrom("", ...CITIES) })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "")));
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("submit" as const),
      all: fc.array(answers, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("edit" as const), of: fc.nat(), answers }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("erase" as const), of: fc.nat() }) },
  { weight: 4, arbitrary: fc.constant({ do: "index" as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** The same is done to both forms; what each has of it stands at the same place of its list. */
async function take(forms: readonly { form: string; ids: string[]; catchUp: () => Promise<void> }[], one: Step) {
  for (const { form, ids, catchUp } of forms) {
    const at = `/v1/forms/${form}/responses`;
    if (one.do === "index") await catchUp();
    else if (one.do === "submit") {
      for (const answers of one.all) ids.push((await call("POST", at, { body: { answers } })).body.id);
    } else if (ids.length > 0) {
      const id = ids[one.of % ids.length];
      const headers = { "if-match": "*" };
      if (one.do === "erase") await call("DELETE", `${at}/${id}`, { key });
      else {
        const body = { answers: { about: null, more: null, city: null, ...one.answers } };
        await call("PATCH", `${at}/${id}`, { key, headers, body });
      }
    }
  }
}

/**
 * What a list says besides, and all its pages, with the places of its responses instead of their ids. The last page may
 * be empty, so how many there are says nothing.
 */
async function pages(path: string, query: Record<string, string>, ids: readonly string[]) {
  const found: unknown[] = [];
  let cursor: string | null = null;
  do {
    const asked = new URLSearchParams({ ...query, limit: "3", ...(cursor !== null && { cursor }) });
    const { status, body } = await call("GET", `${path}?${asked}`, { key });
    expect([status, body.detail]).toEqual([200, undefined]);
    const { items, next, index: _, ...others } = body as SearchPage & SlangPage;
    if (cursor === null) found.push(others);
    found.push(...items.map(({ response, matches }) => ({ place: ids.indexOf(response.id), matches })));
    cursor = next;
  } while (cursor !== null);
  return found;
}

async function readAll(form: string, ids: readonly string[]) {
  const at = `/v1/forms/${form}`;
  const search = (query: Record<string, string>) => pages(`${at}/search`, query, ids);
  const slang = (query: Record<string, string>) => pages(`${at}/slang`, query, ids);
  return {
    river: await search({ q: "river" }),
    both: await search({ q: "river -rain", question: "about" }),
    phrase: await search({ q: '"jugaad yaar"' }),
    counts: await slang({}),
    jugaad: await slang({ term: "jugaad" }),
    inPune: await slang({ term: "yaar", city: "Pune" }),
    discovered: (await call("GET", `${at}/slang/discover?city=Pune`, { key })).body.items,
  };
}

it("answers a search and slang alike, wherever its pages found room", { timeout: 240_000 }, async () => {
  const spread = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 20, size: "max" }), async (steps) => {
      const databases = takingTurns();
      const [one, several] = [await newIndexed(INDEXES), await newIndexed(INDEXES)];
      const use = (over: { form: string }) => useDatabases(over === several ? databases : null);
      const forms = [one, several].map((over) => ({
        ...over,
        ids: [] as string[],
        async catchUp() {
          use(over);
          await catchUp(over.form);
        },
      }));
      for (const each of [...steps, { do: "index" as const }]) await take(forms, each);
      const [first, second] = forms;
      if (!first || !second) throw new Error("there are two forms");
      use(one);
      const { discovered: all, ...expected } = await readAll(first.form, first.ids);
      use(several);
      const { discovered, ...found } = await readAll(second.form, second.ids);
      expect(found).toEqual(expected);
      // Words that come fewer than three times in each database are not looked at; of the others all is the same.
      expect(all).toEqual(expect.arrayContaining(discovered));
      for (const no of several.numbers) {
        expect([await strayCounts(no), await strayTerms(no)]).toEqual([[], []]);
        const kept = await rowsOfIndexes<{ position: number }>(
          "SELECT position FROM contributions WHERE integration = ?",
          no,
        );
        expect(new Set(kept.map(({ position }) => position)).size).toBe(kept.length);
        for (const { database } of kept) spread.add(database);
      }
    }),
    { numRuns: 5, endOnFailure: true },
  );
  expect([...spread].toSorted()).toEqual([0, 1, 2]);
});

const submit = async (form: string, ...abouts: string[]) => {
  const ids: string[] = [];
  for (const about of abouts) {
    ids.push((await call("POST", `/v1/forms/${form}/responses`, { body: { answers: { about } } })).body.id);
  }
  return ids;
};
const search = async (form: string, query: Record<string, string>): Promise<SearchPage> =>
  (await call("GET", `/v1/forms/${form}/search?${new URLSearchParams(query)}`, { key })).body;
const idsOf = ({ items }: SearchPage) => items.map(({ response }) => response.id);

async function newWorld() {
  const clock = { now: Date.now() };
  const world = await createWorld({
    kind: summary,
    config: {},
    definition: { title: "Visit", questions: [{ ref: "name", type: "short_text", title: "Name" }] },
    fetch: () => Promise.reject(new Error("an index calls nobody")),
    index: () => env.TEST_SEARCH_DB,
    settings: {},
    clock,
  });
  /** The databases in which its responses lie, in their order. */
  const where = async () => {
    expect(await strayCounts(world.no)).toEqual([]);
    const rows = await rowsOfIndexes<{ position: number }>(
      "SELECT position FROM contributions WHERE integration = ?",
      world.no,
    );
    return rows.toSorted((a, b) => a.position - b.position).map(({ database }) => database);
  };
  return { world, clock, where };
}

describe("a database that is added", () => {
  it("misses nothing of a list whose first page was read before", async () => {
    const { form } = await newIndexed(INDEXES.slice(0, 1));
    const before = await submit(form, "river", "river", "river");
    await catchUp(form);
    const first = await search(form, { q: "river", limit: "1" });
    useDatabases(takingTurns());
    const after = await submit(form, "river");
    await catchUp(form);
    const rest = await search(form, { q: "river", cursor: String(first.next) });
    expect([...idsOf(first), ...idsOf(rest)].toSorted()).toEqual([...before, ...after].toSorted());
  });

  it("takes what is new once the first has no room, and what is there stays", async () => {
    const { world, clock, where } = await newWorld();
    const erase = (response = "") =>
      eraseResponse(world.ctx, world.workspace, { form: world.form, response, precondition: "any" });
    const [first] = await world.submit({ name: "a" }, { name: "b" });
    await world.run();
    expect(await where()).toEqual([0, 0]);
    const full = (sizeBytes: number) =>
      gatedD1(env.TEST_SEARCH_DB, async (run, { sql }) => {
        if (sql.some((one) => one.includes("INSERT INTO contributions"))) {
          throw new Error("D1_ERROR: Exceeded maximum DB size");
        }
        const result = await run();
        for (const { meta } of Array.isArray(result) ? (result as D1Result[]) : []) meta.size_after = sizeBytes;
        return result;
      });
    const furtherIndexes = searchDatabases.slice(1);
    await world.submit({ name: "c" });
    await world.run({ index: full(8e9), furtherIndexes });
    expect(await where()).toEqual([0, 0, 1]);
    // A response that lies in the full one stops the cursor, and nothing behind it is lost.
    await erase(first);
    await world.submit({ name: "d" });
    await world.run({ index: full(8e9), furtherIndexes });
    expect(await world.view()).toMatchObject({ state: "blocked", lastError: expect.stringContaining("is full") });
    clock.now += 900_000;
    await world.run({ furtherIndexes });
    expect(await world.view()).toMatchObject({ state: "active", lag: { entries: 0 } });
    expect(await where()).toHaveLength(4);
  });
});

it("is written nowhere by a holder that comes late, wherever it found room", async () => {
  const { world, where } = await newWorld();
  await world.submit({ name: "a" }, { name: "b" });
  const [first, second] = searchDatabases as [D1Database, D1Database];
  const full = gatedD1(first, async (run) => {
    const result = await run();
    for (const { meta } of Array.isArray(result) ? (result as D1Result[]) : []) meta.size_after = 9e9;
    return result;
  });
  const reached = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const slow = gatedD1(second, async (run, { sql }) => {
    if (sql.some((one) => one.includes("INSERT INTO contributions"))) {
      reached.resolve();
      await release.promise;
    }
    return run();
  });
  const late = world.wakeOnce({ index: full, furtherIndexes: [slow] });
  await reached.promise;
  world.outlive();
  await world.run({ furtherIndexes: [second] });
  expect(await where()).toEqual([0, 0]);
  release.resolve();
  await late;
  expect(await where()).toEqual([0, 0]);
  expect(await world.view()).toMatchObject({ state: "active", lag: { entries: 0 } });
});

it("loses what a worker wrote a second time that did not know it", async () => {
  const { world, where } = await newWorld();
  const again = () => replayIntegration(world.ctx, world.workspace, { ...world.named, from: "beginning" });
  await world.submit({ name: "a" }, { name: "b" });
  const [, index, other] = searchDatabases;
  await world.run({ index });
  await again();
  await world.run({ index: other });
  expect(await where()).toHaveLength(4);
  await again();
  await world.run({ furtherIndexes: searchDatabases.slice(1) });
  expect(await where()).toEqual([1, 1]);
});

describe("the installation", () => {
  it("tells of all of them, and forgets a deleted index in all", async () => {
    useDatabases(takingTurns());
    const told = await askWorker("slang", "/vitals", {});
    expect(await told.json()).toMatchObject({ databases: searchDatabases.map(() => ({ schema: expect.any(String) })) });
    const { form, numbers } = await newIndexed(INDEXES);
    for (const about of ["river", "jugaad", "rain", "yaar"]) {
      await submit(form, about, about);
      await catchUp(form);
    }
    const { items } = (await call("GET", `/v1/forms/${form}/integrations`, { key })).body;
    for (const { id } of items) await call("DELETE", `/v1/forms/${form}/integrations/${id}`, { key });
    const left = async () => {
      const tables = ["contributions", "counts", "fences", "search_documents", "slang_terms"];
      const found = await Promise.all(
        tables.map((table) =>
          rowsOfIndexes(
            `SELECT 1 FROM ${table} WHERE integration IN (SELECT value FROM json_each(?))`,
            JSON.stringify(numbers),
          ),
        ),
      );
      return found.flat().length;
    };
    expect(await left()).toBeGreaterThan(20);
    const ctx = makeContext(env as Env, { waitUntil: () => {} }, "test");
    expect(await eraseDeletedIntegrations(ctx, 1, { rows: 3, steps: 200 })).toBeGreaterThanOrEqual(2);
    expect(await left()).toBe(0);
  });

  it("keeps the index of rules, whose responses are compared with one another, in the first", async () => {
    useDatabases(takingTurns());
    const rule = { name: "same", message: "It is there already.", lookup: { same: ["about"] } };
    const { form, numbers } = await newIndexed([{ kind: "rules", config: { rules: [rule] } }]);
    const ids: string[] = [];
    for (const about of ["river", "rain", "river", "river"]) {
      ids.push(...(await submit(form, about)));
      await catchUp(form);
    }
    const flagged = (await call("GET", `/v1/forms/${form}/responses?review=flagged`, { key })).body;
    expect(flagged.items.map(({ id }: { id: string }) => id).toSorted()).toEqual([ids[2], ids[3]].toSorted());
    const keys = await rowsOfIndexes("SELECT 1 FROM rule_keys WHERE integration = ?", numbers[0]);
    expect(keys.map(({ database }) => database)).toEqual([0, 0, 0, 0]);
  });
});
