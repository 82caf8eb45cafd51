import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FORM, SPREADSHEET, type Stack, startStack, until } from "../support/stack";

let stack: Stack;
let key = "";

beforeAll(async () => {
  stack = await startStack(mkdtempSync(path.join(tmpdir(), "formlog-")));
  key = await stack.workspace();
});
afterAll(() => stack?.close());

const RULED = {
  ...FORM,
  title: "Savings",
  questions: [
    ...FORM.questions,
    { ref: "monthly_income", type: "number", title: "Monthly income" },
    { ref: "monthly_savings", type: "number", title: "Monthly savings" },
  ],
  rules: [
    {
      name: "savings_within_income",
      severity: "flag",
      expression: "monthly_savings <= monthly_income",
      message: "Savings are more than the income.",
    },
  ],
};

/** A form with a sheet, a text message and a webhook, and a response that its rule flags. */
async function collect() {
  const form: string = (await stack.call("POST", "/v1/forms", { key, body: RULED })).body.id;
  const sheet = `Rules ${form.slice(-4)}`;
  const text = { to: "phone", body: "Thanks {{name}}: {{response_id}}", defaultCountry: "IN" };
  for (const [kind, config] of [
    ["google-sheets", { spreadsheetId: SPREADSHEET, sheet }],
    ["twilio-sms", text],
    ["webhook", { url: stack.receiverUrl, events: ["response.created", "response.updated"] }],
  ]) {
    const made = await stack.call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind, config } });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  }
  const answers = { name: "Asha", phone: "9876512345", monthly_income: 100, monthly_savings: 500 };
  const sent = await stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers } });
  expect(sent).toMatchObject({
    status: 201,
    body: { flags: [{ rule: "savings_within_income", questions: ["monthly_income", "monthly_savings"] }] },
  });
  const id: string = sent.body.id;
  return {
    form,
    id,
    /** The address of the page, on whatever host it is served. */
    page: new URL(sent.body.correction.url).pathname,
    token: String(sent.body.correction.url.split("/").at(-1)),
    rows: () => stack.google.readRows(SPREADSHEET, sheet).slice(1),
    texts: () => stack.texts().filter((body) => body.endsWith(id)),
    events: () =>
      stack.receiver.received
        .map(({ body }) => JSON.parse(body))
        .filter(({ data }) => data.response?.id === id)
        .map(({ type, data }) => [type, data.response.revision, data.response.answers.monthly_savings]),
    response: async () => (await stack.call("GET", `/v1/forms/${form}/responses/${id}`, { key })).body,
  };
}

it("a flagged response goes back to its collector: the link, the fix, the row corrected in place, one text, the webhook", async () => {
  const { form, id, page, rows, texts, events, response } = await collect();
  await until(() => {
    expect(rows()).toMatchObject([[id, expect.any(String), "Asha", "9876512345", "", "100", "500"]]);
    expect(texts()).toEqual([`Thanks Asha: ${id}`]);
    expect(events()).toEqual([["response.created", 1, 500]]);
  });
  const flagged = await stack.call("GET", `/v1/forms/${form}/responses?review=flagged`, { key });
  expect(flagged.body.items.map((one: { id: string }) => one.id)).toEqual([id]);

  // The collector opens the link, sees what was flagged, and sends it again without script.
  const shown: string = (await stack.call("GET", page)).body;
  expect(shown).toContain("Savings are more than the income.");
  const fields = new URLSearchParams(
    [...shown.matchAll(/<input[^>]* name="([^"]*)"[^>]*?(?: value="([^"]*)")?[^>]*>/g)].map(([tag, name = ""]) => [
      name,
      / value="([^"]*)"/.exec(tag)?.[1] ?? "",
    ]),
  );
  fields.set("q_monthly_savings", "50");
  const sent = await stack.post(page, fields, {});
  expect(sent).toMatchObject({ status: 200, body: expect.stringContaining("nothing is left to correct") });

  expect(await response()).toMatchObject({ revision: 2, flags: [], review: { state: "corrected" } });
  await until(() => {
    expect(rows()).toMatchObject([[id, expect.any(String), "Asha", "9876512345", "", "100", "50"]]);
    expect(events()).toEqual([
      ["response.created", 1, 500],
      ["response.updated", 2, 50],
    ]);
  });
  // Nothing is on its way any more, and nothing was sent twice.
  const integrations = await stack.call("GET", `/v1/forms/${form}/integrations`, { key });
  await until(async () => {
    await stack.sweep();
    for (const { id: integration } of integrations.body.items) {
      const { body } = await stack.call("GET", `/v1/forms/${form}/integrations/${integration}`, { key });
      expect(body).toMatchObject({ state: "active", lag: { entries: 0 }, parked: 0 });
    }
  });
  expect([rows().length, texts().length]).toEqual([1, 1]);
  expect((await stack.call("GET", page)).body).toContain("Nothing is left to correct here");
});

it("a collector finds what was flagged in the inbox of his link, mends it there, and it is gone from it", async () => {
  const form: string = (await stack.call("POST", "/v1/forms", { key, body: RULED })).body.id;
  const made = await stack.call("POST", `/v1/forms/${form}/links`, { key, body: { name: "Asha" } });
  const { pathname, search } = new URL(made.body.url);
  const link = new URLSearchParams(search).get("link") ?? "";
  const answers = { name: "Ravi", phone: "9876512345", monthly_income: 100, monthly_savings: 500 };
  const headers = { "formlog-link": link };
  const sent = await stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers }, headers });
  const collectors = async () => (await stack.call("GET", `/v1/forms/${form}/collectors`, { key })).body.items;
  expect(await collectors()).toMatchObject([{ collector: "Asha", flagged: 1, oldest: { response: sent.body.id } }]);
  // From the form to the inbox, and from there to the page that mends it.
  const leadsTo = async (path: string, part: string) => {
    const page: string = (await stack.call("GET", path)).body;
    const [, href = ""] = new RegExp(`href="([^"]*/${part}[^"]*)"`).exec(page) ?? [];
    return { page, href: href.replaceAll("&amp;", "&") };
  };
  const inbox = (await leadsTo(`${pathname}${search}`, "inbox")).href;
  const { page, href } = await leadsTo(inbox, "corrections/");
  expect(page).toContain("Savings are more than the income.");
  const fields = { formlog_revision: "1", formlog_version: "1", q_name: "Ravi", q_phone: "9876512345" };
  const typed = { ...fields, q_monthly_income: "100", q_monthly_savings: "50" };
  expect((await stack.post(href, new URLSearchParams(typed), {})).status).toBe(200);
  expect((await leadsTo(inbox, "corrections/")).page).toContain("Nothing needs another look.");
  expect(await collectors()).toEqual([]);
  const after = await stack.call("GET", `/v1/forms/${form}/responses/${sent.body.id}`, { key });
  expect(after.body).toMatchObject({ revision: 2, flags: [], metadata: { collector: "Asha" } });
});

it("what is still wrong comes back to the collector, over the API too", async () => {
  const { token, id, rows, events } = await collect();
  const correct = (monthly_savings: number) =>
    stack.call("PATCH", `/v1/corrections/${token}`, { body: { answers: { monthly_savings } } });
  expect(await correct(300)).toMatchObject({
    status: 200,
    body: { open: true, flags: [{ rule: expect.any(String) }] },
  });
  expect(await correct(30)).toMatchObject({
    status: 200,
    body: { open: false, flags: [], review: { state: "corrected" } },
  });
  expect((await correct(3)).status).toBe(409);
  await until(() => {
    expect(rows()).toMatchObject([[id, expect.any(String), "Asha", "9876512345", "", "100", "30"]]);
    expect(events().at(-1)).toEqual(["response.updated", 3, 30]);
  });
});

it("a phone number twice: flagged when the others were looked at, mended by the link, and the review closes by itself", async () => {
  const title = { ...FORM, title: "Unique phone", language: "en" };
  const form: string = (await stack.call("POST", "/v1/forms", { key, body: title })).body.id;
  const at = `/v1/forms/${form}`;
  const lookup = { same: ["phone"] };
  const rule = { name: "unique_phone", message: "Sent before.", translations: { hi: "पहले भेजा गया।" }, lookup };
  const body = { kind: "rules", config: { rules: [rule], defaultCountry: "IN" } };
  expect((await stack.call("POST", `${at}/integrations`, { key, body })).status).toBe(201);
  const submit = async (phone: string) => {
    const sent = await stack.call("POST", `${at}/responses`, { body: { answers: { name: "Asha", phone } } });
    expect(sent).toMatchObject({ status: 201, body: { flags: [] } });
    return `${at}/responses/${sent.body.id}`;
  };
  const [first, second] = [await submit("+919876512345"), await submit("098765 12345")];
  const read = async (response: string) => (await stack.call("GET", response, { key })).body;
  await until(async () => {
    expect(await read(second)).toMatchObject({ flags: [{ rule: "unique_phone" }], review: { state: "flagged" } });
  });
  expect((await read(first)).flags).toEqual([]);
  const link = (await stack.call("POST", `${second}/correction-link`, { key, body: {} })).body;
  const token = new URL(link.url).pathname.split("/").at(-1);
  const correction = `/v1/corrections/${token}`;
  const hindi = { headers: { "accept-language": "hi" } };
  expect((await stack.call("GET", correction, hindi)).body.flags).toMatchObject([
    { rule: "unique_phone", message: "पहले भेजा गया।", questions: ["phone"] },
  ]);
  const fixed = await stack.call("PATCH", correction, { body: { answers: { phone: "+919876554321" } } });
  expect(fixed.status).toBe(200);
  await until(async () => {
    expect(await read(second)).toMatchObject({ flags: [], review: { state: "corrected" } });
  });
});

it("a webhook hears at once, by the doorbell alone, of what rules over other responses flag", async () => {
  const form: string = (await stack.call("POST", "/v1/forms", { key, body: { ...FORM, title: "Heard" } })).body.id;
  const rule = { name: "unique_phone", message: "Sent before.", lookup: { same: ["phone"] } };
  for (const [kind, config] of [
    ["rules", { rules: [rule], defaultCountry: "IN" }],
    ["webhook", { url: stack.receiverUrl, events: ["response.flagged"] }],
  ]) {
    const made = await stack.call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind, config } });
    expect(made.status).toBe(201);
  }
  const answers = { name: "Asha", phone: "+919876512345" };
  const submit = () => stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers } });
  await submit();
  const { id } = (await submit()).body;
  // No sweep: the harness's cron does not come by itself.
  await until(() => {
    const events = stack.receiver.received.map(({ body }) => JSON.parse(body));
    const heard = events.filter(({ data }) => data.form?.id === form);
    expect(heard.map(({ type, data }) => [type, data.response.id])).toEqual([["response.flagged", id]]);
  });
});

it("a validator of one's own: what it flags goes back to the collector, and what it clears closes the review", async () => {
  const form: string = (await stack.call("POST", "/v1/forms", { key, body: { ...RULED, rules: [] } })).body.id;
  const sheet = `Validated ${form.slice(-4)}`;
  const add = (body: unknown) => stack.call("POST", `/v1/forms/${form}/integrations`, { key, body });
  await add({ kind: "google-sheets", config: { spreadsheetId: SPREADSHEET, sheet } });
  const { body: hook } = await add({ kind: "webhook", config: { url: stack.receiverUrl } });
  stack.receiver.keys.push(hook.secrets.secret);
  const flag = { rule: "too_much", message: "Nobody saves that much.", questions: ["monthly_savings"] };
  stack.receiver.verdicts.push({ containing: '"monthly_savings":95', flags: [flag], metadata: { score: 7 } });

  const answers = { name: "Asha", monthly_income: 100, monthly_savings: 95 };
  const sent = await stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers } });
  const at = `/v1/forms/${form}/responses/${sent.body.id}`;
  const response = async () => (await stack.call("GET", at, { key })).body;
  const rows = () =>
    stack.google
      .readRows(SPREADSHEET, sheet)
      .slice(1)
      .map((row) => [row[0], row[6]]);
  await until(async () => {
    expect(await response()).toMatchObject({
      flags: [{ ...flag, source: hook.id }],
      metadata: { score: 7 },
      review: { state: "flagged" },
    });
    expect(rows()).toEqual([[sent.body.id, "95"]]);
  });

  const made = await stack.call("POST", `${at}/correction-link`, { key });
  const link = made.body.url.split("/").at(-1);
  const correction = `/v1/corrections/${link}`;
  expect((await stack.call("GET", correction)).body).toMatchObject({ open: true, flags: [{ rule: "too_much" }] });
  await stack.call("PATCH", correction, { body: { answers: { monthly_savings: 20 } } });
  await until(async () => {
    await stack.sweep();
    expect(await response()).toMatchObject({ flags: [], review: { state: "corrected" } });
    expect(rows()).toEqual([[sent.body.id, "20"]]);
  });
  expect((await stack.call("GET", correction)).body).toMatchObject({ open: false });
  const events = stack.receiver.received.filter(({ body }) => body.includes(sent.body.id));
  expect(events.map(({ body }) => JSON.parse(body).type)).toEqual(["response.created", "response.updated"]);
  const { body: attempts } = await stack.call("GET", `/v1/deliveries/${events[0]?.id}/attempts`, { key });
  expect(attempts.items[0].answer).toMatch(/^Formlog: applied to the response\.\n\{"revision":1,/);
});
