import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Env } from "../../src/context";
import { makeContext } from "../../src/context";
import { app } from "../../src/http/app";
import { authenticate } from "../../src/services/access";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";

const MINUTE = 60_000;
const HALF_MINUTE = MINUTE / 2;
const HOUR = 60 * MINUTE;

let key = "";
beforeAll(async () => {
  key = await newWorkspace();
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
const isoIn = (ms: number) => new Date(Date.now() + ms).toISOString();
const newKey = async (input: Record<string, unknown> = {}) => {
  const made = await call("POST", "/v1/keys", { key, body: { name: "A key", scopes: ["admin"], ...input } });
  expect(made.status).toBe(201);
  return made.body;
};

/** Asked for without a key of a workspace, or answered for the form of the key alone. */
const OTHERS = new Set([
  "POST /v1/workspaces",
  "POST /v1/encryption/rotate",
  "GET /v1/backups",
  "POST /v1/backups",
  "GET /v1/backups/erasures",
  "GET /v1/backups/objects/:object",
  "PUT /v1/backups/objects/:object",
  "POST /v1/restores",
  "GET /v1/dead-letters",
  "POST /v1/dead-letters/retry",
  "DELETE /v1/dead-letters/:letter",
  "GET /v1/logs/installation",
  "GET /v1/shards",
  "POST /v1/shards/:shard/open",
  "POST /v1/shards/:shard/close",
  "GET /v1/inboxes/:inbox",
  "GET /v1/receipts/:receipt",
  "GET /v1/kinds",
  "GET /v1/corrections/:correction",
  "PATCH /v1/corrections/:correction",
  "GET /v1/forms",
  "GET /v1/integrations",
  "GET /v1/alerts",
]);
const ROUTES = app.routes
  .filter(({ method, path }) => method !== "ALL" && path.startsWith("/v1/") && !OTHERS.has(`${method} ${path}`))
  .filter((one, i, all) => all.findIndex(({ method, path }) => method === one.method && path === one.path) === i)
  .map(({ method, path }) => ({ method, path }));

describe("a key of one form", () => {
  let own = "";
  let other = "";
  let limited = "";
  beforeAll(async () => {
    own = await newForm(key, { access: "key" });
    other = await newForm(key, { access: "key" });
    limited = (await newKey({ form: own })).key;
  });

  it("works for that form", async () => {
    expect((await submit(own, { name: "a" }, { key: limited })).status).toBe(201);
    expect((await call("GET", `/v1/forms/${own}`, { key: limited })).body.id).toBe(own);
    expect((await call("GET", `/v1/forms/${own}/responses`, { key: limited })).body.items).toHaveLength(1);
    expect((await call("PATCH", `/v1/forms/${own}`, { key: limited, body: { metadata: { a: 1 } } })).status).toBe(200);
  });

  it("sees that form alone in the list", async () => {
    const list = await call("GET", "/v1/forms", { key: limited });
    expect(list.body.items.map((form: { id: string }) => form.id)).toEqual([own]);
    for (const form of [own, other]) {
      const made = { key, body: { kind: "summary", config: {} } };
      expect((await call("POST", `/v1/forms/${form}/integrations`, made)).status).toBe(201);
    }
    const followed = await call("GET", "/v1/integrations", { key: limited });
    expect(followed.body.items.map((one: { form: string }) => one.form)).toEqual([own]);
  });

  it("makes no other form of it, and sees of those that were put away its own alone", async () => {
    const copy = await call("POST", `/v1/forms/${own}/duplicate`, { key: limited });
    expect([copy.status, copy.body.detail]).toEqual([403, expect.stringContaining("one form")]);
    await call("POST", `/v1/forms/${other}/archive`, { key });
    const listed = async (query: string) => (await call("GET", `/v1/forms${query}`, { key: limited })).body.items;
    expect(await listed("?archived=true")).toEqual([]);
    await call("POST", `/v1/forms/${own}/archive`, { key: limited });
    expect((await listed("?archived=true")).map((form: { id: string }) => form.id)).toEqual([own]);
    for (const form of [own, other]) await call("POST", `/v1/forms/${form}/unarchive`, { key });
  });

  // Whatever route is added later is in here too.
  it.each(ROUTES.filter(({ path }) => path.includes("/:form")))(
    "answers 404 for another form of its workspace: $method $path",
    async ({ method, path }) => {
      const at = path
        .replace(":form", other)
        .replace(/:file\{.*\}$/, "export.csv")
        .replaceAll(/:\w+/g, "x");
      const { status, body } = await call(method, at, { key: limited });
      expect([status, body.detail]).toEqual([404, "There is no such form."]);
    },
  );

  it.each(ROUTES.filter(({ path }) => !path.includes("/:form")))(
    "answers 403 for what is the workspace's: $method $path",
    async ({ method, path }) => {
      const { status, body } = await call(method, path.replaceAll(/:\w+/g, "x"), { key: limited });
      expect([status, body.detail]).toEqual([403, expect.stringContaining("one form")]);
    },
  );

  it("is made for a form of the workspace only", async () => {
    const strange = await newForm(await newWorkspace());
    for (const form of [strange, "form_none"]) {
      const { status, body } = await call("POST", "/v1/keys", { key, body: { name: "n", scopes: ["admin"], form } });
      expect([status, body.errors[0].pointer]).toEqual([422, "/form"]);
    }
  });
});

describe("a key that expires", () => {
  it("works until then, and then says so", async () => {
    // From here on time stands, until it is moved.
    later(0);
    const expiresAt = isoIn(2 * HOUR);
    const made = await newKey({ expiresAt });
    expect(made.expiresAt).toBe(expiresAt);
    expect((await call("GET", "/v1/forms", { key: made.key })).status).toBe(200);
    later(2 * HOUR - 1000);
    expect((await call("GET", "/v1/forms", { key: made.key })).status).toBe(200);
    // Still remembered by the isolate.
    later(1000);
    const { status, body } = await call("GET", "/v1/forms", { key: made.key });
    expect([status, body.detail]).toEqual([401, `This key expired at ${expiresAt}. Use a new one.`]);
  });

  it.each([
    ["a time that has passed", "2020-01-01T00:00:00Z"],
    ["a day", "2100-01-01"],
    ["a time without an offset", "2100-01-01T00:00:00"],
    ["a number", 4_000_000_000_000],
  ])("is not made with %s", async (_, expiresAt) => {
    const { status, body } = await call("POST", "/v1/keys", { key, body: { name: "n", scopes: ["admin"], expiresAt } });
    expect([status, body.errors[0].pointer]).toEqual([422, "/expiresAt"]);
  });
});

describe("a revoked key", () => {
  it("is refused within half a minute in an isolate that knew it, and at once where it was revoked", async () => {
    const made = await newKey();
    const elsewhere = createOutage();
    const ask = () => elsewhere.call("GET", "/v1/forms", { headers: { authorization: `Bearer ${made.key}` } });
    expect((await ask()).status).toBe(200);
    expect((await call("GET", "/v1/forms", { key: made.key })).status).toBe(200);
    expect((await call("DELETE", `/v1/keys/${made.id}`, { key })).status).toBe(204);
    expect((await call("GET", "/v1/forms", { key: made.key })).status).toBe(401);
    later(HALF_MINUTE);
    expect((await ask()).status).toBe(401);
    expect((await call("GET", `/v1/keys/${made.id}`, { key })).status).toBe(404);
  });
});

describe("GET /v1/keys/{key}", () => {
  it("shows a key without its text, to its own workspace", async () => {
    const made = await call("POST", "/v1/keys", { key, body: { name: "Shown", scopes: ["forms:read"] } });
    const { key: text, ...shown } = made.body;
    const at = made.headers.get("location") ?? "";
    expect(at).toBe(`/v1/keys/${shown.id}`);
    expect((await call("GET", at, { key })).body).toEqual(shown);
    expect(shown).toMatchObject({ name: "Shown", form: null, expiresAt: null, lastUsedAt: null });
    expect(JSON.stringify(shown)).not.toContain(text);
    expect((await call("GET", at, { key: await newWorkspace() })).status).toBe(404);
    expect((await call("GET", at, { key: text })).status).toBe(403);
  });
});

describe("when a key was last used", () => {
  it("is written at most once an hour, after the answer, and costs the request nothing", async () => {
    const made = await newKey();
    const writes: Promise<unknown>[] = [];
    // An installation of its own: nothing is remembered at first.
    const own = { ...env, DB: Object.create(env.DB) } as Env;
    const use = () => {
      const ctx = makeContext(own, { waitUntil: (work) => void writes.push(work) }, "test");
      return authenticate(ctx, made.key);
    };
    const lastUsedAt = async () => (await call("GET", `/v1/keys/${made.id}`, { key })).body.lastUsedAt;
    await use();
    await use();
    expect(writes).toHaveLength(1);
    await Promise.all(writes);
    const first = await lastUsedAt();
    expect(Date.parse(first)).toBeGreaterThan(Date.now() - MINUTE);
    later(59 * MINUTE);
    await use();
    expect(writes).toHaveLength(1);
    later(2 * MINUTE);
    await use();
    await Promise.all(writes);
    expect(writes).toHaveLength(2);
    expect(Date.parse(await lastUsedAt())).toBeGreaterThan(Date.parse(first) + HOUR);
  });
});
