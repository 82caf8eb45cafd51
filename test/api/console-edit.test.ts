import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { call, newWorkspace, submit } from "../support/api";
import { formOf, operator, type Page, textOf, type Visitor } from "../support/console";

const QUESTIONS = [
  { ref: "name", type: "short_text", title: "Name", required: true },
  { ref: "age", type: "integer", title: "Age", max: 130 },
  {
    ref: "city",
    type: "dropdown",
    title: "City",
    choices: [
      { id: "pune", label: "Pune" },
      { id: "satara", label: "Satara" },
    ],
  },
  {
    ref: "reasons",
    type: "multiple_choice",
    title: "Why",
    choices: [
      { id: "a", label: "A" },
      { id: "b", label: "B" },
    ],
  },
  { ref: "place", type: "location", title: "Where" },
  { ref: "at", type: "datetime", title: "When" },
];
const RULE = {
  name: "adult",
  severity: "flag",
  expression: "age == null || age >= 18",
  message: "Ask again.",
  questions: ["age"],
};
const ANSWERS = {
  name: "Asha",
  age: 12,
  city: "pune",
  reasons: ["a"],
  place: { latitude: 18.5, longitude: 73.8, accuracy: 4 },
  at: "2026-11-24T10:00:00+05:30",
};

let key = "";
let form = "";
let response = "";
let visitor: Visitor;
let path = "";

beforeAll(async () => {
  key = await newWorkspace();
  visitor = await operator(key);
});
beforeEach(async () => {
  form = (await call("POST", "/v1/forms", { key, body: { title: "F", questions: QUESTIONS, rules: [RULE] } })).body.id;
  response = (await submit(form, ANSWERS)).body.id;
  path = `/console/forms/${form}/responses/${response}`;
});

const stored = async () => (await call("GET", `/v1/forms/${form}/responses/${response}`, { key })).body;
const change = (answers: unknown) =>
  call("PATCH", `/v1/forms/${form}/responses/${response}`, { key, body: { answers }, headers: { "if-match": "*" } });

/** What the form of a page holds: hidden inputs, typed texts, chosen options. */
function filledIn({ body }: Page): Record<string, string> {
  const html = body.slice(body.indexOf(`action="${path}/edit"`));
  const attribute = (tag: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  const inputs = [...html.slice(0, html.indexOf("</form>")).matchAll(/<input[^>]*>/g)].map(([tag]) => tag);
  const sent = inputs.filter((tag) => !/type="(radio|checkbox)"/.test(tag) || tag.includes(" checked"));
  const selects = [...html.matchAll(/<select[^>]* name="([^"]*)".*?<\/select>/gs)].map(
    ([all, name = ""]) => [name, /<option value="([^"]*)" selected/.exec(all)?.[1] ?? ""] as const,
  );
  return Object.fromEntries([
    ...sent.map((tag) => [attribute(tag, "name"), attribute(tag, "value")] as const),
    ...selects,
  ]);
}

const save = async (page: Page, typed: Readonly<Record<string, string>>) =>
  visitor.post(`${path}/edit`, { ...filledIn(page), ...typed });

describe("editing a response", () => {
  it("what is saved untouched changes nothing", async () => {
    const saved = await save(await visitor.get(`${path}/edit`), {});
    expect(saved.status).toBe(303);
    expect(await stored()).toMatchObject({ revision: 1, answers: ANSWERS });
  });

  it("changes what was typed, as the next revision, and recomputes flags", async () => {
    const saved = await save(await visitor.get(`${path}/edit`), { q_age: "21", q_city: "satara" });
    expect(textOf((await visitor.follow(saved)).body)).toMatch(/The answers are saved.*Age 21.*City Satara/);
    expect(await stored()).toMatchObject({
      revision: 2,
      flags: [],
      review: { state: "corrected" },
      answers: { ...ANSWERS, age: 21, city: "satara" },
    });
  });

  it("says what can't be taken, with what was typed", async () => {
    const page = await save(await visitor.get(`${path}/edit`), { q_age: "many", q_name: "" });
    expect(page.status).toBe(422);
    expect(textOf(page.body)).toMatch(/The answers are not saved.*Age.*Name|The answers are not saved.*Name.*Age/);
    expect(filledIn(page)).toMatchObject({ q_age: "many", q_name: "", q_city: "pune" });
    expect(await stored()).toMatchObject({ revision: 1 });
  });

  it("over somebody else's change: theirs come in, what was typed stays, and both are told apart", async () => {
    const seen = await visitor.get(`${path}/edit`);
    await change({ city: "satara", age: 30, reasons: null });
    const again = await save(seen, { q_age: "21", q_name: "Asha K" });
    expect(again.status).toBe(412);
    const text = textOf(again.body);
    expect(text).toContain("Somebody changed this response while you were at it");
    expect(text).toContain("Age : Somebody made it “30”. What you typed stands here.");
    expect(text).toContain("City : Somebody made it “Satara”, as it stands here.");
    expect(text).toMatch(/Why : Somebody took the answer away\./);
    expect(filledIn(again)).toMatchObject({ revision: "2", q_age: "21", q_name: "Asha K", q_city: "satara" });
    expect(await stored()).toMatchObject({ revision: 2, answers: { age: 30, name: "Asha" } });
    expect((await save(again, {})).status).toBe(303);
    const { answers } = await stored();
    expect(answers).toMatchObject({ age: 21, name: "Asha K", city: "satara", place: ANSWERS.place });
    expect(answers.reasons).toBeUndefined();
  });

  it("asks the questions of the newest version, and keeps answers to others", async () => {
    const questions = [...QUESTIONS.slice(0, 2), { ref: "note", type: "long_text", title: "Note" }];
    await call("POST", `/v1/forms/${form}/versions`, { key, body: { title: "F", questions } });
    const page = await visitor.get(`${path}/edit`);
    expect(textOf(page.body)).toContain("It was answered against version 1 of the form.");
    expect((await save(page, { q_note: "Called." })).status).toBe(303);
    expect((await stored()).answers).toMatchObject({ note: "Called.", city: "pune" });
  });

  it("leads back from a response that was erased", async () => {
    const page = await visitor.get(`${path}/edit`);
    await call("DELETE", `/v1/forms/${form}/responses/${response}`, { key });
    expect((await visitor.get(`${path}/edit`)).headers.get("location")).toBe(path);
    expect((await save(page, { q_age: "21" })).status).toBe(412);
  });
});

describe("a correction link", () => {
  const make = (fields: Readonly<Record<string, string>> = {}) =>
    visitor.submit(`${path}/correction`, `${path}/correction`, fields);
  const linkIn = ({ body }: Page) => /https?:[^<]*\/corrections\/[^<\s]*/.exec(body)?.[0] ?? "";

  it("is shown once, opens the response, and by it the review is closed", async () => {
    const made = await visitor.follow(await make());
    const link = new URL(linkIn(made));
    const hosted = await visitor.get(link.pathname);
    expect(hosted.body).toContain("Ask again.");
    const revision = /name="formlog_revision" value="(\d+)"/.exec(hosted.body)?.[1] ?? "";
    expect(
      (
        await visitor.post(link.pathname, {
          formlog_revision: revision,
          formlog_version: "1",
          q_name: "Asha",
          q_age: "19",
          q_city: "pune",
          q_reasons: "a",
        })
      ).status,
    ).toBe(303);
    expect(await stored()).toMatchObject({ review: { state: "corrected" }, answers: { age: 19 } });
    const token = link.pathname.split("/").at(-1) ?? "?";
    for (const at of [path, `${path}/correction`, "/console/audit", `/console/forms/${form}/responses`]) {
      expect((await visitor.get(at)).body, at).not.toContain(token);
    }
    expect(JSON.stringify([...made.headers])).not.toContain(token);
    expect(JSON.stringify((await call("GET", "/v1/audit", { key })).body)).not.toContain(token);
  });

  it("is offered in the list where somebody waits for it", async () => {
    const list = `/console/forms/${form}/responses`;
    expect((await visitor.get(list)).body).toContain(`href="${path}/correction"`);
    await call("POST", `/v1/forms/${form}/responses/${response}/review`, { key, body: { state: "approved" } });
    expect((await visitor.get(list)).body).not.toContain(`href="${path}/correction"`);
    expect(textOf((await visitor.get(`${path}/correction`)).body)).toContain("The review is “Approved”");
    const reader = (await call("POST", "/v1/keys", { key, body: { name: "R", scopes: ["responses:read"] } })).body.key;
    expect((await (await operator(reader)).get(list)).body).not.toContain("/correction");
  });

  it("says why a day is not taken", async () => {
    const page = await make({ until: "2020-01-01" });
    expect(page.status).toBe(422);
    expect(page.body).toContain('value="2020-01-01"');
    expect(formOf(page.body, `${path}/correction`)).toHaveProperty("formlog_token");
    expect(textOf((await make({ until: "2099-01-01" })).body)).toContain("A link works for a year at most.");
  });
});
