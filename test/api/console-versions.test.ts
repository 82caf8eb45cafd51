import { env } from "cloudflare:workers";
/**
 * The versions of a form on the console: one is put into the draft again, and old responses are looked at by the
 * newest.
 */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { operator, textOf, untouched, type Visitor } from "../support/console";
import { createRechecks } from "../support/recheck";
import { BROKEN, RULED } from "../support/rules";

let key: string;
let one: Visitor;

beforeEach(async () => {
  vi.spyOn(console, "info").mockImplementation(() => {});
  key = await newWorkspace();
  one = await operator(key);
});

const { rules, translations: _, ...UNRULED } = RULED;
const FIRST = {
  ...UNRULED,
  choiceLists: { places: [{ id: "a", label: "Pune" }] },
  questions: [...UNRULED.questions, { ref: "city", type: "dropdown", title: "City", choiceList: "places" }],
};
const SECOND = { ...UNRULED, title: "Savings of 2027", rules };
const publish = (form: string, body: object) => call("POST", `/v1/forms/${form}/versions`, { key, body });
const draftOf = async (form: string) => (await call("GET", `/v1/forms/${form}/draft`, { key })).body;
const at = (form: string, below = "") => `/console/forms/${form}/versions${below}`;

describe("an old version", () => {
  let form: string;
  beforeEach(async () => {
    form = await newForm(key, FIRST);
    await publish(form, SECOND);
  });

  it("is listed with what it changed, and put into the draft as it was published", async () => {
    expect(textOf((await one.get(at(form))).body)).toMatch(
      /Version 2 .*1 removed question, title, choice lists, rules.*Version 1 .*all of it was new/,
    );
    const path = at(form, "/1/put-back");
    const asked = await one.get(path);
    expect(textOf(asked.body)).toMatch(/A draft begins with version 1.*New questions.*City/);
    const done = await one.post(path, untouched(asked.body, path));
    expect(textOf((await one.follow(done)).body)).toContain("The draft is version 1 now.");
    const draft = await draftOf(form);
    expect([draft.definition, draft.problems]).toEqual([FIRST, []]);
    expect((await call("GET", `/v1/forms/${form}`, { key })).body.title).toBe("Savings of 2027");
    const again = await one.get(path);
    expect(textOf(again.body)).toContain("The draft is the same as version 1.");
    expect(again.body).not.toContain("Put into the draft</button>");
  });

  it("does not go over a draft that somebody saved after the page was opened", async () => {
    const path = at(form, "/1/put-back");
    const mine = untouched((await one.get(path)).body, path);
    const theirs = { title: "Theirs", questions: "not yet" };
    await call("PUT", `/v1/forms/${form}/draft`, { key, body: theirs });
    const refused = await one.post(path, mine);
    expect(refused.status).toBe(412);
    expect((await draftOf(form)).definition).toEqual(theirs);
    // A draft that can't be compared can give way too.
    expect(textOf(refused.body)).toMatch(/The draft becomes version 1.*the two are not compared/);
    expect((await one.post(path, untouched(refused.body, path))).status).toBe(303);
    expect((await draftOf(form)).definition).toEqual(FIRST);
  });

  it.each(["/3/put-back", "/0/put-back", "/x/put-back"])("there is nothing at %s", async (path) => {
    expect((await one.get(at(form, path))).status).toBe(404);
  });
});

describe("old responses against today's rules", () => {
  it("are asked for by a button, with a bar while it goes on and the figures when it is done", async () => {
    const form = await newForm(key, { ...UNRULED, rules });
    await submit(form, BROKEN);
    await submit(form, BROKEN);
    const path = `/console/forms/${form}/recheck`;
    const page = await one.get(path);
    expect(textOf(page.body)).toContain("by the rules of version 1");
    expect(page.body).not.toContain("<progress");
    const asked = await one.follow(await one.post(path, untouched(page.body, path)));
    expect(textOf(asked.body)).toMatch(/will be looked at again.*It begins within two minutes/);
    expect(asked.body).toContain(`data-live="${path}"`);
    expect(asked.body).not.toContain("Check all responses</button>");
    const rechecks = createRechecks();
    await rechecks.begin();
    await rechecks.goOn({ page: 1, pages: 1, all: 1 }, env.DB);
    const half = await one.get(path);
    expect(half.body).toMatch(/<progress[^>]* value="1" max="2"/);
    expect(textOf(half.body)).toContain("1 of 2 responses");
    rechecks.clock.now += 60_000;
    await rechecks.finish();
    const done = await one.get(path);
    expect(textOf(done.body)).toMatch(/The last time.*Looked at 2 responses Newly flagged 0 responses/);
    expect(done.body).not.toContain("data-live");
    expect(done.body).toContain("Check all responses</button>");
  });

  it("wait for the form to be published", async () => {
    const { body } = await call("POST", "/v1/forms", { key, body: { ...UNRULED, draft: true } });
    const path = `/console/forms/${body.id}/recheck`;
    const page = await one.get(path);
    expect(textOf(page.body)).toContain("not published yet");
    expect((await one.post(path, untouched(page.body, path))).status).toBe(409);
  });
});
