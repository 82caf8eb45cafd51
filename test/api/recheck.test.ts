import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseResponseId, segmentStart } from "../../src/core/ids";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { createRechecks, progressOf } from "../support/recheck";
import { segmentOf } from "../support/rows";
import { BROKEN, FLAG, GOOD, REFUSED, RULED } from "../support/rules";
import { everywhere, onlyOnOneShard, shardOf } from "../support/shards";

const { rules, translations: _, ...UNRULED } = RULED;
let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace();
});
beforeEach(async () => {
  vi.spyOn(console, "info").mockImplementation(() => {});
  // What other tests left unfinished.
  for (const table of ["rechecks", "recheck_requests"]) await everywhere(`DELETE FROM ${table}`);
  form = await newForm(key, UNRULED);
});

const publish = (definition: object, of = form) =>
  call("POST", `/v1/forms/${of}/versions`, { key, body: { ...UNRULED, ...definition } });
const given = async (answers: unknown): Promise<string> => (await submit(form, answers)).body.id;
const path = (id: string) => `/v1/forms/${form}/responses/${id}`;
const get = async (id: string) => (await call("GET", path(id), { key })).body;
const edit = (id: string, answers: unknown) =>
  call("PATCH", path(id), { key, body: { answers }, headers: { "if-match": "*" } });
const events = async (id: string) =>
  (await call("GET", `${path(id)}/revisions`, { key })).body.items.map((one: { event: string; by: string | null }) => [
    one.event,
    one.by,
  ]);
const progress = () => progressOf(key, form);

describe("a version whose rules changed", () => {
  it("has older responses looked at again: what they break is flagged, also a rule that refuses; answers stay", async () => {
    const ids = [await given(GOOD), await given(BROKEN), await given(REFUSED)];
    const [good = "", broken = "", refused = ""] = ids;
    await publish({ rules });
    expect(await progress()).toMatchObject({ version: 2, state: "waiting", responses: null, checked: 0 });
    const early = createRechecks(Date.now() + 20_000);
    expect([await early.finish(), (await progress()).state]).toEqual([0, "waiting"]);
    await createRechecks().finish();
    expect(await progress()).toEqual({
      version: 2,
      state: "done",
      askedAt: expect.stringMatching(/Z$/),
      finishedAt: expect.stringMatching(/Z$/),
      responses: 3,
      checked: 3,
      flagged: 2,
      cleared: 0,
    });
    expect(await get(good)).toMatchObject({ revision: 1, flags: [], review: { state: "received" } });
    expect(await get(broken)).toMatchObject({
      revision: 2,
      version: 1,
      answers: BROKEN,
      flags: [FLAG],
      review: { state: "flagged" },
    });
    const negative = {
      rule: "income_not_negative",
      message: "An income is not negative.",
      questions: ["monthly_income"],
    };
    // It breaks both: 0 saved of -1 earned.
    expect(await get(refused)).toMatchObject({ answers: REFUSED, flags: [FLAG, negative] });
    expect([await events(good), await events(broken)]).toEqual([
      [["created", null]],
      [
        ["created", null],
        ["flagged", "system"],
      ],
    ]);
  });

  it("takes its flags back where they do not hold any more: the review closes itself, and integrations can see it", async () => {
    await publish({ rules });
    const id = await given(BROKEN);
    const approved = await given(BROKEN);
    await call("POST", `${path(approved)}/review`, { key, body: { state: "approved" } });
    await publish({ rules: [] });
    await createRechecks().finish();
    expect(await progress()).toMatchObject({ version: 3, flagged: 0, cleared: 2 });
    expect(await get(id)).toMatchObject({ flags: [], review: { state: "corrected" } });
    expect(await get(approved)).toMatchObject({ flags: [], review: { state: "approved" } });
    expect((await events(id)).at(-1)).toEqual(["reviewed", "system"]);
  });

  it("leaves flags of integrations, judgements of people, tombstones and other forms alone", async () => {
    const [theirs, rejected, erased] = [await given(BROKEN), await given(BROKEN), await given(BROKEN)];
    const other = { rule: "seen_before", message: "Twice.", questions: [], source: "int_0000000000000000" };
    await shardOf(theirs)
      .prepare("UPDATE responses SET flags = ?, review = 'flagged' WHERE id = ?")
      .bind(JSON.stringify([other]), parseResponseId(theirs)?.position)
      .run();
    await call("POST", `${path(rejected)}/review`, { key, body: { state: "rejected" } });
    await call("DELETE", path(erased), { key });
    const stranger = await newWorkspace();
    const elsewhere = await newForm(stranger, UNRULED);
    const apart = (await submit(elsewhere, BROKEN)).body.id;
    await publish({ rules });
    await createRechecks().finish();
    expect((await get(theirs)).flags).toEqual([FLAG, other]);
    expect(await get(rejected)).toMatchObject({ flags: [FLAG], review: { state: "rejected" } });
    expect(await get(erased)).toMatchObject({ answers: {}, flags: [] });
    expect(await progress()).toMatchObject({ checked: 3, flagged: 2 });
    const untouched = await call("GET", `/v1/forms/${elsewhere}/responses/${apart}`, { key: stranger });
    expect(untouched.body).toMatchObject({ revision: 1, flags: [] });
    expect((await call("GET", `/v1/forms/${elsewhere}`, { key: stranger })).body.recheck).toBeUndefined();
    expect((await call("POST", `/v1/forms/${form}/recheck`, { key: stranger })).status).toBe(404);
  });

  it("changes nothing where the rules say it in other words only, or where they are the same", async () => {
    await publish({ rules });
    const id = await given(BROKEN);
    await createRechecks().finish();
    const worded = rules.map((rule) => ({ ...rule, message: "Other words." }));
    await publish({ rules: worded });
    await publish({ rules: worded, title: "Renamed" });
    expect(await progress()).toMatchObject({ version: 2, state: "done" });
    // And when they are applied all the same, the flag that stands is not written anew.
    await call("POST", `/v1/forms/${form}/recheck`, { key });
    await createRechecks().finish();
    expect(await progress()).toMatchObject({ version: 4, checked: 1, flagged: 0, cleared: 0 });
    expect((await get(id)).revision).toBe(1);
  });
});

describe("a rule over a question that was not asked then", () => {
  const phone = { ref: "phone", type: "short_text", title: "Phone" };
  const questions = [...RULED.questions, phone];
  const rule = (name: string, expression: string) => ({ name, severity: "error", expression, message: "No." });

  it("flags nobody for not answering it; by what is known it does, and of who was asked it wants an answer", async () => {
    const old = await given({ name: "Asha", monthly_income: 5 });
    await publish({ questions });
    const asked = await given({ name: "Binu", monthly_income: 5 });
    const answered = await given({ name: "Chitra", monthly_income: 50, phone: "1" });
    await publish({
      questions,
      rules: [
        rule("reachable", "phone != null"),
        rule("either", "phone != null || monthly_savings != null"),
        rule("both", "phone != null && monthly_income > 10"),
        rule("not_gone", "!(phone == null)"),
      ],
    });
    await createRechecks().finish();
    const names = async (id: string) => (await get(id)).flags.map((flag: { rule: string }) => flag.rule);
    expect(await names(old)).toEqual(["both"]);
    expect(await names(asked)).toEqual(["reachable", "either", "both", "not_gone"]);
    expect(await names(answered)).toEqual([]);
    // An edit is made on the version that asks.
    await edit(old, { name: "Asha K." });
    expect((await get(old)).version).toBe(3);
    expect(await names(old)).toEqual(["reachable", "either", "both", "not_gone"]);
  });
});

describe("what is flagged by a re-check", () => {
  it("goes back to its collector: inbox, link, fix, gone", async () => {
    const made = await call("POST", `/v1/forms/${form}/links`, { key, body: { name: "Asha" } });
    const link = new URL(made.body.url).searchParams.get("link") ?? "";
    const { body } = await submit(form, REFUSED, { headers: { "formlog-link": link } });
    await publish({ rules });
    await createRechecks().finish();
    const inbox = async () => (await call("GET", `/v1/inboxes/${link}`)).body;
    const [item] = (await inbox()).items;
    expect(item).toMatchObject({ response: body.id, flags: [{}, { rule: "income_not_negative" }] });
    const correction = `/v1/corrections/${item.correction.url.split("/").at(-1)}`;
    // An edit elsewhere does not make it whole, though it is taken.
    const half = await call("PATCH", correction, { body: { answers: { name: "Mira D." } } });
    expect(half.body).toMatchObject({ open: true, flags: [{}, { rule: "income_not_negative" }] });
    const whole = await call("PATCH", correction, { body: { answers: { monthly_income: 9 } } });
    expect(whole.body).toMatchObject({ open: false, flags: [], review: { state: "corrected" } });
    expect(await inbox()).toMatchObject({ flagged: 0, items: [] });
    expect((await call("GET", `/v1/forms/${form}/collectors`, { key })).body.items).toEqual([]);
  });

  it("wakes who is told of flags, whatever their kind, and nobody else", async () => {
    const segment = await segmentOf(form);
    const cursor = "INSERT INTO cursors (segment, integration, kind, state, position, high, revision_position) VALUES";
    await env.DB.prepare(
      `${cursor} (?1, 901, 'webhook', 'active', ?2, ?2, ?2), (?1, 902, 'google-sheets', 'active', ?2, ?2, ?2),
         (?1, 903, 'summary', 'active', ?2, ?2, ?2)`,
    )
      .bind(segment, segmentStart(segment))
      .run();
    await given(BROKEN);
    await publish({ rules });
    const rechecks = createRechecks();
    await rechecks.finish();
    expect(rechecks.rung.map(({ kind }) => kind).toSorted()).toEqual(["summary", "webhook"]);
    await env.DB.prepare("DELETE FROM cursors WHERE integration IN (901, 902, 903)").run();
  });
});

describe("an operator", () => {
  it("asks for it, and once more adds nothing while it waits or runs", async () => {
    expect((await call("GET", `/v1/forms/${form}`, { key })).body.recheck).toBeUndefined();
    await given(BROKEN);
    await given(BROKEN);
    const ask = () => call("POST", `/v1/forms/${form}/recheck`, { key });
    const first = await ask();
    expect([first.status, first.body]).toMatchObject([202, { version: 1, state: "waiting" }]);
    expect((await ask()).body).toEqual(first.body);
    const rechecks = createRechecks(Date.now());
    await rechecks.begin();
    expect(await rechecks.goOn({ page: 1, pages: 1, all: 1 }, env.DB)).toBe(1);
    expect((await ask()).body).toMatchObject({ state: "running", checked: 1, responses: 2 });
    await createRechecks().finish();
    expect((await ask()).body).toMatchObject({ state: "waiting" });
    const { items } = (await call("GET", `/v1/audit?object=${form}&action=form.recheck_asked`, { key })).body;
    expect(items).toMatchObject([{ detail: { version: 1 } }, { detail: { version: 1 } }]);
    const draft = await newForm(key, { draft: true });
    expect((await call("POST", `/v1/forms/${draft}/recheck`, { key })).body.code).toBe("form_draft");
  });

  onlyOnOneShard("it is stopped in the middle of a segment").it(
    "who publishes again before it is done has it begin anew, by the newest rules alone",
    async () => {
      const ids = [await given(BROKEN), await given(BROKEN), await given(BROKEN)];
      await publish({ rules });
      const first = createRechecks();
      await first.begin();
      await first.goOn({ page: 2, pages: 1, all: 1 });
      expect(await progress()).toMatchObject({ version: 2, checked: 2, flagged: 2 });
      await publish({ rules: [] });
      expect(await progress()).toMatchObject({ version: 3, state: "waiting" });
      await createRechecks().finish();
      expect(await progress()).toMatchObject({ version: 3, state: "done", checked: 3, flagged: 0, cleared: 2 });
      for (const id of ids) expect((await get(id)).flags).toEqual([]);
    },
  );
});
