import { beforeAll, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";

let key = "";
beforeAll(async () => {
  key = await newWorkspace();
});

const QUESTIONS = [
  { ref: "sick", type: "yes_no", title: "Were you ill?", required: true },
  { ref: "illness", type: "short_text", title: "With what?", required: true, visibleIf: "sick" },
  { ref: "days", type: "integer", title: "Days", visibleIf: "sick" },
  { ref: "cost", type: "number", title: "Cost a day", requiredIf: "days != null" },
  { ref: "total", type: "number", title: "Total", calculated: "days * cost" },
];

describe("the logic of a form", () => {
  it("asks and demands by what was answered, drops what is not asked, and calculates the rest itself", async () => {
    const form = await newForm(key, { questions: QUESTIONS });
    const read = async (id: string) => (await call("GET", `/v1/forms/${form}/responses/${id}`, { key })).body.answers;
    const well = await submit(form, { sick: false, illness: "flu", total: 5 });
    expect(well.status).toBe(201);
    expect(await read(well.body.id)).toEqual({ sick: false });
    const missing = await submit(form, { sick: true, days: 3 });
    expect(missing.body.errors).toMatchObject([
      { pointer: "/answers/illness", question: "illness", code: "required" },
      { pointer: "/answers/cost", question: "cost", code: "required" },
    ]);
    const ill = await submit(form, { sick: true, illness: "flu", days: 3, cost: 1.5, total: 99 });
    expect(await read(ill.body.id)).toEqual({ sick: true, illness: "flu", days: 3, cost: 1.5, total: 4.5 });
    const at = `/v1/forms/${form}/responses/${ill.body.id}`;
    const patch = (answers: object, revision: number) =>
      call("PATCH", at, { key, body: { answers }, headers: { "if-match": `"${revision}"` } });
    expect((await patch({ days: 4, total: 1 }, 1)).body.answers).toMatchObject({ days: 4, total: 6 });
    expect((await patch({ sick: false }, 2)).body.answers).toEqual({ sick: false, cost: 1.5 });
  });

  it("works on the hosted form without script, where everything is shown", async () => {
    const form = await newForm(key, { questions: QUESTIONS });
    const page = await call("GET", `/f/${form}`);
    expect(page.body).toContain("With what?");
    expect(page.body).not.toContain("Total");
    const sent = await call("POST", `/f/${form}`, {
      body: "q_sick=no&q_illness=",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(sent.status).toBe(303);
    const refused = await call("POST", `/f/${form}`, {
      body: "q_sick=yes&q_illness=",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect([refused.status, refused.body]).toEqual([422, expect.stringContaining("Please answer this question.")]);
  });

  it.each([
    [
      "an expression",
      { ref: "a", type: "short_text", title: "A", visibleIf: "b == 1" },
      "/questions/0/visibleIf",
      "invalid_expression",
    ],
    ["a cycle", { ref: "a", type: "yes_no", title: "A", visibleIf: "a" }, "/questions/0/visibleIf", "cycle"],
    ["a pattern", { ref: "a", type: "short_text", title: "A", pattern: "(a)\\1" }, "/questions/0/pattern", "custom"],
  ])("is refused when it is published, with a pointer to %s", async (_, question, pointer, code) => {
    const { status, body } = await call("POST", "/v1/forms", { key, body: { title: "T", questions: [question] } });
    expect([status, body.errors[0]]).toMatchObject([422, { pointer, question: "a", code }]);
  });
});

describe("choice lists and translations", () => {
  const body = {
    title: "Visit",
    language: "en",
    choiceLists: {
      yield: [
        { id: "low", label: "Low" },
        { id: "high", label: "High" },
      ],
    },
    questions: [
      { ref: "rice", type: "dropdown", title: "Rice", choiceList: "yield" },
      { ref: "maize", type: "single_choice", title: "Maize", choiceList: "yield" },
    ],
    translations: {
      hi: { title: "दौरा", questions: { rice: { title: "चावल" } }, choiceLists: { yield: { low: "कम" } } },
      ur: { title: "دورہ" },
    },
  };

  it("are kept as they were sent, and answered by id", async () => {
    const made = await call("POST", "/v1/forms", { key, body });
    expect(made.body).toMatchObject(body);
    expect(made.body.questions[0]).not.toHaveProperty("choices");
    expect((await call("GET", `/v1/forms/${made.body.id}`, { key })).body).toEqual(made.body);
    expect((await submit(made.body.id, { rice: "low", maize: "high" })).status).toBe(201);
    expect((await submit(made.body.id, { rice: "none" })).body.errors[0].code).toBe("invalid_choice");
    const again = await call("POST", `/v1/forms/${made.body.id}/versions`, { key, body });
    expect(again.status).toBe(201);
  });

  it("show the form in the language that is asked for, in its direction", async () => {
    const form = (await call("POST", "/v1/forms", { key, body })).body.id;
    const hindi = (await call("GET", `/f/${form}?lang=hi-IN`)).body;
    for (const text of ["दौरा", "चावल", "कम", "High", 'lang="hi"', 'dir="ltr"', "?lang=hi-IN"])
      expect(hindi).toContain(text);
    const urdu = (await call("GET", `/f/${form}`, { headers: { "accept-language": "fr, ur;q=0.8, en;q=0.7" } })).body;
    for (const text of ["دورہ", 'lang="ur"', 'dir="rtl"']) expect(urdu).toContain(text);
    const english = (await call("GET", `/f/${form}`, { headers: { "accept-language": "en-GB, ur;q=0.8" } })).body;
    expect(english).toContain('lang="en"');
  });

  it.each([
    [
      "a ref that is none",
      { translations: { hi: { questions: { wheat: { title: "x" } } } } },
      "/translations/hi/questions/wheat",
    ],
    [
      "a choice that is none",
      { translations: { hi: { choiceLists: { yield: { mid: "x" } } } } },
      "/translations/hi/choiceLists/yield/mid",
    ],
    ["a language that is none", { language: "hindi please" }, "/language"],
    [
      "a list that is none",
      { questions: [{ ref: "a", type: "dropdown", title: "A", choiceList: "no" }] },
      "/questions/0/choiceList",
    ],
  ])("refuse %s", async (_, change, pointer) => {
    const refused = await call("POST", "/v1/forms", { key, body: { ...body, ...change } });
    expect(refused.body.errors?.map((e: { pointer: string }) => e.pointer)).toContain(pointer);
  });
});
