import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseResponseId } from "../../src/core/ids";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { countRows } from "../support/meter";
import { BROKEN, FLAG, GOOD, RULED } from "../support/rules";

let key = "";
let form = "";
let at = "";
beforeAll(async () => {
  key = await newWorkspace();
});
beforeEach(async () => {
  form = await newForm(key, RULED);
});

async function given(answers: unknown): Promise<string> {
  const { body } = await submit(form, answers);
  at = `/v1/forms/${form}/responses/${body.id}`;
  return body.id;
}
const edit = (answers: unknown, headers: Record<string, string> = {}) =>
  call("PATCH", at, { key, body: { answers }, headers: { "if-match": "*", ...headers } });
const review = (state: string) => call("POST", `${at}/review`, { key, body: { state } });
const get = async () => (await call("GET", at, { key })).body;
const listed = async (what: "revisions" | "review", query = "") =>
  (await call("GET", `${at}/${what}${query}`, { key })).body;

describe("an edit", () => {
  it("that mends what was flagged closes the review by itself", async () => {
    await given(BROKEN);
    const mended = await edit({ monthly_savings: 50 });
    expect(mended.body).toMatchObject({ revision: 2, flags: [], review: { state: "corrected" } });
    expect(await get()).toEqual(mended.body);
  });

  it("that does not keeps the flag and the review, and the feed is not told again", async () => {
    await given(BROKEN);
    expect((await edit({ monthly_savings: 400 })).body).toMatchObject({ flags: [FLAG], review: { state: "flagged" } });
    expect((await listed("revisions")).items.map(({ event }: { event: string }) => event)).toEqual([
      "created",
      "flagged",
      "updated",
    ]);
  });

  it("that breaks a rule flags what was fine, or was approved", async () => {
    await given(GOOD);
    await review("approved");
    expect((await edit({ monthly_savings: 400 })).body).toMatchObject({
      revision: 3,
      flags: [FLAG],
      review: { state: "flagged" },
    });
  });

  it("that breaks an error rule is refused in the editor's language, and changes nothing", async () => {
    await given(BROKEN);
    const before = await get();
    const refused = await edit({ monthly_income: -5 }, { "accept-language": "hi" });
    expect([refused.status, refused.body.errors]).toMatchObject([
      422,
      [{ question: "monthly_income", rule: "income_not_negative", code: "rule_failed", detail: "आय ऋणात्मक नहीं होती।" }],
    ]);
    expect(await get()).toEqual(before);
  });

  it("is judged by the rules of the newest version, also one that changes no answer", async () => {
    await given(BROKEN);
    const rules = RULED.rules.map((rule) => ({ ...rule, expression: rule.expression.replace("<=", "<= 10 *") }));
    await call("POST", `/v1/forms/${form}/versions`, { key, body: { ...RULED, rules } });
    expect((await edit({ name: BROKEN.name })).body).toMatchObject({
      revision: 2,
      version: 2,
      flags: [],
      review: { state: "corrected" },
    });
    expect((await edit({ name: BROKEN.name })).body.revision).toBe(2);
  });

  it("keeps the flags of an integration, but not of one that was deleted", async () => {
    const id = await given(BROKEN);
    const config = { spreadsheetId: "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq" };
    const made = await call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind: "google-sheets", config } });
    const theirs = { rule: "seen_before", message: "Twice.", questions: [], source: made.body.id };
    const gone = { ...theirs, source: "int_0000000000000000" };
    await env.DB.prepare("UPDATE responses SET flags = ? WHERE id = ?")
      .bind(JSON.stringify([FLAG, theirs, gone]), parseResponseId(id)?.position)
      .run();
    const { body } = await edit({ monthly_savings: 50 });
    expect(body).toMatchObject({ flags: [theirs], review: { state: "flagged" } });
  });
});

describe("the history", () => {
  const by = expect.stringMatching(/^key_/);
  const when = expect.stringMatching(/Z$/);

  it("tells what came flagged, what an edit flagged and mended, page by page", async () => {
    await given(BROKEN);
    await edit({ monthly_savings: 50 });
    await edit({ monthly_savings: 600 });
    const { items } = await listed("revisions");
    const common = { at: when, metadata: {} };
    expect(items).toEqual([
      { ...common, revision: 1, event: "created", by: null, answers: {} },
      {
        ...common,
        revision: 1,
        event: "flagged",
        by: null,
        answers: {},
        review: { from: "received", to: "flagged" },
        flags: { from: [], to: [FLAG] },
      },
      {
        ...common,
        revision: 2,
        event: "updated",
        by,
        answers: { monthly_savings: { from: 500, to: 50 } },
        review: { from: "flagged", to: "corrected" },
        flags: { from: [FLAG], to: [] },
      },
      {
        ...common,
        revision: 3,
        event: "updated",
        by,
        answers: { monthly_savings: { from: 50, to: 600 } },
        review: { from: "corrected", to: "flagged" },
        flags: { from: [], to: [FLAG] },
      },
      { ...common, revision: 3, event: "flagged", by, answers: {} },
    ]);
    for (const limit of [1, 2, 3]) {
      const seen: unknown[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const page: { items: unknown[]; next: string | null } = await listed(
          "revisions",
          `?limit=${limit}${cursor && `&cursor=${cursor}`}`,
        );
        seen.push(...page.items);
        cursor = page.next;
      }
      expect(seen).toEqual(items);
    }
  });

  it("of reviews begins with the flag that it came with", async () => {
    await given(BROKEN);
    await edit({ monthly_savings: 50 });
    await review("approved");
    expect((await listed("review")).items).toEqual([
      { revision: 1, state: "flagged", comment: null, at: when, by: null },
      { revision: 2, state: "corrected", comment: null, at: when, by },
      { revision: 3, state: "approved", comment: null, at: when, by },
    ]);
  });

  it("holds nothing once the response is erased, and neither does the response", async () => {
    const id = await given(BROKEN);
    await edit({ monthly_savings: 50 });
    await edit({ monthly_savings: 600 });
    await call("DELETE", at, { key });
    expect(await get()).toMatchObject({ flags: [], answers: {} });
    const { items } = await listed("revisions");
    expect(JSON.stringify(items)).not.toContain("savings");
    const sql = "SELECT flags, previous FROM responses r JOIN revisions v ON v.response = r.id WHERE r.id = ?";
    const { results } = await env.DB.prepare(sql).bind(parseResponseId(id)?.position).all();
    expect(results).toEqual(Array.from({ length: 5 }, () => ({ flags: null, previous: null })));
  });
});

it("an edit that flags writes four rows more than another one", async () => {
  /** The entry in the audit log and its two indexes. */
  const AUDIT = 3;
  const written = async (answers: unknown) => {
    const meter = countRows();
    await edit(answers);
    return meter.stop().written;
  };
  await given(GOOD);
  expect(await written({ monthly_savings: 11 })).toBe(3 + AUDIT);
  // The places in the indexes of reviews and collectors, and the second row of the feed with its index.
  expect(await written({ monthly_savings: 800 })).toBe(3 + 2 + 2 + AUDIT);
  expect(await written({ monthly_savings: 700 })).toBe(5 + AUDIT);
});
