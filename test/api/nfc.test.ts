import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { parseResponseId } from "../../src/core/ids";
import { advanceIndexes } from "../../src/store/answer-index";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { shardOf } from "../support/shards";

/** One name in two writings: letters with their marks, and letters followed by their marks. */
const COMPOSED = "Jos\u00e9 \u1ea1\u0307";
const APART = COMPOSED.normalize("NFD");

const QUESTIONS = [
  { ref: "name", type: "short_text", title: "Name", indexed: true, maxLength: COMPOSED.length },
  { ref: "note", type: "long_text", title: "Note" },
  { ref: "code", type: "short_text", title: "Code", pattern: "caf\u00e9+" },
  { ref: "site", type: "url", title: "Site" },
  { ref: "vip", type: "yes_no", title: "Vip", calculated: `name == "${APART}"` },
];

let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace();
  form = await newForm(key, { questions: QUESTIONS });
});

const at = (id: string) => `/v1/forms/${form}/responses/${id}`;
const found = async (query: string) =>
  (await call("GET", `/v1/forms/${form}/responses?${query}`, { key })).body.items.map(({ id }: { id: string }) => id);

describe("what can't be kept as it is", () => {
  it.each([
    ["NUL in a text", { a: "x\0y" }],
    ["NUL in a name", { "a\0b": "y" }],
    ["half of a pair in a text", { a: "x\ud83d" }],
    ["half of a pair in a name", { "\udc00": 1 }],
  ])("is refused in metadata: %s", async (_, metadata) => {
    const refused = { status: 422, body: { code: "invalid_answers", errors: [{ code: "invalid_metadata" }] } };
    const body = { answers: { name: "n" }, metadata };
    expect(await call("POST", `/v1/forms/${form}/responses`, { body })).toMatchObject(refused);
    const { id } = (await submit(form, { name: "n" })).body;
    const edit = { key, headers: { "if-match": "*" }, body: { metadata } };
    expect(await call("PATCH", at(id), edit)).toMatchObject(refused);
    const made = await call("POST", "/v1/forms", { key, body: { title: "Visit", questions: QUESTIONS, metadata } });
    expect([made.status, made.body.code]).toEqual([422, "invalid_request"]);
  });

  it("stands in no edit's way where it was stored before", async () => {
    const { id } = (await submit(form, { name: "n" })).body;
    const kept = JSON.stringify({ a: "x\0y" });
    const position = parseResponseId(id)?.position;
    const db = shardOf(id);
    await db.prepare("UPDATE responses SET metadata = ? WHERE id = ?").bind(kept, position).run();
    const headers = { "if-match": "*", prefer: "return=minimal" };
    expect((await call("PATCH", at(id), { key, headers, body: { answers: { note: "new" } } })).status).toBe(204);
    const row = await db.prepare("SELECT metadata FROM responses WHERE id = ?").bind(position).first();
    expect(row).toEqual({ metadata: kept });
  });
});

describe("what looks alike is alike", () => {
  it("answers and metadata are kept in NFC, whatever writing they come in, and bounds and patterns see them so", async () => {
    expect(APART).not.toBe(COMPOSED);
    const site = "https://example.org/caf";
    const answers = { name: APART, note: APART, code: "cafe\u0301e\u0301", site: `${site}e\u0301` };
    const body = { answers, metadata: { [`k${APART}`]: APART, n: 1 } };
    const made = await call("POST", `/v1/forms/${form}/responses`, { body });
    expect([made.status, made.body.errors]).toEqual([201, undefined]);
    const read = (await call("GET", at(made.body.id), { key })).body;
    expect(read.answers).toEqual({
      name: COMPOSED,
      note: COMPOSED,
      code: "caf\u00e9\u00e9",
      site: `${site}\u00e9`,
      vip: true,
    });
    expect(read.metadata).toEqual({ [`k${COMPOSED}`]: COMPOSED, n: 1 });
    const row = await env.DB.prepare("SELECT answers FROM responses WHERE id = ?")
      .bind(parseResponseId(made.body.id)?.position)
      .first<{ answers: string }>();
    expect(row?.answers).toBe(row?.answers.normalize("NFC"));
  });

  it("more marks on one letter than any language has are no answer: whatever reads it would have to sort them", async () => {
    const marks = (n: number) => `a${"\u0301".repeat(n)}${"\u0316".repeat(n)}`;
    expect((await submit(form, { note: marks(15) })).status).toBe(201);
    const refused = await submit(form, { note: marks(16) });
    expect([refused.status, refused.body.errors]).toMatchObject([422, [{ question: "note", code: "invalid_text" }]]);
  });

  it("filters find them in either writing, in the log and in the index", async () => {
    const { id } = (await submit(form, { name: APART })).body;
    const text = encodeURIComponent(APART);
    for (const indexed of [false, true]) {
      if (indexed) while ((await advanceIndexes(env.DB)) > 0);
      for (const condition of [
        `filter[name][eq]=${text}`,
        `filter[name][startswith]=${text}`,
        `filter[name][in]=${text},x`,
      ]) {
        expect(await found(condition), `${indexed} ${condition}`).toContain(id);
      }
    }
    const body = { answers: {}, metadata: { [APART]: APART } };
    const tagged = (await call("POST", `/v1/forms/${form}/responses`, { body })).body.id;
    expect(await found(`metadata[${text}][eq]=${text}`)).toEqual([tagged]);
  });

  it("the same content with one Idempotency-Key is a repeat in either writing", async () => {
    const send = (text: string) =>
      call("POST", `/v1/forms/${form}/responses`, {
        body: { answers: { name: text }, metadata: { [text]: text } },
        headers: { "idempotency-key": "nfc" },
      });
    const [first, again] = [await send(APART), await send(COMPOSED)];
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
  });

  it("an edit that only changes the writing changes nothing, and metadata is named in either", async () => {
    const body = { answers: { name: APART }, metadata: { [APART]: 1 } };
    const { id } = (await call("POST", `/v1/forms/${form}/responses`, { body })).body;
    const patch = (change: unknown) => call("PATCH", at(id), { key, body: change, headers: { "if-match": "*" } });
    expect((await patch({ answers: { name: APART }, metadata: { [APART]: 1 } })).body.revision).toBe(1);
    expect((await patch({ metadata: { [APART]: null } })).body.metadata).toEqual({});
  });

  it("so are definitions and names", async () => {
    const choices = [{ id: "a", label: APART }];
    const questions = [{ ref: "q", type: "dropdown", title: APART, choices, metadata: { [APART]: APART } }];
    const translations = { hi: { title: APART, questions: { q: { choices: { a: APART } } } } };
    const definition = { title: APART, description: APART, questions, translations };
    const made = await call("POST", "/v1/forms", {
      key,
      body: { ...definition, metadata: { a: APART }, closedMessage: APART },
    });
    const link = await call("POST", `/v1/forms/${made.body.id}/links`, { key, body: { name: APART } });
    const named = await call("POST", "/v1/keys", { key, body: { name: APART, scopes: ["forms:read"] } });
    for (const { status, body } of [made, link, named]) {
      expect(status).toBe(201);
      const { key: _, url: __, ...shown } = body;
      expect(JSON.stringify(shown)).toContain(COMPOSED);
      expect(JSON.stringify(shown)).not.toContain(APART);
    }
  });
});
