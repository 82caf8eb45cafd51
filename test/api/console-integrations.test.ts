import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { listKinds } from "../../src/services/kinds";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";
import { formOf, operator, textOf, type Visitor } from "../support/console";
import { onlyOnOneShard } from "../support/shards";

const SHEET = "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq";

let key = "";
let form = "";
let one: Visitor;
beforeAll(async () => {
  key = await newWorkspace();
  form = await newForm(key, { title: "Visit", questions: QUESTIONS });
  one = await operator(key);
});

const adding = (kind: string) => `/console/forms/${form}/add-integration/${kind}`;
const at = (id: string, page = "") => `/console/forms/${form}/integrations/${id}${page && `/${page}`}`;

/** Sends a kind's form with these fields; several values of one name as a list. */
async function send(path: string, fields: Readonly<Record<string, string>>, action = path) {
  const page = await one.get(path);
  return one.post(action, { ...formOf(page.body, action), ...fields });
}

const integrations = async () => (await call("GET", `/v1/forms/${form}/integrations`, { key })).body.items;
const newest = async () => (await integrations()).at(-1);
const make = async (body: unknown): Promise<string> =>
  (await call("POST", `/v1/forms/${form}/integrations`, { key, body })).body.id;

describe("a kind's form", () => {
  it.each(listKinds().map(({ kind }) => kind))("of %s has its steps and a control for each setting", async (kind) => {
    const { status, body } = await one.get(adding(kind));
    expect(status).toBe(200);
    const { config } = listKinds().find((candidate) => candidate.kind === kind) ?? {};
    for (const [name, { title }] of Object.entries(config?.properties ?? {})) {
      expect(body, name).toContain(`"config.${name}`);
      if (name !== "connection") expect(textOf(body), name).toContain(title);
    }
    expect(textOf(body)).toContain("How to set it up");
  });

  it("of a kind that there is not is nowhere; nor is one of a form that is a draft", async () => {
    expect((await one.get(adding("carrier-pigeon"))).status).toBe(404);
    const { id } = (await call("POST", "/v1/forms", { key, body: { title: "Soon", draft: true } })).body;
    expect((await one.get(`/console/forms/${id}/add-integration/webhook`)).status).toBe(409);
  });

  it("says beside each control what is wrong, keeps what was entered, and changes nothing", async () => {
    const before = (await integrations()).length;
    const fields = {
      "config.to": "name",
      "config.body": "Thanks {{nmae}}",
      "config.validitySeconds": "soon",
      "config.quietHours.from": "9 pm",
      filter: "city = 'pune'",
    };
    const { status, body } = await send(adding("twilio-sms"), fields);
    expect(status).toBe(422);
    expect(textOf(body)).toMatch(/Nothing was changed\. Mend this, then send it again/);
    expect(body).toMatch(/<a href="#f_config_validitySeconds">Validity<\/a>: Write a number\./);
    expect(body).toMatch(/id="f_config_quietHours_from_mistake"/);
    expect(body).toMatch(/id="f_config_quietHours_to_mistake">This is needed\./);
    expect(body).toMatch(/value="soon"[^>]*aria-invalid="true"/);
    expect(body).toContain("Thanks {{nmae}}");
    expect(await integrations()).toHaveLength(before);
  });

  it("takes nested settings, lists, several choices and names with values", async () => {
    const sms = {
      "config.to": "phone",
      "config.body": "Thanks {{name}}",
      "config.allowedCountries": "IN\r\n\r\nLK\r\n",
      "config.validitySeconds": "600",
      "config.quietHours.from": "21:00",
      "config.quietHours.to": "07:30",
      "config.quietHours.timeZone": "Asia/Kolkata",
      filter: 'city == "pune"',
      start: "beginning",
    };
    const made = await send(adding("twilio-sms"), sms);
    expect(made.status, textOf(made.body)).toBe(303);
    expect(await newest()).toMatchObject({
      kind: "twilio-sms",
      filter: 'city == "pune"',
      config: {
        to: "phone",
        body: "Thanks {{name}}",
        allowedCountries: ["IN", "LK"],
        validitySeconds: 600,
        quietHours: { from: "21:00", to: "07:30", timeZone: "Asia/Kolkata" },
      },
    });
    expect(textOf((await one.follow(made)).body)).toMatch(/SMS by Twilio is added\..*Quiet hours.*21:00/);
    const slang = await send(adding("slang"), { "config.text": "name", "config.city": "city" });
    expect(slang.status, textOf(slang.body)).toBe(303);
    expect(await newest()).toMatchObject({ config: { text: ["name"], city: "city" } });
  });

  it("stores credentials that are entered with it, which no page shows again", async () => {
    const secret = "a-token-that-nobody-reads-again";
    const fields = {
      "config.to": "phone",
      "config.body": "Thanks",
      "config.connection": "new",
      connectionName: "Our account",
      "secrets.accountSid": `AC${"2".repeat(32)}`,
      "secrets.authToken": secret,
    };
    const refused = await send(adding("twilio-sms"), { ...fields, "secrets.accountSid": "" });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatch(/<a href="#f_secrets_accountSid">Account SID<\/a>: This is needed\./);
    expect(refused.body).not.toContain(secret);
    const early = await send(adding("twilio-sms"), { ...fields, "config.to": "city" });
    expect(early.status).toBe(422);
    expect((await call("GET", "/v1/connections", { key })).body.items).toEqual([]);
    const made = await send(adding("twilio-sms"), fields);
    expect(made.status, textOf(made.body)).toBe(303);
    const { config, id } = await newest();
    const [connection] = (await call("GET", "/v1/connections", { key })).body.items;
    expect(connection).toMatchObject({ id: config.connection, kind: "twilio-sms", name: "Our account" });
    for (const path of [at(id), at(id, "edit")]) {
      const { body } = await one.get(path);
      expect(body).toContain(path === at(id) ? connection.id : "Our account");
      expect(body).not.toContain(secret);
    }
  });

  it("takes the whole file of a service account", async () => {
    const file = JSON.stringify({ client_email: "a@b.iam.example", private_key: "-----BEGIN PRIVATE KEY-----\nx" });
    const fields = { "config.spreadsheetId": SHEET, "config.connection": "new" };
    const refused = await send(adding("google-sheets"), { ...fields, secrets: "{nothing" });
    expect(refused.body).toMatch(/<a href="#f_secrets">Key file \(all of its JSON\)<\/a>: This is not the JSON file/);
    expect(textOf((await send(adding("google-sheets"), fields)).body)).toMatch(
      /Key file \(all of its JSON\) : This is needed\./,
    );
    expect((await send(adding("google-sheets"), { ...fields, secrets: file })).status).toBe(303);
    expect((await newest()).config.connection).toMatch(/^conn_/);
  });

  it("shows the keys that Formlog made this once", async () => {
    const made = await send(adding("webhook"), {
      "config.url": "https://example.com/hook",
      "config.headers": "X-One: 1\nX-Two: a: b",
      "config.events": "response.created",
    });
    expect(made.status, textOf(made.body)).toBe(303);
    const { config, id } = await newest();
    expect(made.headers.get("location")).toBe(at(id));
    const [secret = ""] = /whsec_[^<\s]+/.exec((await one.follow(made)).body) ?? [];
    expect(secret).not.toBe("");
    expect(JSON.stringify([...made.headers])).not.toContain(secret);
    expect(config).toMatchObject({ headers: { "X-One": "1", "X-Two": "a: b" }, events: ["response.created"] });
    for (const page of ["", "edit"]) expect((await one.get(at(id, page))).body).not.toContain(secret);
    const bad = await send(adding("webhook"), {
      "config.url": "https://example.com/hook",
      "config.headers": "no pair",
      "config.payload": "{",
    });
    expect(bad.body).toMatch(/Headers<\/a>: Write each as <code>Name: value<\/code>/);
    expect(bad.body).toMatch(/Payload<\/a>: This is not JSON\./);
    expect(bad.body).toContain("no pair");
  });

  it("of a key of one form has no connections of the workspace, and makes none", async () => {
    const own = (await call("POST", "/v1/keys", { key, body: { name: "K", scopes: ["admin"], form } })).body.key;
    const visitor = await operator(own);
    const { body } = await visitor.get(adding("twilio-sms"));
    expect(body).not.toContain("Our account");
    const fields = { "config.to": "phone", "config.body": "Hi", "config.connection": "new" };
    const path = adding("twilio-sms");
    const count = (await call("GET", "/v1/connections", { key })).body.items.length;
    expect((await visitor.submit(path, path, { ...fields, "secrets.authToken": "x" })).status).toBe(303);
    expect((await call("GET", "/v1/connections", { key })).body.items).toHaveLength(count);
  });
});

describe("changing one", () => {
  it("changes what was changed, and takes away what was emptied", async () => {
    const id = await make({
      kind: "google-sheets",
      config: { spreadsheetId: SHEET, sheet: "Visits", overflow: ["1SecondSecondSecond"] },
      filter: 'city == "pune"',
    });
    const { body } = await one.get(at(id, "edit"));
    expect(body).toContain('value="Visits"');
    const sent = await send(at(id, "edit"), {
      "config.spreadsheetId": `https://docs.google.com/spreadsheets/d/${SHEET}/edit`,
      "config.sheet": "Visits 2",
      "config.deletedRows": "restore",
      "config.overflow": "",
      filter: "",
    });
    expect(sent.status, textOf(sent.body)).toBe(303);
    const changed = (await call("GET", `/v1/forms/${form}/integrations/${id}`, { key })).body;
    expect(changed).toMatchObject({ filter: null, config: { spreadsheetId: SHEET, sheet: "Visits 2" } });
    expect(changed.config).not.toHaveProperty("overflow");
    expect(textOf((await one.follow(sent)).body)).toContain("The changes are saved.");
  });
});

onlyOnOneShard("a cursor and its deliveries are written by hand").describe("one integration", () => {
  let id = "";
  let parked = "";
  beforeAll(async () => {
    id = await make({ kind: "twilio-sms", config: { to: "phone", body: "Thanks" } });
    for (const name of ["Asha", "Ravi", "Meera"]) await submit(form, { name });
    const { no, position } = (await env.DB.prepare(
      `SELECT integration AS no, position FROM cursors WHERE integration = (SELECT no FROM integrations WHERE id = ?)`,
    )
      .bind(id)
      .first<{ no: number; position: number }>()) ?? { no: 0, position: 0 };
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, reason)
         SELECT ?1, 0, ?2 + value, 'parked', 2, 1, 'The number <is> none.' FROM json_each('[1,2]')`,
      ).bind(no, position),
      env.DB.prepare(
        `UPDATE cursors SET position = position + 1, high = position + 2, state = 'active', failures = 3,
           failing_since = ?2, failed_at = ?2, last_error = 'Twilio is not there.' WHERE integration = ?1`,
      ).bind(no, Date.now() - 7_200_000),
      env.DB.prepare(
        `INSERT INTO audit (id, workspace, at, actor, action, object, detail)
         SELECT 'aud_x', workspace, ?2, 'system', 'integration.blocked', id, '{}' FROM integrations WHERE id = ?1`,
      ).bind(id, Date.now() - 60_000),
    ]);
    const { items } = (await call("GET", `/v1/forms/${form}/integrations/${id}/deliveries?state=parked`, { key })).body;
    parked = items[0].id;
  });

  it("tells how it is, how far it has come, and what waits for a person", async () => {
    const { body } = await one.get(at(id));
    const text = textOf(body);
    expect(text).toContain("Twilio is not there. 3 attempts in a row failed, the first 2 h ago .");
    expect(text).toContain("It stopped 1 time in the last day.");
    expect(text).toMatch(/Replay: \d+ of \d+ responses 2 entries wait, the oldest for \d+ s\./);
    expect(body).toMatch(/<progress id="bar" value="\d+" max="\d+"/);
    expect(body).toMatch(/data-live="[^"]+"/);
    expect(body).toMatch(/<svg [^>]*aria-label="2 of \d+ responses wait\."/);
    expect(text).toContain("2 deliveries wait for somebody to decide");
    expect(text).toContain("The number &lt;is&gt; none.");
    expect(text).toMatch(/What happened Added .*, by First key Stopped 1 min ago/);
  });

  it("of a key that may only read has no buttons and no names of others", async () => {
    const own = (await call("POST", "/v1/keys", { key, body: { name: "R", scopes: ["forms:read"] } })).body.key;
    const visitor = await operator(own);
    const { body } = await visitor.get(at(id));
    expect(body).not.toMatch(/Retry<|Skip…|Pause…|First key/);
    expect(textOf(body)).toContain("What happened Stopped");
  });

  it("is compared with the other side by a button, and says what that found", async () => {
    expect(textOf((await one.get(at(id))).body)).toContain("Compared with the other side Not yet.");
    const asked = await one.submit(at(id), at(id, "reconcile"));
    expect(textOf((await one.follow(asked)).body)).toContain("It is compared as soon as its worker has time.");
    const due = "SELECT reconcile_at AS at FROM cursors WHERE integration = (SELECT no FROM integrations WHERE id = ?)";
    expect((await env.DB.prepare(due).bind(id).first<{ at: number }>())?.at).toBeLessThanOrEqual(Date.now());
    const note = `INSERT INTO reconciliations (segment, integration, started_at, finished_at, checked, missing, repaired, examples)
      SELECT segment, integration, ?2, ?3, 1200, 3, 2, '{}' FROM cursors
      WHERE integration = (SELECT no FROM integrations WHERE id = ?1)`;
    await env.DB.prepare(note)
      .bind(id, Date.now() - 60_000, null)
      .run();
    expect((await one.get(at(id))).body).toMatch(/id="comparison" data-live=/);
    await env.DB.prepare(note)
      .bind(id, Date.now() - 60_000, Date.now() - 60_000)
      .run();
    const { body } = await one.get(at(id));
    expect(textOf(body)).toMatch(/Done 1 min ago Looked at 1,200 Missing there 3 Put right 2 Compare now/);
    expect(body).not.toMatch(/id="comparison" data-live=/);
    const hook = await make({ kind: "webhook", config: { url: "https://example.com/hook" } });
    expect((await one.get(at(hook))).body).not.toContain("Compare now");
  });

  it("is paused once that is confirmed, and resumed", async () => {
    const paused = await send(at(id, "pause"), {});
    expect(textOf((await one.follow(paused)).body)).toMatch(/It is paused\..*Paused.*nothing is lost/);
    const resumed = await one.submit(at(id), at(id, "resume"));
    expect(textOf((await one.follow(resumed)).body)).toContain("It goes on.");
  });

  it("has its deliveries retried and skipped one by one, and only its own", async () => {
    const other = await make({ kind: "webhook", config: { url: "https://example.com/hook" } });
    expect((await one.get(at(other, `deliveries/${parked}`))).status).toBe(404);
    expect(textOf((await one.get(at(id, `deliveries/${parked}`))).body)).toMatch(/Reason The number .* Attempts 2/);
    const empty = await send(at(id, `deliveries/${parked}/skip`), { reason: " " });
    expect(empty.status).toBe(422);
    expect(textOf(empty.body)).toContain("Say why, for whoever looks later.");
    const skipped = await send(at(id, `deliveries/${parked}/skip`), { reason: "Known." });
    expect(textOf((await one.follow(skipped)).body)).toContain("The delivery is skipped.");
    const token = formOf((await one.get(at(id))).body, at(id, "test"));
    expect((await one.post(at(id, `deliveries/${parked}/retry`), token)).status).toBe(409);
    const { body } = await one.get(at(id));
    const [, action = ""] = /action="([^"]*\/retry)"/.exec(body) ?? [];
    expect(textOf((await one.follow(await one.submit(at(id), action))).body)).toContain("The delivery is tried again.");
    expect(textOf((await one.get(at(id))).body)).toContain("None: no delivery waits for a person.");
    const retried = await send(at(id, "retry"), {});
    expect(textOf((await one.follow(retried)).body)).toContain("0 deliveries are tried again.");
  });

  it("delivers again from where one says, and asks for what is missing", async () => {
    const replay = (fields: Record<string, string>) => send(at(id, "replay"), fields);
    const positions = async () => (await call("GET", `/v1/forms/${form}/integrations/${id}`, { key })).body.positions;
    const lacking: readonly Record<string, string>[] = [
      { how: "since" },
      { how: "chosen", responses: " " },
      { how: "somehow" },
    ];
    for (const fields of lacking) {
      const page = await replay(fields);
      expect(page.status, JSON.stringify(fields)).toBe(422);
      expect(page.body).toContain('id="problem"');
    }
    expect((await replay({ how: "since", since: "2026-01-01T00:00" })).status).toBe(303);
    expect((await positions())[0].position).toBe(0);
    const given = await replay({ how: "now" });
    expect(textOf((await one.follow(given)).body)).toMatch(/[1-9]\d* responses are given up\./);
    const { items } = (await call("GET", `/v1/forms/${form}/responses`, { key })).body;
    const chosen = await replay({ how: "chosen", responses: `${items[0].id}\r\n${items[1].id}` });
    expect(chosen.status, textOf(chosen.body)).toBe(303);
    expect((await replay({ how: "chosen", responses: "nobody" })).status).toBe(422);
    const start = await replay({ how: "beginning" });
    expect(textOf((await one.follow(start)).body)).toContain("It delivers again from there on.");
  });

  it("lists its newest deliveries, and is deleted once that is confirmed", async () => {
    expect(textOf((await one.get(at(id, "deliveries"))).body)).toMatch(/Newest deliveries .* State/);
    const gone = await send(at(id, "delete"), {});
    expect(textOf((await one.follow(gone)).body)).toContain("The integration is deleted.");
    expect((await one.get(at(id))).status).toBe(404);
  });
});
