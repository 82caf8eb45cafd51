import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { AUDIT_ACTIONS } from "../../src/core/audit";
import { DefinitionSchema } from "../../src/core/form-schema";
import { deliveryId, parseResponseId } from "../../src/core/ids";
import { app } from "../../src/http/app";
import { changeAudited } from "../../src/store/audit";
import { insertVersion } from "../../src/store/forms";
import { findIntegration } from "../../src/store/integrations";
import { type Answer, call, newForm, newWorkspace, QUESTIONS, ROOT_KEY, submit } from "../support/api";
import { shardOf } from "../support/shards";

const SECRET = "auth-token-that-nobody-sees";
const ANSWER = "an-answer-that-nobody-sees";
const PERSONS_WORDS = "words-of-a-person";
const SHEETS = { kind: "google-sheets", config: { spreadsheetId: "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq" } };
const TWILIO = { kind: "twilio-sms", name: "Ours", secrets: { accountSid: `AC${"1".repeat(32)}`, authToken: SECRET } };

let key = "";
let keyId = "";
let form = "";

beforeAll(async () => {
  key = await newWorkspace();
  keyId = (await call("GET", "/v1/keys", { key })).body.items[0].id;
  form = await newForm(key);
});

const post = (path: string, body?: unknown) => call("POST", path, { key, ...(body !== undefined && { body }) });
const respond = async () => (await submit(form, { name: ANSWER })).body.id as string;
const integrate = async () => (await post(`/v1/forms/${form}/integrations`, SHEETS)).body.id as string;
const at = (integration: string) => `/v1/forms/${form}/integrations/${integration}`;

/** A parked delivery, as its worker would have left it. */
async function park(): Promise<string> {
  const row = await findIntegration(env.DB, form, await integrate());
  const response = await respond();
  const address = parseResponseId(response);
  if (!row || !address) throw new Error("nothing to park");
  await shardOf(response)
    .prepare(
      "INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at) VALUES (?, 0, ?, 'parked', 1, 1)",
    )
    .bind(row.no, address.position)
    .run();
  return deliveryId({ ...address, integration: row.no, feed: 0 });
}

/** A flagged response, and the path of its correction. */
async function flagged() {
  const id = await respond();
  await post(`/v1/forms/${form}/responses/${id}/review`, { state: "flagged" });
  const link = await post(`/v1/forms/${form}/responses/${id}/correction-link`);
  return { id, page: new URL(link.body.url).pathname, link: link.headers.get("location") ?? "" };
}

const remove = (id: string) => call("DELETE", `/v1/forms/${id}`, { key });
const putDraft = (id: string) =>
  call("PUT", `/v1/forms/${id}/draft`, { key, body: { title: PERSONS_WORDS, questions: QUESTIONS } });

/** A form with a draft. */
async function drafted(): Promise<string> {
  const id = await newForm(key);
  await putDraft(id);
  return id;
}

/** A call that changes something, the object that its entry names, and a key of another workspace if that is where it was. */
type Deed = () => Promise<{ answer: Answer; object: string; as?: string }>;

const made = async (answer: Promise<Answer>) => ({ answer: await answer, object: (await answer).body.id as string });
const done = async (object: string, run: (object: string) => Promise<Answer>) => ({
  answer: await run(object),
  object,
});
let words = 0;
const entry = async () => (await post("/v1/lexicon", { term: `word ${words++}`, language: "en" })).body.id as string;
/** An import changes the lexicon of a workspace, so that the workspace is its object. */
const imported =
  (format: string, body: unknown, headers = {}) =>
  async () => {
    const { id, key: as } = (await call("POST", "/v1/workspaces", { key: ROOT_KEY, body: { name: "Other" } })).body;
    const answer = await call("POST", `/v1/lexicon/import.${format}`, { key: as, body, headers });
    return { answer, object: id as string, as: as as string };
  };
const verb = (name: string, body?: unknown) => async () =>
  done(await integrate(), (id) => post(`${at(id)}/${name}`, body));

/** Every route that changes something, the entry it leaves, and a call of it. */
const AUDITED: Readonly<Record<string, readonly [action: string, Deed]>> = {
  "POST /v1/workspaces": [
    "workspace.created",
    () => made(call("POST", "/v1/workspaces", { key: ROOT_KEY, body: { name: "Other" } })),
  ],
  "POST /v1/keys": ["key.created", () => made(post("/v1/keys", { name: "Reader", scopes: ["forms:read"] }))],
  "DELETE /v1/keys/:key": [
    "key.revoked",
    async () => {
      const { body } = await post("/v1/keys", { name: "Gone", scopes: ["forms:read"] });
      return done(body.id, (id) => call("DELETE", `/v1/keys/${id}`, { key }));
    },
  ],
  "POST /v1/alerts/destinations": [
    "integration.created",
    () => made(post("/v1/alerts/destinations", { type: "webhook", url: "https://oncall.formlog-tests.io/hook" })),
  ],
  "POST /v1/forms": ["form.created", () => made(post("/v1/forms", { title: "F", questions: QUESTIONS }))],
  "PATCH /v1/forms/:form": [
    "form.updated",
    () => done(form, (id) => call("PATCH", `/v1/forms/${id}`, { key, body: { metadata: { note: PERSONS_WORDS } } })),
  ],
  "POST /v1/forms/:form/versions": [
    "form.version_published",
    () => done(form, (id) => post(`/v1/forms/${id}/versions`, { title: "Visit 2", questions: QUESTIONS })),
  ],
  "POST /v1/forms/:form/close": ["form.closed", () => done(form, (id) => post(`/v1/forms/${id}/close`))],
  "POST /v1/forms/:form/open": ["form.opened", () => done(form, (id) => post(`/v1/forms/${id}/open`))],
  "POST /v1/forms/:form/duplicate": ["form.duplicated", () => made(post(`/v1/forms/${form}/duplicate`))],
  "PUT /v1/forms/:form/draft": ["form.draft_saved", async () => done(await newForm(key), putDraft)],
  "DELETE /v1/forms/:form/draft": [
    "form.draft_discarded",
    async () =>
      done(await drafted(), (id) => call("DELETE", `/v1/forms/${id}/draft`, { key, headers: { "if-match": '"1"' } })),
  ],
  "POST /v1/forms/:form/publish": [
    "form.version_published",
    async () => done(await drafted(), (id) => post(`/v1/forms/${id}/publish`)),
  ],
  "POST /v1/forms/:form/recheck": ["form.recheck_asked", () => done(form, (id) => post(`/v1/forms/${id}/recheck`))],
  "POST /v1/forms/:form/archive": ["form.archived", () => done(form, (id) => post(`/v1/forms/${id}/archive`))],
  "POST /v1/forms/:form/unarchive": ["form.unarchived", () => done(form, (id) => post(`/v1/forms/${id}/unarchive`))],
  "DELETE /v1/forms/:form": ["form.deleted", async () => done(await newForm(key), remove)],
  "POST /v1/forms/:form/restore": [
    "form.restored",
    async () => {
      const id = await newForm(key);
      await remove(id);
      return done(id, () => post(`/v1/forms/${id}/restore`));
    },
  ],
  "PATCH /v1/forms/:form/responses/:response": [
    "response.edited",
    async () =>
      done(await respond(), (id) =>
        call("PATCH", `/v1/forms/${form}/responses/${id}`, {
          key,
          headers: { "if-match": '"1"' },
          body: { answers: { name: `${ANSWER} again` } },
        }),
      ),
  ],
  "POST /v1/forms/:form/responses/:response/review": [
    "response.reviewed",
    async () =>
      done(await respond(), (id) =>
        post(`/v1/forms/${form}/responses/${id}/review`, { state: "flagged", comment: PERSONS_WORDS }),
      ),
  ],
  "DELETE /v1/forms/:form/responses/:response": [
    "response.erased",
    async () => done(await respond(), (id) => call("DELETE", `/v1/forms/${form}/responses/${id}`, { key })),
  ],
  "POST /v1/forms/:form/responses/:response/correction-link": [
    "correction_link.created",
    async () => done(await respond(), (id) => post(`/v1/forms/${form}/responses/${id}/correction-link`)),
  ],
  "PATCH /v1/corrections/:correction": [
    "response.corrected",
    async () => {
      const { id, link } = await flagged();
      return done(id, () => call("PATCH", link, { body: { answers: { name: `${ANSWER} again` } } }));
    },
  ],
  "POST /f/:form/corrections/:correction": [
    "response.corrected",
    async () => {
      const { id, page } = await flagged();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return done(id, () => call("POST", page, { headers, body: "formlog_revision=2&q_name=Somebody" }));
    },
  ],
  "POST /v1/forms/:form/links": ["link.created", () => made(post(`/v1/forms/${form}/links`, { name: PERSONS_WORDS }))],
  "DELETE /v1/forms/:form/links/:link": [
    "link.revoked",
    async () => {
      const { body } = await post(`/v1/forms/${form}/links`, { name: PERSONS_WORDS });
      return done(body.id, (id) => call("DELETE", `/v1/forms/${form}/links/${id}`, { key }));
    },
  ],
  "POST /v1/connections": ["connection.created", () => made(post("/v1/connections", TWILIO))],
  "PATCH /v1/connections/:connection": [
    "connection.updated",
    async () => {
      const { body } = await post("/v1/connections", TWILIO);
      const { secrets } = TWILIO;
      return done(body.id, (id) =>
        call("PATCH", `/v1/connections/${id}`, { key, body: { name: PERSONS_WORDS, secrets } }),
      );
    },
  ],
  "POST /v1/connections/:connection/rotate": [
    "connection.rotated",
    async () => {
      const { body } = await post("/v1/connections", { kind: "webhook", name: "Ours" });
      return done(body.id, (id) => post(`/v1/connections/${id}/rotate`));
    },
  ],
  "DELETE /v1/connections/:connection": [
    "connection.deleted",
    async () => {
      const { body } = await post("/v1/connections", TWILIO);
      return done(body.id, (id) => call("DELETE", `/v1/connections/${id}`, { key }));
    },
  ],
  "POST /v1/lexicon": [
    "lexicon_entry.created",
    () => made(post("/v1/lexicon", { term: "yaar", language: "hi", meaning: PERSONS_WORDS })),
  ],
  "PATCH /v1/lexicon/:entry": [
    "lexicon_entry.updated",
    async () =>
      done(await entry(), (id) => call("PATCH", `/v1/lexicon/${id}`, { key, body: { meaning: PERSONS_WORDS } })),
  ],
  "DELETE /v1/lexicon/:entry": [
    "lexicon_entry.deleted",
    async () => done(await entry(), (id) => call("DELETE", `/v1/lexicon/${id}`, { key })),
  ],
  "POST /v1/lexicon/import.json": [
    "lexicon.imported",
    imported("json", { entries: [{ term: "yaar", language: "hi", meaning: PERSONS_WORDS }] }),
  ],
  "POST /v1/lexicon/import.csv": [
    "lexicon.imported",
    imported("csv", `term,language,meaning\nyaar,hi,${PERSONS_WORDS}\n`, { "content-type": "text/csv" }),
  ],
  "POST /v1/forms/:form/integrations": [
    "integration.created",
    () =>
      made(post(`/v1/forms/${form}/integrations`, { ...SHEETS, filter: `name == "${ANSWER}"`, start: "beginning" })),
  ],
  "PATCH /v1/forms/:form/integrations/:integration": [
    "integration.updated",
    async () =>
      done(await integrate(), (id) => call("PATCH", at(id), { key, body: { filter: `name != "${ANSWER}"` } })),
  ],
  "DELETE /v1/forms/:form/integrations/:integration": [
    "integration.deleted",
    async () => done(await integrate(), (id) => call("DELETE", at(id), { key })),
  ],
  "POST /v1/forms/:form/integrations/:integration/pause": ["integration.paused", verb("pause")],
  "POST /v1/forms/:form/integrations/:integration/resume": ["integration.resumed", verb("resume")],
  "POST /v1/forms/:form/integrations/:integration/reconcile": ["integration.reconciled", verb("reconcile")],
  "POST /v1/forms/:form/integrations/:integration/replay": ["integration.replayed", verb("replay", { from: "now" })],
  "POST /v1/forms/:form/integrations/:integration/retry": ["integration.retried", verb("retry")],
  "POST /v1/deliveries/:delivery/retry": [
    "delivery.retried",
    async () => done(await park(), (id) => post(`/v1/deliveries/${id}/retry`)),
  ],
  "POST /v1/deliveries/:delivery/skip": [
    "delivery.skipped",
    async () => done(await park(), (id) => post(`/v1/deliveries/${id}/skip`, { reason: PERSONS_WORDS })),
  ],
};

/** Changes nothing that a person answers for: responses coming in, looks ahead, and what providers report. */
const NOT_AUDITED = [
  // Of the installation, in no workspace: what is sealed stays the same.
  "POST /v1/encryption/rotate",
  "POST /v1/backups",
  "PUT /v1/backups/objects/:object",
  "POST /v1/restores",
  "POST /v1/dead-letters/retry",
  // By who runs the installation; an entry of the log service says so (test/api/dead-letters.test.ts).
  "DELETE /v1/dead-letters/:letter",
  "POST /v1/shards/:shard/open",
  "POST /v1/shards/:shard/close",
  "POST /v1/forms/:form/responses",
  "POST /v1/forms/:form/responses/batch",
  "POST /v1/forms/:form/integrations/preview",
  "POST /v1/forms/:form/integrations/:integration/test",
  "POST /hooks/:provider/:delivery",
  "POST /hooks/:provider/inbound/:integration",
  "POST /f/:form",
  // Says which questions are asked, of what is typed so far: it changes nothing.
  "POST /f/:form/check",
];

/** Done by Formlog itself, and noted by the sweeper (test/api/notices.test.ts). */
const BY_SYSTEM = ["integration.blocked", "integration.recovered"];

async function entriesOf(object: string, as = key) {
  return (await call("GET", `/v1/audit?object=${object}`, { key: as })).body.items;
}

describe("the audit log", () => {
  it("knows every route that changes something, or says that it leaves no entry", () => {
    const changing = app.routes.filter(({ method }) => !["GET", "HEAD", "OPTIONS", "ALL"].includes(method));
    // What the console does has a table of its own: test/api/console-matrix.test.ts.
    const here = changing.filter(({ path }) => !path.startsWith("/console/"));
    const routes = [...new Set(here.map(({ method, path }) => `${method} ${path}`))];
    expect(routes.toSorted()).toEqual([...Object.keys(AUDITED), ...NOT_AUDITED].toSorted());
    const more = [...BY_SYSTEM, "session.started", "session.ended"];
    const actions = [...Object.values(AUDITED).map(([action]) => action), ...more];
    expect(new Set(actions)).toEqual(new Set(AUDIT_ACTIONS));
  });

  it.each(Object.entries(AUDITED))("%s leaves one entry with who, what and when", async (route, [action, deed]) => {
    const before = Date.now();
    const { answer, object, as } = await deed();
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(400);
    const root = route === "POST /v1/workspaces";
    const actor = action === "response.corrected" ? "collector" : keyId;
    const found = (await entriesOf(object, root ? answer.body.key : as)).filter(
      (entry: { action: string }) => entry.action === action,
    );
    expect(found).toEqual([
      {
        id: expect.stringMatching(/^aud_/),
        at: expect.any(String),
        actor: root ? "root" : as ? expect.stringMatching(/^key_/) : actor,
        action,
        object,
        detail: expect.any(Object),
      },
    ]);
    expect(Date.parse(found[0].at)).toBeGreaterThanOrEqual(before);
  });

  it("holds no answers, secrets or keys", async () => {
    await AUDITED["POST /v1/connections"]?.[1]();
    await AUDITED["PATCH /v1/forms/:form/responses/:response"]?.[1]();
    const { results } = await env.DB.prepare("SELECT * FROM audit").all();
    const text = JSON.stringify(results);
    for (const word of [SECRET, ANSWER, PERSONS_WORDS, key]) expect(text).not.toContain(word);
  });

  it("has no entry of what was refused, and a change without its entry is not made", async () => {
    const count = async () => (await env.DB.prepare("SELECT count(*) AS n FROM audit").first<{ n: number }>())?.n;
    const withDraft = await drafted();
    const before = await count();
    const integration = "int_0000000000000000";
    for (const refused of [
      call("DELETE", "/v1/keys/key_0000000000000000", { key }),
      call("DELETE", "/v1/connections/conn_0000000000000000", { key }),
      call("PATCH", `/v1/forms/${form}`, { key, body: { access: "nobody" } }),
      post(`${at(integration)}/pause`),
      post("/v1/deliveries/nothing/skip", { reason: "r" }),
      call("PUT", `/v1/forms/${withDraft}/draft`, { key, headers: { "if-match": '"7"' }, body: {} }),
      call("DELETE", `/v1/forms/${withDraft}/draft`, { key, headers: { "if-match": '"7"' } }),
    ]) {
      expect((await refused).status).toBeGreaterThanOrEqual(400);
    }
    expect(await count()).toBe(before);
    const change = env.DB.prepare("UPDATE forms SET title = 'Changed' WHERE id = ?").bind(form);
    const entry = { id: "aud_x", workspace: "w", at: 1, action: "form.updated", object: form, detail: {} } as const;
    // An entry that D1 does not take.
    await expect(changeAudited(env.DB, [change], { ...entry, actor: null as never })).rejects.toThrow(/NOT NULL/);
    expect((await call("GET", `/v1/forms/${form}`, { key })).body.title).not.toBe("Changed");
  });

  it("has no entry of a version that somebody else published first, and the draft of it stays", async () => {
    const id = await drafted();
    const read = () => call("GET", `/v1/forms/${id}/draft`, { key });
    const before = [(await read()).body, await entriesOf(id)];
    const definition = DefinitionSchema.parse({ title: "Late", questions: QUESTIONS });
    const entry = {
      id: "aud_y",
      workspace: "w",
      at: 1,
      actor: "k",
      action: "form.version_published",
      object: id,
    } as const;
    const late = { form: id, version: 1, definition, now: 1, draftRevision: 1 };
    expect(await insertVersion(env.DB, late, { ...entry, detail: {} })).toBe(false);
    expect([(await read()).body, await entriesOf(id)]).toEqual(before);
    expect((await call("GET", `/v1/forms/${id}/versions/1`, { key })).body.title).not.toBe("Late");
  });

  it("tells which draft a version came from, what a form was copied from, and which settings were changed", async () => {
    const id = await drafted();
    const published = (await post(`/v1/forms/${id}/publish`)).body.version;
    const copy = (await post(`/v1/forms/${id}/duplicate`)).body.id;
    await call("PATCH", `/v1/forms/${id}`, { key, body: { responsesMax: 3, closedMessage: PERSONS_WORDS } });
    const details = async (object: string) =>
      (await entriesOf(object)).map(({ action, detail }: { action: string; detail: object }) => [action, detail]);
    expect(await details(id)).toEqual([
      ["form.updated", { changed: ["responsesMax", "closedMessage"] }],
      ["form.version_published", { version: published, draft: 1 }],
      ["form.draft_saved", {}],
      ["form.created", {}],
    ]);
    expect(await details(copy)).toEqual([["form.duplicated", { from: id }]]);
  });
});
