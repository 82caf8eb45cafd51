import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { countCities, countTerms, findHits, readWords } from "../../src/integrations/slang/tables";
import type { SlangDiscoveryPage, SlangPage } from "../../src/services/slang";
import { call, newForm, newWorkspace } from "../support/api";
import { catchUp } from "../support/indexes";
import { countRows } from "../support/meter";
import { strayTerms } from "../support/slang";

const QUESTIONS = [
  { ref: "about", type: "long_text", title: "About" },
  { ref: "more", type: "short_text", title: "More" },
  {
    ref: "city",
    type: "dropdown",
    title: "City",
    choices: [
      { id: "pnq", label: "Pune" },
      { id: "del", label: "New Delhi" },
    ],
  },
  { ref: "town", type: "short_text", title: "Town" },
];

let key = "";
let form = "";
let at = "";
beforeEach(async () => {
  key = await newWorkspace();
  form = await newForm(key, { questions: QUESTIONS });
  at = `/v1/forms/${form}/slang`;
});

const CONFIG = { text: "about", city: "city" };
const add = async (config: unknown = CONFIG) =>
  (await call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind: "slang", config } })).body;
const list = async (term: string, other: Record<string, unknown> = {}) =>
  (await call("POST", "/v1/lexicon", { key, body: { term, language: "hi", ...other } })).body.id;
const submit = async (answers: unknown): Promise<string> =>
  (await call("POST", `/v1/forms/${form}/responses`, { body: { answers } })).body.id;
const submitAll = (all: readonly unknown[]) =>
  call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses: all.map((answers) => ({ answers })) } });
async function get<T>(path: string, query: Record<string, string>): Promise<T> {
  const { status, body } = await call("GET", `${path}?${new URLSearchParams(query)}`, { key });
  expect([status, body.detail]).toEqual([200, undefined]);
  return body;
}
const read = (query: Record<string, string> = {}) => get<SlangPage>(at, query);
const discover = (city: string, limit = "10") => get<SlangDiscoveryPage>(`${at}/discover`, { city, limit });
const ids = ({ items }: SlangPage) => items.map(({ response }) => response.id);
const shown = ({ items }: SlangPage) =>
  items.map(({ matches }) =>
    matches.map(
      ({ question, snippet }) => `${question}: ${snippet.map((p) => (p.match ? `[${p.text}]` : p.text)).join("")}`,
    ),
  );
const used = ({ cities }: SlangPage) => cities.map(({ label, used, responses }) => `${label} ${used}/${responses}`);

describe("slang", () => {
  it("is counted by city and term, and shown where it stands", async () => {
    await list("jugaad", { variants: ["जुगाड़"] });
    await list("yaar");
    await list("zakas", { language: "mr", city: "Pune" });
    const first = await submit({ about: "Ekdum jugaad hai, jugaad!", city: "pnq" });
    await add();
    const second = await submit({ about: "Yaar, zakas idea", city: "pnq" });
    const third = await submit({ about: "यार ने जुगाड़ किया, zakas", city: "del" });
    await submit({ about: "Nothing of it", city: "del" });
    await submit({ about: "jugaad from nowhere" });
    await submit({ city: "del" });
    await catchUp(form);

    const all = await read();
    expect(all).toMatchObject({ responses: 5, used: 4, items: [], next: null, index: { lag: { entries: 0 } } });
    expect(used(all)).toEqual(["Pune 2/2", "New Delhi 1/2", "null 1/1"]);
    // zakas is a word of Pune: in an answer from Delhi it is another one.
    expect(all.terms).toEqual([
      { term: "jugaad", languages: ["hi"], responses: 3 },
      { term: "yaar", languages: ["hi"], responses: 2 },
      { term: "zakas", languages: ["mr"], responses: 1 },
    ]);
    expect((await read({ city: "new delhi" })).terms.map(({ term }) => term)).toEqual(["jugaad", "yaar"]);

    const jugaad = await read({ term: "JUGAAD", city: "pnq" });
    expect(jugaad).toMatchObject({ responses: 2, used: 1, terms: [{ term: "jugaad", responses: 1 }] });
    expect(shown(jugaad)).toEqual([["about: Ekdum [jugaad] hai, [jugaad]!"]]);
    expect(used(jugaad)).toEqual(["Pune 1/2", "New Delhi 1/2", "null 1/1"]);
    expect(ids(await read({ term: "जुगाड़", city: "Pune" }))).toEqual([first]);
    expect(ids(await read({ term: "yaar" }))).toEqual([third, second]);
  });

  it("follows edits and erasures, and a replay after the lexicon changed", async () => {
    await list("yaar");
    const { id } = await add();
    const first = await submit({ about: "yaar, bindaas", city: "pnq" });
    const second = await submit({ about: "bindaas yaar", city: "del" });
    await catchUp(form);
    const path = (response: string) => `/v1/forms/${form}/responses/${response}`;
    await call("PATCH", path(first), { key, headers: { "if-match": '"1"' }, body: { answers: { city: "del" } } });
    await catchUp(form);
    expect(used(await read({ term: "yaar" }))).toEqual(["New Delhi 2/2"]);

    await list("bindaas");
    expect(await read({ term: "bindaas" })).toMatchObject({ used: 0, lexicon: { revision: 2, outdated: 2 } });
    const replay = { key, body: { from: "beginning" } };
    expect((await call("POST", `/v1/forms/${form}/integrations/${id}/replay`, replay)).status).toBe(202);
    await catchUp(form);
    const found = await read({ term: "bindaas" });
    expect(found).toMatchObject({ used: 2, lexicon: { revision: 2, outdated: 0 } });
    expect(ids(found)).toEqual([second, first]);

    await call("DELETE", path(second), { key });
    // Before the index knows, the log does.
    expect(ids(await read({ term: "bindaas" }))).toEqual([first]);
    await catchUp(form);
    expect(await read({ term: "bindaas" })).toMatchObject({ responses: 1, used: 1 });
    const row = await env.DB.prepare("SELECT no FROM integrations WHERE id = ?").bind(id).first<{ no: number }>();
    expect(await strayTerms(row?.no ?? 0)).toEqual([]);
  });

  it("is paged, terms and responses alike, each once", async () => {
    for (const term of ["alpha", "bravo", "carol", "delta", "echos"]) await list(term);
    await add();
    await submitAll(
      Array.from({ length: 60 }, (_, i) => ({ about: i < 3 ? "alpha bravo carol delta echos" : "alpha", city: "pnq" })),
    );
    await catchUp(form);
    const pages = async (query: Record<string, string>, of: (page: SlangPage) => string[]) => {
      const found: string[] = [];
      for (let cursor: string | null = ""; cursor !== null && found.length < 200; ) {
        const page: SlangPage = await read({ ...query, ...(cursor && { cursor }) });
        found.push(...of(page));
        cursor = page.next;
      }
      return found;
    };
    const terms = await pages({ limit: "2" }, ({ terms }) => terms.map(({ term }) => term));
    expect(terms).toEqual(["alpha", "bravo", "carol", "delta", "echos"]);
    for (const city of [{}, { city: "pnq" }] as Record<string, string>[]) {
      const responses = await pages({ term: "alpha", limit: "25", ...city }, ids);
      expect([responses.length, new Set(responses).size]).toEqual([60, 60]);
    }
  });

  it("keeps to the question and the language that it is told, and takes one typed city however it is written", async () => {
    await list("yaar");
    await list("yaar", { language: "ur" });
    await list("macha", { language: "ta" });
    await add({ text: ["about", "more"], city: "town", language: "hi" });
    const first = await submit({ about: "yaar", more: "macha yaar", town: " PUNE " });
    const second = await submit({ more: "arre yaar", town: "Puné" });
    await catchUp(form);
    const all = await read({ term: "yaar" });
    expect(used(all)).toEqual(["pune 2/2"]);
    expect(shown(all)).toEqual([["more: arre [yaar]"], ["about: [yaar]", "more: macha [yaar]"]]);
    expect(ids(await read({ term: "yaar", question: "about", city: "pune" }))).toEqual([first]);
    expect(await read({ term: "yaar", question: "about" })).toMatchObject({ used: 1 });
    expect(ids(await read({ term: "yaar", question: "more" }))).toEqual([second, first]);
    expect((await read()).terms.map(({ term }) => term)).toEqual(["yaar"]);
  });

  it("says what is wrong, and what to do", async () => {
    expect((await call("GET", at, { key })).body).toMatchObject({
      code: "no_index",
      detail: expect.stringContaining('{"kind": "slang", "config": {"text":'),
    });
    const wrong = await add({ text: ["about", "nope"], city: "about" });
    expect(wrong.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(["/config/text/1", "/config/city"]);
    await add();
    for (const [query, detail] of [
      ["?term=nosuch", "Add it (`POST /v1/lexicon`)"],
      ["?term=%21", "`GET /v1/lexicon` lists the terms"],
      ["?city=Goa", "no such choice as this `city`: Pune, New Delhi"],
      ["?question=more", "looked through: about"],
      ["?cursor=zz", "This `cursor` is not one"],
      ["?limit=101", "`limit` is a number from 1 to 100."],
      ["?q=a", "`q` is not known here."],
      ["/discover", "`city`"],
    ] as const) {
      const { status, body } = await call("GET", `${at}${query}`, { key });
      expect([query, status, body.code]).toEqual([query, 400, "invalid_parameter"]);
      expect(body.detail).toContain(detail);
    }
  });
});

describe("discovery", () => {
  /** Ordinary words, drawn alike for every city. */
  const COMMON =
    "main yahan roz kaam par jata hoon aur shaam ko ghar bazaar dukaan bahut accha lagta hai sab log milte".split(" ");
  /** Numbers that look drawn, the same in each run (Numerical Recipes' generator). */
  let state = 20261124;
  const draw = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const ordinary = () => Array.from({ length: 8 }, () => COMMON[draw(COMMON.length)]).join(" ");
  const PLANTED = { pnq: ["lai bhaari", "khatarnak", "झकास"], del: ["bawaal", "jugaadu", "scene"] } as const;

  it("finds the words that were planted in a city among its first ten, and says which the lexicon has", async () => {
    await list("jhakas", { language: "mr" });
    await add();
    const responses = Array.from({ length: 400 }, (_, i) => {
      const city = i % 2 === 0 ? "pnq" : "del";
      const planted = i % 10 < 2 ? PLANTED[city][Math.floor(i / 10) % 3] : "";
      return { about: `${ordinary()} ${planted}`, city };
    });
    await submitAll(responses);
    await catchUp(form);
    const pune = await discover("Pune");
    expect(pune.items.map(({ word }) => word)).toEqual(expect.arrayContaining(["lai", "bhaari", "khatarnak", "झकास"]));
    expect(pune.items.find(({ word }) => word === "झकास")).toMatchObject({ term: "jhakas", here: 13, elsewhere: 0 });
    expect(pune.items.find(({ word }) => word === "khatarnak")).toMatchObject({ term: null });
    const delhi = await discover("del");
    expect(delhi).toMatchObject({ city: "del", label: "New Delhi" });
    expect(delhi.items.map(({ word }) => word)).toEqual(expect.arrayContaining(["bawaal", "jugaadu", "scene"]));
    for (const { items } of [pune, delhi]) {
      expect(items.map(({ z }) => z)).toEqual(items.map(({ z }) => z).toSorted((a, b) => b - a));
      expect(items[0]?.z).toBeGreaterThan(1.96);
    }
  });

  it("reads a bounded number of rows, whatever a city's vocabulary", async () => {
    const integration = 5_000_000;
    for (const subject of ["*", "=pnq"]) {
      await env.TEST_SEARCH_DB.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
         INSERT INTO counts SELECT ?1, ?2, 'slang.word', 'word' || i, 1 + i % 1000 FROM n`,
      )
        .bind(integration, subject)
        .run();
    }
    const rows = countRows(env.TEST_SEARCH_DB);
    const { words } = await readWords({ db: env.TEST_SEARCH_DB, integration }, "=pnq", 200);
    const { read: rowsRead } = rows.stop();
    expect([words.length, words[0]?.here, words.at(-1)?.here]).toEqual([200, 1000, 997]);
    expect(rowsRead).toBeLessThanOrEqual(2 * 200 + 2);
  });

  it("reads hits and counts by what they return, not by how many responses there are", async () => {
    const place = { db: env.TEST_SEARCH_DB, integration: 5_000_001 };
    const many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)";
    const cities = 'SELECT value FROM json_each(\'["*","=pnq","=del"]\')';
    const fill = [
      `${many} INSERT INTO slang_terms SELECT ?1, '', 'yaar', iif(i % 100, '=del', '=pnq'), i, 0 FROM n`,
      `${many} INSERT INTO contributions SELECT ?1, 0, i, '{"own":{"city":"","terms":[],"found":[]}}' FROM n`,
      `INSERT INTO counts SELECT ?1, '', 'slang.city', value, 20000 FROM (${cities})`,
      `INSERT INTO counts SELECT ?1, value, 'slang.term', 'yaar', 100 FROM (${cities})`,
    ];
    await place.db.batch(fill.map((sql) => place.db.prepare(sql).bind(place.integration)));
    const asked = { question: "", term: "yaar", before: null, limit: 20 };
    const readOf = async (run: () => Promise<readonly unknown[]>) => {
      const rows = countRows(place.db);
      const found = await run();
      return { found: found.length, ...rows.stop() };
    };
    for (const city of ["*", "=pnq"]) {
      const hits = await readOf(() => findHits(place, { ...asked, city }));
      expect([city, hits.found]).toEqual([city, 20]);
      expect(hits.read).toBeLessThanOrEqual(2 * 20);
    }
    const counted = await readOf(() => countCities(place, { ...asked, city: "*" }));
    expect(counted.found).toBe(3);
    expect(counted.read).toBeLessThanOrEqual(3 * 3 + 1);
    const terms = await readOf(() => countTerms(place, { ...asked, city: "*" }));
    expect(terms.found).toBe(1);
    expect(terms.read).toBeLessThanOrEqual(2 * 1 + 1);
  });
});
