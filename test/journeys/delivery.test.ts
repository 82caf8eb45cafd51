import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FORM, SPREADSHEET, type Stack, startStack, until } from "../support/stack";

let stack: Stack;
let key = "";

beforeAll(async () => {
  stack = await startStack(mkdtempSync(path.join(tmpdir(), "formlog-")));
  key = await stack.workspace();
});
afterAll(() => stack?.close());
afterEach(() => {
  for (const { faults } of [stack.google, stack.twilio, stack.receiver]) faults.length = 0;
});

let tabs = 0;

/** A form with both integrations, in a tab of its own. */
async function newForm({ sms = true }: { sms?: boolean } = {}) {
  tabs += 1;
  const sent = new Set<string>();
  const sheet = `Tab ${tabs}`;
  const form: string = (await stack.call("POST", "/v1/forms", { key, body: FORM })).body.id;
  const at = `/v1/forms/${form}/integrations`;
  const add = async (body: unknown) => {
    const made = await stack.call("POST", at, { key, body });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return made.body.id as string;
  };
  const sheets = await add({ kind: "google-sheets", config: { spreadsheetId: SPREADSHEET, sheet } });
  const text = { to: "phone", body: "Thanks {{name}}: {{response_id}}", defaultCountry: "IN" };
  return {
    form,
    sheets,
    add,
    sms: sms ? await add({ kind: "twilio-sms", config: text }) : "",
    rows: () => stack.google.readRows(SPREADSHEET, sheet).slice(1),
    header: () => stack.google.readRows(SPREADSHEET, sheet)[0] ?? [],
    ids: () =>
      stack.google
        .readRows(SPREADSHEET, sheet)
        .slice(1)
        .map((row) => row[0] ?? ""),
    texts: () => stack.texts().filter((body) => sent.has(body.split(": ")[1] ?? "")),
    async submit(answers: unknown): Promise<string> {
      const made = await stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers } });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      sent.add(made.body.id);
      return made.body.id;
    },
    view: async (id: string) => (await stack.call("GET", `${at}/${id}`, { key })).body,
    deliveries: async (id: string) => (await stack.call("GET", `${at}/${id}/deliveries`, { key })).body.items,
    post: (id: string, verb: string, body?: unknown) => stack.call("POST", `${at}/${id}/${verb}`, { key, body }),
  };
}
const phone = (n: number) => `98765${String(10_000 + n)}`;

describe("a submitted response", () => {
  it("becomes one row and one text message, and the deliveries say so", async () => {
    const form = await newForm();
    const id = await form.submit({ name: "Asha", phone: phone(1), city: "pune" });
    await until(() => {
      expect(form.ids()).toEqual([id]);
      expect(form.texts()).toEqual([`Thanks Asha: ${id}`]);
    });
    expect(form.header()).toEqual(["Response ID", "Received at", "Name", "Phone", "City"]);
    expect(form.rows()[0]?.slice(2)).toEqual(["Asha", phone(1), "Pune"]);
    await until(async () => {
      expect(await form.deliveries(form.sheets)).toMatchObject([{ response: id, state: "delivered" }]);
      expect(await form.deliveries(form.sms)).toMatchObject([
        { response: id, state: "delivered", reference: expect.stringMatching(/^SM/) },
      ]);
    });
    expect(await form.view(form.sheets)).toMatchObject({ state: "active", lag: { entries: 0, seconds: 0 }, parked: 0 });
  });

  it("with a number that is none is parked with a reason, retried on demand, and holds up nobody", async () => {
    const form = await newForm();
    await form.submit({ name: "Bad", phone: "12345" });
    const good = await form.submit({ name: "Good", phone: phone(2) });
    await until(() => expect(form.texts()).toEqual([`Thanks Good: ${good}`]));
    await until(async () => expect((await form.view(form.sms)).parked).toBe(1));
    const at = `/v1/forms/${form.form}/integrations/${form.sms}/deliveries?state=parked`;
    const [parked] = (await stack.call("GET", at, { key })).body.items;
    expect(parked).toMatchObject({ state: "parked", reason: expect.stringContaining("phone number is not valid") });
    expect((await stack.call("POST", `/v1/deliveries/${parked.id}/retry`, { key })).status).toBe(202);
    await until(async () => expect((await stack.call("GET", at, { key })).body.items).toHaveLength(1));
    expect((await stack.call("POST", `/v1/deliveries/${parked.id}x/retry`, { key })).status).toBe(404);
    expect(form.texts()).toHaveLength(1);
  });

  it("that is edited changes its row, and erased it is cleared, without a second row or text", async () => {
    const form = await newForm();
    const id = await form.submit({ name: "Asha", phone: phone(3) });
    await form.submit({ name: "Ravi", phone: phone(4) });
    await until(() => expect([form.ids().length, form.texts().length]).toEqual([2, 2]));
    const at = `/v1/forms/${form.form}/responses/${id}`;
    const headers = { "if-match": '"1"' };
    expect((await stack.call("PATCH", at, { key, headers, body: { answers: { name: "Asha K" } } })).status).toBe(200);
    await until(() => expect(form.rows().map((row) => row[2])).toEqual(["Asha K", "Ravi"]));
    expect((await stack.call("DELETE", at, { key })).status).toBe(204);
    await until(() => expect(form.rows().map((row) => row[2] ?? "")).toEqual(["", "Ravi"]));
    expect(form.ids()[0]).toBe(id);
    expect(form.texts()).toHaveLength(2);
  });
});

describe("status callbacks of Twilio", () => {
  it("move a delivery forward, and are refused without the right signature", async () => {
    const form = await newForm();
    await form.submit({ name: "Asha", phone: phone(5) });
    await until(() => expect(form.texts()).toHaveLength(1));
    const [delivery] = await form.deliveries(form.sms);
    const forged = await stack.call("POST", `/hooks/twilio/${delivery.id}`, {
      headers: { "x-twilio-signature": "AAAA" },
    });
    expect(forged.status).toBe(403);
    expect((await stack.call("POST", "/hooks/twilio/none")).status).toBe(404);
    await until(async () => {
      await stack.twilio.advance();
      expect((await form.deliveries(form.sms))[0]).toMatchObject({ state: "delivered", status: "delivered" });
    });
  });
});

describe("when things fail", () => {
  it("a lost queue message is made good by the sweeper", async () => {
    const form = await newForm();
    const db = await stack.db();
    // As if a wake-up had been sent and lost: the bell is not rung again within its window, which lasts until the test
    // says so.
    const rungAt = (time: number) => db.prepare("UPDATE cursors SET wake_at = ?").bind(time).run();
    await rungAt(Date.now() + 3_600_000);
    const id = await form.submit({ name: "Asha", phone: phone(6) });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect([form.ids(), form.texts()]).toEqual([[], []]);
    await rungAt(1);
    await until(async () => {
      await stack.sweep();
      expect([form.ids(), form.texts()]).toEqual([[id], [`Thanks Asha: ${id}`]]);
    });
  });

  it("an outage of Google leaves the texts alone, and the rows catch up in order", async () => {
    const form = await newForm();
    const first = await form.submit({ name: "n0", phone: phone(7) });
    await until(() => expect(form.ids()).toEqual([first]));
    stack.google.faults.push({ mode: "outage" });
    const later: string[] = [];
    for (let i = 1; i <= 5; i += 1) later.push(await form.submit({ name: `n${i}`, phone: phone(7 + i) }));
    await until(() => expect(form.texts()).toHaveLength(6));
    await until(async () => expect((await form.view(form.sheets)).state).toBe("waiting"));
    expect(form.ids()).toEqual([first]);
    stack.google.faults.length = 0;
    // By itself, after a pause that grew with the outage, which lasted as long as this machine took.
    await until(async () => {
      await stack.sweep();
      expect(form.ids()).toEqual([first, ...later]);
    }, 120_000);
    await until(async () => expect(await form.view(form.sheets)).toMatchObject({ state: "active", lastError: null }));
  });

  it("a sheet that is not shared blocks with what to do, and goes on after a resume", async () => {
    const form = await newForm({ sms: false });
    stack.google.faults.push({ mode: "forbidden" });
    const id = await form.submit({ name: "Asha" });
    await until(async () => expect((await form.view(form.sheets)).state).toBe("blocked"));
    expect((await form.view(form.sheets)).lastError).toMatch(/share/i);
    expect((await form.post(form.sheets, "test")).body).toMatchObject({ ok: false });
    stack.google.faults.length = 0;
    expect((await form.post(form.sheets, "test")).body).toMatchObject({ ok: true });
    await form.post(form.sheets, "resume");
    await until(() => expect(form.ids()).toEqual([id]));
  });
});

describe("an integration under control", () => {
  it("paused it waits, resumed it goes on, deleted it stops; a replay doubles nothing", async () => {
    const form = await newForm();
    expect((await form.post(form.sheets, "pause")).body.state).toBe("paused");
    const all = [
      await form.submit({ name: "a", phone: phone(20) }),
      await form.submit({ name: "b", phone: phone(21) }),
    ];
    await until(() => expect(form.texts()).toHaveLength(2));
    await stack.sweep();
    expect(form.ids()).toEqual([]);
    expect((await form.view(form.sheets)).lag.entries).toBe(2);
    await form.post(form.sheets, "resume");
    await until(() => expect(form.ids()).toEqual(all));
    for (const id of [form.sheets, form.sms]) {
      expect((await form.post(id, "replay", { from: "beginning" })).status).toBe(202);
      await until(async () => {
        await stack.sweep();
        expect((await form.view(id)).lag.entries).toBe(0);
      });
    }
    expect([form.ids(), form.texts().length]).toEqual([all, 2]);
    expect((await form.post(form.sheets, "replay", { from: "nobody" })).status).toBe(422);
    expect((await stack.call("DELETE", `/v1/forms/${form.form}/integrations/${form.sheets}`, { key })).status).toBe(
      204,
    );
    expect((await form.view(form.sheets)).code).toBe("not_found");
    await form.submit({ name: "c", phone: phone(22) });
    await until(() => expect(form.texts()).toHaveLength(3));
    expect(form.ids()).toEqual(all);
  });

  it("added to a form with 1,000 responses, it delivers them all, in order, in few writes", async () => {
    const form: string = (await stack.call("POST", "/v1/forms", { key, body: FORM })).body.id;
    const sent: string[] = [];
    for (let i = 0; i < 2; i += 1) {
      const responses = Array.from({ length: 500 }, (_, n) => ({ answers: { name: `n${i * 500 + n}` } }));
      const { body } = await stack.call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
      sent.push(...body.items.map((item: { id: string }) => item.id));
    }
    const before = stack.google.stats.batchUpdate ?? 0;
    const config = { spreadsheetId: SPREADSHEET, sheet: "Back-fill" };
    const made = await stack.call("POST", `/v1/forms/${form}/integrations`, {
      key,
      body: { kind: "google-sheets", config, start: "beginning", filter: 'name != "n7"' },
    });
    expect(made.status).toBe(201);
    const rows = () =>
      stack.google
        .readRows(SPREADSHEET, "Back-fill")
        .slice(1)
        .map((row) => row[0] ?? "");
    await until(() => expect(rows()).toHaveLength(999));
    expect(rows()).toEqual(sent.filter((_, n) => n !== 7));
    expect((stack.google.stats.batchUpdate ?? 0) - before).toBeLessThanOrEqual(5);
  });

  it("refuses a config that can't work, and says where", async () => {
    const form: string = (await stack.call("POST", "/v1/forms", { key, body: FORM })).body.id;
    const post = (body: unknown) => stack.call("POST", `/v1/forms/${form}/integrations`, { key, body });
    const pointers = async (body: unknown) =>
      ((await post(body)).body.errors ?? []).map((e: { pointer: string }) => e.pointer);
    expect(await pointers({ kind: "fax", config: {} })).toEqual(["/kind"]);
    expect(await pointers({ kind: "google-sheets", config: {} })).toEqual(["/config/spreadsheetId"]);
    expect(await pointers({ kind: "twilio-sms", config: { to: "nobody", body: "Hi {{nme}}" } })).toEqual([
      "/config/to",
      "/config/body",
    ]);
    const config = { spreadsheetId: SPREADSHEET };
    expect(await pointers({ kind: "google-sheets", config, filter: "age >" })).toEqual(["/filter"]);
    expect(await pointers({ kind: "google-sheets", config: { ...config, connection: "conn_x" } })).toEqual([
      "/config/connection",
    ]);
  });
});

describe("a stored connection", () => {
  it("is used instead of the worker's own credentials, and is never shown", async () => {
    const secrets = { accountSid: `AC${"0".repeat(32)}`, authToken: "wrong-token-0123" };
    const made = await stack.call("POST", "/v1/connections", {
      key,
      body: { kind: "twilio-sms", name: "Other", secrets },
    });
    expect(made.status).toBe(201);
    const form = await newForm({ sms: false });
    const config = { to: "phone", body: "Hi", from: "+15005550006", defaultCountry: "IN", connection: made.body.id };
    const id = await form.add({ kind: "twilio-sms", config });
    await form.submit({ name: "Asha", phone: phone(40) });
    await until(async () =>
      expect(await form.view(id)).toMatchObject({ state: "blocked", lastError: expect.any(String) }),
    );
    expect((await stack.call("DELETE", `/v1/connections/${made.body.id}`, { key })).body.code).toBe("conflict");
    const shown = [
      await stack.call("GET", "/v1/connections", { key }),
      await stack.call("GET", `/v1/connections/${made.body.id}`, { key }),
    ];
    const db = await stack.db();
    const { results } = await db.prepare("SELECT * FROM connections").all();
    for (const text of [JSON.stringify(shown), JSON.stringify(results)]) expect(text).not.toContain("wrong-token");
  });
});

describe("the logs of all workers", () => {
  const TOLD = {
    name: "Zuleikha Unmistakable",
    phone: "9876511111",
    mail: "zuleikha.unmistakable@example.org",
    story: "the river took our house, and the cow with it",
  };
  const EDITED = "the river gave the cow back";
  const QUESTIONS = [
    { ref: "name", type: "short_text", title: "Name", required: true },
    { ref: "phone", type: "phone_number", title: "Phone" },
    { ref: "mail", type: "email", title: "E-mail" },
    { ref: "story", type: "long_text", title: "What happened?" },
  ];
  const REQUEST = "journey-of-a-response";

  it("and the entries of the log service tell the way of a response, and nothing that it says nor any key", async () => {
    const url = await stack.url();
    const form: string = (await stack.call("POST", "/v1/forms", { key, body: { title: "Told", questions: QUESTIONS } }))
      .body.id;
    const integrations = `/v1/forms/${form}/integrations`;
    const add = async (kind: string, config: unknown) =>
      (await stack.call("POST", integrations, { key, body: { kind, config } })).body;
    await add("google-sheets", { spreadsheetId: SPREADSHEET, sheet: "Told" });
    await add("twilio-sms", { to: "phone", body: "Thanks {{name}}: {{story}}", defaultCountry: "IN" });
    const { secrets } = await add("webhook", { url: stack.receiverUrl });
    const secret = String(secrets.secret);
    stack.receiver.faults.push({ mode: "outage" });
    stack.google.faults.push({ mode: "outage" });

    const at = `/v1/forms/${form}/responses`;
    const headers = { "x-request-id": REQUEST };
    const id: string = (await stack.call("POST", at, { body: { answers: TOLD }, headers })).body.id;
    // What is refused, and what is stored and gets no text: a name that is none, a number that is none, no JSON, a key
    // that there is not.
    await stack.call("POST", at, { body: { answers: { ...TOLD, name: 5 } } });
    await stack.call("POST", at, { body: { answers: { ...TOLD, phone: `${TOLD.phone}000000` } } });
    await fetch(new URL(at, url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"${TOLD.story}`,
    });
    await stack.call("GET", at, { key: `${key}x` });
    await until(async () => {
      const { body } = await stack.call("GET", `/v1/logs?form=${form}&level=warn`, { key });
      const kinds = body.items.map(({ detail }: { detail: { kind: string } }) => detail.kind);
      expect(kinds).toEqual(expect.arrayContaining(["google-sheets", "webhook"]));
    });
    stack.receiver.faults.length = 0;
    stack.google.faults.length = 0;

    const edit = { answers: { story: EDITED } };
    expect((await stack.call("PATCH", `${at}/${id}`, { key, body: edit, headers: { "if-match": '"1"' } })).status).toBe(
      200,
    );
    const made = (await stack.call("POST", "/v1/keys", { key, body: { name: "Made", scopes: ["admin"] } })).body.key;
    const signedIn = await fetch(new URL("/console/sign-in", url), {
      method: "POST",
      redirect: "manual",
      headers: { origin: url },
      body: new URLSearchParams({ key: made }),
    });
    expect(signedIn.status).toBe(303);
    const session = /=([^;]+)/.exec(signedIn.headers.get("set-cookie") ?? "")?.[1] ?? "no session";
    expect((await stack.call("DELETE", `${at}/${id}`, { key })).status).toBe(204);
    await until(async () => {
      await stack.sweep();
      const { items } = (await stack.call("GET", integrations, { key })).body;
      // After a second failure a webhook waits for five minutes: who has mended it does not, however long the outage
      // took here.
      for (const one of items) {
        if (one.state === "waiting") await stack.call("POST", `${integrations}/${one.id}/resume`, { key });
      }
      expect(items.map(({ lag }: { lag: { entries: number } }) => lag.entries)).toEqual([0, 0, 0]);
    });

    const lines = stack.logs();
    const { results } = await (await stack.db()).prepare("SELECT * FROM logs").all();
    const text = [...lines, JSON.stringify(results)].join("\n");
    const never = [...Object.values(TOLD), EDITED, key, made, secret, session, ...stack.credentials];
    expect(never.filter((one) => one.length < 8)).toEqual([]);
    expect(never.filter((one) => text.includes(one))).toEqual([]);
    expect(text).not.toMatch(/params: |Bearer |whsec_|whsk_|"fl_/);
    // It was looked at the right place, and one name leads over all the way.
    for (const kind of ["google-sheets", "twilio-sms", "webhook"]) {
      const own = lines.filter((line) => line.includes(REQUEST) && line.includes(`"kind":"${kind}"`));
      expect(own.join("\n"), kind).toContain('"event":"page_settled"');
    }
    const found = (await stack.call("GET", `/v1/logs?request=${REQUEST}`, { key })).body.items;
    expect(new Set(found.map(({ form: of }: { form: string }) => of))).toEqual(new Set([form]));
    const about = (await stack.call("GET", `/v1/logs?response=${id}`, { key })).body.items;
    expect(about.map(({ event }: { event: string }) => event)).toEqual(
      expect.arrayContaining(["page_settled", "response.edited", "response.erased"]),
    );
  });
});
