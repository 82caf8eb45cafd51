import { beforeAll, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";

let key = "";
beforeAll(async () => {
  key = await newWorkspace();
});

const [NAME, AGE] = QUESTIONS;

describe("versions", () => {
  it("are listed newest first, in pages", async () => {
    const form = await newForm(key);
    for (const title of ["B", "C"]) {
      await call("POST", `/v1/forms/${form}/versions`, { key, body: { title, questions: [NAME] } });
    }
    const { body } = await call("GET", `/v1/forms/${form}/versions?limit=2`, { key });
    expect(body.items).toMatchObject([
      { version: 3, title: "C", questions: 1 },
      { version: 2, title: "B", questions: 1 },
    ]);
    const rest = await call("GET", `/v1/forms/${form}/versions?limit=2&cursor=${body.next}`, { key });
    expect(rest.body).toMatchObject({ items: [{ version: 1, title: "Visit", questions: 4 }], next: null });
  });

  it("say what they changed, question by question", async () => {
    const form = await newForm(key);
    const village = { ref: "village", type: "short_text", title: "Village" };
    const questions = [{ ...AGE, max: 120, description: "In years" }, { ...NAME }, village];
    await call("POST", `/v1/forms/${form}/versions`, { key, body: { title: "Visit 2", questions } });
    const { body } = await call("GET", `/v1/forms/${form}/versions/2/diff`, { key });
    expect(body).toEqual({
      version: 2,
      against: 1,
      form: { title: { from: "Visit", to: "Visit 2" } },
      added: [village],
      removed: QUESTIONS.slice(2),
      changed: [{ ref: "age", changes: { max: { from: 130, to: 120 }, description: { to: "In years" } } }],
      reordered: ["age", "name"],
    });
    const back = await call("GET", `/v1/forms/${form}/versions/1/diff?against=2`, { key });
    expect(back.body).toMatchObject({ removed: [village], reordered: ["name", "age"] });
    expect((await call("GET", `/v1/forms/${form}/versions/1/diff`, { key })).status).toBe(400);
    expect((await call("GET", `/v1/forms/${form}/versions/2/diff?against=9`, { key })).status).toBe(404);
  });
});

describe("drafts", () => {
  const put = (form: string, body: unknown, match?: string) =>
    call("PUT", `/v1/forms/${form}/draft`, { key, body, headers: match ? { "if-match": match } : {} });
  const publish = (form: string, match?: string) =>
    call("POST", `/v1/forms/${form}/publish`, { key, headers: match ? { "if-match": match } : {} });

  it("may be incomplete: what is wrong is told beside them, and refused when they are published", async () => {
    const form = await newForm(key);
    const draft = { title: "", questions: [{ ref: "age", type: "short_text", title: "Age" }, { ref: "x" }], colour: 1 };
    const saved = await put(form, draft);
    expect([saved.status, saved.headers.get("etag")]).toEqual([200, '"1"']);
    expect(saved.body.definition).toEqual(draft);
    const pointers = saved.body.problems.map((p: { pointer: string }) => p.pointer);
    expect(pointers).toEqual(expect.arrayContaining(["/title", "/questions/1/type", "/questions/1/title"]));
    const refused = await publish(form);
    expect([refused.status, refused.body.errors.length]).toEqual([422, saved.body.problems.length]);
    const typed = await put(form, { title: "V", questions: draft.questions.slice(0, 1) }, '"1"');
    expect(typed.body.problems).toMatchObject([{ pointer: "/questions/0/type", code: "type_changed" }]);
    expect((await publish(form)).body.errors[0].code).toBe("type_changed");
    expect((await call("GET", `/v1/forms/${form}`, { key })).body.version).toBe(1);
    expect((await put(form, [1, null], '"2"')).status).toBe(200);
  });

  it("are published as the next version, and are gone then", async () => {
    const form = await newForm(key);
    await put(form, { title: "V2", questions: [NAME] });
    expect((await submit(form, { name: "a", age: 3 })).body.version).toBe(1);
    const made = await publish(form, '"1"');
    expect([made.status, made.body.version, made.body.title]).toEqual([201, 2, "V2"]);
    expect((await call("GET", `/v1/forms/${form}/draft`, { key })).status).toBe(404);
    expect((await submit(form, { name: "a" })).body.version).toBe(2);
    expect((await publish(form)).status).toBe(404);
  });

  it("of two editors are not overwritten by each other", async () => {
    const form = await newForm(key);
    expect((await put(form, { title: "mine" }, '"1"')).status).toBe(412);
    await put(form, { title: "mine" });
    expect((await put(form, { title: "theirs" })).status).toBe(428);
    expect((await put(form, { title: "mine too" }, '"1"')).headers.get("etag")).toBe('"2"');
    const stale = await put(form, { title: "theirs" }, '"1"');
    expect([stale.status, stale.body.code]).toEqual([412, "stale_draft"]);
    expect((await publish(form, '"1"')).status).toBe(412);
    const drop = (match?: string) =>
      call("DELETE", `/v1/forms/${form}/draft`, { key, headers: match ? { "if-match": match } : {} });
    expect([(await drop()).status, (await drop('"1"')).status, (await drop('"2"')).status]).toEqual([428, 412, 204]);
    expect((await put(form, { title: "new" })).headers.get("etag")).toBe('"4"');
    expect((await put(form, { title: "theirs" }, '"2"')).status).toBe(412);
  });

  it("can be all that a form is: it takes no responses until it is published", async () => {
    const made = await call("POST", "/v1/forms", { key, body: { title: "New", draft: true, responsesMax: 9 } });
    expect(made.body).toMatchObject({ state: "draft", version: 0, title: "New", responsesMax: 9 });
    const form = made.body.id;
    expect((await call("GET", `/v1/forms/${form}`, { key })).body).toEqual(made.body);
    const refused = await submit(form, { name: "a" });
    expect([refused.status, refused.body.code]).toEqual([409, "form_draft"]);
    const page = await call("GET", `/f/${form}`);
    expect([page.status, page.body]).toEqual([409, expect.stringContaining("Not open yet")]);
    const draft = await call("GET", `/v1/forms/${form}/draft`, { key });
    expect(draft.body).toMatchObject({ definition: { title: "New" }, problems: [{ pointer: "/questions" }] });
    expect((await call("DELETE", `/v1/forms/${form}/draft`, { key, headers: { "if-match": '"1"' } })).status).toBe(409);
    await put(form, { title: "Newer", questions: [NAME] }, '"1"');
    expect((await call("GET", `/v1/forms/${form}`, { key })).body.title).toBe("Newer");
    expect((await publish(form)).body).toMatchObject({ state: "open", version: 1 });
    expect((await submit(form, { name: "a" })).status).toBe(201);
  });
});

describe("a duplicate", () => {
  it("has the newest definition and the settings, and nothing else", async () => {
    const form = await newForm(key, { access: "key", responsesMax: 5, metadata: { team: "a" } });
    await call("POST", `/v1/forms/${form}/versions`, { key, body: { title: "Two", questions: [NAME] } });
    await submit(form, { name: "a" }, { key });
    const copy = await call("POST", `/v1/forms/${form}/duplicate`, { key });
    expect(copy.status).toBe(201);
    expect(copy.body).toMatchObject({ version: 1, title: "Two (copy)", access: "key", responsesMax: 5, state: "open" });
    expect(copy.body.questions).toEqual([NAME]);
    expect((await call("GET", `/v1/forms/${copy.body.id}/responses`, { key })).body.items).toEqual([]);
    const named = await call("POST", `/v1/forms/${form}/duplicate`, { key, body: { title: "Next year" } });
    expect(named.body.title).toBe("Next year");
    const draft = await call("POST", "/v1/forms", { key, body: { title: "New", draft: true, questions: "none" } });
    const second = await call("POST", `/v1/forms/${draft.body.id}/duplicate`, { key });
    expect((await call("GET", `/v1/forms/${second.body.id}/draft`, { key })).body.definition).toEqual({
      title: "New (copy)",
      questions: "none",
    });
  });
});
