import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { LEXICON_MAX, SPELLINGS_MAX } from "../../src/core/lexicon/entry";
import { changeLexicon, readLexicon, readLexiconState } from "../../src/store/lexicon";
import { call, ROOT_KEY } from "../support/api";
import { countRows } from "../support/meter";
import { countTrips } from "../support/trips";

let key = "";
let workspace = "";
beforeEach(async () => {
  const made = await call("POST", "/v1/workspaces", { key: ROOT_KEY, body: { name: "Test" } });
  [key, workspace] = [made.body.key, made.body.id];
});

const JUGAAD = {
  term: "jugaad",
  language: "hi",
  city: "Pune",
  variants: ["जुगाड़"],
  meaning: "A clever makeshift",
  partOfSpeech: "noun",
};
const add = (entry: object) => call("POST", "/v1/lexicon", { key, body: entry });
const list = async (query = "") => (await call("GET", `/v1/lexicon${query}`, { key })).body;
const termsOf = ({ items }: { items: { term: string }[] }) => items.map(({ term }) => term);
const audit = async () => (await call("GET", "/v1/audit", { key })).body.items;

describe("an entry of the lexicon", () => {
  it("is added, read, changed and deleted, and each change is noted without its words", async () => {
    const made = await add(JUGAAD);
    expect(made.status).toBe(201);
    const path = made.headers.get("location") ?? "";
    expect(path).toBe(`/v1/lexicon/${made.body.id}`);
    expect(made.body).toMatchObject(JUGAAD);
    expect((await call("GET", path, { key })).body).toEqual(made.body);

    const changed = await call("PATCH", path, { key, body: { city: null, variants: [] } });
    expect(changed.body).toEqual({ ...made.body, city: null, variants: [], updatedAt: changed.body.updatedAt });
    expect((await call("GET", path, { key })).body).toEqual(changed.body);

    expect((await call("DELETE", path, { key })).status).toBe(204);
    expect((await call("GET", path, { key })).status).toBe(404);
    expect((await call("DELETE", path, { key })).status).toBe(404);
    const noted = (await audit()).filter(({ object }: { object: string }) => object === made.body.id);
    expect(noted.map(({ action }: { action: string }) => action)).toEqual([
      "lexicon_entry.deleted",
      "lexicon_entry.updated",
      "lexicon_entry.created",
    ]);
    expect(noted[1].detail).toEqual({ changed: ["city", "variants"] });
    expect(JSON.stringify(noted)).not.toContain("jugaad");
    expect(await readLexiconState(env.DB, workspace)).toMatchObject({
      revision: 3,
      entries: 0,
      spellings: 0,
    });
  });

  it("is empty where nothing is said", async () => {
    const { body } = await add({ term: "yaar", language: "hi" });
    expect(body).toMatchObject({ city: null, variants: [], meaning: null, partOfSpeech: null });
  });

  it("is one for its term, language and city, however they are written", async () => {
    const { body: first } = await add(JUGAAD);
    const again = await add({ ...JUGAAD, term: "JUGAAD", city: " pune " });
    expect([again.status, again.body.code]).toEqual([409, "conflict"]);
    expect(again.body.detail).toContain(first.id);
    for (const other of [{ city: null }, { city: "Delhi" }, { language: "mr" }]) {
      expect((await add({ ...JUGAAD, ...other })).status).toBe(201);
    }
    const { body: delhi } = await add({ ...JUGAAD, term: "lafda" });
    const into = await call("PATCH", `/v1/lexicon/${delhi.id}`, { key, body: { term: "Jugaad" } });
    expect([into.status, into.body.code]).toEqual([409, "conflict"]);
    // An entry is not in its own way.
    expect((await call("PATCH", `/v1/lexicon/${first.id}`, { key, body: { term: "Jugaad" } })).status).toBe(200);
  });

  it.each([
    ["no term", { term: " " }, "/term"],
    ["a term without a word", { term: "🔥!" }, "/term"],
    ["a term of several sentences", { term: "one. two" }, "/term"],
    ["a term of nine words", { term: "a b c d e f g h i" }, "/term"],
    ["lines", { term: "a\nb" }, "/term"],
    ["a language that is none", { language: "hindi language" }, "/language"],
    ["a language otherwise written", { language: "HI-latn" }, "/language"],
    ["a city without a letter", { city: "-" }, "/city"],
    ["variants in one text", { variants: ["a; b"] }, "/variants/0"],
    ["an unknown name", { synonyms: [] }, ""],
  ])("is refused with %s, and told where", async (_, change, pointer) => {
    const { status, body } = await add({ ...JUGAAD, ...change });
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, "invalid_request", pointer]);
    expect((await list()).items).toEqual([]);
  });
});

describe("the list", () => {
  beforeEach(async () => {
    const entries = [
      { term: "yaar", language: "hi" },
      { term: "Yaara", language: "hi", city: "Mumbai" },
      { term: "Bindaas", language: "hi", city: "Mumbai" },
      { term: "bindaas", language: "mr", city: "Pune" },
      { term: "மச்சி", language: "ta", city: "Chennai" },
      { term: "élan", language: "fr" },
    ];
    await call("POST", "/v1/lexicon/import.json", { key, body: { entries } });
  });

  it("is in the order of the terms, page by page", async () => {
    const all = await list();
    expect(termsOf(all)).toEqual(["Bindaas", "bindaas", "élan", "yaar", "Yaara", "மச்சி"]);
    expect(all.next).toBeNull();
    const paged: string[] = [];
    let query = "?limit=2";
    for (let pages = 0; pages < 4; pages += 1) {
      const page = await list(query);
      paged.push(...termsOf(page));
      if (page.next === null) break;
      query = `?limit=2&cursor=${page.next}`;
    }
    expect(paged).toEqual(termsOf(all));
  });

  it("goes on where it was when the entry that it stopped at is deleted", async () => {
    const first = await list("?limit=2");
    await call("DELETE", `/v1/lexicon/${first.items[1].id}`, { key });
    expect(termsOf(await list(`?limit=2&cursor=${first.next}`))).toEqual(["élan", "yaar"]);
  });

  it.each([
    ["term=YAAR", ["yaar", "Yaara"]],
    ["term=elan", ["élan"]],
    ["language=mr", ["bindaas"]],
    ["city=MUMBAI", ["Bindaas", "Yaara"]],
    ["city=", ["élan", "yaar"]],
    ["term=bin&city=Pune", ["bindaas"]],
    ["term=zzz", []],
  ])("is narrowed by %s", async (query, terms) => {
    expect(termsOf(await list(`?${query}`))).toEqual(terms);
  });

  it.each(["term=-", "language=xx-", "cursor=abc", "cursor=WzFd", "limit=0"])("refuses %s", async (query) => {
    const { status, body } = await call("GET", `/v1/lexicon?${query}`, { key });
    expect([status, body.code]).toEqual([400, "invalid_parameter"]);
  });

  it("reads as many rows as it returns", async () => {
    await call("POST", "/v1/lexicon/import.json", {
      key,
      body: { entries: Array.from({ length: 400 }, (_, i) => ({ term: `word${i}`, language: "en" })) },
    });
    const rows = countRows();
    await list("?limit=10");
    await list("?limit=10&term=word39");
    // Each row by the index and by its key, and the key of the caller.
    expect(rows.stop().read).toBeLessThanOrEqual(2 * 2 * 11 + 4);
  });
});

describe("changes of the lexicon at the same time", () => {
  it("are all made, one after the other", async () => {
    const terms = ["a", "b", "c", "d"].map((term) => ({ term, language: "en", variants: [`${term}${term}`] }));
    const made = await Promise.all(terms.map(add));
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const state = await readLexiconState(env.DB, workspace);
    expect(state).toMatchObject({ revision: 4, entries: 4, spellings: 8 });
    expect(await readLexicon(env.DB, workspace)).toHaveLength(4);
  });

  it("leave nothing behind when they were made on an older revision, not even in the audit log", async () => {
    await add(JUGAAD);
    const before = { ...(await readLexiconState(env.DB, workspace)), revision: 0 };
    const [row] = await readLexicon(env.DB, workspace);
    if (!row) throw new Error("no row");
    const change = {
      from: before,
      to: { entries: 9, spellings: 9 },
      put: [{ ...row, id: "lex_2" }],
      remove: [row.id],
      now: 1,
    };
    const entry = {
      id: "aud_x",
      workspace,
      at: 1,
      actor: "k",
      action: "lexicon.imported",
      object: "x",
      detail: {},
    } as const;
    expect(await changeLexicon(env.DB, workspace, change, entry)).toBe(false);
    expect(await readLexicon(env.DB, workspace)).toEqual([row]);
    expect((await audit()).map(({ action }: { action: string }) => action)).not.toContain("lexicon.imported");
  });

  it("cost four round trips and, of an entry, seven rows", async () => {
    await add({ term: "first", language: "en" });
    const trips = countTrips();
    await add({ term: "second", language: "en" });
    // The key is known; state, other entry, change.
    expect(trips.stop()).toBeLessThanOrEqual(4);
    const rows = countRows();
    await add({ term: "third", language: "en" });
    // The entry and two indexes, the lexicon, the audit log and two indexes.
    expect(rows.stop().written).toBe(7);
  });
});

describe("a lexicon that is full", () => {
  const fill = async (entries: number, spellings: number) => {
    await add({ term: "first", language: "en", variants: ["erste"] });
    await env.DB.prepare("UPDATE lexicons SET entries = ?, spellings = ? WHERE workspace = ?")
      .bind(entries, spellings, workspace)
      .run();
  };

  it("takes no more entries", async () => {
    await fill(LEXICON_MAX, 100);
    const { status, body } = await add({ term: "one more", language: "en" });
    expect([status, body.code]).toEqual([409, "conflict"]);
    expect(body.detail).toContain(String(LEXICON_MAX));
  });

  it("takes no more variants, and lets some go", async () => {
    await fill(100, SPELLINGS_MAX);
    const [first] = (await list()).items;
    const path = `/v1/lexicon/${first.id}`;
    expect((await call("PATCH", path, { key, body: { variants: ["a", "b"] } })).status).toBe(409);
    expect((await call("PATCH", path, { key, body: { variants: [] } })).status).toBe(200);
  });
});
