import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseResponseId } from "../../src/core/ids";
import { REVIEW_STATES, REVIEW_STEPS, type ReviewState } from "../../src/core/review";
import { advanceIndexes } from "../../src/store/answer-index";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";
import { countRows } from "../support/meter";
import { everywhere, shardOf } from "../support/shards";

let key = "";
let form = "";
let at = "";
let id = "";

const review = (state: string, comment?: string, headers: Record<string, string> = {}) =>
  call("POST", `${at}/review`, { key, body: { state, ...(comment !== undefined && { comment }) }, headers });
const get = async () => (await call("GET", at, { key })).body;
const history = async (query = "") => (await call("GET", `${at}/review${query}`, { key })).body;
const setState = (state: ReviewState) =>
  shardOf(id).prepare("UPDATE responses SET review = ? WHERE id = ?").bind(state, parseResponseId(id)?.position).run();

beforeAll(async () => {
  key = await newWorkspace();
  form = await newForm(key);
});
beforeEach(async () => {
  id = (await submit(form, { name: "Asha" })).body.id;
  at = `/v1/forms/${form}/responses/${id}`;
});

describe("a review", () => {
  it("moves the state, is a revision, and is told with its comment and its author", async () => {
    const flagged = await review("flagged", "  The age is missing.  ");
    expect([flagged.status, flagged.headers.get("etag")]).toEqual([200, '"2"']);
    expect(flagged.body).toMatchObject({ id, revision: 2, answers: { name: "Asha" }, review: { state: "flagged" } });
    expect(await get()).toEqual(flagged.body);
    await review("approved");
    const by = expect.stringMatching(/^key_/);
    const when = expect.stringMatching(/Z$/);
    expect(await history()).toEqual({
      items: [
        { revision: 2, state: "flagged", comment: "The age is missing.", at: when, by },
        { revision: 3, state: "approved", comment: null, at: when, by },
      ],
      next: null,
    });
    const { body } = await call("GET", `${at}/revisions`, { key });
    expect(body.items.slice(1)).toMatchObject([
      { event: "reviewed", review: { from: "received", to: "flagged" }, comment: "The age is missing.", answers: {} },
      { event: "reviewed", review: { from: "flagged", to: "approved" }, answers: {} },
    ]);
  });

  it.each(REVIEW_STATES)("leads from %s where the table says, and nowhere else", async (from) => {
    for (const to of REVIEW_STATES.filter((state) => state !== from)) {
      await setState(from);
      const { status, body } = await review(to);
      expect([to, status]).toEqual([to, REVIEW_STEPS[from].includes(to) ? 200 : 409]);
      if (status === 409) expect(body.detail).toContain(REVIEW_STEPS[from].join(", "));
    }
  });

  it("of the state that it has is a comment, and nothing without one", async () => {
    await review("flagged");
    expect((await review("flagged")).body.revision).toBe(2);
    expect((await review("flagged", "Still open.")).body.revision).toBe(3);
    expect((await history()).items).toHaveLength(2);
  });

  it("becomes corrected by an edit of what was judged, and stays received by one of what was not", async () => {
    const patch = (age: number) => call("PATCH", at, { key, body: { answers: { age } }, headers: { "if-match": "*" } });
    expect((await patch(30)).body.review).toEqual({ state: "received" });
    await review("flagged");
    expect((await patch(31)).body.review).toEqual({ state: "corrected" });
    await review("approved");
    expect((await patch(32)).body.review).toEqual({ state: "corrected" });
    const states = (await history()).items.map(({ state }: { state: string }) => state);
    expect(states).toEqual(["flagged", "corrected", "approved", "corrected"]);
    const page = await history("?limit=3");
    expect((await history(`?limit=3&cursor=${page.next}`)).items).toMatchObject([{ revision: 6 }]);
  });

  it("keeps what a repeat of the first submission is answered, after a later version", async () => {
    const own = await newForm(key);
    const headers = { "idempotency-key": "k" };
    const first = await submit(own, { name: "Mira" }, { headers });
    at = `/v1/forms/${own}/responses/${first.body.id}`;
    await review("flagged");
    const body = { title: "Visit", questions: [{ ref: "name", type: "short_text", title: "Full name" }] };
    await call("POST", `/v1/forms/${own}/versions`, { key, body });
    await call("PATCH", at, { key, body: { answers: { name: "Mira K" } }, headers: { "if-match": "*" } });
    expect((await submit(own, { name: "Mira" }, { headers })).body).toEqual(first.body);
  });

  it("heeds If-Match, needs the scope, and refuses what is no review", async () => {
    await review("flagged");
    const stale = await review("approved", undefined, { "if-match": '"1"' });
    expect([stale.status, stale.headers.get("etag")]).toEqual([412, '"2"']);
    expect((await review("approved", undefined, { "if-match": '"2"' })).status).toBe(200);
    expect((await review("splendid")).status).toBe(422);
    expect((await review("flagged", "x".repeat(5_001))).status).toBe(422);
    const reader = await call("POST", "/v1/keys", { key, body: { name: "Reader", scopes: ["responses:read"] } });
    const asReader = await call("POST", `${at}/review`, { key: reader.body.key, body: { state: "flagged" } });
    expect(asReader.status).toBe(403);
  });

  it("loses its comments when the response is erased, and can't be made of a tombstone", async () => {
    await review("flagged", "Asha told me her Secret.");
    await call("DELETE", at, { key });
    expect((await history()).items).toMatchObject([{ state: "flagged", comment: null }]);
    expect(JSON.stringify(await everywhere("SELECT * FROM revisions"))).not.toContain("Secret");
    expect((await review("approved")).body.code).toBe("conflict");
  });
});

describe("the cost of a change, in rows written", () => {
  /** The entry in the audit log and its two indexes. */
  const AUDIT = 3;
  const written = async (work: () => Promise<unknown>) => {
    const meter = countRows();
    await work();
    return meter.stop().written;
  };
  const patch = (answers: unknown) => call("PATCH", at, { key, body: { answers }, headers: { "if-match": "*" } });

  it("is that of docs/data-model.md", async () => {
    expect(await written(() => patch({ age: 30 }))).toBe(3 + AUDIT);
    expect(await written(() => patch({ age: 30 }))).toBe(0);
    expect(await written(() => review("flagged"))).toBe(4 + 1 + AUDIT);
    expect(await written(() => review("approved"))).toBe(4 + AUDIT);
    expect(await written(() => review("approved", "Well done."))).toBe(4 + AUDIT);
    expect(await written(() => patch({ age: 31 }))).toBe(4 + AUDIT);
    id = (await submit(form, { name: "Mira" })).body.id;
    const erase = () => call("DELETE", `/v1/forms/${form}/responses/${id}`, { key });
    expect([await written(erase), await written(erase)]).toEqual([3 + AUDIT, AUDIT]);
    const indexed = await newForm(key, { questions: QUESTIONS.map((question) => ({ ...question, indexed: true })) });
    const made = await submit(indexed, { name: "Asha", age: 30 });
    at = `/v1/forms/${indexed}/responses/${made.body.id}`;
    expect(await written(() => advanceIndexes(env.DB))).toBe(4 + 2);
    expect(await written(() => patch({ age: 31 }))).toBe(3 + 4 + AUDIT);
  });
});

describe("a list by review", () => {
  const list = async (state: string) =>
    (await call("GET", `/v1/forms/${form}/responses?review=${state}`, { key })).body.items as { id: string }[];

  it("finds those in a state, newest first, without tombstones", async () => {
    form = await newForm(key);
    const ids: string[] = [];
    for (const name of ["a", "b", "c", "d"]) {
      id = (await submit(form, { name })).body.id;
      at = `/v1/forms/${form}/responses/${id}`;
      ids.unshift(id);
      if (name !== "b") await review("flagged");
    }
    await call("DELETE", at, { key });
    expect((await list("flagged")).map((response) => response.id)).toEqual([ids[1], ids[3]]);
    expect((await list("received")).map((response) => response.id)).toEqual([ids[2]]);
    expect(await list("approved")).toEqual([]);
    const wrong = await call("GET", `/v1/forms/${form}/responses?review=good`, { key });
    expect([wrong.status, wrong.body.detail]).toEqual([400, expect.stringContaining("flagged")]);
  });
});
