import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseResponseId, segmentOf, seqOf } from "../../src/core/ids";
import { FORM, type Stack, startStack } from "../support/stack";

let stack: Stack;
let key = "";
const newForm = async (): Promise<string> => (await stack.call("POST", "/v1/forms", { key, body: FORM })).body.id;

beforeAll(async () => {
  stack = await startStack(mkdtempSync(path.join(tmpdir(), "formlog-")));
  key = await stack.workspace();
});
afterAll(() => stack?.close());

describe("500 submissions at once over three forms", () => {
  it("get positions without gaps or repeats in each form, and each caller its own id", async () => {
    const forms = [await newForm(), await newForm(), await newForm()];
    const sent = Array.from({ length: 500 }, (_, i) => ({ form: forms[i % 3] ?? "", name: `caller ${i}` }));
    const answers = await Promise.all(
      sent.map(({ form, name }) => stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name } } })),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    const positions = answers.map((answer) => parseResponseId(answer.body.id)?.position ?? 0);
    const bySegment = Map.groupBy(positions, segmentOf);
    expect(bySegment.size).toBe(3);
    for (const [, own] of bySegment) {
      const seqs = own.map(seqOf).toSorted((a, b) => a - b);
      expect(seqs).toEqual(seqs.map((_, i) => i + 1));
    }
    const db = await stack.db();
    const { results } = await db.prepare("SELECT id, answers FROM responses").all<{ id: number; answers: string }>();
    const stored = new Map(results.map((row) => [row.id, JSON.parse(row.answers).name]));
    for (const [i, { name }] of sent.entries()) expect(stored.get(positions[i] ?? 0)).toBe(name);
  });

  it("store one response when the same key comes many times at once", async () => {
    const form = await newForm();
    const headers = { "idempotency-key": "same" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        stack.call("POST", `/v1/forms/${form}/responses`, { headers, body: { answers: { name: "Asha" } } }),
      ),
    );
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.body.id}`)).size).toBe(1);
    const list = await stack.call("GET", `/v1/forms/${form}/responses`, { key });
    expect(list.body.items).toHaveLength(1);
  });

  it("fail alone when their form is closed or their answers are wrong in the middle of it", async () => {
    const [open, closed] = [await newForm(), await newForm()];
    const post = (form: string, answers: unknown) =>
      stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers } });
    await Promise.all([post(open, { name: "warm" }), post(closed, { name: "warm" })]);
    const wave = Array.from({ length: 60 }, (_, i) => post(i % 2 ? open : closed, { name: `n${i}` }));
    const closing = stack.call("POST", `/v1/forms/${closed}/close`, { key });
    const wrong = post(open, { nobody: 1 });
    const answers = await Promise.all(wave);
    await closing;
    expect((await wrong).status).toBe(422);
    expect(answers.filter((_, i) => i % 2).every((answer) => answer.status === 201)).toBe(true);
    const taken = answers.filter((answer, i) => i % 2 === 0 && answer.status === 201).length;
    const list = await stack.call("GET", `/v1/forms/${closed}/responses?limit=500`, { key });
    expect(list.body.items).toHaveLength(taken + 1);
    expect((await post(closed, { name: "late" })).body.code).toBe("form_closed");
  });

  it("survive a client that goes away: whoever waited with it is answered, and nothing is stored twice", async () => {
    const form = await newForm();
    const post = (name: string) => stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name } } });
    await post("warm");
    const gone = Array.from({ length: 20 }, (_, i) =>
      stack.abandon(`/v1/forms/${form}/responses`, { answers: { name: `gone${i}` } }),
    );
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => post(`here${i}`)));
    await Promise.all(gone);
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 201));
    const list = await stack.call("GET", `/v1/forms/${form}/responses?limit=500`, { key });
    const names: string[] = list.body.items.map((r: { answers: { name: string } }) => r.answers.name);
    expect(names.filter((name) => name.startsWith("here"))).toHaveLength(40);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("a form that changes between load and submit", () => {
  it("checks answers against the version that is current when they are stored", async () => {
    const form = await newForm();
    const post = (answers: unknown) => stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers } });
    expect((await post({ name: "first", city: "pune" })).body.version).toBe(1);
    const questions = [FORM.questions[0], { ref: "village", type: "short_text", title: "Village", required: true }];
    // Another isolate publishes: this one still has version 1 in its cache when the next responses come.
    const db = await stack.db();
    await db.batch([
      db
        .prepare("INSERT INTO form_versions VALUES (?, 2, ?, 0)")
        .bind(form, JSON.stringify({ title: "Visit", questions })),
      db.prepare("UPDATE forms SET version = 2 WHERE id = ?").bind(form),
      db.prepare("UPDATE segments SET version = 2 WHERE form = ?").bind(form),
    ]);
    const refused = await post({ name: "second", city: "pune" });
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map((e: { question: string }) => e.question).toSorted()).toEqual(["city", "village"]);
    expect((await post({ name: "second", village: "Wai" })).body.version).toBe(2);
  });

  it("mends a segment that a crash left behind its form", async () => {
    const form = await newForm();
    const db = await stack.db();
    await db.prepare("UPDATE segments SET version = 7 WHERE form = ?").bind(form).run();
    const made = await stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name: "Asha" } } });
    expect([made.status, made.body.version]).toEqual([201, 1]);
  });
});
