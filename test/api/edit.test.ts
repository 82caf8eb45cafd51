import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseResponseId } from "../../src/core/ids";
import { changeResponse } from "../../src/store/revisions";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";
import { everywhere } from "../support/shards";

const SPOT = { ref: "spot", type: "location", title: "Where" };
const ASHA = { name: "Asha", age: 30, city: "pune", spot: { latitude: 18.5, longitude: 73.8, accuracy: 5 } };
const TYPE = "application/merge-patch+json";

let key = "";
let form = "";
let at = "";

const get = (headers: Record<string, string> = {}) => call("GET", at, { key, headers });
const patch = (body: unknown, match: string, headers: Record<string, string> = {}) =>
  call("PATCH", at, { key, body, headers: { "if-match": match, "content-type": TYPE, ...headers } });

beforeAll(async () => {
  key = await newWorkspace();
  form = await newForm(key, { questions: [...QUESTIONS, SPOT] });
});
beforeEach(async () => {
  const body = { answers: ASHA, metadata: { device: "t1", round: 2 } };
  const made = await call("POST", `/v1/forms/${form}/responses`, { body });
  at = `/v1/forms/${form}/responses/${made.body.id}`;
});

describe("PATCH", () => {
  it("merges answers and metadata as RFC 7396 says, into objects too", async () => {
    const change = { answers: { age: 31, city: null, spot: { accuracy: null } }, metadata: { round: 3, device: null } };
    const edited = await patch(change, '"1"');
    expect([edited.status, edited.headers.get("etag")]).toEqual([200, '"2"']);
    expect(edited.body).toMatchObject({ revision: 2, metadata: { round: 3 } });
    expect(edited.body.answers).toEqual({ name: "Asha", age: 31, spot: { latitude: 18.5, longitude: 73.8 } });
    expect(edited.body.metadata).toEqual({ round: 3 });
    expect((await get()).body).toEqual(edited.body);
  });

  it("changes metadata alone, and refuses metadata that is none, and a body with neither", async () => {
    expect((await patch({ metadata: { seen: true } }, '"1"')).body.metadata).toEqual({
      device: "t1",
      round: 2,
      seen: true,
    });
    expect((await patch({ metadata: { seen: { deep: 1 } } }, '"2"')).body).toMatchObject({
      code: "invalid_answers",
      errors: [{ pointer: "/metadata/seen" }],
    });
    expect((await patch({}, '"2"')).status).toBe(422);
    expect((await get()).body.revision).toBe(2);
  });

  it("needs If-Match, and tells a stale one the ETag of now before anything else", async () => {
    expect((await call("PATCH", at, { key, body: { answers: { age: 31 } } })).status).toBe(428);
    await patch({ answers: { age: 31 } }, '"1"');
    for (const match of ['"1"', '"1", "7"', '"someone-elses"']) {
      const stale = await patch({ answers: { age: "no number" } }, match);
      expect([stale.status, stale.body.code, stale.headers.get("etag")]).toEqual([412, "stale_revision", '"2"']);
    }
    expect((await patch({ answers: { age: 32 } }, "2")).status).toBe(400);
  });

  it("takes a list, * and a tag that a compressing proxy has weakened", async () => {
    expect((await patch({ answers: { age: 31 } }, '"7", "1"')).status).toBe(200);
    expect((await patch({ answers: { age: 32 } }, "*")).status).toBe(200);
    expect((await patch({ answers: { age: 33 } }, 'W/"3"')).body.revision).toBe(4);
  });

  it("makes no revision when nothing changes", async () => {
    const same = await patch({ answers: { age: 30, spot: { accuracy: 5 } }, metadata: { round: 2 } }, '"1"');
    expect([same.status, same.body.revision]).toEqual([200, 1]);
    expect((await call("GET", `${at}/revisions`, { key })).body.items).toHaveLength(1);
  });

  it("keeps answers to questions that are gone until a null takes them away, and refuses refs that never were", async () => {
    const own = await newForm(key);
    const made = await submit(own, { name: "Asha", age: 30 });
    at = `/v1/forms/${own}/responses/${made.body.id}`;
    const questions = QUESTIONS.filter(({ ref }) => ref !== "age");
    await call("POST", `/v1/forms/${own}/versions`, { key, body: { title: "Visit", questions } });
    expect((await patch({ answers: { name: "Mira" } }, '"1"')).body).toMatchObject({
      version: 2,
      answers: { name: "Mira", age: 30 },
    });
    expect((await patch({ answers: { age: 31 } }, '"2"')).body.errors).toMatchObject([{ code: "unknown_question" }]);
    expect((await patch({ answers: { nmae: null } }, '"2"')).body.errors).toMatchObject([{ question: "nmae" }]);
    expect((await patch({ answers: { age: null } }, '"2"')).body.answers).toEqual({ name: "Mira" });
  });

  it("is not held up by what it does not touch: a choice that is gone, and a question that must be answered now", async () => {
    const own = await newForm(key);
    const made = await submit(own, { name: "Asha", age: 30, city: "pune" });
    at = `/v1/forms/${own}/responses/${made.body.id}`;
    const [name, age, city, phone] = QUESTIONS;
    const questions = [
      name,
      age,
      { ...city, choices: [{ id: "delhi", label: "Delhi" }] },
      { ...phone, required: true },
    ];
    await call("POST", `/v1/forms/${own}/versions`, { key, body: { title: "Visit", questions } });
    const edited = await patch({ answers: { ...(await get()).body.answers, name: "Mira" } }, '"1"');
    expect(edited.body).toMatchObject({ version: 2, answers: { name: "Mira", age: 30, city: "pune" } });
    const { body } = await call("GET", `${at}/revisions`, { key });
    expect(body.items[1].answers).toEqual({ name: { from: "Asha", to: "Mira" } });
    expect((await patch({ answers: { city: "agra" } }, '"2"')).body.errors).toMatchObject([{ code: "invalid_choice" }]);
    expect((await patch({ answers: { phone: "" } }, '"2"')).body.errors).toMatchObject([{ code: "required" }]);
  });

  it("can't say by whose link a response came, but for what came without one", async () => {
    const link = await call("POST", `/v1/forms/${form}/links`, { key, body: { name: "Uma" } });
    const token = new URL(link.body.url).searchParams.get("link") ?? "";
    const body = { answers: { name: "Asha" }, metadata: { round: 1 } };
    const made = await call("POST", `/v1/forms/${form}/responses`, { body, headers: { "formlog-link": token } });
    const other = at;
    at = `/v1/forms/${form}/responses/${made.body.id}`;
    for (const collector of ["Ravi", null]) {
      const refused = await patch({ metadata: { collector, round: 2 } }, '"1"');
      expect([refused.status, refused.body.errors]).toMatchObject([
        422,
        [{ pointer: "/metadata/collector", code: "read_only" }],
      ]);
    }
    const edited = await patch({ metadata: { collector: "Uma", round: 2 }, answers: { age: 3 } }, '"1"');
    expect(edited.body.metadata).toEqual({ collector: "Uma", round: 2 });
    at = other;
    expect((await patch({ metadata: { collector: "Ravi" } }, '"1"')).body.metadata.collector).toBe("Ravi");
  });

  it("answers without a body when asked to (RFC 7240)", async () => {
    const edited = await patch({ answers: { age: 31 } }, '"1"', { prefer: "respond-async, return=minimal" });
    expect([edited.status, edited.body]).toEqual([204, ""]);
    expect(edited.headers.get("preference-applied")).toBe("return=minimal");
    expect(edited.headers.get("etag")).toBe('"2"');
    const headers = { prefer: "return=minimal" };
    const made = await submit(form, { name: "Ravi" }, { headers });
    expect([made.status, made.body, made.headers.get("etag")]).toEqual([201, "", '"1"']);
    expect(made.headers.get("preference-applied")).toBe("return=minimal");
    const read = await call("GET", made.headers.get("location") ?? "", { key });
    expect(read.body.answers).toEqual({ name: "Ravi" });
    expect((await submit(form, { age: "x" }, { headers })).body.errors).toHaveLength(2);
  });
});

describe("erasing", () => {
  it("under a stale If-Match erases nothing, in the history neither", async () => {
    await patch({ answers: { age: 31 } }, '"1"');
    const refused = await call("DELETE", at, { key, headers: { "if-match": '"1"' } });
    expect([refused.status, refused.headers.get("etag")]).toEqual([412, '"2"']);
    const { body } = await call("GET", `${at}/revisions`, { key });
    expect(body.items[1].answers).toEqual({ age: { from: 30, to: 31 } });
    expect((await call("DELETE", at, { key, headers: { "if-match": '"2"' } })).status).toBe(204);
  });

  it("that comes a moment too late erases nothing either", async () => {
    await patch({ answers: { age: 31 } }, '"1"');
    const address = parseResponseId(at.split("/").at(-1) ?? "");
    if (!address) throw new Error("no response id");
    const late = { ...address, revision: 1, now: Date.now(), author: null, change: { event: "erased" } } as const;
    expect((await changeResponse(env.DB, late)).applied).toBe(false);
    expect((await call("GET", `${at}/revisions`, { key })).body.items[1].answers).toEqual({
      age: { from: 30, to: 31 },
    });
  });

  it("leaves nothing to edit: 409", async () => {
    await call("DELETE", at, { key });
    expect((await patch({ answers: { age: 31 } }, '"2"')).body.code).toBe("conflict");
  });
});

describe("conditional GET", () => {
  it("answers 304 for a response that the client has, until it changes", async () => {
    for (const known of ['"1"', 'W/"1"', '"9", "1"', "*"]) {
      const again = await get({ "if-none-match": known });
      expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, "", '"1"']);
    }
    await patch({ answers: { age: 31 } }, '"1"');
    expect((await get({ "if-none-match": '"1"' })).status).toBe(200);
  });

  it("answers 304 for a form and a version, until they change", async () => {
    for (const address of [`/v1/forms/${form}`, `/v1/forms/${form}/versions/1`]) {
      const read = await call("GET", address, { key });
      const headers = { "if-none-match": read.headers.get("etag") ?? "" };
      expect(headers["if-none-match"]).toMatch(/^"[0-9a-f]{32}"$/);
      expect(read.headers.get("cache-control")).toBe("private, no-cache");
      expect((await call("GET", address, { key, headers })).status).toBe(304);
      await call("PATCH", `/v1/forms/${form}`, { key, body: { metadata: { at: address } } });
      expect((await call("GET", address, { key, headers })).status).toBe(200);
    }
  });

  it("refuses what is no tag, and the refusal has none either", async () => {
    for (const address of [`/v1/forms/${form}`, at]) {
      const refused = await call("GET", address, { key, headers: { "if-none-match": "?" } });
      expect([refused.status, refused.headers.get("etag")]).toEqual([400, null]);
      expect(refused.headers.get("cache-control")).toBe("no-store");
    }
  });
});

describe("revisions", () => {
  const revisions = async (query = "") => (await call("GET", `${at}/revisions${query}`, { key })).body;

  it("tell who changed what and when, oldest first", async () => {
    await patch({ answers: { age: 31, city: null } }, '"1"');
    await patch({ answers: { city: "delhi" }, metadata: { round: 3 } }, '"2"');
    const { items, next } = await revisions();
    const common = { at: expect.stringMatching(/Z$/), answers: {}, metadata: {} };
    const by = expect.stringMatching(/^key_/);
    expect(items).toEqual([
      { ...common, revision: 1, event: "created", by: null },
      {
        ...common,
        revision: 2,
        event: "updated",
        by,
        answers: { age: { from: 30, to: 31 }, city: { from: "pune", to: null } },
      },
      {
        ...common,
        revision: 3,
        event: "updated",
        by,
        answers: { city: { from: null, to: "delhi" } },
        metadata: { round: { from: 2, to: 3 } },
      },
    ]);
    expect(next).toBeNull();
  });

  it("come in pages", async () => {
    for (let age = 31; age < 36; age += 1) await patch({ answers: { age } }, "*");
    const seen: number[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: { items: { revision: number }[]; next: string | null } = await revisions(
        `?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ revision }) => revision));
      cursor = page.next;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await call("GET", `${at}/revisions?cursor=nonsense`, { key })).status).toBe(400);
  });

  it("of an erased response show nothing of what it was", async () => {
    await patch({ answers: { name: "Secret Name" } }, '"1"');
    await call("DELETE", at, { key });
    const { items } = await revisions();
    expect(items.map(({ event }: { event: string }) => event)).toEqual(["created", "updated", "erased"]);
    for (const item of items) expect([item.answers, item.metadata]).toEqual([{}, {}]);
    expect(JSON.stringify(items)).not.toMatch(/Secret|Asha|"t1"/);
  });

  it("are those of this form's response only", async () => {
    const other = await newForm(key);
    const elsewhere = at.replace(form, other);
    expect((await call("GET", `${elsewhere}/revisions`, { key })).status).toBe(404);
    expect((await call("GET", `${elsewhere}/review`, { key })).status).toBe(404);
  });
});

describe("submittedAt", () => {
  const send = (submittedAt: unknown, more: Record<string, unknown> = {}) =>
    call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name: "Asha" }, submittedAt, ...more } });
  const inMinutes = (n: number) => new Date(Date.now() + n * 60_000).toISOString();

  it("is kept beside receivedAt, whenever it was", async () => {
    const made = await send("2026-11-20T09:30:00.5+05:30");
    const read = await call("GET", made.headers.get("location") ?? "", { key });
    expect(read.body.submittedAt).toBe("2026-11-20T04:00:00.500Z");
    expect(Date.parse(read.body.receivedAt)).toBeGreaterThan(Date.now() - 60_000);
    expect((await send(inMinutes(4))).status).toBe(201);
    expect((await get()).body).not.toHaveProperty("submittedAt");
  });

  it.each([
    ["more than five minutes ahead", inMinutes(6), "in_future"],
    ["a day", "2026-11-20", "invalid_datetime"],
    ["no text", 1_795_464_000_000, "invalid_datetime"],
    ["a time without offset", "2026-11-20T09:30:00", "invalid_datetime"],
  ])("is refused when it is %s", async (_, submittedAt, code) => {
    const { status, body } = await send(submittedAt);
    expect([status, body.errors]).toMatchObject([422, [{ pointer: "/submittedAt", code }]]);
  });

  it("is said item by item in a batch", async () => {
    const answers = { name: "Asha" };
    const responses = [{ answers, submittedAt: "2026-11-20T09:30:00Z" }, { answers }, { answers, submittedAt: "x" }];
    const { body } = await call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
    expect(body.items.map(({ status }: { status: number }) => status)).toEqual([201, 201, 422]);
    const position = parseResponseId(body.items[0].id)?.position;
    const [row] = await everywhere("SELECT submitted_at AS at FROM responses WHERE id = ?", position);
    expect(row).toEqual({ at: Date.parse("2026-11-20T09:30:00Z") });
  });

  it("is no part of what an Idempotency-Key stands for: a device may say it anew", async () => {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const body = { answers: { name: "Asha" }, submittedAt: "2026-11-20T09:30:00Z" };
    const first = await call("POST", `/v1/forms/${form}/responses`, { body, headers });
    const again = { ...body, submittedAt: "2026-11-21T09:30:00Z" };
    expect((await call("POST", `/v1/forms/${form}/responses`, { body: again, headers })).body).toEqual(first.body);
  });
});
