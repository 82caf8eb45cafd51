/** Asking an index over the API: whom it asks, what it answers when it can't, and how far the index is. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { MESSAGES } from "../support/failing-d1";
import { gatedD1 } from "../support/gated-d1";
import { askWorker, catchUp } from "../support/indexes";

let key = "";
let form = "";
beforeEach(async () => {
  key = await newWorkspace();
  form = await newForm(key);
});

const integrate = (change: Record<string, unknown> = {}) =>
  call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind: "summary", config: {}, ...change } });
const ask = (query = "") => call("GET", `/v1/forms/${form}/summary${query}`, { key });

describe("a query of an index", () => {
  it("is answered from what is settled, and says how far that is", async () => {
    await submit(form, { name: "Asha", city: "pune" });
    const { id } = (await integrate()).body;
    await catchUp(form);
    await submit(form, { name: "Ravi", city: "delhi" });
    const behind = await ask();
    expect(behind.status).toBe(200);
    expect(behind.body).toMatchObject({ total: 1, index: { integration: id, state: "active", lag: { entries: 1 } } });
    await catchUp(form);
    expect((await ask()).body).toMatchObject({ total: 2, index: { lag: { entries: 0, seconds: 0 } } });
  });

  it("says how to add the kind where there is none", async () => {
    const { status, body } = await ask();
    expect([status, body.code]).toEqual([404, "no_index"]);
    expect(body.detail).toContain('POST …/integrations {"kind": "summary", "config": {}}');
  });

  it("is put to the one that is named, where there are several", async () => {
    await submit(form, { name: "Asha", city: "pune" });
    await submit(form, { name: "Ravi", city: "delhi" });
    const all = (await integrate()).body.id;
    const some = (await integrate({ filter: 'city == "pune"' })).body.id;
    await catchUp(form);
    const unclear = await ask();
    expect([unclear.status, unclear.body.code]).toEqual([400, "invalid_parameter"]);
    expect(unclear.body.detail).toContain(`${all}, ${some}`);
    expect((await ask(`?integration=${all}`)).body).toMatchObject({ total: 2, index: { integration: all } });
    expect((await ask(`?integration=${some}`)).body).toMatchObject({ total: 1, index: { integration: some } });
    expect((await ask("?integration=int_other")).status).toBe(400);
  });

  it("with a parameter that it does not know is refused", async () => {
    await integrate();
    const { status, body } = await ask("?city=pune");
    expect([status, body.detail]).toEqual([400, "`city` is not known here. There is: integration."]);
    expect((await ask("?integration=a&integration=b")).status).toBe(400);
  });

  it("says so when the worker, or SEARCH_DB, can't be asked", async () => {
    const { id } = (await integrate()).body;
    const bound = env as Record<string, unknown>;
    const { KIND_SUMMARY } = bound;
    bound.KIND_SUMMARY = { fetch: () => askWorker("summary", "/nowhere", {}) };
    const unknown = await ask();
    bound.KIND_SUMMARY = KIND_SUMMARY;
    expect([unknown.status, unknown.body.code]).toEqual([503, "kind_unavailable"]);
    const query = { integration: id, name: "summary", parameters: {} };
    const broken = gatedD1(env.TEST_SEARCH_DB, () => Promise.reject(new Error(MESSAGES.unreachable)));
    expect((await askWorker("summary", "/query", query, { SEARCH_DB: broken })).status).toBe(503);
    expect((await askWorker("summary", "/query", query, { SEARCH_DB: undefined })).status).toBe(503);
    const other = await askWorker("summary", "/query", { integration: "int_other", name: "summary", parameters: {} });
    expect(other.status).toBe(404);
    const odd = await askWorker("summary", "/query", { integration: id, name: "horoscope", parameters: {} });
    expect(await odd.json()).toMatchObject({ problem: { code: "not_found" } });
  });
});

describe("an integration that keeps an index", () => {
  it("starts at the beginning, and nowhere else", async () => {
    const refused = await integrate({ start: "now" });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, "/start"]);
    expect((await integrate({ start: "beginning" })).status).toBe(201);
  });

  it("needs no connection, and can be tried", async () => {
    const { id } = (await integrate()).body;
    const tried = await call("POST", `/v1/forms/${form}/integrations/${id}/test`, { key });
    expect(tried.body).toEqual({ ok: true, detail: "The index can be read." });
    const body = { kind: "summary", name: "None", secrets: {} };
    const made = await call("POST", "/v1/connections", { key, body });
    expect([made.status, made.body.errors[0].detail]).toEqual([422, "this kind needs no connection"]);
  });
});
