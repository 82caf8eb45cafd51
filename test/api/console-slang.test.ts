import { beforeEach, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { operator, textOf, type Visitor } from "../support/console";
import { catchUp } from "../support/indexes";

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
];

let key = "";
let form = "";
let path = "";
let one: Visitor;
beforeEach(async () => {
  key = await newWorkspace();
  form = await newForm(key, { questions: QUESTIONS });
  path = `/console/forms/${form}/slang`;
  one = await operator(key);
});

const add = () => one.submit(path, path, { text: "about", city: "city", language: "" });
const list = (term: string) => call("POST", "/v1/lexicon", { key, body: { term, language: "hi" } });
const page = async (query: Record<string, string> = {}, at = path) =>
  (await one.get(`${at}?${new URLSearchParams(query)}`)).body;
const text = async (query: Record<string, string> = {}) => textOf(await page(query));

describe("the slang of a form", () => {
  it("is offered with the questions that fit, and refuses what does not", async () => {
    const offer = await page();
    expect(textOf(offer)).toContain("Nobody looks for slang here yet");
    // The long text and the question that is called a city are the likely ones.
    expect(offer).toMatch(/<option value="about" selected[^>]*>About/);
    expect(offer).toMatch(/<option value="city" selected[^>]*>City/);
    const bad = await one.submit(path, path, { text: "about", city: "city", language: "?" });
    expect([bad.status, textOf(bad.body).includes("config language")]).toEqual([422, true]);
    expect((await add()).status).toBe(303);
    expect(await text()).toContain("It is added, and looks through the answers now.");
    const other = await newForm(key, { questions: [{ ref: "n", type: "number", title: "N" }] });
    expect(textOf((await one.get(`/console/forms/${other}/slang`)).body)).toContain("It needs a question with a text");
  });

  it("is counted by city and term; a term shows where it stands", async () => {
    await list("jugaad");
    await list("yaar");
    await add();
    const { body } = await submit(form, { about: "Ekdum jugaad, yaar", city: "pnq" });
    await submit(form, { about: "yaar!", city: "del" });
    await submit(form, { about: "Nothing of it" });
    await catchUp(form);
    expect(await text()).toMatch(/Responses with a text 3 With a term of the lexicon 2 67 %/);
    expect(await text()).toMatch(
      /New Delhi of 1 response, 100 % 1 Pune of 1 response, 100 % 1 No city given of 1 response, 0 % 0/,
    );
    expect(await text()).toMatch(/By term Term Count yaar hi 2 jugaad hi 1/);
    const found = await page({ term: "JUGAAD", city: "pnq" });
    expect(found).toContain("Ekdum <mark>jugaad</mark>, yaar");
    expect(found).toContain(`/console/forms/${form}/responses/${body.id}`);
    expect(textOf(found)).toContain("With this term 1 100 %");
    expect(await text({ term: "nope" })).toContain("The lexicon has no such term");
    expect(await text({ city: "atlantis" })).toContain("has no such choice");
    expect((await one.get(`${path}?cursor=zz`)).status).toBe(400);
  });

  it("goes on to more terms", async () => {
    await Promise.all(Array.from({ length: 5 }, (_, i) => list(`slang${"abcde"[i]}`)));
    const entries = Array.from({ length: 30 }, (_, i) => ({
      term: `wort${String.fromCharCode(97 + (i % 26))}${i}`,
      language: "de",
    }));
    await call("POST", "/v1/lexicon/import.json", { key, body: { entries } });
    await add();
    await submit(form, { about: entries.map(({ term }) => term).join(" "), city: "pnq" });
    await catchUp(form);
    const first = await page();
    const next = /<a href="([^"]*)" rel="next">\s*More terms/.exec(first)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const second = (await one.get(next)).body;
    const terms = (body: string) => [...body.matchAll(/term=(wort\w+)"/g)].map(([, term]) => term);
    expect([terms(first).length, terms(second).length]).toEqual([25, 5]);
    expect(new Set([...terms(first), ...terms(second)]).size).toBe(30);
    expect(second).toContain("First terms");
  });

  it("discovers words of a city, which go into the lexicon and are counted after it was applied", async () => {
    await add();
    const said = (about: string, city: string) => Array.from({ length: 60 }, () => ({ answers: { about, city } }));
    const responses = [...said("it was bhaari today", "pnq"), ...said("it was fine today", "del")];
    await call("POST", `/v1/forms/${form}/responses/batch`, { key, body: { responses } });
    await catchUp(form);
    const at = `${path}/discover`;
    expect(textOf(await page({}, at))).toContain("Compare with the others");
    const words = await page({ city: "pnq" }, at);
    expect(textOf(words)).toMatch(/Words that are used in Pune more than elsewhere/);
    expect(textOf(words)).toMatch(/bhaari Chance\? Hardly chance z \d\.\d Responses here 60 Elsewhere 0/);
    const link = /href="(\/console\/lexicon\/new\?term=bhaari[^"]*)"/.exec(words)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect((await one.get(link)).body).toContain('value="Pune"');
    const added = await one.submit(link, "/console/lexicon/new", { term: "bhaari", city: "Pune", language: "mr" });
    expect(added.headers.get("location")).toBe(`${at}?city=pnq`);
    expect((await one.follow(added)).body).toContain('<a href="/console/lexicon?term=bhaari">bhaari</a>');

    expect(await text()).toContain("was changed since 120 responses were looked through");
    const [, apply = ""] = /href="([^"]*slang\/apply[^"]*)"/.exec(await page()) ?? [];
    expect(textOf((await one.get(apply)).body)).toContain("120 responses are looked through again");
    expect((await one.submit(apply, `${path}/apply`)).status).toBe(303);
    expect(await text()).toContain("0 of 120 responses are gone through again");
    await catchUp(form);
    expect(await text()).toMatch(/bhaari mr 60/);
    expect(await text()).not.toContain("was changed since");
  });

  it("adds and applies nothing for a key that may only read", async () => {
    await add();
    await submit(form, { about: "jugaad", city: "pnq" });
    await catchUp(form);
    await list("jugaad");
    const body = { name: "R", scopes: ["forms:read", "responses:read"] };
    one = await operator((await call("POST", "/v1/keys", { key, body })).body.key);
    expect(await text()).toContain("was changed since 1 response was looked through");
    expect(await page()).not.toContain("slang/apply");
  });
});
