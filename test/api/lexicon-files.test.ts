import { beforeEach, describe, expect, it } from "vitest";
import { call, newWorkspace } from "../support/api";
import { countRows } from "../support/meter";

let key = "";
beforeEach(async () => {
  key = await newWorkspace();
});

const importCsv = (text: string, query = "") =>
  call("POST", `/v1/lexicon/import.csv${query}`, { key, body: text, headers: { "content-type": "text/csv" } });
const importJson = (entries: object[], query = "") =>
  call("POST", `/v1/lexicon/import.json${query}`, { key, body: { entries } });
const exported = async (format: string) => (await call("GET", `/v1/lexicon/export.${format}`, { key })).body;
const entriesOf = async () => (await exported("json")).entries;

const CSV = `term,language,city,variants,meaning,partOfSpeech\r
jugaad,hi,Pune,जुगाड़; jugad,"A clever, ""cheap"" makeshift",noun\r
bhai log,hi,,,,\r
மச்சி,ta,Chennai,machi,Buddy,noun\r
`;

describe("an import", () => {
  it("takes CSV as spreadsheets write it", async () => {
    expect((await importCsv(`\uFEFF${CSV}`)).body).toEqual({ created: 3, updated: 0, unchanged: 0, deleted: 0 });
    expect(await entriesOf()).toEqual([
      { term: "bhai log", language: "hi", city: null, variants: [], meaning: null, partOfSpeech: null },
      {
        term: "jugaad",
        language: "hi",
        city: "Pune",
        variants: ["जुगाड़", "jugad"],
        meaning: 'A clever, "cheap" makeshift',
        partOfSpeech: "noun",
      },
      { term: "மச்சி", language: "ta", city: "Chennai", variants: ["machi"], meaning: "Buddy", partOfSpeech: "noun" },
    ]);
  });

  it("takes columns in any order, by any common name, without those that may be empty", async () => {
    const { body } = await importCsv("Part of speech,LANGUAGE,term\n\nnoun,hi,yaar\n");
    expect(body.created).toBe(1);
    expect(await entriesOf()).toMatchObject([{ term: "yaar", language: "hi", partOfSpeech: "noun" }]);
  });

  it("may be repeated: it writes what is new or changed, and nothing else", async () => {
    await importCsv(CSV);
    const rows = countRows();
    expect((await importCsv(CSV)).body).toEqual({ created: 0, updated: 0, unchanged: 3, deleted: 0 });
    expect(rows.stop().written).toBe(0);
    const changed = CSV.replace("Buddy", "Mate")
      .replace("bhai log", "Bhai  Log")
      .replace("jugaad,hi,Pune", "jugaad,hi,Delhi");
    expect((await importCsv(changed)).body).toEqual({ created: 1, updated: 2, unchanged: 0, deleted: 0 });
    expect((await entriesOf()).map(({ term, city }: { term: string; city: string }) => `${term} ${city}`)).toEqual([
      "Bhai  Log null",
      "jugaad Delhi",
      "jugaad Pune",
      "மச்சி Chennai",
    ]);
    const audit = (await call("GET", "/v1/audit?action=lexicon.imported", { key })).body.items;
    expect(audit.map(({ detail }: { detail: unknown }) => detail)).toEqual([
      { created: 1, updated: 2, unchanged: 0, deleted: 0 },
      { created: 3, updated: 0, unchanged: 0, deleted: 0 },
    ]);
  });

  it("keeps the ids of the entries that it changes", async () => {
    const made = await call("POST", "/v1/lexicon", { key, body: { term: "yaar", language: "hi" } });
    await importJson([{ term: "YAAR", language: "hi", meaning: "Friend" }]);
    const { body } = await call("GET", `/v1/lexicon/${made.body.id}`, { key });
    expect(body).toMatchObject({ term: "YAAR", meaning: "Friend", createdAt: made.body.createdAt });
  });

  it("deletes what the file does not have, when it is told to", async () => {
    await importCsv(CSV);
    const { body } = await importJson([{ term: "bhai log", language: "hi" }], "?others=delete");
    expect(body).toEqual({ created: 0, updated: 0, unchanged: 1, deleted: 2 });
    expect((await entriesOf()).map(({ term }: { term: string }) => term)).toEqual(["bhai log"]);
    expect((await importJson([{ term: "a", language: "hi" }], "?others=drop")).body.code).toBe("invalid_parameter");
  });

  it("takes ten thousand entries at once, and again", { timeout: 60_000 }, async () => {
    const entries = Array.from({ length: 10_000 }, (_, i) => ({
      term: `word ${i}`,
      language: "en",
      variants: [`w${i}`],
    }));
    expect((await importJson(entries)).body.created).toBe(10_000);
    expect((await importJson(entries)).body.unchanged).toBe(10_000);
    const more = await importJson([{ term: "one more", language: "en" }]);
    expect([more.status, more.body.code]).toEqual([409, "conflict"]);
  });
});

describe("an import with mistakes changes nothing, and says on which line", () => {
  it.each([
    ["no columns", "", "names the columns"],
    ["an unknown column", "term,language,synonyms\na,hi,b\n", "Column 3 is none of them"],
    ["a column that comes twice", "term,language,Term\na,hi,b\n", "Column 3"],
    ["semicolons between columns", "term;language\na;hi\n", "with commas between them"],
    ["a quote that is not closed", 'term,language\n"a,hi\n', "Line 2: a quote is not closed"],
    ["a quote inside of a cell", 'term,language\na,hi\na "b" c,hi\n', "Line 3: a quote"],
    ["more cells than columns", "term,language\na,hi\nb,hi,c\n", "Line 3: it has more cells"],
    ["nothing below the columns", "term,language\n", ""],
  ])("%s", async (_, text, detail) => {
    const { status, body } = await importCsv(text);
    expect([status, body.code]).toEqual([422, "invalid_request"]);
    expect(body.errors[0].detail).toContain(detail);
  });

  it("entries that are not right, each with line and column", async () => {
    const text = 'term,language,city\nyaar,hi,\n"two\nlines",hi,\n🔥,hi,\nlafda,hindi language,\n,hi,Pune\n';
    const { body } = await importCsv(text);
    const told = body.errors.map(({ pointer, detail }: { pointer: string; detail: string }) => [
      pointer,
      detail.slice(0, 17),
    ]);
    expect(told).toEqual([
      ["/entries/1/term", "Line 3, term: is "],
      ["/entries/2/term", "Line 5, term: is "],
      ["/entries/3/language", "Line 6, language:"],
      ["/entries/4/term", "Line 7, term: is "],
    ]);
    expect(await entriesOf()).toEqual([]);
  });

  it("one term twice", async () => {
    const { body } = await importCsv("term,language,city\nyaar,hi,\nlafda,hi,\nYAAR,hi,\n");
    expect(body.errors).toMatchObject([
      { pointer: "/entries/2", code: "duplicate", detail: expect.stringContaining("Line 4: ") },
    ]);
    expect(body.errors[0].detail).toContain("entry 1 of the file");
  });

  it.each([
    ["another content type", { "content-type": "application/json" }, "a,b", 415],
    ["bytes that are no UTF-8", { "content-type": "text/csv" }, new Uint8Array([0xff, 0xfe, 0x41]), 400],
    ["more than four megabytes", { "content-type": "text/csv" }, "x".repeat(4 * 1024 * 1024 + 1), 413],
  ])("%s", async (_, headers, body, status) => {
    expect((await call("POST", "/v1/lexicon/import.csv", { key, body, headers })).status).toBe(status);
  });
});

describe("an export", () => {
  it("can be imported again elsewhere, as CSV and as JSON", async () => {
    const entries = [
      {
        term: "-giri",
        language: "hi",
        city: "Nagpur, East",
        variants: ["=giri", "@giri"],
        meaning: "+ the doing",
        partOfSpeech: null,
      },
      { term: "لفڑا", language: "ur", city: null, variants: [], meaning: 'He said "no"', partOfSpeech: null },
    ];
    await importJson(entries);
    const [csv, json] = [await exported("csv"), await exported("json")];
    expect(json.entries).toEqual(entries);
    // Nothing that a spreadsheet would run.
    expect(csv).not.toMatch(/(^|[,;] ?|")[=+@-]/m);
    for (const send of [() => importCsv(csv), () => importJson(json.entries)]) {
      key = await newWorkspace();
      expect((await send()).body.created).toBe(2);
      expect(await entriesOf()).toEqual(entries);
    }
  });

  it("is a file of that name", async () => {
    const { headers } = await call("GET", "/v1/lexicon/export.csv", { key });
    expect(headers.get("content-disposition")).toContain('filename="lexicon.csv"');
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
  });
});
