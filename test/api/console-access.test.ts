import { beforeEach, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { operator, type Page, textOf, type Visitor } from "../support/console";

let key = "";
let visitor: Visitor;

beforeEach(async () => {
  key = await newWorkspace();
  visitor = await operator(key);
});

const audit = async () => JSON.stringify((await call("GET", "/v1/audit?limit=500", { key })).body);
/** All that an answer says, its cookies too. */
const wholeOf = (page: Page) => page.body + JSON.stringify([...page.headers]);

describe("keys", () => {
  const fields = { name: "Tablet 4", scopes: "responses:submit", until: "2099-01-31" };
  const make = (more: Readonly<Record<string, string>> = {}) =>
    visitor.submit("/console/keys/new", "/console/keys/new", { ...fields, ...more });
  const textIn = ({ body }: Page) => /fl_[A-Za-z0-9]+/.exec(body)?.[0] ?? "";

  it("a key is shown once, on the page that its form leads to, and nowhere else", async () => {
    const sent = await make();
    expect([sent.status, sent.headers.get("location")]).toEqual([303, "/console/keys"]);
    expect(sent.headers.getSetCookie().find((one) => one.startsWith("formlog_once="))).toMatch(
      /; Max-Age=60; Path=\/console\/keys; HttpOnly; SameSite=Strict$/,
    );
    const made = await visitor.follow(sent);
    expect(made.headers.get("cache-control")).toBe("no-store");
    const text = textIn(made);
    expect(text).not.toBe("");
    expect(wholeOf(sent)).not.toContain(text);
    const { items } = (await call("GET", "/v1/keys", { key })).body;
    expect(items[0]).toMatchObject({
      name: "Tablet 4",
      scopes: ["responses:submit"],
      form: null,
      expiresAt: "2099-01-31T23:59:59.000Z",
    });
    const form = await newForm(key, { access: "key" });
    expect(
      (await call("POST", `/v1/forms/${form}/responses`, { key: text, body: { answers: { name: "A" } } })).status,
    ).toBe(201);
    expect(JSON.stringify([...made.headers])).not.toContain(text);
    for (const path of [
      "/console/keys",
      `/console/keys/${items[0].id}/revoke`,
      "/console/audit",
      "/console/keys/new",
    ]) {
      expect(wholeOf(await visitor.get(path)), path).not.toContain(text);
    }
    expect(await audit()).not.toContain(text);
  });

  it("is for the form that was chosen", async () => {
    const form = await newForm(key, { title: "Clinic" });
    const text = textIn(await visitor.follow(await make({ form, scopes: "forms:read" })));
    expect((await call("GET", "/v1/forms", { key: text })).body.items).toHaveLength(1);
    expect(textOf((await visitor.get("/console/keys")).body)).toMatch(/Tablet 4.*See forms.*Clinic/);
  });

  it("says what is wrong, with what was typed", async () => {
    const page = await make({ until: "2020-01-01" });
    expect(page.status).toBe(422);
    expect(textOf(page.body)).toContain("This time has passed. Name a later one.");
    expect(page.body).toContain('value="Tablet 4"');
    expect(page.body).toMatch(/value="responses:submit" checked/);
    expect((await make({ scopes: "everything" })).status).toBe(422);
    expect((await call("GET", "/v1/keys", { key })).body.items).toHaveLength(1);
  });

  it("to revoke one's own key is to be signed out", async () => {
    const { id } = (await call("GET", "/v1/keys", { key })).body.items[0];
    const path = `/console/keys/${id}/revoke`;
    expect(textOf((await visitor.get(path)).body)).toContain("You are signed in with this key");
    const done = await visitor.submit(path, path);
    expect(done.status).toBe(303);
    expect((await visitor.follow(done)).headers.get("location")).toContain("/console/sign-in?over=1");
  });

  it("leafs through more than a page of them", async () => {
    for (let i = 0; i < 50; i += 1)
      await call("POST", "/v1/keys", { key, body: { name: `K${i}`, scopes: ["forms:read"] } });
    const first = (await visitor.get("/console/keys")).body;
    const older = /<a href="([^"]*)" rel="next"/.exec(first)?.[1] ?? "";
    const second = textOf((await visitor.get(older.replaceAll("&amp;", "&"))).body);
    expect(first).toContain("K49");
    expect(second).toContain("First key");
    expect(second).not.toContain("K49");
  });
});

describe("collector links", () => {
  it("are made, handed out with their code, counted and withdrawn", async () => {
    const form = await newForm(key, { access: "link" });
    const path = `/console/forms/${form}/links`;
    const made = await visitor.submit(`${path}/new`, `${path}/new`, {
      name: "Asha",
      until: "2099-01-31",
      responsesMax: "2",
    });
    const at = made.headers.get("location") ?? "";
    const page = (await visitor.follow(made)).body;
    const link = (await call("GET", `/v1/forms/${form}/links`, { key })).body.items[0];
    expect(link).toMatchObject({ name: "Asha", responsesMax: 2, expiresAt: "2099-01-31T23:59:59.000Z" });
    expect(page).toContain(`\n${link.url.replaceAll("&", "&amp;")}</textarea>`);
    expect(page).toMatch(/<div class="qr" role="img"[^>]*><svg/);
    const token = new URL(link.url).searchParams.get("link") ?? "";
    expect((await submit(form, { name: "A" }, { headers: { "formlog-link": token } })).status).toBe(201);
    expect(textOf((await visitor.get(path)).body)).toMatch(/Asha.*1 of 2/);
    const gone = await visitor.submit(`${at}/revoke`, `${at}/revoke`);
    expect(textOf((await visitor.follow(gone)).body)).toContain("The link is withdrawn.");
    expect((await submit(form, { name: "A" }, { headers: { "formlog-link": token } })).status).toBe(403);
    expect(await audit()).not.toContain(token);
  });

  it("says what is wrong, with what was typed", async () => {
    const form = await newForm(key);
    const path = `/console/forms/${form}/links/new`;
    const page = await visitor.submit(path, path, { name: "Asha", responsesMax: "0" });
    expect(page.status).toBe(422);
    expect(page.body).toContain('value="Asha"');
  });
});

it("Turnstile is put on a form and taken off, and its secret is shown nowhere", async () => {
  const form = await newForm(key);
  const path = `/console/forms/${form}/robots`;
  const send = (fields: Readonly<Record<string, string>>) => visitor.submit(path, path, fields);
  const refused = await send({ siteKey: "0x4site", secret: "not a secret" });
  expect(refused.status).toBe(422);
  expect(refused.body).toContain('value="0x4site"');
  expect(refused.body).not.toContain("not a secret");
  const done = await send({ siteKey: "0x4site", secret: "0x4of-nobody" });
  expect(wholeOf(await visitor.follow(done))).not.toContain("0x4of-nobody");
  expect(await audit()).not.toContain("0x4of-nobody");
  expect((await call("GET", `/v1/forms/${form}`, { key })).body.turnstile).toEqual({ siteKey: "0x4site" });
  expect((await send({ off: "yes" })).status).toBe(303);
  expect((await call("GET", `/v1/forms/${form}`, { key })).body.turnstile).toBeNull();
});

it("the log says who did something by the name of their key, and nothing about a form where there is none", async () => {
  const body = { name: "Tablet 4", scopes: ["forms:write"] };
  const { id, key: theirs } = (await call("POST", "/v1/keys", { key, body })).body;
  await newForm(theirs);
  const made = await visitor.get("/console/log?event=form.created");
  expect(textOf(made.body)).toContain("by Tablet 4");
  expect(made.body).not.toContain(id);
  const signedIn = await visitor.get("/console/log?event=session.started");
  expect(signedIn.body).toMatch(/<td role="cell" class="none">/);
});

describe("the audit log", () => {
  const read = async (query = "") =>
    textOf((await visitor.get(`/console/audit${query}`)).body).replace(/^.*(Apply|Show all) /, "");

  it("says in words who did what to what, by who, action, object and day", async () => {
    // With a day on either side: midnight may pass meanwhile.
    const [before, first, last] = [-2, -1, 1].map((days) =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
    );
    const form = await newForm(key, { title: "Clinic" });
    await call("PATCH", `/v1/forms/${form}`, { key, body: { access: "key" } });
    const { id, key: other } = (await call("POST", "/v1/keys", { key, body: { name: "Ravi", scopes: ["admin"] } }))
      .body;
    await call("POST", `/v1/forms/${form}/close`, { key: other });
    const all = await read();
    expect(all).toMatch(/Form closed Who Ravi About Clinic/);
    expect(all).toMatch(/Settings of a form changed Who First key About Clinic.*changed: access/);
    expect(all).toContain("Signed in to the console");
    expect(await read(`?actor=${id}`)).toMatch(/^(?!.*Settings).*Form closed/);
    expect(await read("?action=form.closed")).toMatch(/^(?!.*Settings).*Form closed/);
    expect(await read(`?object=${form}&action=form.updated`)).toMatch(/^(?!.*Form closed).*Settings/);
    expect(await read(`?from=${first}&to=${last}`)).toContain("Form closed");
    expect(await read(`?to=${before}`)).toContain("No entry is like that");
    expect(await read("?action=nonsense&from=nonsense")).toBe(await read());
    const tidied = await visitor.get("/console/audit?actor=&action=form.closed&from=");
    expect(tidied.headers.get("location")).toBe("/console/audit?action=form.closed");
  });
});
