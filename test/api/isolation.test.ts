/**
 * Two workspaces with one of everything. Whoever has the key of one names the other's forms, responses, integrations …
 * in addresses, queries, cursors and bodies, in any mixture with their own: nothing of the other one is answered, read
 * or changed.
 */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Env, makeContext } from "../../src/context";
import { pageToken, segmentStart } from "../../src/core/ids";
import { app } from "../../src/http/app";
import type { Operation } from "../../src/http/openapi/operation";
import { OPERATIONS } from "../../src/http/openapi/operations";
import { listSegments, type Segment } from "../../src/store/shards";
import { call } from "../support/api";
import { ROWS } from "../support/calls";
import { formOf, operator, type Visitor } from "../support/console";
import { catchUp } from "../support/indexes";
import { tableNames } from "../support/rows";
import { databases } from "../support/shards";
import { watchRows } from "../support/watch";
import { SECRET, type Stocked, stockWorkspace } from "../support/workspace";

const settings = { numRuns: 3, endOnFailure: true };

let ours: Stocked;
let theirs: Stocked;
let visitor: Visitor;
let segments: readonly Segment[] = [];
/** Rows of theirs by table, before anything was tried. */
let before: Readonly<Record<string, readonly string[]>>;
/** Ids of theirs that stand nowhere else. */
let secrets: readonly string[];

beforeAll(async () => {
  ours = await stockWorkspace("Ourselves");
  const empty = await dump();
  theirs = await stockWorkspace();
  await catchUp(theirs.names.form ?? "");
  segments = await listSegments(
    makeContext(env as Env, { waitUntil: () => {} }, "test").shards,
    theirs.names.form ?? "",
  );
  visitor = await operator(ours.key);
  secrets = Object.entries(theirs.names).flatMap(([name, id]) => (ours.names[name] === id ? [] : [id]));
  const all = await dump();
  // What an isolate remembers of forms, which is for everybody, stays good.
  const now = Date.now();
  vi.spyOn(Date, "now").mockReturnValue(now);
  before = Object.fromEntries(
    Object.entries(all).map(([table, rows]) => [table, rows.filter((row) => !empty[table]?.includes(row))]),
  );
});

/** All rows of all tables, each as JSON. */
async function dump(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [name, db] of [
    ...databases.map((db, no) => [`${no}.`, db] as const),
    ["search.", env.TEST_SEARCH_DB] as const,
  ]) {
    const tables = (await tableNames(db)).filter((table) => !/^search_words/.test(table));
    const results = await db.batch(tables.map((table) => db.prepare(`SELECT * FROM ${table}`)));
    for (const [i, table] of tables.entries()) {
      found[name + table] = (results[i]?.results ?? []).map((row) => JSON.stringify(row));
    }
  }
  handed.length = 0;
  return found;
}

/**
 * Whether a row names a segment of theirs; numbers come again on other shards, and in the directory the form stands
 * beside them.
 */
const isOfSegment = (table: string, row: string): boolean =>
  segments.some(({ shard, no }) => table.startsWith(`${shard}.`) && row.includes(`"segment":${no},`)) &&
  table !== "0.directory";

/** Each row of theirs is there as it was, and nothing was added that names what is theirs. */
async function expectUntouched(): Promise<void> {
  const now = await dump();
  const naming = (table: string) => (row: string) =>
    before[table]?.includes(row) || secrets.some((id) => row.includes(id)) || isOfSegment(table, row);
  const left = Object.entries(now).map(([table, rows]) => [table, rows.filter(naming(table)).toSorted()]);
  const wanted = Object.entries(before).map(([table, rows]) => [table, [...rows].toSorted()]);
  expect(Object.fromEntries(left)).toEqual(Object.fromEntries(wanted));
}

it("tells a touched row", async () => {
  await env.DB.prepare("UPDATE links SET name = 'x' WHERE id = ?").bind(theirs.names.link).run();
  await expect(expectUntouched()).rejects.toThrow();
  await env.DB.prepare("UPDATE links SET name = ? WHERE id = ?").bind(SECRET, theirs.names.link).run();
  await expectUntouched();
});

/** What of theirs stands in a text; ids that the caller named themselves may come back. */
const leaked = (text: string, named: string) =>
  [SECRET, theirs.key, ...secrets].filter((mark) => text.includes(mark) && !named.includes(mark));

const handed: { sql: string; rows: string }[] = [];
let watch: ReturnType<typeof watchRows>;
beforeAll(() => {
  watch = watchRows((one) => handed.push(one));
});
afterAll(() => watch.stop());

function expectNothingRead(named: string): void {
  const read = handed.splice(0).filter(({ rows }) => leaked(rows, named).length > 0);
  expect([...new Set(read.map(({ sql }) => sql))]).toEqual([]);
}

/** For each parameter of an address: one's own, or theirs. At least one is theirs. */
const mixture = (names: readonly string[]) =>
  fc
    .array(fc.boolean(), { minLength: names.length, maxLength: names.length })
    .filter((picks) => names.length === 0 || picks.includes(true))
    .map((picks) =>
      Object.fromEntries(names.map((name, i) => [name, picks[i] ? theirs.names[name] : ours.names[name]])),
    );

/** Parameters of a query that could lead elsewhere, cursors among them, with what is theirs. */
const query = fc.oneof(
  fc.constant({}),
  fc
    .tuple(fc.constantFrom("form", "integration", "connection", "link", "object", "actor", "response", "key"), fc.nat())
    .map(([name]) => ({ [name]: theirs.names[name] ?? theirs.names.key ?? "" })),
  fc.array(fc.constantFrom(0, 1, 2, Number.NaN), { minLength: 0, maxLength: 3 }).map((numbers) => ({
    cursor: pageToken([...numbers.filter((n) => !Number.isNaN(n)), segmentStart(segments[0]?.no ?? 0) + 2]),
  })),
);

describe.each(
  (OPERATIONS as readonly Operation[])
    .filter(({ scope }) => scope !== null && scope !== "root")
    .map((one) => [one.operationId, one] as const),
)("%s", (operationId, operation) => {
  const row = ROWS[operationId] ?? { status: 0 };
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);

  it("answers, reads and changes nothing of another workspace", async () => {
    const input = fc.tuple(mixture(names), query, fc.constantFrom("", "form", "connection", "integration"));
    await fc.assert(
      fc.asyncProperty(input, async ([picked, more, member]) => {
        const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => picked[name] ?? "");
        const asked = `${path}?${new URLSearchParams([...new URLSearchParams(row.query), ...Object.entries(more)])}`;
        const right = row.body ?? operation.example ?? {};
        const body = member && typeof right === "object" ? { ...right, ...theirMember(right, member) } : right;
        const answer = await call(operation.method.toUpperCase(), asked, {
          key: ours.key,
          ...((operation.body || operation.rawBody !== undefined) && { body }),
          ...(row.headers && { headers: row.headers }),
        });
        expect(answer.status, JSON.stringify(answer.body)).not.toBe(500);
        const named = `${asked} ${JSON.stringify(body)}`;
        const text = JSON.stringify([answer.body, ...answer.headers]);
        expect(leaked(text, named)).toEqual([]);
        expectNothingRead(named);
      }),
      settings,
    );
    if (operation.method !== "get") await expectUntouched();
  });
});

/** Theirs under a name that a body might have: at its top, and in the config of an integration. */
function theirMember(right: object, member: string): Record<string, unknown> {
  const id = theirs.names[member];
  return "config" in right ? { config: { ...(right.config as object), [member]: id } } : { [member]: id };
}

const pages = app.routes.filter(({ method, path }) => method !== "ALL" && /^\/console\/.*:(?!name|kind)/.test(path));

it("is so on every page of the console", async () => {
  const token = formOf((await visitor.get("/console/forms")).body, "/console/sign-out");
  handed.length = 0;
  expect(pages.length).toBeGreaterThan(50);
  for (const { method, path } of pages) {
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
    for (const [picked] of fc.sample(fc.tuple(mixture(names)), { ...settings, numRuns: 2 })) {
      const asked = path.replaceAll(/:(\w+)/g, (_, name: string) => picked[name] ?? "");
      const fields = { revision: "1", name: "Ours", title: "Ours", do: "add", how: "beginning", ...token };
      const { status, body } = method === "GET" ? await visitor.get(asked) : await visitor.post(asked, fields);
      expect(status, `${method} ${asked}`).not.toBe(500);
      expect(leaked(body, asked), `${method} ${asked}`).toEqual([]);
      expectNothingRead(asked);
    }
  }
  await expectUntouched();
});
