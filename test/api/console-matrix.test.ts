import { beforeAll, describe, expect, it } from "vitest";
import { app } from "../../src/http/app";
import type { Scope } from "../../src/services/access";
import { call, newWorkspace } from "../support/api";
import { formOf, operator, type Page, type Visitor, visitor } from "../support/console";
import { badKeys, keyOfAnotherForm, SECRET, type Stocked, stockWorkspace } from "../support/workspace";

/** A page of the console, or something that is done there. */
interface Row {
  readonly scope: Scope | null;
  /** Of the whole workspace: not for a key of one form. */
  readonly whole?: true;
  /** What it answers: a page unless told. */
  readonly status?: number;
  /** The page that has its form, what is typed there, and the entry that it leaves in the audit log. */
  readonly on?: string;
  readonly typed?: Readonly<Record<string, string>>;
  readonly audit?: string;
}

/** Open to everybody: signing in, and the files that pages are made of. */
const OUTSIDE = ["GET /console/sign-in", "POST /console/sign-in", "GET /console/assets/:name"];

const EDIT = "/console/forms/:form/edit";
const VERSION = "/console/forms/:form/versions/:version";
const SETTINGS = "/console/forms/:form/settings";
/** A row of an action of the form editor: it keeps the draft. */
const saves = (on: string, typed: Readonly<Record<string, string>>): Row => ({
  scope: "forms:write",
  on,
  typed,
  audit: "form.draft_saved",
});

const RESPONSE = "/console/forms/:form/responses/:response";
const ENTRY = "/console/lexicon/:entry";

const INTEGRATION = "/console/forms/:form/integrations/:integration";

/** A page that asks, and what it asks for. */
const asked = (page: string, audit: string, typed: Row["typed"] = {}): Readonly<Record<string, Row>> => ({
  [`GET ${INTEGRATION}/${page}`]: { scope: "integrations:write" },
  [`POST ${INTEGRATION}/${page}`]: { scope: "integrations:write", on: `${INTEGRATION}/${page}`, typed, audit },
});

const SERVICE_ACCOUNT = JSON.stringify({ client_email: "a@b.example", private_key: "-----BEGIN PRIVATE KEY-----" });

/** One row for each route. Those that change something come last: what others were refused is still there then. */
const ROWS: Readonly<Record<string, Row>> = {
  "GET /console": { scope: null, status: 303 },
  "GET /console/": { scope: null, status: 303 },
  "GET /console/forms": { scope: "forms:read" },
  "GET /console/integrations": { scope: "forms:read" },
  "GET /console/forms/:form/responses": { scope: "responses:read" },
  "GET /console/forms/:form/inbox": { scope: "responses:read" },
  "GET /console/forms/:form/integrations": { scope: "forms:read" },
  "GET /console/forms/:form/summary": { scope: "responses:read" },
  "GET /console/forms/:form/search": { scope: "responses:read" },
  "GET /console/forms/:form/slang": { scope: "responses:read" },
  "GET /console/forms/:form/slang/discover": { scope: "responses:read" },
  "GET /console/forms/:form/slang/apply": { scope: "integrations:write" },
  "GET /console/lexicon": { scope: "forms:read", whole: true },
  "GET /console/lexicon/export.json": { scope: "forms:read", whole: true },
  "GET /console/lexicon/export.csv": { scope: "forms:read", whole: true },
  "GET /console/lexicon/new": { scope: "integrations:write", whole: true },
  "GET /console/lexicon/import": { scope: "integrations:write", whole: true },
  [`GET ${ENTRY}`]: { scope: "integrations:write", whole: true },
  [`GET ${ENTRY}/delete`]: { scope: "integrations:write", whole: true },
  [`GET ${RESPONSE}`]: { scope: "responses:read" },
  [`GET ${RESPONSE}/edit`]: { scope: "responses:write" },
  [`GET ${RESPONSE}/correction`]: { scope: "responses:write" },
  [`GET ${RESPONSE}/erase`]: { scope: "responses:write" },
  "GET /console/forms/new": { scope: "forms:write", whole: true },
  [`GET ${EDIT}`]: { scope: "forms:write" },
  [`GET ${EDIT}/questions/:question`]: { scope: "forms:write" },
  [`GET ${EDIT}/questions/:question/remove`]: { scope: "forms:write" },
  [`GET ${EDIT}/rules/:rule`]: { scope: "forms:write" },
  [`GET ${EDIT}/languages/:language`]: { scope: "forms:write" },
  [`GET ${EDIT}/lists/:list`]: { scope: "forms:write" },
  [`GET ${EDIT}/json`]: { scope: "forms:write" },
  [`GET ${EDIT}/definition.json`]: { scope: "forms:write" },
  [`GET ${EDIT}/preview`]: { scope: "forms:write" },
  [`GET ${EDIT}/preview/form`]: { scope: "forms:write" },
  [`GET ${EDIT}/publish`]: { scope: "forms:write" },
  [`GET ${EDIT}/discard`]: { scope: "forms:write" },
  "GET /console/forms/:form/versions": { scope: "forms:read" },
  "GET /console/forms/:form/versions/:version": { scope: "forms:read" },
  [`GET ${VERSION}/put-back`]: { scope: "forms:write" },
  "GET /console/forms/:form/recheck": { scope: "forms:write" },
  "GET /console/forms/:form/share": { scope: "forms:read" },
  [`GET ${SETTINGS}`]: { scope: "forms:write" },
  [`GET ${SETTINGS}/:deed`]: { scope: "forms:write" },
  "POST /console/forms/new": {
    scope: "forms:write",
    whole: true,
    on: "/console/forms/new",
    typed: { title: "Another" },
    audit: "form.created",
  },
  [`POST ${EDIT}`]: saves(EDIT, { do: "add", question: "Another", type: "date" }),
  [`POST ${EDIT}/questions/:question`]: saves(`${EDIT}/questions/:question`, { title: "Another" }),
  [`POST ${EDIT}/rules/:rule`]: saves(`${EDIT}/rules/:rule`, { message: "Another" }),
  [`POST ${EDIT}/languages/:language`]: saves(`${EDIT}/languages/:language`, { "/title": "Une autre" }),
  [`POST ${EDIT}/lists/:list`]: saves(`${EDIT}/lists/:list`, { more: "Another" }),
  [`POST ${EDIT}/json`]: saves(`${EDIT}/json`, { json: "{}" }),
  [`POST ${EDIT}/preview/form`]: { scope: "forms:write", status: 422, on: `${EDIT}/preview/form` },
  [`POST ${EDIT}/preview/form/check`]: { scope: "forms:write", status: 200, on: `${EDIT}/preview/form` },
  [`POST ${EDIT}/publish`]: { scope: "forms:write", on: `${EDIT}/publish`, audit: "form.version_published" },
  [`POST ${EDIT}/discard`]: { scope: "forms:write", on: `${EDIT}/discard`, audit: "form.draft_discarded" },
  [`POST ${VERSION}/put-back`]: { scope: "forms:write", on: `${VERSION}/put-back`, audit: "form.draft_saved" },
  "POST /console/forms/:form/recheck": {
    scope: "forms:write",
    on: "/console/forms/:form/recheck",
    audit: "form.recheck_asked",
  },
  [`POST ${SETTINGS}`]: {
    scope: "forms:write",
    on: SETTINGS,
    typed: { thanksMessage: "Thanks" },
    audit: "form.updated",
  },
  [`POST ${SETTINGS}/:deed`]: { scope: "forms:write", on: `${SETTINGS}/:deed`, audit: "form.closed" },
  "GET /console/forms/:form/export": { scope: "responses:read" },
  "GET /console/forms/:form/export/file": { scope: "responses:read" },
  "GET /console/alerts": { scope: "forms:read", whole: true },
  "GET /console/alerts/new": { scope: "integrations:write", whole: true },
  "GET /console/keys": { scope: "admin", whole: true },
  "GET /console/keys/new": { scope: "admin", whole: true },
  "GET /console/keys/:key/revoke": { scope: "admin", whole: true },
  "GET /console/connections": { scope: "forms:read", whole: true },
  "GET /console/connections/new": { scope: "integrations:write", whole: true },
  "GET /console/connections/new/:kind": { scope: "integrations:write", whole: true },
  "GET /console/connections/:connection": { scope: "forms:read", whole: true },
  "GET /console/connections/:connection/edit": { scope: "integrations:write", whole: true },
  "GET /console/connections/:connection/rotate": { scope: "integrations:write", whole: true },
  "GET /console/connections/:connection/delete": { scope: "integrations:write", whole: true },
  "GET /console/audit": { scope: "admin", whole: true },
  "GET /console/log": { scope: "admin", whole: true },
  "GET /console/forms/:form/robots": { scope: "forms:write" },
  "POST /console/forms/:form/robots": {
    scope: "forms:write",
    on: "/console/forms/:form/robots",
    typed: { siteKey: "0x4", secret: "0x4secret" },
    audit: "form.updated",
  },
  "GET /console/forms/:form/links": { scope: "forms:write" },
  "GET /console/forms/:form/links/new": { scope: "forms:write" },
  "GET /console/forms/:form/links/:link": { scope: "forms:write" },
  "GET /console/forms/:form/links/:link/revoke": { scope: "forms:write" },
  "POST /console/alerts/new": {
    scope: "integrations:write",
    whole: true,
    on: "/console/alerts/new",
    typed: { type: "slack", url: "https://hooks.slack.com/services/T/B/x" },
    audit: "integration.created",
  },
  "POST /console/keys/new": {
    scope: "admin",
    whole: true,
    on: "/console/keys/new",
    typed: { name: "Tablet", scopes: "responses:submit" },
    audit: "key.created",
  },
  "POST /console/keys/:key/revoke": {
    scope: "admin",
    whole: true,
    on: "/console/keys/:key/revoke",
    audit: "key.revoked",
  },
  "POST /console/connections/new/:kind": {
    scope: "integrations:write",
    whole: true,
    on: "/console/connections/new/:kind",
    typed: { name: "Ours", secrets: SERVICE_ACCOUNT },
    audit: "connection.created",
  },
  "POST /console/connections/:connection/edit": {
    scope: "integrations:write",
    whole: true,
    on: "/console/connections/:connection/edit",
    typed: { name: "Ours" },
    audit: "connection.updated",
  },
  // Only what Formlog made itself is renewed; the connection here is of another kind.
  "POST /console/connections/:connection/rotate": {
    scope: "integrations:write",
    whole: true,
    status: 409,
    on: "/console/connections/:connection/rotate",
  },
  "POST /console/connections/:connection/delete": {
    scope: "integrations:write",
    whole: true,
    on: "/console/connections/:connection/delete",
    audit: "connection.deleted",
  },
  "POST /console/forms/:form/links/new": {
    scope: "forms:write",
    on: "/console/forms/:form/links/new",
    typed: { name: "Ravi" },
    audit: "link.created",
  },
  "POST /console/forms/:form/links/:link/revoke": {
    scope: "forms:write",
    on: "/console/forms/:form/links/:link/revoke",
    audit: "link.revoked",
  },
  [`POST ${RESPONSE}/correction`]: {
    scope: "responses:write",
    on: `${RESPONSE}/correction`,
    audit: "correction_link.created",
  },
  [`POST ${RESPONSE}/edit`]: {
    scope: "responses:write",
    on: `${RESPONSE}/edit`,
    typed: { q_name: "Asha" },
    audit: "response.edited",
  },
  "POST /console/forms/:form/summary": { scope: "integrations:write", audit: "integration.created" },
  "POST /console/forms/:form/slang/apply": {
    scope: "integrations:write",
    on: "/console/forms/:form/slang/apply",
    audit: "integration.replayed",
  },
  "POST /console/forms/:form/slang": {
    scope: "integrations:write",
    typed: { text: "name", city: "name" },
    audit: "integration.created",
  },
  "POST /console/lexicon/new": {
    scope: "integrations:write",
    whole: true,
    on: "/console/lexicon/new",
    typed: { term: "yaar", language: "hi" },
    audit: "lexicon_entry.created",
  },
  "POST /console/lexicon/import": {
    scope: "integrations:write",
    whole: true,
    on: "/console/lexicon/import",
    typed: { file: "term,language\njugaad,hi\n" },
    audit: "lexicon.imported",
  },
  [`POST ${ENTRY}`]: {
    scope: "integrations:write",
    whole: true,
    on: ENTRY,
    typed: { term: "Zwetschge", language: "de" },
    audit: "lexicon_entry.updated",
  },
  [`POST ${ENTRY}/delete`]: {
    scope: "integrations:write",
    whole: true,
    on: `${ENTRY}/delete`,
    audit: "lexicon_entry.deleted",
  },
  "POST /console/forms/:form/search": { scope: "integrations:write", audit: "integration.created" },
  [`POST ${RESPONSE}/review`]: {
    scope: "responses:write",
    on: RESPONSE,
    typed: { state: "approved" },
    audit: "response.reviewed",
  },
  [`POST ${RESPONSE}/erase`]: { scope: "responses:write", on: `${RESPONSE}/erase`, audit: "response.erased" },
  "GET /console/forms/:form/add-integration": { scope: "integrations:write" },
  "GET /console/forms/:form/add-integration/:kind": { scope: "integrations:write" },
  "POST /console/forms/:form/add-integration/:kind": {
    scope: "integrations:write",
    on: "/console/forms/:form/add-integration/:kind",
    typed: { "config.spreadsheetId": "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq" },
    audit: "integration.created",
  },
  [`GET ${INTEGRATION}`]: { scope: "forms:read" },
  [`GET ${INTEGRATION}/deliveries`]: { scope: "forms:read" },
  [`GET ${INTEGRATION}/deliveries/:delivery`]: { scope: "forms:read" },
  [`GET ${INTEGRATION}/deliveries/:delivery/skip`]: { scope: "integrations:write" },
  ...asked("edit", "integration.updated", {
    "config.spreadsheetId": "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq",
  }),
  ...asked("pause", "integration.paused"),
  ...asked("retry", "integration.retried"),
  ...asked("replay", "integration.replayed", { how: "beginning" }),
  ...asked("delete", "integration.deleted"),
  [`POST ${INTEGRATION}/resume`]: { scope: "integrations:write", on: INTEGRATION, audit: "integration.resumed" },
  [`POST ${INTEGRATION}/reconcile`]: { scope: "integrations:write", on: INTEGRATION, audit: "integration.reconciled" },
  // Nobody's worker stands behind it here.
  [`POST ${INTEGRATION}/test`]: { scope: "integrations:write", on: INTEGRATION, status: 503 },
  [`POST ${INTEGRATION}/deliveries/:delivery/retry`]: {
    scope: "integrations:write",
    on: INTEGRATION,
    audit: "delivery.retried",
  },
  [`POST ${INTEGRATION}/deliveries/:delivery/skip`]: {
    scope: "integrations:write",
    on: `${INTEGRATION}/deliveries/:delivery/skip`,
    typed: { reason: "Known." },
    audit: "delivery.skipped",
  },
  "POST /console/sign-out": { scope: null, on: "/console/forms", audit: "session.ended" },
};

const routes = app.routes.filter(({ method, path }) => method !== "ALL" && path.startsWith("/console"));

it("has a row for each route of the console, and no other", () => {
  const all = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  expect([...all].toSorted()).toEqual([...Object.keys(ROWS), ...OUTSIDE].toSorted());
});

const CASES = [
  "no session",
  "a session that was ended",
  "a session of a key that was revoked",
  "a key without the scope",
  "a key of another form",
  "another workspace's key",
  "the right key",
] as const;
type Case = (typeof CASES)[number];

interface Standing {
  readonly ours: Stocked;
  readonly visitors: Readonly<Record<Case, Visitor>>;
}

/** A workspace, and visitors of whom the last may see what needs this scope. */
async function standingOf(scope: Scope | null): Promise<Standing> {
  const ours = await stockWorkspace();
  const bad = await badKeys(ours.key, scope);
  const ended = await operator(ours.key);
  const copy = visitor();
  copy.jar.set("formlog_session", ended.jar.get("formlog_session") ?? "");
  await ended.submit("/console/forms", "/console/sign-out");
  const { id, key } = (await call("POST", "/v1/keys", { key: ours.key, body: { name: "K", scopes: ["admin"] } })).body;
  const revoked = await operator(key);
  await call("DELETE", `/v1/keys/${id}`, { key: ours.key });
  const visitors = {
    "no session": visitor(),
    "a session that was ended": copy,
    "a session of a key that was revoked": revoked,
    "a key without the scope": await operator(scope === null ? ours.key : bad.lesser),
    "a key of another form": await operator(await keyOfAnotherForm(ours.key)),
    "another workspace's key": await operator(await newWorkspace("Other")),
    "the right key": await operator(ours.key),
  };
  return { ours, visitors };
}

/** Pages change nothing: those that need the same scope are looked at in the same workspace. */
const ofPages = new Map<Scope | null, Promise<Standing>>();

describe.each(Object.entries(ROWS))("%s", (route, row) => {
  const [method = "", pattern = ""] = route.split(" ");
  let ours: Stocked;
  let visitors: Standing["visitors"];
  const fill = (text: string) => text.replaceAll(/:(\w+)/g, (_, name: string) => ours.names[name] ?? "");

  beforeAll(async () => {
    const made = (method === "GET" && ofPages.get(row.scope)) || standingOf(row.scope);
    if (method === "GET") ofPages.set(row.scope, made);
    ({ ours, visitors } = await made);
  });

  const right = row.status ?? (method === "GET" ? 200 : 303);

  function expected(name: Case): number {
    if (name === "the right key") return right;
    if (name === "no session" || name.startsWith("a session")) return method === "GET" ? 303 : 401;
    if (row.scope === null) return right;
    if (name === "a key without the scope") return 403;
    if (name === "a key of another form" && row.whole) return 403;
    // A kind is nobody's own.
    return pattern.replace(":kind", "").includes(":") ? 404 : right;
  }

  /** Sends what the form of the page holds; who can't see that page makes it up, with a token of their own session. */
  async function send(one: Visitor, more: Readonly<Record<string, string>> = {}): Promise<Page> {
    if (method === "GET") return one.get(fill(pattern));
    const page = await one.get(fill(row.on ?? ""));
    const seen = page.status === 200 && page.body.includes(`action="${fill(pattern)}"`);
    const token = seen ? formOf(page.body, fill(pattern)) : tokenOf((await one.get("/console/forms")).body);
    return one.post(fill(pattern), { revision: "1", ...token, ...row.typed, ...more });
  }

  const tokenOf = (page: string) => (page.includes("/console/sign-out") ? formOf(page, "/console/sign-out") : {});

  const entries = async () =>
    (await call("GET", "/v1/audit?limit=500", { key: ours.key })).body.items as { action: string; object: string }[];

  it.each(CASES)("%s", async (name) => {
    const one = visitors[name];
    const before = (await entries()).length;
    const answer = await send(one);
    expect(answer.status, answer.body.slice(0, 2000)).toBe(expected(name));
    if (answer.status === 303 && expected(name) !== right) {
      expect(answer.headers.get("location")).toContain("/console/sign-in?");
    }
    const refused = expected(name) !== right || name.startsWith("another") || name === "no session";
    // The bar has the name of the visitor's own workspace.
    if (refused) expect(answer.body.replace(/<header class="bar">.*?<\/header>/s, "")).not.toContain(SECRET);
    if (row.scope !== null && name !== "the right key") expect((await entries()).length).toBe(before);
    if (name !== "the right key" || row.audit === undefined) return;
    const [entry] = (await entries()).slice(0, (await entries()).length - before);
    expect(entry).toMatchObject({ action: row.audit, actor: expect.stringMatching(/^key_/) });
  });

  // A page that is only read changes nothing, and has no token to be without.
  it.runIf(method === "POST")("is refused without the token of the session", async () => {
    const one = await operator(ours.key);
    const before = (await entries()).length;
    expect((await send(one, { formlog_token: "A".repeat(43) })).status).toBe(403);
    expect((await entries()).length).toBe(before);
  });
});
