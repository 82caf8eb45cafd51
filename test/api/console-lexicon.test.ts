import { beforeEach, describe, expect, it } from "vitest";
import { call, newWorkspace } from "../support/api";
import { operator, textOf, type Visitor } from "../support/console";
import { breakoutsIn, HOSTILE } from "../support/hostile";

const LEXICON = "/console/lexicon";

let key = "";
let one: Visitor;
beforeEach(async () => {
  key = await newWorkspace();
  one = await operator(key);
});

const entries = async () => (await call("GET", "/v1/lexicon", { key })).body.items;
const add = (fields: Record<string, string>) => one.submit(`${LEXICON}/new`, `${LEXICON}/new`, fields);
const list = async (query = "") => textOf((await one.get(`${LEXICON}${query}`)).body);
const upload = (file: string | Uint8Array<ArrayBuffer>, fields = {}) =>
  one.upload(`${LEXICON}/import`, `${LEXICON}/import`, file, fields);

describe("the lexicon", () => {
  it("gets entries, shows them by language and city, changes and deletes them", async () => {
    expect(await list()).toContain("The lexicon is empty");
    const typed = {
      term: " Jugaad ",
      language: "hi",
      city: "",
      variants: "जुगाड़\r\njugad; jugaadu\r\n",
      meaning: "A fix",
    };
    const added = await add(typed);
    expect([added.status, added.headers.get("location")]).toEqual([303, LEXICON]);
    expect(textOf((await one.follow(added)).body)).toContain("“Jugaad” is in the lexicon.");
    await add({ term: "zakas", language: "mr", city: "Pune", partOfSpeech: "adjective" });
    expect(await entries()).toMatchObject([
      { term: "Jugaad", city: null, variants: ["जुगाड़", "jugad", "jugaadu"], meaning: "A fix", partOfSpeech: null },
      { term: "zakas", city: "Pune", variants: [], meaning: null, partOfSpeech: "adjective" },
    ]);
    expect(await list()).toMatch(
      /Jugaad Language hi City Everywhere Meaning A fix .*Also जुगाड़ , jugad , jugaadu zakas/,
    );
    expect(await list("?city=PUNE&term=&language=")).not.toContain("Jugaad");
    expect(await list("?where=everywhere")).not.toContain("zakas");
    expect(await list("?term=jug")).toContain("Jugaad");
    expect(await list("?language=ta")).toContain("No entry is like that");
    expect(await list("?language=nonsense!")).toContain("language is a tag");

    const [first] = await entries();
    const at = `${LEXICON}/${first.id}`;
    const page = (await one.get(at)).body;
    expect(page).toContain("जुगाड़\njugad\njugaadu</textarea>");
    expect((await one.submit(at, at, { ...typed, term: "Jugaad", meaning: "", city: "Delhi" })).status).toBe(303);
    expect((await entries())[0]).toMatchObject({ id: first.id, city: "Delhi", meaning: null });
    expect((await one.submit(`${at}/delete`, `${at}/delete`)).status).toBe(303);
    expect((await entries()).map(({ term }: { term: string }) => term)).toEqual(["zakas"]);
    expect((await one.get(at)).status).toBe(404);
  });

  it("says what is wrong with an entry, and keeps what was typed", async () => {
    await add({ term: "yaar", language: "hi" });
    const twice = await add({ term: "Yaar", language: "hi", meaning: "Friend" });
    expect(twice.status).toBe(409);
    expect(textOf(twice.body)).toContain("The lexicon has this term in this language and city already");
    expect(twice.body).toContain('value="Friend"');
    const bad = await add({ term: "!!!", language: "hindi language" });
    expect(bad.status).toBe(422);
    expect(textOf(bad.body)).toMatch(/term is 1 to 8 words.*language/);
  });

  it("comes with what the address begins, and leads back only to the console", async () => {
    const from = "/console/forms/form_1/slang/discover?city=pnq";
    const path = `${LEXICON}/new?${new URLSearchParams({ term: "bhaari", city: "Pune", back: from })}`;
    expect((await one.get(path)).body).toContain('value="bhaari"');
    const added = await one.submit(path, `${LEXICON}/new`, { term: "bhaari", language: "mr" });
    expect(added.headers.get("location")).toBe(from);
    const away = `${LEXICON}/new?${new URLSearchParams({ back: "https://example.com/" })}`;
    const stays = await one.submit(away, `${LEXICON}/new`, { term: "lai", language: "mr", back: "//example.com" });
    expect(stays.headers.get("location")).toBe("/console/forms");
  });

  it("takes files, tells mistakes by their line, and gives what can be taken again", async () => {
    const csv = "term,language,city,variants\njugaad,hi,,जुगाड़;jugad\nzakas,mr,Pune,\n";
    const told = await one.follow(await upload(`\uFEFF${csv}`));
    expect(textOf(told.body)).toContain("2 entries added, 0 changed, 0 as they were.");
    const bad = await upload("term,language\nyaar,hi\n!!!,hi\nlai,not a tag\n");
    expect(bad.status).toBe(422);
    expect(textOf(bad.body)).toMatch(/Line 3, term: is 1 to 8 words.* Line 4, language:/);
    expect(textOf(bad.body)).not.toMatch(/entries 1|Entry \d/);
    const json = await upload(
      JSON.stringify({
        entries: [
          { term: "yaar", language: "hi" },
          { term: "x", language: "!" },
        ],
      }),
    );
    expect(textOf(json.body)).toContain("Entry 2, language:");
    expect(textOf((await upload("{ no json")).body)).toContain("begins as JSON does");
    expect(textOf((await upload("nothing")).body)).toContain("The first line names the columns");
    expect(textOf((await upload(new Uint8Array([0xff, 0xfe, 0x74]))).body)).toContain("not a text in UTF-8");
    expect(await entries()).toHaveLength(2);

    const exported = await one.get(`${LEXICON}/export.csv`);
    expect(exported.headers.get("content-disposition")).toContain("lexicon.csv");
    expect(textOf((await one.follow(await upload(exported.body))).body)).toContain(
      "0 entries added, 0 changed, 2 as they were.",
    );
    const own = (await one.get(`${LEXICON}/export.json`)).body;
    const fewer = JSON.stringify({ entries: JSON.parse(own).entries.slice(1) });
    expect(textOf((await one.follow(await upload(fewer, { others: "delete" }))).body)).toContain("1 deleted");
    expect(await entries()).toMatchObject([{ term: "zakas" }]);
  });

  it("shows hostile texts as texts, and takes no file from elsewhere", async () => {
    for (const [i, text] of HOSTILE.entries()) {
      await call("POST", "/v1/lexicon", {
        key,
        body: { term: `t${i}`, language: "hi", meaning: text, partOfSpeech: text.slice(0, 40) },
      });
    }
    const pages = [LEXICON, `${LEXICON}/${(await entries())[0].id}`];
    for (const text of HOSTILE) {
      pages.push(`${LEXICON}?${new URLSearchParams({ term: text, language: text, city: text, where: text })}`);
      pages.push(`${LEXICON}/new?${new URLSearchParams({ term: text, meaning: text, variants: text, back: text })}`);
    }
    for (const at of pages) expect(breakoutsIn((await one.get(at)).body), at).toEqual([]);
    for (const text of HOSTILE)
      expect(breakoutsIn((await upload(`term,language\n"${text.replaceAll('"', '""')}",!\n`)).body)).toEqual([]);
    const foreign = await one.upload(`${LEXICON}/import`, `${LEXICON}/import`, "term,language\nx,hi\n", {
      formlog_token: "A".repeat(43),
    });
    expect(foreign.status).toBe(403);
  });
});
