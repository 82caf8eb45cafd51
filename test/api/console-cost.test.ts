import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { responseId, segmentStart } from "../../src/core/ids";
import { app } from "../../src/http/app";
import { listIntegrations } from "../../src/store/integrations";
import { call, newForm, newWorkspace, QUESTIONS } from "../support/api";
import { operator, type Visitor } from "../support/console";
import { countRows } from "../support/meter";
import { segmentOf } from "../support/rows";

const START = Date.parse("2026-11-01T00:00:00Z");
const INDEXED = QUESTIONS.map((question) => (question.ref === "city" ? { ...question, indexed: true } : question));
const SHEETS = { kind: "google-sheets", config: { spreadsheetId: "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq" } };
const INDEXES = [
  { kind: "summary", config: {} },
  { kind: "search", config: {} },
  { kind: "slang", config: { text: "name", city: "city" } },
];
const SMS = { kind: "twilio-sms", config: { to: "phone", body: "Thanks {{name}}" } };

/** A workspace with one form of so many responses. */
interface Size {
  readonly rows: number;
  readonly form: string;
  readonly segment: number;
  /** Ids of a key and of a link with a maximum. */
  readonly key: string;
  readonly link: string;
  readonly connection: string;
  /** Of the lexicon. */
  readonly entry: string;
  readonly visitor: Visitor;
}

let small: Size;
let large: Size;

/** Responses one a second, four of delhi; an integration half-way through them, ten deliveries parked. */
async function workspaceOf(rows: number): Promise<Size> {
  const key = await newWorkspace();
  const form = await newForm(key, { questions: INDEXED });
  const segment = await segmentOf(form);
  const start = segmentStart(segment);
  const draft = { title: "Visit", questions: INDEXED, choiceLists: { places: [] }, translations: { hi: {} } };
  await call("PUT", `/v1/forms/${form}/draft`, { key, body: draft });
  for (const body of [SHEETS, SMS, ...INDEXES]) await call("POST", `/v1/forms/${form}/integrations`, { key, body });
  for (let from = 1; from <= rows; from += 50_000) {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata)
       SELECT ?3 + i, 'n', 1, 1, ?4 + i * 1000, CASE WHEN i % ?5 = 0 THEN '{"name":"A","city":"delhi"}' ELSE '{"name":"A"}' END,
         '{}' FROM n`,
    )
      .bind(from, Math.min(rows, from + 49_999), start, START, rows / 4)
      .run();
  }
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO answer_index (segment, ref, value, id) SELECT ?1, 'city', 'delhi', id FROM responses
       WHERE id IN (?2 + ?3, ?2 + 2 * ?3, ?2 + 3 * ?3, ?2 + 4 * ?3)`,
    ).bind(segment, start, rows / 4),
    env.DB.prepare("UPDATE indexed_questions SET position = ?2 WHERE segment = ?1").bind(segment, start + rows),
    env.DB.prepare("UPDATE responses SET review = 'flagged' WHERE id IN (?1 + 10, ?1 + 20)").bind(start),
    env.DB.prepare("UPDATE cursors SET position = ?2 + ?3 WHERE segment = ?1").bind(segment, start, rows / 2),
    env.DB.prepare(
      `INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at)
       SELECT integration, 0, ?2 + value, 'parked', 1, 1 FROM cursors, json_each('[1,2,3,4,5,6,7,8,9,10]') WHERE segment = ?1`,
    ).bind(segment, start),
  ]);
  await fillIndexes(form, start + rows);
  const yaar = { term: "yaar", language: "hi" };
  const { id: entry } = (await call("POST", "/v1/lexicon", { key, body: yaar })).body;
  const { id: keyId } = (await call("GET", "/v1/keys", { key })).body.items[0];
  const { id: link } = (await call("POST", `/v1/forms/${form}/links`, { key, body: { name: "Asha", responsesMax: 9 } }))
    .body;
  const webhook = { kind: "webhook", name: "Ours" };
  const { id: connection } = (await call("POST", "/v1/connections", { key, body: webhook })).body;
  return { rows, form, segment, entry, key: keyId, link, connection, visitor: await operator(key) };
}

/** The newest forty responses, as the indexes have them: a page of a search and of a term. */
async function fillIndexes(form: string, last: number): Promise<void> {
  const db = env.TEST_SEARCH_DB;
  const newest = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)";
  for (const { no, kind } of await listIntegrations(env.DB, form)) {
    if (kind === "search") {
      const text = `json_object('own', json_array(json_array('name', 'Asha')))`;
      await db.batch([
        db
          .prepare(`${newest} INSERT INTO search_documents SELECT ?1 * 2147483648 + i, ?1, 0, ?2 - 40 + i FROM n`)
          .bind(no, last),
        db
          .prepare(`${newest} INSERT INTO search_words (rowid, text) SELECT ?1 * 2147483648 + i, 'asha' FROM n`)
          .bind(no),
        db.prepare(`${newest} INSERT INTO contributions SELECT ?1, 0, ?2 - 40 + i, ${text} FROM n`).bind(no, last),
      ]);
    }
    if (kind === "slang") {
      const own = `json_object('own', json_object('city', '=delhi', 'terms', json_array(json_array('', 'yaar')), 'found', json_array()))`;
      await db.batch([
        db.prepare(`${newest} INSERT INTO contributions SELECT ?1, 0, ?2 - 40 + i, ${own} FROM n`).bind(no, last),
        db
          .prepare(
            `${newest} INSERT INTO slang_terms (integration, question, term, city, position, shard) SELECT ?1, '', 'yaar', '=delhi', ?2 - 40 + i, 0 FROM n`,
          )
          .bind(no, last),
      ]);
    }
  }
}

beforeAll(async () => {
  small = await workspaceOf(1_000);
  large = await workspaceOf(1_000_000);
}, 300_000);

const responses = ({ form }: Size) => `/console/forms/${form}/responses`;
const middle = ({ segment, rows }: Size) => responseId({ shard: 0, position: segmentStart(segment) + rows / 2 });

async function linkOn(size: Size, path: string, rel: string): Promise<string> {
  const { body } = await size.visitor.get(path);
  return (new RegExp(`<a href="([^"]*)" rel="${rel}"`).exec(body)?.[1] ?? "").replaceAll("&amp;", "&");
}
const older = (size: Size) => linkOn(size, responses(size), "next");

const adding = ({ form }: Size, kind = "") => `/console/forms/${form}/add-integration${kind}`;

/** A page of the form's integration with something parked. */
async function integration(size: Size, page = ""): Promise<string> {
  const row = await env.DB.prepare("SELECT id FROM integrations WHERE form = ? AND kind = 'twilio-sms'")
    .bind(size.form)
    .first<{ id: string }>();
  return `/console/forms/${size.form}/integrations/${row?.id}${page}`;
}

async function delivery(size: Size, page = ""): Promise<string> {
  const { body } = await size.visitor.get(await integration(size));
  return `${/<a class="button quiet" href="([^"]*\/deliveries\/[^"/]*)\/skip"/.exec(body)?.[1]}${page}`;
}

const connection = (size: Size, page = "") => `/console/connections/${size.connection}${page}`;

type At = (size: Size) => string | Promise<string>;

const edit =
  (below: string): At =>
  ({ form }) =>
    `/console/forms/${form}/edit${below}`;

/** Every page, by its route: how its address is found, and the rows that it may read. */
const PAGES: Readonly<Record<string, readonly (readonly [what: string, at: At, most: number])[]>> = {
  "GET /console/forms": [["the forms", () => "/console/forms", 12]],
  "GET /console/integrations": [["all integrations", () => "/console/integrations", 130]],
  "GET /console/forms/:form/integrations": [["of a form", ({ form }) => `/console/forms/${form}/integrations`, 130]],
  "GET /console/forms/:form/inbox": [["the collectors", ({ form }) => `/console/forms/${form}/inbox`, 15]],
  "GET /console/forms/:form/add-integration": [["what can be added", (size) => adding(size), 10]],
  "GET /console/forms/:form/add-integration/:kind": [["a kind's form", (size) => adding(size, "/twilio-sms"), 15]],
  "GET /console/forms/:form/integrations/:integration": [["one of them", (size) => integration(size), 220]],
  "GET /console/forms/:form/integrations/:integration/edit": [["its setup", (size) => integration(size, "/edit"), 60]],
  "GET /console/forms/:form/integrations/:integration/pause": [
    ["its pause", (size) => integration(size, "/pause"), 50],
  ],
  "GET /console/forms/:form/integrations/:integration/retry": [["a retry", (size) => integration(size, "/retry"), 50]],
  "GET /console/forms/:form/integrations/:integration/replay": [
    ["a replay", (size) => integration(size, "/replay"), 50],
  ],
  "GET /console/forms/:form/integrations/:integration/delete": [
    ["its end", (size) => integration(size, "/delete"), 50],
  ],
  "GET /console/forms/:form/integrations/:integration/deliveries": [
    ["its newest deliveries", (size) => integration(size, "/deliveries"), 200],
  ],
  "GET /console/forms/:form/integrations/:integration/deliveries/:delivery": [
    ["a delivery", (size) => delivery(size), 60],
  ],
  "GET /console/forms/:form/integrations/:integration/deliveries/:delivery/skip": [
    ["before it is skipped", (size) => delivery(size, "/skip"), 60],
  ],
  "GET /console/forms/:form/responses": [
    ["the newest", responses, 65],
    ["the next older ones", older, 65],
    ["back to newer ones", async (size) => linkOn(size, await older(size), "prev"), 130],
    ["of an indexed answer", (size) => `${responses(size)}?filter%5Bcity%5D%5Beq%5D=delhi`, 35],
    ["by review", (size) => `${responses(size)}?review=flagged`, 20],
    ["with other columns", (size) => `${responses(size)}?fields=age`, 65],
  ],
  "GET /console/forms/new": [["a new form", () => "/console/forms/new", 10]],
  "GET /console/forms/:form/edit": [["the editor", edit(""), 15]],
  "GET /console/forms/:form/edit/questions/:question": [["a question", edit("/questions/city"), 15]],
  "GET /console/forms/:form/edit/questions/:question/remove": [["its removal", edit("/questions/city/remove"), 15]],
  "GET /console/forms/:form/edit/rules/:rule": [["a rule, with samples", edit("/rules/@new"), 50]],
  "GET /console/forms/:form/edit/languages/:language": [["a language", edit("/languages/hi"), 15]],
  "GET /console/forms/:form/edit/lists/:list": [["a list", edit("/lists/places"), 15]],
  "GET /console/forms/:form/edit/json": [["the definition", edit("/json"), 15]],
  "GET /console/forms/:form/edit/definition.json": [["its export", edit("/definition.json"), 15]],
  "GET /console/forms/:form/edit/preview": [["the preview", edit("/preview"), 15]],
  "GET /console/forms/:form/edit/preview/form": [["what is in it", edit("/preview/form"), 15]],
  "GET /console/forms/:form/edit/publish": [["before it is published", edit("/publish"), 15]],
  "GET /console/forms/:form/edit/discard": [["before it is discarded", edit("/discard"), 15]],
  "GET /console/forms/:form/settings": [["the settings", ({ form }) => `/console/forms/${form}/settings`, 10]],
  "GET /console/forms/:form/settings/:deed": [
    ["before it is closed", ({ form }) => `/console/forms/${form}/settings/close`, 10],
  ],
  "GET /console/forms/:form/share": [["the ways to share it", ({ form }) => `/console/forms/${form}/share`, 10]],
  "GET /console/forms/:form/versions": [["its versions", ({ form }) => `/console/forms/${form}/versions`, 15]],
  "GET /console/forms/:form/versions/:version": [
    ["one of them", ({ form }) => `/console/forms/${form}/versions/1`, 15],
  ],
  "GET /console/forms/:form/versions/:version/put-back": [
    ["before it is put back", ({ form }) => `/console/forms/${form}/versions/1/put-back`, 15],
  ],
  "GET /console/forms/:form/recheck": [["a re-check", ({ form }) => `/console/forms/${form}/recheck`, 15]],
  "GET /console/forms/:form/summary": [["the summary", ({ form }) => `/console/forms/${form}/summary`, 140]],
  "GET /console/forms/:form/search": [
    ["no search yet", ({ form }) => `/console/forms/${form}/search`, 110],
    ["a search", ({ form }) => `/console/forms/${form}/search?q=asha`, 330],
  ],
  "GET /console/forms/:form/slang": [
    ["slang", ({ form }) => `/console/forms/${form}/slang`, 140],
    ["of a term", ({ form }) => `/console/forms/${form}/slang?term=yaar`, 350],
  ],
  "GET /console/forms/:form/slang/discover": [
    ["words of a city", ({ form }) => `/console/forms/${form}/slang/discover?city=delhi`, 160],
  ],
  "GET /console/forms/:form/slang/apply": [["a replay", ({ form }) => `/console/forms/${form}/slang/apply`, 110]],
  // Of the workspace, whatever its forms have. Drizzle reads it, which the meter does not see.
  "GET /console/lexicon": [["the lexicon", () => "/console/lexicon", 0]],
  "GET /console/lexicon/export.json": [["as JSON", () => "/console/lexicon/export.json", 0]],
  "GET /console/lexicon/export.csv": [["as CSV", () => "/console/lexicon/export.csv", 0]],
  "GET /console/lexicon/new": [["a new entry", () => "/console/lexicon/new", 0]],
  "GET /console/lexicon/import": [["an import", () => "/console/lexicon/import", 0]],
  "GET /console/lexicon/:entry": [["an entry", ({ entry }) => `/console/lexicon/${entry}`, 0]],
  "GET /console/lexicon/:entry/delete": [["its end", ({ entry }) => `/console/lexicon/${entry}/delete`, 0]],
  "GET /console/forms/:form/responses/:response": [
    // One of them its key, when it has not been read for a while.
    ["one in the middle", (size) => `${responses(size)}/${middle(size)}`, 36],
  ],
  "GET /console/forms/:form/responses/:response/erase": [
    ["its erasure", (size) => `${responses(size)}/${middle(size)}/erase`, 10],
  ],
  "GET /console/forms/:form/responses/:response/edit": [
    ["its answers to edit", (size) => `${responses(size)}/${middle(size)}/edit`, 10],
  ],
  "GET /console/forms/:form/responses/:response/correction": [
    ["its correction link", (size) => `${responses(size)}/${middle(size)}/correction`, 10],
  ],
  "GET /console/forms/:form/export": [["an export", ({ form }) => `/console/forms/${form}/export`, 10]],
  "GET /console/keys": [["the keys", () => "/console/keys", 10]],
  "GET /console/keys/new": [["a new key", () => "/console/keys/new", 10]],
  "GET /console/keys/:key/revoke": [["a key's end", ({ key }) => `/console/keys/${key}/revoke`, 10]],
  "GET /console/connections": [["the connections", () => "/console/connections", 10]],
  "GET /console/connections/new": [["what can be connected", () => "/console/connections/new", 0]],
  "GET /console/connections/new/:kind": [["a new one", () => "/console/connections/new/twilio-sms", 0]],
  "GET /console/connections/:connection": [["a connection", (size) => connection(size), 20]],
  "GET /console/connections/:connection/edit": [["to change it", (size) => connection(size, "/edit"), 20]],
  "GET /console/connections/:connection/rotate": [["to renew it", (size) => connection(size, "/rotate"), 20]],
  "GET /console/connections/:connection/delete": [["to delete it", (size) => connection(size, "/delete"), 20]],
  "GET /console/audit": [
    ["the audit log", () => "/console/audit", 60],
    ["of one action", () => "/console/audit?action=form.created", 60],
  ],
  "GET /console/alerts": [["where alerts go", () => "/console/alerts", 20]],
  "GET /console/alerts/new": [["a new destination", () => "/console/alerts/new", 0]],
  "GET /console/log": [["the log", () => "/console/log", 80]],
  "GET /console/forms/:form/robots": [["robots", ({ form }) => `/console/forms/${form}/robots`, 10]],
  "GET /console/forms/:form/links": [["the links", ({ form }) => `/console/forms/${form}/links`, 20]],
  "GET /console/forms/:form/links/new": [["a new link", ({ form }) => `/console/forms/${form}/links/new`, 10]],
  "GET /console/forms/:form/links/:link": [["a link", ({ form, link }) => `/console/forms/${form}/links/${link}`, 20]],
  "GET /console/forms/:form/links/:link/revoke": [
    ["a link's end", ({ form, link }) => `/console/forms/${form}/links/${link}/revoke`, 20],
  ],
};

it("every page of the console is among them", () => {
  const all = app.routes.filter(({ method, path }) => method === "GET" && path.startsWith("/console/"));
  // A file reads what it holds.
  const file = "GET /console/forms/:form/export/file";
  const outside = ["GET /console/", "GET /console/sign-in", "GET /console/assets/:name", file];
  const pages = all.map(({ method, path }) => `${method} ${path}`).filter((one) => !outside.includes(one));
  expect([...new Set(pages)].toSorted()).toEqual(Object.keys(PAGES).toSorted());
});

/** A statement that reads a range looks at the row behind it, where there is one: chance, and not a matter of size. */
const NEIGHBOURS = 6;

/**
 * Pages of which nothing counts here: an isolate knows their form, or drizzle asks D1 for values without their figures.
 */
const KNOWN: ReadonlySet<string> = new Set([
  "what can be added",
  "a kind's form",
  "the keys",
  "a new key",
  "a key's end",
  "a new link",
  "robots",
  "the connections",
  "what can be connected",
  "a new one",
  "a connection",
  "to change it",
  "to renew it",
  "to delete it",
  "a new form",
  "the settings",
  "before it is closed",
  "the ways to share it",
]);

/** Rows that a page reads once the isolate knows key, form and session. */
async function costOf(size: Size, at: At): Promise<number> {
  const path = await at(size);
  expect((await size.visitor.get(path)).status, path).toBe(200);
  const meters = [countRows(), countRows(env.TEST_SEARCH_DB)];
  await size.visitor.get(path);
  return meters.reduce((sum, meter) => sum + meter.stop().read, 0);
}

describe("of a form with 1,000,000 responses a page reads as many rows as of one with 1,000", () => {
  it.each(Object.values(PAGES).flat())("%s", async (what, at, most) => {
    const [few, many] = [await costOf(small, at), await costOf(large, at)];
    if (most > 0 && !KNOWN.has(what)) expect(few).toBeGreaterThan(0);
    expect(many).toBeLessThanOrEqual(few + NEIGHBOURS);
    expect(many).toBeLessThanOrEqual(most);
  });

  it("and what it does not read of a large form it still knows", async () => {
    const { body } = await large.visitor.get("/console/forms");
    expect(body).toContain("1,000,000");
  });

  it("to look for the newest since a day takes three rows more for each doubling", async () => {
    const since = (size: Size) => `${responses(size)}?since=2026-11-01`;
    const [few, many] = [await costOf(small, since), await costOf(large, since)];
    expect(many).toBeLessThanOrEqual(few + 3 * 12);
  });
});
