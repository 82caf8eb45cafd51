import { beforeEach, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { operator, textOf, type Visitor } from "../support/console";
import { catchUp } from "../support/indexes";

const QUESTIONS = [
  { ref: "name", type: "short_text", title: "Name" },
  { ref: "city", type: "dropdown", title: "City", choices: ["Pune", "Delhi"].map((label) => ({ id: label, label })) },
  {
    ref: "crops",
    type: "multiple_choice",
    title: "Crops",
    choices: ["Rice", "Oats"].map((l) => ({ id: l, label: l })),
  },
  { ref: "stars", type: "rating", title: "Stars" },
  { ref: "acres", type: "number", title: "Acres" },
  { ref: "born", type: "date", title: "Born" },
  { ref: "at", type: "time", title: "At" },
  { ref: "where", type: "location", title: "Where" },
  { ref: "mail", type: "email", title: "Mail" },
];

let key = "";
let form = "";
let path = "";
let one: Visitor;
beforeEach(async () => {
  key = await newWorkspace();
  form = await newForm(key, { questions: QUESTIONS });
  path = `/console/forms/${form}/summary`;
  one = await operator(key);
});

const text = async (at = path) => textOf((await one.get(at)).body);
const partOf = (page: string, title: string) => page.slice(page.indexOf(` ${title} `)).slice(0, 1200);

describe("the summary of a form", () => {
  it("is offered where there is none, added by one click, and tells how far behind it is until it is there", async () => {
    for (let i = 0; i < 3; i += 1) await submit(form, { name: "Asha" });
    expect(await text()).toContain("No summary yet");
    const added = await one.submit(path, path);
    expect([added.status, added.headers.get("location")]).toEqual([303, path]);
    const { body } = await one.get(path);
    expect(textOf(body)).toContain("The summary is added");
    expect(textOf(body)).toMatch(/0 of 3 responses are in; the oldest that is not has waited for \d+ s\. Look again/);
    expect(body).toContain('<progress value="0" max="3"');
    expect(textOf(body)).toContain("No responses are counted yet");
    await catchUp(form);
    const after = await one.get(path);
    expect(after.body).not.toContain("<progress");
    expect(textOf(after.body)).toContain("Responses 3 Flagged");
  });

  it("shows each question by what its type has", async () => {
    await call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind: "summary", config: {} } });
    const answers = { name: "Asha", city: "Pune", crops: ["Rice", "Oats"], stars: 4, acres: 2.5, born: "1990-03-31" };
    await submit(form, { ...answers, at: "09:15", where: { latitude: 18.5, longitude: 73.8 }, mail: "a@example.com" });
    await submit(form, { name: "A much longer name", city: "Pune", crops: ["Rice"], stars: 5, acres: 1250.75 });
    await submit(form, { city: "Delhi", born: "1890-01-01" });
    await catchUp(form);
    const page = await text();
    expect(partOf(page, "City")).toMatch(/3 answers, 100 % .* Pune 2 67 % Delhi 1 33 %/);
    expect(partOf(page, "Crops")).toMatch(
      /Rice 2 100 % Oats 1 50 % Chosen at once .* 1 choice 1 50 % 2 choices 1 50 %/,
    );
    expect(partOf(page, "Stars")).toMatch(/1 0 2 0 3 0 4 1 5 1 Mean 4\.5 Standard deviation 0\.5/);
    expect(partOf(page, "Acres")).toMatch(/Mean 626\.6 .* Least, to two digits 2\.5 Largest, to two digits 1,300/);
    expect(partOf(page, "Born")).toMatch(/1990-03 1 1 answer before 1900/);
    expect(partOf(page, "At")).toMatch(/09:00 1 10:00 0/);
    expect(partOf(page, "Name")).toMatch(/1 to 10 characters 1 50 % 11 to 20 characters 1 50 %/);
    expect(partOf(page, "Where")).toContain("1 answer, 33 % of the responses");
    expect(partOf(page, "Mail")).toContain("1 answer, 33 % of the responses");
  });

  it("chooses among several, and says why one stands still", async () => {
    const add = async (body: object) =>
      (await call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind: "summary", config: {}, ...body } }))
        .body;
    await add({});
    const { id } = await add({ filter: 'city == "Pune"' });
    for (const city of ["Pune", "Delhi", "Delhi"]) await submit(form, { city });
    await catchUp(form);
    expect(await text()).toContain("Responses 3 Flagged");
    const of = `${path}?integration=${id}`;
    expect(await text(of)).toContain("Responses 1 Flagged");
    await call("POST", `/v1/forms/${form}/integrations/${id}/pause`, { key });
    expect(await text(of)).toContain("It is paused and learns nothing new until somebody resumes it.");
  });

  it("shows no plot of a draft, and no button to a key that may not add one", async () => {
    const draft = (await call("POST", "/v1/forms", { key, body: { title: "Soon", draft: true } })).body.id;
    expect(await text(`/console/forms/${draft}/summary`)).toContain("Not published yet");
    const reader = { name: "R", scopes: ["forms:read", "responses:read"] };
    one = await operator((await call("POST", "/v1/keys", { key, body: reader })).body.key);
    const { body } = await one.get(path);
    expect(textOf(body)).toContain("that needs the scope integrations:write");
    expect(body).not.toContain(`action="${path}"`);
  });
});
