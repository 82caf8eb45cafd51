import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { advanceIndexes } from "../../src/store/answer-index";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";
import { onlyOnOneShard } from "../support/shards";

const CHOICES = ["r", "w"].map((id) => ({ id, label: id }));
const TYPED = [
  { ref: "met", type: "datetime", title: "Met" },
  { ref: "wakes", type: "time", title: "Wakes" },
  { ref: "ok", type: "yes_no", title: "Okay" },
  { ref: "crops", type: "multiple_choice", title: "Crops", choices: CHOICES },
  { ref: "score", type: "number", title: "Score" },
];
const asIndexed = (...refs: string[]) =>
  [...QUESTIONS, ...TYPED].map((question) => ({ ...question, indexed: refs.includes(question.ref) }));

let key = "";
let form = "";
let segment = 0;

const publish = (...refs: string[]) =>
  call("POST", `/v1/forms/${form}/versions`, { key, body: { title: "Visit", questions: asIndexed(...refs) } });
const entries = async () => {
  const { results } = await env.DB.prepare(
    "SELECT ref, value, id & 0x1ffffffff AS n FROM answer_index WHERE segment = ? ORDER BY ref, value, id",
  )
    .bind(segment)
    .all<{ ref: string; value: string | number; n: number }>();
  return results.map(({ ref, value, n }) => `${ref}=${value}@${n}`);
};
const found = async (query: string) => {
  const { body } = await call("GET", `/v1/forms/${form}/responses?${query}`, { key });
  return body.items.map((item: { answers: { name: string } }) => item.answers.name).join("");
};

beforeEach(async () => {
  key = await newWorkspace();
  form = await newForm(key, { questions: asIndexed("name") });
  const row = await env.DB.prepare("SELECT no FROM segments WHERE form = ?").bind(form).first<{ no: number }>();
  segment = row?.no ?? 0;
});

onlyOnOneShard("it is advanced by hand, on one database").describe("the index of answers", () => {
  it("follows the log, and until it does the rest is scanned: nothing is missing and nothing is there twice", async () => {
    for (const name of ["x", "y"]) await submit(form, { name });
    expect(await entries()).toEqual([]);
    expect(await found("filter[name][eq]=x")).toBe("x");
    await advanceIndexes(env.DB);
    expect(await entries()).toEqual(["name=x@1", "name=y@2"]);
    await submit(form, { name: "x" });
    for (const order of ["asc", "desc"]) {
      for (const query of ["[eq]=x", "[in]=x,z", "[startswith]=x"]) {
        expect(await found(`order=${order}&filter[name]${query}`)).toBe("xx");
      }
    }
    expect(await advanceIndexes(env.DB)).toBe(1);
    expect(await advanceIndexes(env.DB)).toBe(0);
    expect(await entries()).toEqual(["name=x@1", "name=x@3", "name=y@2"]);
  });

  it("pages through entries and the rest in the order of the log", async () => {
    for (let i = 0; i < 5; i += 1) await submit(form, { name: "x", age: i });
    await advanceIndexes(env.DB);
    for (let i = 5; i < 8; i += 1) await submit(form, { name: "x", age: i });
    for (const [order, expected] of [
      ["asc", [0, 1, 2, 3, 4, 5, 6, 7]],
      ["desc", [7, 6, 5, 4, 3, 2, 1, 0]],
    ] as const) {
      const ages: number[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const query: string = `order=${order}&limit=2&filter[name][eq]=x${cursor && `&cursor=${cursor}`}`;
        const { body } = await call("GET", `/v1/forms/${form}/responses?${query}`, { key });
        ages.push(...body.items.map((item: { answers: { age: number } }) => item.answers.age));
        cursor = body.next;
      }
      expect(ages).toEqual(expected);
    }
  });

  it("moves with an edit and goes with an erasure, before and behind the place it has come to", async () => {
    const at = async (name: string) => {
      const { body } = await submit(form, { name });
      return `/v1/forms/${form}/responses/${body.id}`;
    };
    const rename = (path: string, name: string) =>
      call("PATCH", path, { key, body: { answers: { name } }, headers: { "if-match": "*" } });
    const [first, second] = [await at("a"), await at("b")];
    await advanceIndexes(env.DB);
    const third = await at("c");
    await rename(first, "A");
    await rename(third, "C");
    expect(await entries()).toEqual(["name=A@1", "name=b@2"]);
    expect([await found("filter[name][eq]=A"), await found("filter[name][eq]=a")]).toEqual(["A", ""]);
    await advanceIndexes(env.DB);
    expect(await entries()).toEqual(["name=A@1", "name=C@3", "name=b@2"]);
    const stale = await call("DELETE", second, { key, headers: { "if-match": '"9"' } });
    expect([stale.status, await entries()]).toMatchObject([412, { length: 3 }]);
    await call("DELETE", second, { key });
    await call("DELETE", third, { key });
    expect(await entries()).toEqual(["name=A@1"]);
  });

  it("is filled for a question that a later version indexes, and emptied for one that is indexed no more", async () => {
    await submit(form, { name: "x", age: 30 });
    await submit(form, { name: "y" });
    await advanceIndexes(env.DB);
    await publish("age");
    expect(await found("filter[age][eq]=30")).toBe("x");
    await advanceIndexes(env.DB);
    expect(await entries()).toEqual(["age=30@1"]);
    expect(await found("filter[name][eq]=y")).toBe("y");
    await publish("age", "name");
    await advanceIndexes(env.DB);
    expect(await entries()).toEqual(["age=30@1", "name=x@1", "name=y@2"]);
    // Taken back before the sweeper came: what is there already is not doubled.
    await publish("name");
    await publish("age", "name");
    await advanceIndexes(env.DB);
    expect(await entries()).toHaveLength(3);
  });

  it("holds each type as it is compared, and long texts by their beginning", async () => {
    await publish("name", "met", "wakes", "ok", "crops", "score");
    const long = "n".repeat(300);
    const answers = { met: "2026-11-20T09:30:00.25+05:30", wakes: "06:05", ok: true, crops: ["r", "w"], score: 1.5 };
    await submit(form, { name: `${long}1`, ...answers });
    await submit(form, { name: `${long}2`, ok: false });
    await advanceIndexes(env.DB);
    expect(await entries()).toEqual([
      "crops=r@1",
      "crops=w@1",
      `met=${Date.parse("2026-11-20T04:00:00.250Z") / 1000}@1`,
      `name=${"n".repeat(200)}@1`,
      `name=${"n".repeat(200)}@2`,
      "ok=0@2",
      "ok=1@1",
      "score=1.5@1",
      "wakes=06:05:00@1",
    ]);
    for (const query of [
      "[met][eq]=2026-11-20T04:00:00.25Z",
      "[met][ge]=2026-11-20T04:00:00Z",
      "[wakes][eq]=06:05:00",
      "[wakes][lt]=06:06",
      "[ok][eq]=true",
      "[crops][contains]=w",
      "[crops][in]=r,w",
      "[score][eq]=1.50",
      "[score][gt]=1",
      `[name][eq]=${long}1`,
      `[name][in]=${long}1`,
    ]) {
      expect([query, await found(`filter${query}`)]).toEqual([query, `${long}1`]);
    }
    expect(await found("filter[score][gt]=1.5")).toBe("");
  });

  it("is made by a list when a crash came before it was", async () => {
    await submit(form, { name: "x" });
    await env.DB.prepare("DELETE FROM indexed_questions").run();
    expect(await found("filter[name][eq]=x")).toBe("x");
    await expect.poll(() => advanceIndexes(env.DB)).toBe(1);
    expect(await entries()).toEqual(["name=x@1"]);
  });

  it("is refused for answers without an order or an end", async () => {
    for (const type of ["long_text", "location", "statement"]) {
      const body = { title: "Visit", questions: [{ ref: "q", type, title: "Q", indexed: true }] };
      const { status, body: problem } = await call("POST", "/v1/forms", { key, body });
      expect([status, problem.errors[0].pointer]).toEqual([422, "/questions/0/indexed"]);
    }
  });
});
