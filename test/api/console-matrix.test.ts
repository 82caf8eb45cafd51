import { beforeAll, describe, expect, it } from "vitest";
import { app } from "../../src/http/app";
import type { Scope } from "../../src/services/access";
import { call, newWorkspace } from "../support/api";
import { formOf, operator, type Page, type Visitor, visitor } from "../support/console";
import { badKeys, keyOfAnotherForm, SECRET, type Stocked, stockWorkspace } from "../support/workspace";
import { FORM_ROWS } from "./console-rows/forms";
import { INTEGRATION_ROWS } from "./console-rows/integrations";
import { RESPONSE_ROWS } from "./console-rows/responses";
import type { Row } from "./console-rows/row";
import { WORKSPACE_ROWS } from "./console-rows/workspace";

/** Open to everybody: signing in, and the files that pages are made of. */
const OUTSIDE = ["GET /console/sign-in", "POST /console/sign-in", "GET /console/assets/:name"];

/** One row for each route. */
const ROWS: Readonly<Record<string, Row>> = { ...WORKSPACE_ROWS, ...FORM_ROWS, ...RESPONSE_ROWS, ...INTEGRATION_ROWS };

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
