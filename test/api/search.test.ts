import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { findDocuments } from "../../src/integrations/search/tables";
import type { SearchPage } from "../../src/services/search";
import { call, newWorkspace } from "../support/api";
import { catchUp } from "../support/indexes";
import { countRows } from "../support/meter";

const FORM = {
  title: "Visits",
  questions: [
    { ref: "name", type: "short_text", title: "Name" },
    { ref: "about", type: "long_text", title: "About" },
    { ref: "age", type: "integer", title: "Age" },
    {
      ref: "city",
      type: "dropdown",
      title: "City",
      choices: [
        { id: "pnq", label: "Pune" },
        { id: "del", label: "New Delhi" },
      ],
    },
  ],
};

let key = "";
let form = "";
beforeEach(async () => {
  key = await newWorkspace();
  form = (await call("POST", "/v1/forms", { key, body: FORM })).body.id;
});

const add = (config: unknown = {}) =>
  call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind: "search", config, start: "beginning" } });
const submit = async (answers: unknown): Promise<string> =>
  (await call("POST", `/v1/forms/${form}/responses`, { body: { answers } })).body.id;
const search = async (query: Record<string, string>): Promise<SearchPage> => {
  const { status, body } = await call("GET", `/v1/forms/${form}/search?${new URLSearchParams(query)}`, { key });
  expect([status, body.code]).toEqual([200, undefined]);
  return body;
};
const ids = ({ items }: SearchPage) => items.map(({ response }) => response.id);
const shown = ({ items }: SearchPage) =>
  items.map(({ matches }) =>
    matches.map(
      ({ question, snippet }) => `${question}: ${snippet.map((p) => (p.match ? `[${p.text}]` : p.text)).join("")}`,
    ),
  );

/** Documents that a word is still written for, and contributions that have it. */
async function indexed(word: string): Promise<number> {
  const { n } = (await env.TEST_SEARCH_DB.prepare(
    `SELECT (SELECT count(*) FROM search_words WHERE search_words MATCH ?1)
       + (SELECT count(*) FROM contributions WHERE content LIKE '%' || ?1 || '%') AS n`,
  )
    .bind(word)
    .first<{ n: number }>()) ?? { n: -1 };
  return n;
}

describe("a search", () => {
  it("finds the words of answers and of chosen labels, newest first, and marks them", async () => {
    const asha = await submit({ name: "Asha Zoë", about: "Lives near the river.", city: "pnq" });
    await add();
    const ravi = await submit({ name: "Ravi", about: "asha is my sister", city: "del" });
    await submit({ name: "Uma", age: 40 });
    await catchUp(form);
    const found = await search({ q: "ASHA" });
    expect(ids(found)).toEqual([ravi, asha]);
    expect(shown(found)).toEqual([["about: [asha] is my sister"], ["name: [Asha] Zoë"]]);
    expect(found.items[0]?.response).toMatchObject({ id: ravi, answers: { name: "Ravi", city: "del" }, revision: 1 });
    expect(found).toMatchObject({ next: null, index: { state: "active", lag: { entries: 0 } } });
    expect(shown(await search({ q: "asha pune" }))).toEqual([["name: [Asha] Zoë", "city: [Pune]"]]);
    expect(ids(await search({ q: '"new delhi"' }))).toEqual([ravi]);
    expect(ids(await search({ q: "zoe" }))).toEqual([asha]);
    expect(ids(await search({ q: "sis*" }))).toEqual([ravi]);
    expect(ids(await search({ q: "sis" }))).toEqual([]);
    expect(ids(await search({ q: "asha -sister" }))).toEqual([asha]);
    // No phrase reaches from one answer into the next.
    expect(ids(await search({ q: 'asha "zoe lives"' }))).toEqual([]);
    expect(ids(await search({ q: "asha", question: "name" }))).toEqual([asha]);
    expect(ids(await search({ q: "asha river", question: "name" }))).toEqual([]);
  });

  it("follows edits and erasures, keeps its order, and finds nothing twice after a replay", async () => {
    const made = await add();
    const first = await submit({ name: "Asha Before" });
    const second = await submit({ name: "Asha too" });
    await catchUp(form);
    const at = (id: string) => `/v1/forms/${form}/responses/${id}`;
    const edit = { key, headers: { "if-match": '"1"' }, body: { answers: { name: "Meera" } } };
    expect((await call("PATCH", at(first), edit)).status).toBe(200);
    await catchUp(form);
    expect(ids(await search({ q: "asha" }))).toEqual([second]);
    expect(ids(await search({ q: "meera" }))).toEqual([first]);
    expect(await indexed("before")).toBe(0);
    const back = { key, headers: { "if-match": '"2"' }, body: { answers: { name: "Asha again" } } };
    expect((await call("PATCH", at(first), back)).status).toBe(200);
    await catchUp(form);
    expect(ids(await search({ q: "asha" }))).toEqual([second, first]);
    const replay = { key, body: { from: "beginning" } };
    const control = `/v1/forms/${form}/integrations/${made.body.id}/replay`;
    expect((await call("POST", control, replay)).status).toBe(202);
    await catchUp(form);
    expect(ids(await search({ q: "asha" }))).toEqual([second, first]);
    expect((await call("DELETE", at(second), { key })).status).toBe(204);
    // Before the index knows, the log does.
    expect(ids(await search({ q: "asha" }))).toEqual([first]);
    await catchUp(form);
    expect(await indexed("too")).toBe(0);
    expect(ids(await search({ q: "asha" }))).toEqual([first]);
  });

  it("takes the conditions of a list, and pages through everything once", async () => {
    await add();
    const responses = Array.from({ length: 130 }, (_, i) => ({ answers: { name: `Asha ${i}`, age: i } }));
    const sent = await call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
    const all: string[] = sent.body.items.map(({ id }: { id: string }) => id);
    await catchUp(form);
    expect(ids(await search({ q: "asha", "filter[age][ge]": "128", fields: "age" }))).toEqual(all.slice(128).reverse());
    const found: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: SearchPage = await search({ q: "asha", limit: "60", ...(cursor && { cursor }) });
      found.push(...ids(page));
      cursor = page.next;
    }
    expect(found).toEqual(all.toReversed());
    expect(ids(await search({ q: "asha", review: "approved" }))).toEqual([]);
  });

  it("keeps to the questions that it is told", async () => {
    await add({ questions: ["name"] });
    await submit({ name: "Asha", about: "river" });
    await catchUp(form);
    expect(ids(await search({ q: "river" }))).toEqual([]);
    expect(ids(await search({ q: "asha" }))).toHaveLength(1);
    expect((await add({ questions: ["age"] })).body.errors).toMatchObject([{ pointer: "/config/questions/0" }]);
  });

  it("finds answers to a removed question, and labels of a removed choice, also after an edit", async () => {
    await add();
    const [name, about, age, city] = FORM.questions;
    const id = await submit({ name: "Asah", about: "By the river", city: "pnq" });
    await catchUp(form);
    const delhi = { ...city, choices: [{ id: "del", label: "New Delhi" }] };
    const next = { title: "Visits", questions: [name, age, delhi] };
    expect((await call("POST", `/v1/forms/${form}/versions`, { key, body: next })).status).toBe(201);
    const edit = { key, headers: { "if-match": '"1"' }, body: { answers: { name: "Asha" } } };
    expect((await call("PATCH", `/v1/forms/${form}/responses/${id}`, edit)).body.version).toBe(2);
    await catchUp(form);
    const found = await search({ q: "asha river pune" });
    expect(ids(found)).toEqual([id]);
    expect(shown(found)).toEqual([["name: [Asha]", "city: [Pune]", `${about?.ref}: By the [river]`]]);
  });

  it("says what is wrong, and how to add it", async () => {
    const at = `/v1/forms/${form}/search`;
    expect((await call("GET", `${at}?q=asha`, { key })).body).toMatchObject({
      code: "no_index",
      detail: expect.stringContaining('"kind": "search"'),
    });
    await add();
    for (const [query, detail] of [
      ["", "`q` has no word to look for."],
      ["?q=-asha", "`q` has no word to look for."],
      ["?q=asha&order=asc", "`order` is not known here."],
      ["?q=asha&cursor=zz", "This `cursor` is not one that a search returned."],
      ["?q=asha&limit=101", "`limit` is a number from 1 to 100."],
      ["?q=asha&filter[none][eq]=1", "this form has no question with the ref none"],
    ] as const) {
      const { status, body } = await call("GET", `${at}${query}`, { key });
      expect([status, body.code]).toEqual([400, "invalid_parameter"]);
      expect(body.detail).toContain(detail);
    }
  });
});

describe("what a search reads", () => {
  const SIZE = 100_000;

  /** Many documents at once, as `apply` would write them: every one has a common word, every thousandth a rare one. */
  async function fill(integration: number): Promise<void> {
    for (let from = 0; from < SIZE; from += 10_000) {
      const documents = `WITH RECURSIVE n(i) AS (SELECT ?2 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 + 9999)`;
      const text = "'rain on field ' || i || iif(i % 1000 = 0, ' meteor', '')";
      const { TEST_SEARCH_DB: db } = env;
      await db.batch([
        db
          .prepare(`${documents} INSERT INTO search_documents SELECT ?1 * 2147483648 + i, ?1, 0, i FROM n WHERE i > 0`)
          .bind(integration, from),
        db
          .prepare(
            `${documents} INSERT INTO search_words (rowid, text) SELECT ?1 * 2147483648 + i, ${text} FROM n WHERE i > 0`,
          )
          .bind(integration, from),
        db
          .prepare(
            `${documents} INSERT INTO contributions SELECT ?1, 0, i, json_object('own', json_array(json_array('name', ${text}))) FROM n WHERE i > 0`,
          )
          .bind(integration, from),
      ]);
    }
  }

  it("is bounded by what it returns, among 100,000 answers, whether its words are rare or everywhere", async () => {
    const integration = 4_000_000;
    await fill(integration);
    for (const match of ['"rain"', '"meteor"', '"rain" AND "meteor"', '"fie" *']) {
      const rows = countRows(env.TEST_SEARCH_DB);
      const found = await findDocuments({ db: env.TEST_SEARCH_DB, integration }, { match, before: null, limit: 20 });
      const { read } = rows.stop();
      expect([match, found.length, found[0]?.position]).toEqual([
        match,
        20,
        match.includes("meteor") ? 99_000 : 99_999,
      ]);
      expect(read).toBeLessThanOrEqual(4 * found.length);
    }
  }, 60_000);
});
