/**
 * What is read from a copy of the database that lags behind, what is not, and how one reads what one wrote (decision
 * 034).
 */
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { QUESTIONS, ROOT_KEY } from "../support/api";
import { textOf, visitor } from "../support/console";
import { holdToContract } from "../support/contract";
import { emptyDatabase } from "../support/empty";
import { createOutage } from "../support/failing-d1";
import { type LaggingD1, laggingD1 } from "../support/lagging-d1";
import { migrate } from "../support/migrate";
import { onlyOnOneShard } from "../support/shards";

const others = [env.SPAN_1, env.SPAN_2, env.BACKUP_TARGET] as D1Database[];
let control: LaggingD1;
let second: LaggingD1;
let place: ReturnType<typeof createOutage>;
let key: string;
let form: string;

beforeAll(async () => {
  for (const db of others) await migrate(db, env.TEST_MIGRATIONS);
});

// Nobody else is to find in them what is of another installation.
afterAll(async () => void (await Promise.all(others.map(emptyDatabase))));

// Of each test an installation whose isolate remembers nothing.
beforeEach(async () => {
  const [copy, shard, copyOfShard] = others as [D1Database, D1Database, D1Database];
  control = await laggingD1(env.DB, copy);
  second = await laggingD1(shard, copyOfShard);
  place = createOutage({ DB: control.db, DB_1: second.db, FORMLOG_SEGMENT_RESPONSES_MAX: "2" });
  key = (await ask("POST", "/v1/workspaces", { as: ROOT_KEY, body: { name: "Test" } })).body.key;
  const made = await ask("POST", "/v1/forms", {
    body: { title: "Visit", closedMessage: "Before", questions: QUESTIONS },
  });
  form = made.body.id;
  await Promise.all([control.catchUp(), second.catchUp()]);
  control.served.length = 0;
  second.served.length = 0;
});

interface Asking {
  readonly as?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

async function ask(method: string, path: string, { as = key, body, headers }: Asking = {}) {
  const all = { ...(as !== null && { authorization: `Bearer ${as}` }), ...headers };
  const answer = await place.call(method, path, { ...(body !== undefined && { body }), headers: all });
  holdToContract({ method, path, ...answer });
  return answer;
}

const bookmarkOf = (answer: { headers: Headers }) => answer.headers.get("formlog-bookmark") ?? "";
const messageOf = async (headers: Record<string, string> = {}) =>
  (await ask("GET", `/v1/forms/${form}`, { headers })).body.closedMessage;
const change = (closedMessage: string) => ask("PATCH", `/v1/forms/${form}`, { body: { closedMessage } });
const placesOf = ({ served }: LaggingD1) => new Set(served.map(({ by }) => by));

it("reads from the copy, and with a bookmark at least what was written before", async () => {
  expect(await messageOf()).toBe("Before");
  expect(placesOf(control)).toContain("copy");
  const changed = await change("After");
  expect(bookmarkOf(changed)).toMatch(/^0\.[0-9a-f-]+$/);
  expect(await messageOf()).toBe("Before");
  expect(await messageOf({ "formlog-bookmark": bookmarkOf(changed) })).toBe("After");
  expect(await messageOf({ "formlog-bookmark": "primary" })).toBe("After");
  await control.catchUp();
  control.served.length = 0;
  expect(await messageOf({ "formlog-bookmark": bookmarkOf(changed) })).toBe("After");
  expect(placesOf(control)).toEqual(new Set(["copy"]));
});

it("takes no round trip more than without", async () => {
  const bookmark = bookmarkOf(await change("After"));
  await ask("GET", `/v1/forms/${form}/links`);
  const counts = new Set<number>();
  for (const value of ["primary", bookmark, ""]) {
    control.served.length = 0;
    const headers = { ...(value !== "" && { "formlog-bookmark": value }) };
    await ask("GET", `/v1/forms/${form}/links`, { headers });
    counts.add(control.served.length);
  }
  expect([...counts]).toEqual([1]);
});

it("says so when a bookmark is none, before anything is done; one of a shard that is not there is nothing", async () => {
  for (const [method, body] of [
    ["GET", undefined],
    ["PATCH", { closedMessage: "After" }],
  ] as const) {
    const { status, body: problem } = await ask(method, `/v1/forms/${form}`, {
      ...(body && { body }),
      headers: { "formlog-bookmark": "0.x" },
    });
    expect([status, problem.code]).toEqual([400, "invalid_parameter"]);
  }
  const elsewhere = bookmarkOf(await change("After")).replace("0.", "9.");
  expect(await messageOf({ "formlog-bookmark": elsewhere })).toBe("Before");
});

it("keeps what a request brings in what its answer brings", async () => {
  const brought = bookmarkOf(await change("After"));
  const other = `1.${"f".repeat(32)}`;
  const { headers } = await ask("PATCH", `/v1/forms/${form}`, {
    body: { closedMessage: "Later" },
    headers: { "formlog-bookmark": `${brought}~${other}` },
  });
  const [first = "", next] = bookmarkOf({ headers }).split("~").toSorted();
  expect(first > brought).toBe(true);
  expect(next).toBe(other);
});

it("finds what a 201 named, before the copy has it", async () => {
  const made = await ask("POST", "/v1/forms", { body: { title: "New", questions: QUESTIONS } });
  const own = made.headers.get("location") ?? "";
  const link = await ask("POST", `${own}/links`, { body: { name: "Asha" } });
  const stored = await ask("POST", `${own}/responses`, { body: { answers: { name: "Asha" } } });
  const entry = await ask("POST", "/v1/lexicon", { body: { term: "yaar", language: "hi" } });
  const named = await ask("POST", "/v1/keys", { body: { name: "New", scopes: ["admin"] } });
  for (const { status, headers } of [made, link, stored, entry, named]) {
    expect(status).toBe(201);
    expect((await ask("GET", headers.get("location") ?? "")).status, headers.get("location") ?? "").toBe(200);
  }
  // And the key works.
  expect((await ask("GET", "/v1/forms", { as: named.body.key })).status).toBe(200);
});

it("stores, checks and answers submissions by the primary alone, with and without a key, and brings no bookmark", async () => {
  for (const as of [null, key]) {
    control.served.length = 0;
    second.served.length = 0;
    for (const name of ["Asha", "Ravi", "Mina"]) {
      const body = { answers: { name } };
      const headers = { "idempotency-key": `${as === null ? "nobody" : "somebody"}-${name}` };
      const stored = await ask("POST", `/v1/forms/${form}/responses`, { as, body, headers });
      expect([stored.status, bookmarkOf(stored)]).toEqual([201, ""]);
    }
    expect([...placesOf(control), ...placesOf(second)]).not.toContain("copy");
  }
});

it("opens the hosted form without a copy: what an isolate remembers is as old as it says", async () => {
  await change("After");
  expect((await ask("POST", `/v1/forms/${form}/close`)).status).toBe(200);
  control.served.length = 0;
  expect((await place.call("GET", `/f/${form}`)).body).toContain("After");
  expect(placesOf(control)).toEqual(new Set(["primary"]));
});

it("changes what is there now, whatever a copy shows", async () => {
  const { body } = await ask("POST", `/v1/forms/${form}/responses`, { body: { answers: { name: "Asha", age: 1 } } });
  const path = `/v1/forms/${form}/responses/${body.id}`;
  await Promise.all([control.catchUp(), second.catchUp()]);
  const edit = (age: number, tag: string) =>
    ask("PATCH", path, { body: { answers: { age } }, headers: { "if-match": tag } });
  expect((await edit(2, '"1"')).status).toBe(200);
  expect((await ask("GET", path)).headers.get("etag")).toBe('"1"');
  expect((await edit(3, '"1"')).status).toBe(412);
  expect((await edit(3, '"2"')).status).toBe(200);
});

onlyOnOneShard("it is of two databases").it("has a bookmark of each shard, and reads each at its own", async () => {
  const ids: string[] = [];
  // Two for a segment: the form goes on elsewhere.
  for (const name of ["Asha", "Ravi", "Mina", "Dev", "Lata"]) {
    ids.push((await ask("POST", `/v1/forms/${form}/responses`, { body: { answers: { name } } })).body.id);
  }
  await Promise.all([control.catchUp(), second.catchUp()]);
  let bookmark = "";
  for (const id of ids) {
    const headers = { "if-match": "*", ...(bookmark !== "" && { "formlog-bookmark": bookmark }) };
    const edited = await ask("PATCH", `/v1/forms/${form}/responses/${id}`, { body: { answers: { age: 30 } }, headers });
    bookmark = bookmarkOf(edited);
  }
  expect(bookmark.split("~")).toHaveLength(2);
  const agesOf = async (headers: Record<string, string> = {}) =>
    (await ask("GET", `/v1/forms/${form}/responses`, { headers })).body.items.map(
      ({ answers }: { answers: { age?: number } }) => answers.age,
    );
  expect(await agesOf()).toEqual(ids.map(() => undefined));
  expect(await agesOf({ "formlog-bookmark": bookmark })).toEqual(ids.map(() => 30));
});

it("shows in the console what was done there, to whoever did it", async () => {
  const [one, other] = [visitor(undefined, place.fetch), visitor(undefined, place.fetch)];
  for (const each of [one, other]) await each.signIn(key);
  const list = `/console/forms/${form}/links`;
  const made = await one.submit(`${list}/new`, `${list}/new`, { name: "Asha of Pune" });
  expect(made.status).toBe(303);
  const cookie = made.headers.getSetCookie().find((text) => text.startsWith("formlog_bookmark="));
  expect(cookie).toMatch(/^formlog_bookmark=0\.[0-9a-f-]+; Max-Age=60; Path=\/; HttpOnly; SameSite=Lax$/);
  expect(textOf((await one.get(list)).body)).toContain("Asha of Pune");
  expect(textOf((await other.get(list)).body)).not.toContain("Asha of Pune");
  other.jar.set("formlog_bookmark", "nonsense");
  expect((await other.get(list)).status).toBe(200);
  expect((await one.submit(list, "/console/sign-out")).status).toBe(303);
  expect([...one.jar.keys()]).not.toContain("formlog_bookmark");
});
