import { beforeAll, describe, expect, it } from "vitest";
import { SECURE_HEADERS } from "../../src/http/secure-headers";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { everywhere, onlyOnOneShard } from "../support/shards";
import { countTrips } from "../support/trips";

let key = "";
let form = "";
const stored = async () => (await call("GET", `/v1/forms/${form}/responses?limit=500`, { key })).body.items.length;

beforeAll(async () => {
  key = await newWorkspace();
  form = await newForm(key);
});

describe("submitting a response", () => {
  it("answers 201 with the receipt, and the response can be read back as it was sent", async () => {
    const answers = { name: "Asha", age: 31, city: "pune" };
    const made = await call("POST", `/v1/forms/${form}/responses`, { body: { answers, metadata: { device: "t1" } } });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^[a-z0-9]{10,}$/),
      revision: 1,
      version: 1,
      receivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      flags: [],
    });
    expect(Object.fromEntries(made.headers)).toMatchObject({
      "content-type": "application/json",
      etag: '"1"',
      location: `/v1/forms/${form}/responses/${made.body.id}`,
      "x-request-id": expect.stringMatching(/^req_/),
      ...Object.fromEntries(Object.entries(SECURE_HEADERS).map(([name, value]) => [name.toLowerCase(), value])),
    });
    const read = await call("GET", `/v1/forms/${form}/responses/${made.body.id}`, { key });
    expect(read.headers.get("etag")).toBe('"1"');
    expect(read.body).toMatchObject({
      id: made.body.id,
      answers,
      metadata: { device: "t1" },
      review: { state: "received" },
    });
  });

  it("names every question that is wrong and stores nothing", async () => {
    const before = await stored();
    const { status, headers, body } = await submit(form, { age: "old", city: "paris", extra: 1 });
    expect(status).toBe(422);
    expect(headers.get("content-type")).toContain("application/problem+json");
    const codes = Object.fromEntries(body.errors.map((e: { question: string; code: string }) => [e.question, e.code]));
    expect(codes).toMatchObject({
      name: "required",
      age: "wrong_type",
      city: "invalid_choice",
      extra: "unknown_question",
    });
    expect(body.requestId).toBe(headers.get("x-request-id"));
    expect(await stored()).toBe(before);
  });

  it.each([
    ["not JSON", "{", {}, 400, "malformed_json"],
    ["invalid UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), {}, 400, "malformed_body"],
    ["another content type", "{}", { "content-type": "text/plain" }, 415, "unsupported_media_type"],
    ["a body over the limit", `{"answers":{"name":"${"x".repeat(600_000)}"}}`, {}, 413, "too_large"],
    ["deep JSON", `{"answers":${"[".repeat(5_000)}${"]".repeat(5_000)}}`, {}, 400, "malformed_json"],
    ["__proto__ as a ref", '{"answers":{"name":"a","__proto__":{"x":1}}}', {}, 422, "invalid_request"],
    ["__proto__ at the top", '{"answers":{"name":"a"},"__proto__":{}}', {}, 422, "invalid_request"],
    ["an unknown property", { answers: { name: "a" }, answer: 1 }, {}, 422, "invalid_request"],
    ["no answers", {}, {}, 422, "invalid_request"],
    ["answers that are a list", { answers: [] }, {}, 422, "invalid_answers"],
    ["half a character", '{"answers":{"name":"\\ud800"}}', {}, 422, "invalid_answers"],
    ["metadata that is too deep", { answers: { name: "a" }, metadata: { a: { b: 1 } } }, {}, 422, "invalid_answers"],
  ])("refuses %s and stores nothing", async (_, body, headers, status, code) => {
    const before = await stored();
    const refused = await call("POST", `/v1/forms/${form}/responses`, { body, headers });
    expect([refused.status, refused.body.code]).toEqual([status, code]);
    expect(await stored()).toBe(before);
  });

  it("says in words what is missing, what is not known, and which header to send", async () => {
    const at = `/v1/forms/${form}/responses`;
    const bare = await call("POST", at, { body: { name: "Asha" } });
    expect(bare.body.errors).toMatchObject([
      { pointer: "/answers", code: "invalid_type", detail: "This is missing." },
      { pointer: "", code: "unrecognized_keys", detail: 'Unrecognized key: "name"' },
    ]);
    const untyped = await call("POST", at, { body: "{}", headers: { "content-type": "text/plain" } });
    expect(untyped.body.detail).toBe("Send it with the header `Content-Type: application/json`.");
    const sheet = await call("POST", `/v1/forms/${form}/integrations`, {
      key,
      body: { kind: "google-sheets", config: {} },
    });
    expect(sheet.body.errors).toMatchObject([{ pointer: "/config/spreadsheetId", detail: "This is missing." }]);
  });

  it("refuses an unknown form, a closed form and a form that wants a key", async () => {
    expect((await submit("form_none", { name: "a" })).status).toBe(404);
    const closed = await newForm(key);
    await call("POST", `/v1/forms/${closed}/close`, { key });
    expect((await submit(closed, { name: "a" })).body.code).toBe("form_closed");
    await call("POST", `/v1/forms/${closed}/open`, { key });
    expect((await submit(closed, { name: "a" })).status).toBe(201);
    const keyed = await newForm(key, { access: "key" });
    expect((await submit(keyed, { name: "a" })).status).toBe(401);
    expect((await submit(keyed, { name: "a" }, { key })).status).toBe(201);
    expect((await submit(keyed, { name: "a" }, { key: await newWorkspace() })).status).toBe(404);
  });
});

describe("Idempotency-Key", () => {
  const send = (answers: unknown, idempotencyKey: string) =>
    submit(form, answers, { headers: { "idempotency-key": idempotencyKey } });

  it("stores the same content once and answers alike", async () => {
    const before = await stored();
    const a = await send({ name: "Ravi" }, "k-1");
    const b = await send({ name: "Ravi" }, "k-1");
    const c = await send({ name: "Ravi" }, '"k-1"');
    expect([a.status, b.status, c.status]).toEqual([201, 201, 201]);
    expect(new Set([a, b, c].map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(c.headers.get("idempotent-replayed")).toBe("true");
    expect(await stored()).toBe(before + 1);
  });

  it("answers a repeat as at first after the form has a new version and the response was edited", async () => {
    const own = await newForm(key);
    const first = await submit(own, { name: "Mira" }, { headers: { "idempotency-key": "k" } });
    await call("POST", `/v1/forms/${own}/versions`, {
      key,
      body: { title: "Visit", questions: [{ ref: "name", type: "short_text", title: "Full name" }] },
    });
    const at = `/v1/forms/${own}/responses/${first.body.id}`;
    await call("PATCH", at, { key, body: { answers: { name: "Mira K" } }, headers: { "if-match": '"1"' } });
    const again = await submit(own, { name: "Mira" }, { headers: { "idempotency-key": "k" } });
    expect(again.body).toEqual(first.body);
  });

  it("answers a repeat as at first although the form was closed in between", async () => {
    const own = await newForm(key);
    const headers = { "idempotency-key": "k" };
    const first = await submit(own, { name: "Mira" }, { headers });
    await call("POST", `/v1/forms/${own}/close`, { key });
    expect((await submit(own, { name: "Mira" }, { headers })).body).toEqual(first.body);
    expect((await submit(own, { name: "Else" }, { headers })).body.code).toBe("form_closed");
  });

  it("refuses other content under the same key with 409, and a key that is none with 400", async () => {
    await send({ name: "Ravi" }, "k-2");
    expect((await send({ name: "Someone" }, "k-2")).body.code).toBe("idempotency_key_reused");
    expect((await send({ name: "Ravi" }, "with space")).status).toBe(400);
  });
});

describe("batch submit", () => {
  it("answers each item by itself and stores the good ones in order", async () => {
    const own = await newForm(key);
    const { status, body } = await call("POST", `/v1/forms/${own}/responses/batch`, {
      body: {
        responses: [
          { answers: { name: "one" } },
          { answers: { age: 1 } },
          { answers: { name: "two" }, idempotencyKey: "b" },
          { answers: { name: "two" }, idempotencyKey: "b" },
          { answers: { name: "other" }, idempotencyKey: "b" },
          { answers: { name: "three" } },
        ],
      },
    });
    expect(status).toBe(207);
    expect(body.items.map((item: { status: number }) => item.status)).toEqual([201, 422, 201, 201, 409, 201]);
    expect(body.items[3]).toMatchObject({ id: body.items[2].id, replayed: true });
    const list = await call("GET", `/v1/forms/${own}/responses`, { key });
    expect(list.body.items.map((r: { answers: { name: string } }) => r.answers.name)).toEqual(["three", "two", "one"]);
  });

  it("sent again whole is answered alike, in a few round trips, also after the form was closed", async () => {
    const own = await newForm(key);
    const responses = Array.from({ length: 200 }, (_, i) => ({ answers: { name: `n${i}` }, idempotencyKey: `k${i}` }));
    const send = async () =>
      (await call("POST", `/v1/forms/${own}/responses/batch`, { body: { responses } })).body.items;
    const first: { id: string; status: number }[] = await send();
    const trips = countTrips();
    const again = await send();
    expect(trips.stop()).toBeLessThan(8);
    expect(again).toEqual(first.map((item) => ({ ...item, replayed: true })));
    await call("POST", `/v1/forms/${own}/close`, { key });
    expect((await send()).map((item: { id: string }) => item.id)).toEqual(first.map((item) => item.id));
    const list = await call("GET", `/v1/forms/${own}/responses?limit=500`, { key });
    expect(list.body.items).toHaveLength(200);
  });

  it("refuses more than 500", async () => {
    const responses = Array.from({ length: 501 }, () => ({ answers: { name: "x" } }));
    expect((await call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } })).status).toBe(413);
  });
});

describe("reading responses", () => {
  it("lists newest first in pages that do not overlap, and ends", async () => {
    const own = await newForm(key);
    for (let i = 0; i < 7; i += 1) await submit(own, { name: `n${i}` });
    const names: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const at: string = cursor ? `&cursor=${cursor}` : "";
      const { body } = await call("GET", `/v1/forms/${own}/responses?limit=3${at}`, { key });
      names.push(...body.items.map((r: { answers: { name: string } }) => r.answers.name));
      cursor = body.next;
    }
    expect(names).toEqual(["n6", "n5", "n4", "n3", "n2", "n1", "n0"]);
    expect((await call("GET", `/v1/forms/${own}/responses?cursor=nonsense`, { key })).status).toBe(400);
    expect((await call("GET", `/v1/forms/${own}/responses?limit=0`, { key })).status).toBe(400);
  });

  it("keeps other workspaces' and other forms' responses out of sight", async () => {
    const made = await submit(form, { name: "Asha" });
    const other = await newForm(key);
    expect((await call("GET", `/v1/forms/${other}/responses/${made.body.id}`, { key })).status).toBe(404);
    const stranger = await newWorkspace();
    expect((await call("GET", `/v1/forms/${form}/responses/${made.body.id}`, { key: stranger })).status).toBe(404);
    expect((await call("GET", `/v1/forms/${form}/responses`, { key: stranger })).status).toBe(404);
  });
});

describe("editing and erasing", () => {
  it("needs the revision that was read, refuses a stale one, and keeps the answers that are not named", async () => {
    const made = await submit(form, { name: "Asha", age: 30, city: "pune" });
    const at = `/v1/forms/${form}/responses/${made.body.id}`;
    const patch = (answers: unknown, match?: string) =>
      call("PATCH", at, { key, body: { answers }, headers: match ? { "if-match": match } : {} });
    expect((await patch({ age: 31 })).status).toBe(428);
    const edited = await patch({ age: 31, city: null }, '"1"');
    expect(edited.body).toMatchObject({ revision: 2, answers: { name: "Asha", age: 31 } });
    expect(edited.body.answers.city).toBeUndefined();
    expect((await patch({ age: 32 }, '"1"')).status).toBe(412);
    expect((await patch({ name: null }, '"2"')).status).toBe(422);
  });

  it("erases the answers everywhere in the store and leaves the tombstone", async () => {
    const made = await submit(form, { name: "Secret Person" });
    const at = `/v1/forms/${form}/responses/${made.body.id}`;
    await call("PATCH", at, { key, body: { answers: { name: "Secret Name" } }, headers: { "if-match": '"1"' } });
    expect((await call("DELETE", at, { key })).status).toBe(204);
    expect((await call("DELETE", at, { key })).status).toBe(204);
    expect((await call("GET", at, { key })).body).toMatchObject({ answers: {}, erasedAt: expect.any(String) });
    for (const table of ["responses", "revisions", "deliveries"]) {
      expect(JSON.stringify(await everywhere(`SELECT * FROM ${table}`))).not.toContain("Secret");
    }
  });
});

describe("a warm submission", () => {
  onlyOnOneShard("a form that goes on elsewhere after each response costs more").it(
    "makes one round trip to D1, with a key of the workspace and with an Idempotency-Key too",
    async () => {
      const own = await newForm(key, { access: "key" });
      await submit(own, { name: "warm" }, { key });
      for (const headers of [{}, { "idempotency-key": "warm" }] as Record<string, string>[]) {
        const trips = countTrips();
        expect((await submit(own, { name: "one" }, { key, headers })).status).toBe(201);
        expect(trips.stop()).toBe(1);
      }
    },
  );
});
