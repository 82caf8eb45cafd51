import { beforeEach, describe, expect, it } from "vitest";
import { newForm, newWorkspace, submit } from "../support/api";
import { operator, textOf, type Visitor } from "../support/console";
import { breakoutsIn, HOSTILE } from "../support/hostile";
import { catchUp } from "../support/indexes";

let key = "";
let form = "";
let path = "";
let one: Visitor;
beforeEach(async () => {
  key = await newWorkspace();
  form = await newForm(key);
  path = `/console/forms/${form}/search`;
  one = await operator(key);
});

const add = async () => {
  await one.submit(path, path);
  await catchUp(form);
};
const find = async (query: Record<string, string>) => (await one.get(`${path}?${new URLSearchParams(query)}`)).body;
const found = (page: string) => [...page.matchAll(/responses\/(\w+)"><time/g)].map(([, id]) => id);
const marked = (page: string) => [...page.matchAll(/<dd[^>]*>(.*?)<\/dd>/gs)].map(([, text]) => text);

describe("the search of a form", () => {
  it("is offered, added by one click, and led to from the table", async () => {
    expect(textOf((await one.get(path)).body)).toContain("No search yet");
    expect((await one.submit(path, path)).status).toBe(303);
    expect(textOf((await one.get(path)).body)).toContain("The search is added");
    const table = (await one.get(`/console/forms/${form}/responses`)).body;
    expect(table).toContain(`<form method="get" action="${path}"`);
  });

  it("marks what was found, and leads to the response", async () => {
    const { body } = await submit(form, { name: "Asha Zoë of the river" });
    await submit(form, { name: "Ravi", city: "pune" });
    await add();
    const page = await find({ q: 'zoe "the river"' });
    expect(found(page)).toEqual([body.id]);
    expect(marked(page)).toEqual(["Asha <mark>Zoë</mark> of <mark>the river</mark>"]);
    expect(textOf(page)).toContain(`Name Asha Zoë of the river`);
    expect((await one.get(`/console/forms/${form}/responses/${body.id}`)).status).toBe(200);
    expect(textOf(await find({ q: "nobody" }))).toContain("No response has these words");
    expect(textOf(await find({ q: "-asha" }))).toContain("q has no word to look for.");
  });

  it("takes a question and the conditions of a list, and keeps them from page to page", async () => {
    const ids: string[] = [];
    for (let age = 1; age <= 45; age += 1) ids.push((await submit(form, { name: "Asha Pune", age })).body.id);
    await submit(form, { name: "Uma", city: "pune" });
    await add();
    expect(found(await find({ q: "pune", question: "city" }))).toHaveLength(1);
    const added = await one.get(`${path}?q=asha&question=&about=age&is=ge&value=21`);
    expect(added.status).toBe(303);
    const first = await one.follow(added);
    expect(textOf(first.body)).toContain("Age is at least 21");
    expect(found(first.body)).toEqual(ids.slice(25).toReversed());
    const next = /<a href="([^"]*)" rel="next"/.exec(first.body)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect(found((await one.get(next)).body)).toEqual(ids.slice(20, 25).toReversed());
    expect(textOf(await find({ q: "asha", "filter[none][eq]": "1" }))).toContain("no question with the ref none");
    expect((await one.get(`${path}?q=asha&cursor=zz`)).status).toBe(400);
  });

  it("shows hostile answers and words as texts", async () => {
    for (const name of HOSTILE) await submit(form, { name });
    await add();
    const page = await find({ q: "pwned" });
    expect(page.match(/<mark>pwned<\/mark>/g)?.length).toBeGreaterThan(10);
    expect(breakoutsIn(page)).toEqual([]);
    for (const q of HOSTILE) expect(breakoutsIn(await find({ q, question: q })), q).toEqual([]);
  });
});
