import { beforeEach, describe, expect, it } from "vitest";
import { QUESTION_TYPES } from "../../core/form";
import { ask, createTestApp, type Fields, hidden, MemoryForms, postFields } from "./testing";

let forms: MemoryForms;
let app: ReturnType<typeof createTestApp>;
beforeEach(() => {
  forms = new MemoryForms();
  app = createTestApp(forms);
});

const get = (path: string) => app.request(path);
const post = (form: string, fields: Fields) => postFields(app, form, fields);

const FIELDS: Fields = {
  q_short_text: "Asha",
  q_long_text: "one\r\ntwo",
  q_number: "12.5",
  q_integer: "3",
  q_email: "asha@example.org",
  q_phone_number: "+91 98765 43210",
  q_url: "https://example.org",
  q_yes_no: "no",
  q_single_choice: "rice",
  q_multiple_choice: ["rice", "maize"],
  q_dropdown: "maize",
  q_rating: "4",
  q_opinion_scale: "0",
  q_date: "2026-11-23",
  q_time: "14:05",
  q_datetime: "2026-11-23T14:05",
  "q_location.latitude": "12.97",
  "q_location.longitude": "77.59",
};
const ANSWERS = {
  short_text: "Asha",
  long_text: "one\ntwo",
  number: 12.5,
  integer: 3,
  email: "asha@example.org",
  phone_number: "+91 98765 43210",
  url: "https://example.org",
  yes_no: false,
  single_choice: "rice",
  multiple_choice: ["rice", "maize"],
  dropdown: "maize",
  rating: 4,
  opinion_scale: 0,
  date: "2026-11-23",
  time: "14:05",
  datetime: "2026-11-23T14:05:00Z",
  location: { latitude: 12.97, longitude: 77.59 },
};

describe("every question type", () => {
  beforeEach(() => forms.publish("all", { title: "All", questions: QUESTION_TYPES.map((type) => ask(type)) }));

  it.each(QUESTION_TYPES)("%s has its title tied to its input", async (type) => {
    const page = await (await get("/f/all")).text();
    const title = `<span dir="auto">Title of ${type}</span>`;
    if (type === "statement") return expect(page).toContain(`Title of ${type}</h2>`);
    const isGroup = page.includes(`<legend class="title">${title}`);
    if (!isGroup) expect(page).toContain(`<label class="title" for="q_${type}">${title}`);
    expect(page).toMatch(new RegExp(`<(input|select|textarea)[^>]*id="q_${type}"`));
  });

  it("is read back from what the page sends", async () => {
    const page = await (await get("/f/all")).text();
    for (const name of Object.keys(FIELDS)) expect(page).toContain(`name="${name}"`);
    const sent = await post("all", { ...FIELDS, formlog_key: hidden(page, "formlog_key"), formlog_version: "1" });
    expect(sent.status).toBe(303);
    expect(forms.stored.map((one) => one.answers)).toEqual([ANSWERS]);
  });

  it("is read from multipart as well", async () => {
    const body = new FormData();
    for (const [name, value] of Object.entries(FIELDS)) for (const one of [value].flat()) body.append(name, one);
    expect((await app.request("/f/all", { method: "POST", body })).status).toBe(303);
    expect(forms.stored.map((one) => one.answers)).toEqual([ANSWERS]);
  });

  it("left empty, none is an answer", async () => {
    const empty = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, ""]));
    expect((await post("all", empty)).status).toBe(303);
    expect(forms.stored.map((one) => one.answers)).toEqual([{}]);
  });

  it("shows again what was typed when something is wrong", async () => {
    const page = await (await post("all", { ...FIELDS, q_email: "nobody" })).text();
    for (const [name, value] of Object.entries(FIELDS)) {
      if (!["q_long_text", "q_email"].includes(name)) {
        for (const one of [value].flat()) expect(page, name).toContain(`value="${one}"`);
      }
    }
    expect(page).toContain('value="nobody"');
    expect(page).toContain("\none\ntwo</textarea>");
    expect(page).toMatch(/id="q_yes_no.1"[^>]*value="no" checked/);
    expect(page).toMatch(/value="maize" selected/);
    expect(page.match(/name="q_multiple_choice"[^>]* checked/g)).toHaveLength(2);
  });
});

describe("mistakes", () => {
  beforeEach(() =>
    forms.publish("farm", {
      title: "Farm",
      questions: [
        ask("short_text", { ref: "name", required: true, description: "As in your papers" }),
        ask("integer", { ref: "age", min: 18 }),
        ask("single_choice", { ref: "crop", required: true }),
      ],
    }),
  );

  it("are all told beside their question and in a summary that leads there; nothing is stored", async () => {
    const answer = await post("farm", { q_age: "7" });
    const page = await answer.text();
    expect(answer.status).toBe(422);
    expect(page).toMatch(/id="summary" role="alert" tabindex="-1"/);
    for (const ref of ["name", "age", "crop"]) {
      expect(page).toContain(`<a href="#q_${ref}">`);
      expect(page).toContain(`id="error_${ref}"`);
      expect(page).toMatch(new RegExp(`aria-describedby="error_${ref}`));
    }
    expect(page).toMatch(
      /id="q_name"[^>]*aria-describedby="error_name hint_name" aria-invalid="true" aria-required="true"/,
    );
    expect(page).toContain("<title>Not sent yet: Farm</title>");
    expect(forms.stored).toEqual([]);
  });

  it("a required question says so in words", async () => {
    const page = await (await get("/f/farm")).text();
    expect(page.match(/\(required\)/g)).toHaveLength(2);
  });

  it("an optional radio can be taken back without script, a required one has no such choice", async () => {
    forms.publish("farm", { title: "Farm", questions: [ask("yes_no"), ask("single_choice", { required: true })] });
    const page = await (await get("/f/farm")).text();
    expect(page.match(/No answer/g)).toHaveLength(1);
  });
});

describe("markup in texts stays text", () => {
  const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;

  it("in titles, descriptions, labels, answers and receipts", async () => {
    const questions = QUESTION_TYPES.map((type) =>
      ask(type, {
        title: EVIL,
        description: EVIL,
        ...("choices" in ask(type) ? { choices: [{ id: "a", label: EVIL }] } : {}),
      }),
    );
    forms.publish("evil", { title: EVIL, description: EVIL, questions });
    const typed = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, EVIL]));
    const pages = [
      await get("/f/evil"),
      await post("evil", typed),
      await post("evil", { ...typed, q_gone: EVIL, formlog_version: EVIL, formlog_key: EVIL }),
      await get(`/f/${encodeURIComponent(EVIL)}/thanks/r0000001`),
    ];
    forms.publish("evil", { title: EVIL, questions }, { state: "closed" });
    pages.push(await get("/f/evil"));
    for (const answer of pages) {
      const page = await answer.text();
      expect(page).not.toMatch(/<script>|<img|onerror=alert\(2\)>/);
      expect(page.match(/<script/g)).toHaveLength(1);
    }
  });
});

describe("sent twice", () => {
  beforeEach(() => forms.publish("farm", { title: "Farm", questions: [ask("short_text")] }));

  it("the same page is stored once and both go to the same receipt", async () => {
    const page = await (await get("/f/farm")).text();
    const fields = { q_short_text: "Asha", formlog_key: hidden(page, "formlog_key"), formlog_version: "1" };
    const [first, second] = await Promise.all([post("farm", fields), post("farm", fields)]);
    expect(first.headers.get("location")).toBe("/f/farm/thanks/r0000001");
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    expect(forms.stored).toHaveLength(1);
  });

  it("each page has its own key", async () => {
    const keys = await Promise.all([1, 2].map(async () => hidden(await (await get("/f/farm")).text(), "formlog_key")));
    expect(new Set(keys).size).toBe(2);
  });

  it("with other answers it is not stored until sent once more", async () => {
    const key = "11111111-2222-4333-8444-555555555555";
    await post("farm", { q_short_text: "Asha", formlog_key: key });
    const answer = await post("farm", { q_short_text: "Ravi", formlog_key: key });
    const page = await answer.text();
    expect(answer.status).toBe(409);
    expect(page).toContain("You sent this form before, with other answers");
    expect(page).toContain('value="Ravi"');
    expect(forms.stored).toHaveLength(1);
    expect((await post("farm", { q_short_text: "Ravi", formlog_key: hidden(page, "formlog_key") })).status).toBe(303);
    expect(forms.stored.map((one) => one.answers.short_text)).toEqual(["Asha", "Ravi"]);
  });

  it("a repeat after the form closed still leads to its receipt", async () => {
    const fields = { q_short_text: "Asha", formlog_key: "key-of-one-page" };
    await post("farm", fields);
    forms.publish("farm", { title: "Farm", questions: [ask("short_text")] }, { state: "closed" });
    expect((await post("farm", fields)).headers.get("location")).toBe("/f/farm/thanks/r0000001");
  });
});

describe("the form changed while it was open", () => {
  beforeEach(() => forms.publish("farm", { title: "Farm", questions: [ask("short_text"), ask("number")] }));

  it("answers that are right for the new version are stored against it", async () => {
    forms.publish("farm", { title: "Farm", questions: [ask("short_text"), ask("email")] });
    expect((await post("farm", { q_short_text: "Asha", q_number: "", formlog_version: "1" })).status).toBe(303);
    expect(forms.stored).toMatchObject([{ version: 2, answers: { short_text: "Asha" } }]);
  });

  it("an answer to a removed question is shown, not dropped", async () => {
    forms.publish("farm", { title: "Farm", questions: [ask("short_text")] });
    const answer = await post("farm", { q_short_text: "Asha", q_number: "12.25", formlog_version: "1" });
    const page = await answer.text();
    expect(answer.status).toBe(422);
    expect(page).toContain("The form has changed since you opened it");
    expect(page).toContain('<blockquote dir="auto">12.25</blockquote>');
    expect(page).toContain('value="Asha"');
    expect(hidden(page, "formlog_version")).toBe("2");
    expect(forms.stored).toEqual([]);
  });

  it("a new required question is asked, what was typed is kept", async () => {
    forms.publish("farm", { title: "Farm", questions: [ask("short_text"), ask("email", { required: true })] });
    const page = await (await post("farm", { q_short_text: "Asha", formlog_version: "1" })).text();
    expect(page).toContain("The form has changed since you opened it");
    expect(page).toContain('value="Asha"');
    expect(forms.stored).toEqual([]);
  });

  it("the newest version is shown, even where the one before was still remembered", async () => {
    const remembered = await forms.loadForm({ name: "memory" }, "farm");
    forms.publish("farm", { title: "Farm", questions: [ask("short_text"), ask("email", { required: true })] });
    forms.remembered = remembered;
    const page = await (await post("farm", { q_short_text: "Asha", formlog_version: "1" })).text();
    expect(hidden(page, "formlog_version")).toBe("2");
    expect(page).toContain("Title of email");
    expect(page).toContain("The form has changed since you opened it");
  });
});
