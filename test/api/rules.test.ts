import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseResponseId, SEGMENT_SIZE, segmentOf } from "../../src/core/ids";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { countRows } from "../support/meter";
import { BROKEN, FLAG, GOOD, REFUSED, RULED } from "../support/rules";
import { onlyOnOneShard } from "../support/shards";
import { countTrips } from "../support/trips";

let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace();
});
beforeEach(async () => {
  form = await newForm(key, RULED);
});

const CORRECTION = {
  url: expect.stringMatching(/^http:\/\/formlog\.test\/f\/form_\w+\/corrections\/corr_[A-Za-z0-9._-]+$/),
  expiresAt: expect.stringMatching(/Z$/),
};
const hindi = { "accept-language": "hi-IN,hi;q=0.9,en;q=0.5" };
const get = async (id: string) => (await call("GET", `/v1/forms/${form}/responses/${id}`, { key })).body;
const feedOf = async (id: string) => {
  const position = parseResponseId(id)?.position;
  const sql = "SELECT event, revision, previous, review, author FROM revisions WHERE response = ? ORDER BY id";
  return (await env.DB.prepare(sql).bind(position).all()).results;
};

describe("publishing", () => {
  it("refuses rules with mistakes, each with its place, and a draft tells them", async () => {
    const rules = [
      { name: "a", severity: "flag", expression: "monthly_savings <= salary", message: "m" },
      { name: "a", severity: "flag", expression: "monthly_savings + 1", message: "m", questions: ["nobody"] },
    ];
    const definition = { ...RULED, rules, translations: { hi: { rules: { b: "x" } } } };
    const errors = [
      { pointer: "/translations/hi/rules/b", code: "custom", detail: "the form has no rule b" },
      {
        pointer: "/rules/0/expression",
        code: "invalid_expression",
        detail: "Unknown variable: salary (at character 20).",
      },
      { pointer: "/rules/1/name", code: "custom", detail: "is used twice" },
      { pointer: "/rules/1/questions/0", code: "custom", detail: "the form has no question nobody" },
      { pointer: "/rules/1/expression", code: "wrong_result", detail: expect.stringContaining("true or false") },
    ];
    const refused = await call("POST", `/v1/forms/${form}/versions`, { key, body: definition });
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toEqual(errors.map((one) => ({ severity: "error", ...one })));
    const draft = await call("PUT", `/v1/forms/${form}/draft`, { key, body: definition });
    expect(draft.body.problems).toEqual(errors);
  });

  it("keeps them with their version, and the difference of two versions names them", async () => {
    const read = await call("GET", `/v1/forms/${form}/versions/1`, { key });
    expect(read.body).toMatchObject({ rules: RULED.rules, translations: RULED.translations });
    const { rules: _, translations: __, ...bare } = RULED;
    await call("POST", `/v1/forms/${form}/versions`, { key, body: bare });
    const { body } = await call("GET", `/v1/forms/${form}/versions/2/diff`, { key });
    expect(Object.keys(body.form).toSorted()).toEqual(["rules", "translations"]);
    expect((await submit(form, BROKEN)).body.flags).toEqual([]);
  });
});

describe("an error rule", () => {
  it("refuses with its name, an entry for each question, and in the sender's language", async () => {
    const refused = await submit(form, REFUSED);
    expect([refused.status, refused.body.code]).toEqual([422, "invalid_answers"]);
    const one = {
      severity: "error",
      pointer: "/answers/monthly_income",
      question: "monthly_income",
      rule: "income_not_negative",
      code: "rule_failed",
      detail: "An income is not negative.",
    };
    expect(refused.body.errors).toEqual([one]);
    const inHindi = await submit(form, REFUSED, { headers: hindi });
    expect(inHindi.body.errors).toEqual([{ ...one, detail: "आय ऋणात्मक नहीं होती।" }]);
    expect((await call("GET", `/v1/forms/${form}/responses`, { key })).body.items).toEqual([]);
  });
});

describe("a flag rule", () => {
  it("lets through what keeps it, and what can't be judged", async () => {
    for (const answers of [GOOD, { name: "Asha", monthly_savings: 5 }]) {
      const { status, body } = await submit(form, answers);
      expect([status, body.flags, body.correction]).toEqual([201, [], undefined]);
      expect(await get(body.id)).toMatchObject({ flags: [], review: { state: "received" } });
      expect(await feedOf(body.id)).toEqual([]);
    }
  });

  it("stores what breaks it, says so with a link, and opens a review; the feed is told, the revision stays", async () => {
    const { status, body, headers } = await submit(form, BROKEN);
    expect([status, headers.get("etag")]).toEqual([201, '"1"']);
    expect(body).toMatchObject({ revision: 1, version: 1, flags: [FLAG], correction: CORRECTION });
    expect(Date.parse(body.correction.expiresAt) - Date.parse(body.receivedAt)).toBe(14 * 86_400_000);
    expect(await get(body.id)).toMatchObject({ revision: 1, flags: [FLAG], review: { state: "flagged" } });
    expect(await feedOf(body.id)).toEqual([
      { event: "flagged", revision: 1, previous: null, review: "flagged", author: null },
    ]);
    const list = await call("GET", `/v1/forms/${form}/responses?review=flagged`, { key });
    expect(list.body.items).toEqual([await get(body.id)]);
  });

  it("speaks the sender's language, and is stored in the form's", async () => {
    const { body } = await submit(form, BROKEN, { headers: hindi });
    expect(body.flags).toEqual([{ ...FLAG, message: "बचत आय से अधिक है।" }]);
    expect((await get(body.id)).flags).toEqual([FLAG]);
  });

  it("judges each item of a batch by itself", async () => {
    const responses = [{ answers: GOOD }, { answers: BROKEN }, { answers: REFUSED }, { answers: BROKEN }];
    const { body } = await call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
    expect(body.items).toMatchObject([
      { status: 201, flags: [] },
      { status: 201, flags: [FLAG], correction: CORRECTION },
      { status: 422, error: { errors: [{ rule: "income_not_negative" }] } },
      { status: 201, flags: [FLAG] },
    ]);
    const flagged = [body.items[1].id, body.items[3].id];
    expect(await Promise.all(flagged.map(feedOf))).toMatchObject([[{ event: "flagged" }], [{ event: "flagged" }]]);
    expect(await feedOf(body.items[0].id)).toEqual([]);
    const { results } = await env.DB.prepare("SELECT id & ? AS seq FROM revisions WHERE id >> 33 = ? ORDER BY id")
      .bind(SEGMENT_SIZE - 1, segmentOf(parseResponseId(body.items[0].id)?.position ?? 0))
      .all();
    expect(results.map(({ seq }) => seq)).toEqual([1, 2]);
  });
});

describe("a repeat with the same Idempotency-Key", () => {
  it("is answered as at first, though the response was corrected and its rule is another by then", async () => {
    const headers = { "idempotency-key": "visit-1" };
    const first = await submit(form, BROKEN, { headers });
    const repeat = async (more: Record<string, string> = {}) => {
      const { body, headers: given } = await submit(form, BROKEN, { headers: { ...headers, ...more } });
      expect(given.get("idempotent-replayed")).toBe("true");
      return body;
    };
    expect(await repeat()).toEqual(first.body);
    const at = `/v1/forms/${form}/responses/${first.body.id}`;
    const patch = { key, headers: { "if-match": "*" }, body: { answers: { monthly_savings: 1 } } };
    expect((await call("PATCH", at, patch)).body.flags).toEqual([]);
    expect(await repeat()).toEqual(first.body);
    const rules = RULED.rules.map((rule) => ({ ...rule, message: "Another text." }));
    await call("POST", `/v1/forms/${form}/versions`, { key, body: { ...RULED, rules } });
    expect(await repeat()).toEqual(first.body);
    expect((await repeat(hindi)).flags).toEqual([{ ...FLAG, message: "बचत आय से अधिक है।" }]);
  });

  it("of what was fine stays fine after it was flagged", async () => {
    const headers = { "idempotency-key": "visit-2" };
    const first = await submit(form, GOOD, { headers });
    const at = `/v1/forms/${form}/responses/${first.body.id}`;
    await call("PATCH", at, { key, headers: { "if-match": "*" }, body: { answers: { monthly_savings: 900 } } });
    expect((await submit(form, GOOD, { headers })).body).toEqual(first.body);
    const items = [{ answers: GOOD, idempotencyKey: "visit-2" }];
    const batch = await call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses: items } });
    expect(batch.body.items[0]).toMatchObject({ status: 201, replayed: true, flags: [] });
  });
});

onlyOnOneShard("a form that goes on elsewhere after each response costs more").describe("what it costs", () => {
  /** Rows written and round trips of a warm submission. */
  const cost = async (answers: unknown, headers: Record<string, string> = {}) => {
    const meter = countRows();
    await submit(form, answers, { headers });
    const { written } = meter.stop();
    const trips = countTrips();
    const again = Object.keys(headers).length > 0 ? { "idempotency-key": "another" } : headers;
    await submit(form, answers, { headers: again });
    return { written, trips: trips.stop() };
  };

  it("a response without flags writes one row, one with flags four more, both in one round trip", async () => {
    await submit(form, GOOD);
    expect(await cost(GOOD)).toEqual({ written: 1, trips: 1 });
    // Its places in the index of reviews and in that of collectors, the row of the feed, and that row's index.
    expect(await cost(BROKEN)).toEqual({ written: 5, trips: 1 });
    expect(await cost(BROKEN, { "idempotency-key": "k" })).toEqual({ written: 6, trips: 1 });
    const { body } = await call("POST", `/v1/forms/${form}/links`, { key, body: { name: "Asha" } });
    const link = { "formlog-link": new URL(body.url).searchParams.get("link") ?? "" };
    await submit(form, GOOD, { headers: link });
    // And its place in that of the link's inbox.
    expect((await cost(BROKEN, link)).written).toBe(6);
  });

  it("reads as much whatever the length of the log", async () => {
    const read = async () => {
      const meter = countRows();
      await submit(form, BROKEN);
      return meter.stop().read;
    };
    await submit(form, BROKEN);
    const few = await read();
    const responses = Array.from({ length: 500 }, () => ({ answers: BROKEN }));
    await call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
    expect(await read()).toBeLessThanOrEqual(few + 3);
  });
});

describe("the export", () => {
  const csv = async (query = "") => (await call("GET", `/v1/forms/${form}/export.csv?bom=false${query}`, { key })).body;

  it("has the names of the rules in a column where the form has rules, and the flags in NDJSON", async () => {
    await submit(form, GOOD);
    await submit(form, BROKEN);
    const [header, good, broken] = (await csv("&header=ref")).trim().split("\r\n");
    expect(header).toMatch(/,monthly_savings,_flags$/);
    expect([good, broken]).toEqual([
      expect.stringMatching(/,10,$/),
      expect.stringMatching(/,500,savings_within_income$/),
    ]);
    expect(await csv("&header=title&flags=false")).not.toContain("Flags");
    const lines = (await call("GET", `/v1/forms/${form}/export.ndjson`, { key })).body.trim().split("\n");
    expect(lines.map((line: string) => JSON.parse(line).flags)).toEqual([[], [FLAG]]);
  });

  it("has the column elsewhere on demand", async () => {
    form = await newForm(key);
    expect(await csv()).not.toContain("Flags");
    expect(await csv("&flags=true&metadata=true")).toMatch(/,Flags,Metadata\r\n$/);
  });
});
