import { beforeAll, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, QUESTIONS, ROOT_KEY, submit } from "../support/api";

let key = "";
beforeAll(async () => {
  key = await newWorkspace();
});

describe("workspaces and keys", () => {
  it("are made with the root key only", async () => {
    const body = { name: "Health campaign" };
    expect((await call("POST", "/v1/workspaces", { body })).status).toBe(401);
    expect((await call("POST", "/v1/workspaces", { key, body })).status).toBe(401);
    const made = await call("POST", "/v1/workspaces", { key: ROOT_KEY, body });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({ id: expect.stringMatching(/^ws_/), key: expect.stringMatching(/^fl_/) });
    expect((await call("GET", "/v1/forms", { key: made.body.key })).body).toEqual({ items: [], next: null });
  });

  it("a key does what its scopes say, is listed without its text, and stops working when it is revoked", async () => {
    const body = { name: "Reader", scopes: ["forms:read"] };
    const made = await call("POST", "/v1/keys", { key, body });
    expect(made.status).toBe(201);
    const reader = made.body.key;
    expect((await call("GET", "/v1/forms", { key: reader })).status).toBe(200);
    expect((await call("POST", "/v1/forms", { key: reader, body: {} })).body.code).toBe("forbidden");
    expect((await call("GET", "/v1/keys", { key: reader })).status).toBe(403);
    const list = await call("GET", "/v1/keys", { key });
    expect(list.body.items.map((k: { name: string }) => k.name)).toContain("Reader");
    expect(JSON.stringify(list.body)).not.toContain(reader);
    expect((await call("DELETE", `/v1/keys/${made.body.id}`, { key: await newWorkspace() })).status).toBe(404);
    expect((await call("DELETE", `/v1/keys/${made.body.id}`, { key })).status).toBe(204);
    expect((await call("DELETE", `/v1/keys/${made.body.id}`, { key })).status).toBe(404);
  });

  it.each(["Bearer", "Basic abc", "Bearer a b", "Bearer fl_unknown"])(
    "refuses the header %j with 401",
    async (header) => {
      const { status, headers } = await call("GET", "/v1/forms", { headers: { authorization: header } });
      expect([status, headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    },
  );
});

describe("forms", () => {
  it("are created open, with version 1 and a location", async () => {
    const body = { title: "Visit", description: "d", questions: QUESTIONS, access: "key", metadata: { team: "a" } };
    const made = await call("POST", "/v1/forms", { key, body });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ ...body, id: expect.stringMatching(/^form_/), version: 1, state: "open" });
    expect(made.headers.get("location")).toBe(`/v1/forms/${made.body.id}`);
    expect((await call("GET", `/v1/forms/${made.body.id}`, { key })).body).toEqual(made.body);
  });

  it.each([
    ["two questions with one ref", [QUESTIONS[0], QUESTIONS[0]], "/questions/1/ref"],
    ["an unknown type", [{ ref: "a", type: "colour", title: "A" }], "/questions/0/type"],
    ["a choice question without choices", [{ ref: "a", type: "dropdown", title: "A" }], "/questions/0/choices"],
    [
      "choices on a text",
      [{ ref: "a", type: "short_text", title: "A", choices: [{ id: "x", label: "X" }] }],
      "/questions/0/choices",
    ],
    ["a ref that is no name", [{ ref: "1 a", type: "short_text", title: "A" }], "/questions/0/ref"],
    ["a reserved word", [{ ref: "in", type: "short_text", title: "A" }], "/questions/0/ref"],
    ["no questions", [], "/questions"],
  ])("refuse %s, with a pointer to it", async (_, questions, pointer) => {
    const { status, body } = await call("POST", "/v1/forms", { key, body: { title: "T", questions } });
    expect(status).toBe(422);
    expect(body.errors.map((e: { pointer: string }) => e.pointer)).toContain(pointer);
  });

  it("keep every version: a new one changes what is asked, never what was answered", async () => {
    const form = await newForm(key);
    const made = await submit(form, { name: "Asha", city: "pune" });
    const questions = [QUESTIONS[0], { ref: "village", type: "short_text", title: "Village" }];
    const next = await call("POST", `/v1/forms/${form}/versions`, { key, body: { title: "Visit 2", questions } });
    expect([next.status, next.body.version]).toEqual([201, 2]);
    expect((await submit(form, { name: "Ravi", village: "Wai" })).body.version).toBe(2);
    expect((await submit(form, { name: "Ravi", city: "pune" })).status).toBe(422);
    const old = await call("GET", `/v1/forms/${form}/responses/${made.body.id}`, { key });
    expect(old.body).toMatchObject({ version: 1, answers: { name: "Asha", city: "pune" } });
    expect((await call("GET", `/v1/forms/${form}/versions/1`, { key })).body.questions).toEqual(QUESTIONS);
    expect((await call("GET", `/v1/forms/${form}/versions/3`, { key })).status).toBe(404);
  });

  it("never change the type of a question under its ref, also not over a version without it", async () => {
    const form = await newForm(key);
    const post = (questions: unknown) =>
      call("POST", `/v1/forms/${form}/versions`, { key, body: { title: "V", questions } });
    expect((await post([QUESTIONS[0]])).status).toBe(201);
    const refused = await post([QUESTIONS[0], { ref: "age", type: "short_text", title: "Age" }]);
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0]).toMatchObject({
      pointer: "/questions/1/type",
      question: "age",
      code: "type_changed",
    });
  });

  it("are listed newest first in pages", async () => {
    const own = await newWorkspace();
    for (const title of ["a", "b", "c"]) await newForm(own, { title });
    const first = await call("GET", "/v1/forms?limit=2", { key: own });
    expect(first.body.items.map((f: { title: string }) => f.title)).toEqual(["c", "b"]);
    const second = await call("GET", `/v1/forms?limit=2&cursor=${first.body.next}`, { key: own });
    expect(second.body).toMatchObject({ items: [{ title: "a" }], next: null });
  });

  it("of other workspaces do not exist", async () => {
    const form = await newForm(key);
    const stranger = await newWorkspace();
    for (const [method, path] of [
      ["GET", ""],
      ["PATCH", ""],
      ["POST", "/versions"],
      ["POST", "/close"],
      ["GET", "/integrations"],
    ] as const) {
      const body = path === "/versions" ? { title: "T", questions: QUESTIONS } : method === "PATCH" ? {} : undefined;
      expect((await call(method, `/v1/forms/${form}${path}`, { key: stranger, body })).status).toBe(404);
    }
  });
});

describe("health", () => {
  it("answers without a key", async () => {
    expect((await call("GET", "/healthz")).body).toEqual({ status: "ok" });
  });

  it("an unknown address answers a problem", async () => {
    const { status, body } = await call("GET", "/v1/nothing");
    expect([status, body.code]).toEqual([404, "not_found"]);
  });
});
