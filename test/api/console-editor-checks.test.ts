/**
 * What the editor says before anything is stored: checks, rules on samples, the preview; and settings, versions and
 * deeds.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";
import { operator, type Page, textOf, untouched, type Visitor } from "../support/console";

let key: string;
let one: Visitor;
let form: string;

beforeEach(async () => {
  key = await newWorkspace();
  one = await operator(key);
  form = await newForm(key);
});

const at = (below: string) => `/console/forms/${form}/${below}`;

async function send(path: string, fields: Record<string, string>): Promise<Page> {
  const sent = untouched((await one.get(path)).body, path);
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  return one.post(path, sent);
}

const draft = async () => (await call("GET", `/v1/forms/${form}/draft`, { key })).status;
const stored = async () => (await call("GET", `/v1/forms/${form}`, { key })).body;

describe("a rule is tried before it is saved", () => {
  const rule = {
    do: "check",
    "expression.mode": "rows",
    "expression.0.ref": "age",
    "expression.0.is": "at_most",
    "expression.0.value": "100",
    message: "Old",
  };

  it("on answers that are typed", async () => {
    const says = async (fields: Record<string, string>) =>
      textOf((await send(at("edit/rules/@new"), { ...rule, ...fields })).body);
    expect(await says({})).toContain("Give a sample");
    expect(await says({ q_age: "120" })).toContain("The sample breaks the rule.");
    expect(await says({ q_age: "90" })).toContain("The sample is right");
    expect(await says({ q_age: "1000" })).toMatch(/be looked at.*Age:/);
    expect(await says({ "expression.0.value": "a hundred" })).toContain("“Age” is compared with a number");
    expect(await says({ "expression.mode": "expression", "expression.expression": "age ==" })).toMatch(
      /\(at character/,
    );
    expect(await draft()).toBe(404);
  });

  it("on responses that came, if one may read them", async () => {
    const { id } = (await submit(form, { name: "Asha", age: 120 })).body;
    await submit(form, { name: "Ravi", age: 20 });
    const page = await send(at("edit/rules/@new"), { ...rule, sample: id });
    expect(textOf(page.body)).toMatch(
      /The sample breaks the rule.*Age: 120.*Of the newest 2 responses 1 would break it/,
    );
    const { body } = await call("POST", "/v1/keys", {
      key,
      body: { name: "Editor", scopes: ["forms:read", "forms:write"] },
    });
    one = await operator(body.key);
    expect((await one.get(at("edit/rules/@new"))).body).not.toContain(id);
    expect(textOf((await send(at("edit/rules/@new"), { ...rule, sample: id })).body)).not.toContain("120");
  });
});

it("mistakes are told at their place, and keep a draft from being published", async () => {
  await send(at("edit/questions/age"), {
    min: "ten",
    "visibleIf.mode": "expression",
    "visibleIf.expression": "phone ==",
  });
  const page = textOf((await one.get(at("edit/questions/age"))).body);
  expect(page).toMatch(/At character|at character|Smallest number.*A number is needed\./);
  expect(textOf((await one.get(at("edit"))).body)).toContain("to mend before it can be published");
  const publish = await one.get(at("edit/publish"));
  expect(textOf(publish.body)).toContain("to mend first");
  expect(publish.body).not.toContain(">Publish</button>");
  expect((await stored()).version).toBe(1);
});

it("a type that was published stays, and a name that had another type is refused", async () => {
  expect((await one.get(at("edit/questions/age"))).body).not.toContain('name="type"');
  await send(at("edit/questions/age"), { ref: "name2" });
  await send(at("edit"), { do: "add", question: "Age", type: "date" });
  const { definition } = (await call("GET", `/v1/forms/${form}/draft`, { key })).body;
  expect(definition.questions.map(({ ref }: { ref: string }) => ref)).toEqual([
    "name",
    "name2",
    "city",
    "phone",
    "age_2",
  ]);
});

it("what the page of a question has no input for is told there too", async () => {
  const definition = { title: "A", questions: [{ ref: "pick", type: "yes_no", title: "P", min: 3, colour: "red" }] };
  await call("PUT", `/v1/forms/${form}/draft`, { key, body: definition });
  const page = textOf((await one.get(at("edit/questions/pick"))).body);
  expect(page).toMatch(/Unrecognized key.*colour.*no input for it here/);
  expect(textOf((await one.get(at("edit"))).body)).toContain("P : ");
});

it("JSON is checked, saved as it is, and exported", async () => {
  const bad = await send(at("edit/json"), { do: "check", json: '{"title": "A",}' });
  expect(textOf(bad.body)).toMatch(/JSON/);
  const found = await send(at("edit/json"), { do: "check", json: '{"title": "A", "questions": []}' });
  expect(textOf(found.body)).toContain("/questions Nothing is here yet.");
  expect(await draft()).toBe(404);
  expect((await send(at("edit/json"), { json: "[" })).status).toBe(400);
  expect((await send(at("edit/json"), { json: '{"title": "A", "x": 1}' })).status).toBe(303);
  expect(JSON.parse((await one.get(at("edit/definition.json"))).body)).toEqual({ title: "A", x: 1 });
  expect((await send(at("edit/discard"), {})).status).toBe(303);
  expect(await draft()).toBe(404);
});

it("the preview is the hosted form of the draft; what is sent there is judged and not stored", async () => {
  await send(at("edit/questions/name"), { title: "Full name" });
  const frame = await one.get(at("edit/preview"));
  expect(frame.headers.get("content-security-policy")).toContain("frame-src 'self'");
  const page = await one.get(at("edit/preview/form"));
  expect(page.headers.get("content-security-policy")).toMatch(/frame-ancestors 'self'/);
  expect((await one.get(at("edit"))).headers.get("content-security-policy")).toMatch(/frame-ancestors 'none'/);
  expect(textOf(page.body)).toContain("Full name");
  const refused = await send(at("edit/preview/form"), { q_age: "1000" });
  expect(refused.status).toBe(422);
  expect(textOf(refused.body)).toMatch(/Full name/);
  expect(textOf((await send(at("edit/preview/form"), { q_name: "Asha" })).body)).toContain("It would be stored");
  expect((await call("GET", `/v1/forms/${form}/responses`, { key })).body.items).toEqual([]);
});

it("settings are changed one by one, and mistakes are told at their place", async () => {
  const settings = at("settings");
  const change = {
    closesAt: "2030-01-31T18:00",
    "openingHours.timeZone": "Asia/Kolkata",
    "openingHours.0.days": "mon",
    "openingHours.0.from": "09:00",
    "openingHours.0.to": "17:00",
  };
  const more = {
    responsesMax: "500",
    thanksMessage: "Thanks",
    "theme.color": "#6b2fa0",
    embedOn: "https://example.org\nhttps://*.example.org",
    allowedOrigins: "https://example.org",
  };
  expect((await send(settings, { ...change, ...more })).status).toBe(303);
  const set = {
    closesAt: "2030-01-31T18:00:00Z",
    openingHours: { timeZone: "Asia/Kolkata", hours: [{ days: ["mon"], from: "09:00", to: "17:00" }] },
    responsesMax: 500,
    thanksMessage: "Thanks",
    theme: { color: "#6b2fa0" },
    embedOn: ["https://example.org", "https://*.example.org"],
    allowedOrigins: ["https://example.org"],
  };
  expect(await stored()).toMatchObject(set);
  const before = await stored();
  expect((await send(settings, {})).status).toBe(303);
  expect(await stored()).toEqual(before);
  const refused = await send(settings, { redirectUrl: "javascript:alert(1)", thanksMessage: "Kept" });
  expect(refused.status).toBe(422);
  expect(textOf(refused.body)).toContain("An https address, or a path of this site");
  expect(untouched(refused.body, settings).get("thanksMessage")).toBe("Kept");
  expect((await send(settings, { responsesMax: "", closesAt: "", keepTyped: "" })).status).toBe(303);
  const after = await stored();
  expect(after).toMatchObject({ keepTyped: false, thanksMessage: "Thanks" });
  expect(after).not.toHaveProperty("responsesMax");
});

it("a form is closed, opened, archived, copied, deleted and restored, each after it was confirmed", async () => {
  const deed = async (name: string, fields = {}) =>
    (await send(at(`settings/${name}`), fields)).headers.get("location") ?? "";
  const state = async () => (await stored()).state;
  await deed("close");
  expect(await state()).toBe("closed");
  await deed("open");
  await deed("archive");
  expect(await state()).toBe("archived");
  await deed("unarchive");
  const copy = /form_\w+/.exec(await deed("duplicate", { title: "Second" }))?.[0];
  expect((await call("GET", `/v1/forms/${copy}`, { key })).body).toMatchObject({ title: "Second", state: "open" });
  await deed("delete");
  expect(await state()).toBeUndefined();
  expect((await one.get("/console/forms?list=deleted")).body).toContain(at("settings/restore"));
  await deed("restore");
  expect(await state()).toBe("open");
  expect((await one.get(at("settings/explode"))).status).toBe(404);
});

it("versions say what they changed, and the form is shared where there is a page", async () => {
  const questions = [
    { ...QUESTIONS[0], title: "Full name" },
    ...QUESTIONS.slice(2),
    { ref: "day", type: "date", title: "Day" },
  ];
  await call("POST", `/v1/forms/${form}/versions`, { key, body: { title: "Visit", questions } });
  const second = textOf((await one.get(at("versions/2"))).body);
  expect(second).toMatch(/New questions Day.*Questions that go Age.*Full name title Name Full name/);
  expect(textOf((await one.get(at("versions/1"))).body)).toContain("The first version");
  expect((await one.get(at("versions/3"))).status).toBe(404);
  expect((await one.get(at("share"))).body).toContain(`/f/${form}/qr.svg`);
  await call("PATCH", `/v1/forms/${form}`, { key, body: { access: "key" } });
  expect(textOf((await one.get(at("share"))).body)).toContain("with a key only");
});

it("a key of one form edits that one, and makes no others", async () => {
  const { body } = await call("POST", "/v1/keys", {
    key,
    body: { name: "Of it", scopes: ["forms:read", "forms:write"], form },
  });
  one = await operator(body.key);
  expect((await one.get(at("edit"))).status).toBe(200);
  expect((await one.get("/console/forms")).body).not.toContain("/console/forms/new");
  expect((await one.get("/console/forms/new")).status).toBe(403);
  expect((await send(at("settings/duplicate"), {})).status).toBe(403);
});
