/** The form editor as a browser without script sees it: every change is a form that is sent. */
import { beforeEach, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { operator, type Page, textOf, untouched, type Visitor } from "../support/console";

let key: string;
let one: Visitor;

beforeEach(async () => {
  key = await newWorkspace();
  one = await operator(key);
});

/** Sends a form of a page as it stands there, with these fields besides, and goes where it leads. */
async function send(path: string, action: string, fields: Record<string, string>): Promise<Page> {
  const sent = untouched((await one.get(path)).body, action);
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  const answer = await one.post(action, sent);
  return answer.status === 303 ? one.follow(answer) : answer;
}

const draftOf = async (form: string) => (await call("GET", `/v1/forms/${form}/draft`, { key })).body;
const edit = (form: string, below = "") => `/console/forms/${form}/edit${below}`;

async function fromNothing(title = "Farm visit"): Promise<string> {
  const made = await one.submit("/console/forms/new", "/console/forms/new", { title });
  return /forms\/(form_\w+)\/edit/.exec(made.headers.get("location") ?? "")?.[1] ?? "";
}

const add = (form: string, question: string, type: string) =>
  send(edit(form), edit(form), { do: "add", question, type });

describe("a form from nothing", () => {
  it("gets questions, choices, pages, a rule and a language, and is published", async () => {
    const form = await fromNothing();
    expect((await one.get(edit(form))).body).toContain("No questions yet");
    await add(form, "Name", "short_text");
    const page = await add(form, "Crop", "single_choice");
    expect(textOf(page.body)).toContain("The question is added.");
    expect(textOf(page.body)).toContain("Add the choices that it has.");
    const crop = edit(form, "/questions/crop");
    await send(crop, crop, {
      more: "Rice\nMaize\n\nRice",
      required: "on",
      "visibleIf.mode": "rows",
      "visibleIf.0.ref": "name",
      "visibleIf.0.is": "answered",
    });
    await add(form, "Income", "number");
    const income = edit(form, "/questions/income");
    await send(income, income, { min: "0", begins: "on", "page.title": "Money" });
    await send(edit(form, "/rules/@new"), edit(form, "/rules/@new"), {
      "expression.mode": "rows",
      "expression.0.ref": "income",
      "expression.0.is": "at_most",
      "expression.0.value": "1000",
      message: "That is a lot.",
      severity: "flag",
    });
    await send(edit(form), edit(form), { do: "language", tag: "hi" });
    const hindi = edit(form, "/languages/hi");
    await send(hindi, hindi, { "/title": "खेत", "/questions/crop/choices/rice": "चावल", "/rules/that_is_a_lot": "बहुत" });
    expect((await draftOf(form)).problems).toEqual([]);
    expect((await draftOf(form)).definition).toEqual({
      title: "Farm visit",
      questions: [
        { ref: "name", type: "short_text", title: "Name" },
        {
          ref: "crop",
          type: "single_choice",
          title: "Crop",
          required: true,
          visibleIf: "name != null",
          choices: [
            { id: "rice", label: "Rice" },
            { id: "maize", label: "Maize" },
          ],
        },
        { ref: "income", type: "number", title: "Income", min: 0, page: { title: "Money" } },
      ],
      rules: [{ name: "that_is_a_lot", severity: "flag", message: "That is a lot.", expression: "income <= 1000" }],
      translations: {
        hi: { title: "खेत", questions: { crop: { choices: { rice: "चावल" } } }, rules: { that_is_a_lot: "बहुत" } },
      },
    });
    const publish = edit(form, "/publish");
    expect(textOf((await one.get(publish)).body)).toMatch(/New questions.*Name.*Crop.*Income/);
    expect(textOf((await send(publish, publish, {})).body)).toContain("The form is published.");
    expect((await submit(form, { name: "Asha", crop: "rice", income: 2000 })).body.flags).toHaveLength(1);
  });
});

/** Everything that a definition may have, and what these pages do not know. */
const SPECIAL = {
  title: "Clinic",
  description: "Once\nin a season",
  language: "en",
  later: { unknown: [1, null] },
  choiceLists: {
    yield: [
      { id: "low", label: "Low", extra: 1 },
      { id: "high", label: "High" },
    ],
  },
  questions: [
    {
      ref: "name",
      type: "short_text",
      title: "Name\nof both",
      description: " two\r\nlines ",
      required: false,
      minLength: 0,
      pattern: "[A-Z]+",
      metadata: { team: "north" },
      page: { title: "One", later: true },
    },
    {
      ref: "ill",
      type: "yes_no",
      title: "Ill?",
      visibleIf: 'size(name) > 3 && name != "x"',
      requiredIf: "name != null",
      indexed: true,
    },
    { ref: "days", type: "integer", title: "Days", min: "three", max: { odd: true }, visibleIf: "ill", later: 1 },
    { ref: "crop", type: "dropdown", title: "Crop", choiceList: "yield" },
    {
      ref: "crops",
      type: "multiple_choice",
      title: 7,
      choices: [{ id: "a", label: "A", later: 1 }, "no choice", { id: "b" }],
      maxChoices: 2,
    },
    { ref: "total", type: "number", title: "Total", calculated: "days * 2", shown: true },
    { ref: "name", type: "statement", title: "Twice" },
    "no question",
    { title: "Without a name", page: 3 },
  ],
  rules: [
    {
      name: "r",
      severity: "error",
      expression: "days <= 30 || ill == false",
      message: "M\nN",
      questions: ["days", "gone"],
      later: 1,
    },
    { name: "no name", severity: "odd", expression: "size(name) > 1", message: "M" },
  ],
  translations: { hi: { title: "क", later: "x", questions: { days: { title: "द", odd: 3 }, gone: { title: "ग" } } } },
};

/** A form that is only this draft. */
async function draftForm(definition: object): Promise<string> {
  const { body } = await call("POST", "/v1/forms", { key, body: { ...definition, draft: true } });
  return body.id;
}

describe("a definition with more in it than the pages know", () => {
  const PAGES = [
    ["", "do=texts"],
    ["/questions/name", "do=save"],
    ["/questions/ill", "do=save"],
    ["/questions/days", "do=save"],
    ["/questions/crop", "do=save"],
    ["/questions/crops", "do=save"],
    ["/questions/total", "do=save"],
    ["/questions/@6", "do=save"],
    ["/questions/@8", "do=save"],
    ["/rules/r", "do=save"],
    ["/rules/@1", "do=save"],
    ["/languages/hi", "do=save"],
    ["/lists/yield", "do=save"],
    ["/json", "do=save"],
  ] as const;

  it("is left as it is by every page that is sent back untouched", async () => {
    const form = await draftForm(SPECIAL);
    for (const [page, deed] of PAGES) {
      const sent = untouched((await one.get(edit(form, page))).body, edit(form, page));
      sent.set("do", deed.slice(3));
      expect((await one.post(edit(form, page), sent)).status, page).toBe(303);
      expect((await draftOf(form)).definition, page).toEqual(SPECIAL);
    }
    expect((await draftOf(form)).revision).toBe(1);
  });

  it("loses nothing when one text of it is changed", async () => {
    const form = await draftForm(SPECIAL);
    await send(edit(form, "/questions/days"), edit(form, "/questions/days"), { title: "How long?" });
    const questions = SPECIAL.questions.map((one) =>
      typeof one === "object" && one.ref === "days" ? { ...one, title: "How long?" } : one,
    );
    expect((await draftOf(form)).definition).toEqual({ ...SPECIAL, questions });
    await send(edit(form), edit(form), { do: "up days" });
    expect((await draftOf(form)).definition.questions.map((q: { ref?: string }) => q?.ref)).toEqual([
      "name",
      "days",
      "ill",
      "crop",
      "crops",
      "total",
      "name",
      undefined,
      undefined,
    ]);
  });

  it("is shown as JSON alone where its lists are no lists", async () => {
    const form = await draftForm({ title: "A", questions: { a: 1 } });
    expect((await one.get(edit(form))).headers.get("location")).toBe(edit(form, "/json"));
    expect((await one.get(edit(form, "/json"))).status).toBe(200);
    expect((await one.get(edit(form, "/questions/a"))).status).toBe(409);
  });
});

it("metadata of a question and of the form is written as lines", async () => {
  const form = await newForm(key);
  const name = edit(form, "/questions/name");
  await send(name, name, { metadata: 'team: north\r\nround: 3\r\ncode: "7"' });
  expect((await draftOf(form)).definition.questions[0].metadata).toEqual({ team: "north", round: 3, code: "7" });
  await send(name, name, { metadata: "no pair" });
  expect((await draftOf(form)).problems).toMatchObject([{ pointer: "/questions/0/metadata" }]);
  const at = `/console/forms/${form}/settings`;
  await send(at, at, { metadata: "project: 12\nlead: Asha" });
  const stored = async () => (await call("GET", `/v1/forms/${form}`, { key })).body.metadata;
  expect(await stored()).toEqual({ project: 12, lead: "Asha" });
  const refused = await send(at, at, { metadata: "no pair" });
  expect([refused.status, untouched(refused.body, at).get("metadata")]).toEqual([422, "no pair"]);
  await send(at, at, { metadata: "" });
  expect(await stored()).toEqual({});
});

it("a rule, a language and a list go after they were confirmed, with what belongs to them", async () => {
  const rules = [{ name: "r", severity: "flag", expression: "name != null", message: "M" }];
  const translations = { hi: { title: "क", rules: { r: "म" } } };
  const form = await draftForm({
    title: "A",
    questions: SPECIAL.questions.slice(0, 1),
    rules,
    translations,
    choiceLists: { x: [] },
  });
  const remove = async (page: string) => {
    const asked = await send(edit(form, page), edit(form, page), { do: "remove" });
    if (page.startsWith("/lists")) return;
    expect(textOf(asked.body)).toContain("Remove the");
    await one.post(edit(form, page), untouched(asked.body, edit(form, page)));
  };
  await remove("/rules/r");
  expect((await draftOf(form)).definition).toMatchObject({ rules: [], translations: { hi: { title: "क" } } });
  await remove("/lists/x");
  await remove("/languages/hi");
  expect(Object.keys((await draftOf(form)).definition)).toEqual(["title", "questions", "rules"]);
});

describe("two people at one form", () => {
  it("the second one to save is told so, keeps what they typed, and sees what is stored", async () => {
    const form = await newForm(key);
    const name = edit(form, "/questions/name");
    const [mine, theirs] = [untouched((await one.get(name)).body, name), untouched((await one.get(name)).body, name)];
    theirs.set("title", "Their title");
    expect((await one.post(name, theirs)).status).toBe(303);
    mine.set("title", "My title");
    const refused = await one.post(name, mine);
    expect(refused.status).toBe(412);
    expect(textOf(refused.body)).toMatch(/Somebody else saved this form meanwhile.*Stored now.*Their title/);
    expect(untouched(refused.body, name).get("title")).toBe("My title");
    expect((await draftOf(form)).definition.questions[0].title).toBe("Their title");
    expect((await one.post(name, untouched(refused.body, name))).status).toBe(303);
    expect((await draftOf(form)).definition.questions[0].title).toBe("My title");
  });

  it("what was typed into something that somebody else removed is shown, to be copied", async () => {
    const form = await newForm(key);
    const city = edit(form, "/questions/city");
    const mine = untouched((await one.get(city)).body, city);
    mine.set("title", "Where do you live?");
    await send(`${city}/remove`, city, {});
    const refused = await one.post(city, mine);
    expect(refused.status).toBe(412);
    expect(textOf(refused.body)).toMatch(/removed this meanwhile.*Where do you live/);
  });

  it("a page of the published version does not save over a draft that was made meanwhile", async () => {
    const form = await newForm(key);
    const before = untouched((await one.get(edit(form))).body, edit(form));
    expect(before.get("revision")).toBe("0");
    await call("PUT", `/v1/forms/${form}/draft`, { key, body: { title: "Theirs", questions: [] } });
    before.set("do", "add");
    before.set("question", "Late");
    const refused = await one.post(edit(form), before);
    expect(refused.status).toBe(412);
    expect(untouched(refused.body.slice(refused.body.indexOf('id="add"')), edit(form)).get("question")).toBe("Late");
    const publish = edit(form, "/publish");
    expect((await one.post(publish, { ...Object.fromEntries(before), revision: "7" })).status).toBe(412);
  });

  it("settings that somebody else changed are not overwritten, others are saved beside them", async () => {
    const form = await newForm(key);
    const at = `/console/forms/${form}/settings`;
    const page = (await one.get(at)).body;
    await call("PATCH", `/v1/forms/${form}`, { key, body: { closedMessage: "Theirs", responsesMax: 5 } });
    const mine = untouched(page, at);
    mine.set("thanksMessage", "Mine");
    expect((await one.post(at, mine)).status).toBe(303);
    expect((await call("GET", `/v1/forms/${form}`, { key })).body).toMatchObject({
      closedMessage: "Theirs",
      responsesMax: 5,
      thanksMessage: "Mine",
    });
    mine.set("closedMessage", "Mine too");
    const refused = await one.post(at, mine);
    expect(refused.status).toBe(409);
    expect(textOf(refused.body)).toContain("Somebody else changed closedMessage");
    expect(untouched(refused.body, at).get("closedMessage")).toBe("Mine too");
  });
});
