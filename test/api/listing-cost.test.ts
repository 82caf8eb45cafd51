import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { segmentStart } from "../../src/core/ids";
import worker from "../../src/worker";
import { call, newForm, newWorkspace, QUESTIONS } from "../support/api";
import { countRows } from "../support/meter";
import { onlyOnOneShard } from "../support/shards";

const START = Date.parse("2026-11-01T00:00:00Z");
const QUESTIONS_INDEXED = QUESTIONS.map((question) =>
  ["age", "city", "name"].includes(question.ref) ? { ...question, indexed: true } : question,
);

interface Form {
  readonly id: string;
  readonly segment: number;
  readonly rows: number;
}

let key = "";
let small: Form;
let large: Form;

/** A form with so many responses, one a second: every 500th is of delhi, ages go round from 0 to 99. */
async function fill(rows: number): Promise<Form> {
  const id = await newForm(key, { questions: QUESTIONS_INDEXED });
  const found = await env.DB.prepare("SELECT no FROM segments WHERE form = ?").bind(id).first<{ no: number }>();
  const segment = found?.no ?? 0;
  for (let from = 1; from <= rows; from += 10_000) {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata)
       SELECT ?3 + i, 'n' || i, 1, 1, ?4 + i * 1000, json_object('name', 'person ' || i, 'age', i % 100,
         'city', CASE WHEN i % 500 = 0 THEN 'delhi' ELSE 'pune' END), '{}' FROM n`,
    )
      .bind(from, Math.min(rows, from + 9_999), segmentStart(segment), START)
      .run();
  }
  return { id, segment, rows };
}

/** Lets the sweeper run until the indexes have come to the end. */
async function index(): Promise<void> {
  for (let sweeps = 0; sweeps < 20; sweeps += 1) {
    const work: Promise<unknown>[] = [];
    const execution = { waitUntil: (one: Promise<unknown>) => void work.push(one), passThroughOnException: () => {} };
    await worker.scheduled?.({} as ScheduledController, env as never, execution as never);
    await Promise.all(work);
  }
}

/** What a list costs in rows read, and what it found. */
async function cost(form: Form, query: string) {
  const path = `/v1/forms/${form.id}/responses?${query}`;
  await call("GET", path, { key });
  const meter = countRows();
  const { body } = await call("GET", path, { key });
  const { read: rows } = meter.stop();
  const ids: number[] = body.items.map((item: { answers: { name: string } }) =>
    Number(item.answers.name.split(" ")[1]),
  );
  return { rows, ids, next: body.next as string | null };
}

beforeAll(async () => {
  key = await newWorkspace();
  small = await fill(1_000);
  large = await fill(100_000);
  await index();
}, 120_000);

const time = (second: number) => new Date(START + second * 1000).toISOString();

describe("a page of a form with 100,000 responses reads no more rows than one of a form with 1,000", () => {
  it.each([
    ["newest first", () => "limit=50", 60],
    ["oldest first", () => "limit=50&order=asc", 60],
    ["since a time", ({ rows }: Form) => `limit=50&since=${time(rows / 2)}`, 180],
    ["newest first since a time", ({ rows }: Form) => `limit=50&order=desc&since=${time(rows / 2)}`, 120],
    ["of an indexed choice", () => "limit=2&filter[city][eq]=delhi", 15],
    ["of an indexed text", () => "limit=2&filter[name][eq]=person%20500", 15],
    ["of an indexed text and something else", () => "limit=2&filter[city][eq]=delhi&filter[age][eq]=0", 20],
  ] as const)("%s", async (_, query, most) => {
    const [few, many] = [await cost(small, query(small)), await cost(large, query(large))];
    expect(few.ids.length).toBeGreaterThan(0);
    expect(many.ids.length).toBe(few.ids.length);
    // Halving a hundred times as many takes seven steps more, of three rows each.
    expect(many.rows).toBeLessThanOrEqual(few.rows + (query(large).includes("since") ? 22 : 1));
    expect(many.rows).toBeLessThanOrEqual(most);
  });

  it("of an indexed choice, the last page, which is short", async () => {
    const { ids, rows, next } = await cost(large, "limit=150&filter[city][eq]=delhi");
    expect(ids).toHaveLength(150);
    const last = await cost(large, `limit=150&filter[city][eq]=delhi&cursor=${next}`);
    expect([last.ids.length, last.next]).toEqual([50, null]);
    for (const page of [{ ids, rows }, last]) expect(page.rows).toBeLessThanOrEqual(3 * page.ids.length);
  });

  it("by review", async () => {
    for (const { segment } of [small, large]) {
      await env.DB.prepare("UPDATE responses SET review = 'flagged' WHERE id IN (?1 + 10, ?1 + 20, ?1 + 30)")
        .bind(segmentStart(segment))
        .run();
    }
    const query = "limit=2&review=flagged";
    const [few, many] = [await cost(small, query), await cost(large, query)];
    expect([few.ids, many.ids]).toEqual([
      [30, 20],
      [30, 20],
    ]);
    expect(many.rows).toBeLessThanOrEqual(few.rows + 1);
    expect(many.rows).toBeLessThanOrEqual(12);
    const last = await cost(large, `${query}&cursor=${many.next}`);
    expect([last.ids, last.next]).toEqual([[10], null]);
  });
});

describe("a time", () => {
  it("finds exactly what was received from then on, in either order", async () => {
    const from = `since=${time(99_990)}`;
    const last = Array.from({ length: 11 }, (_, i) => 99_990 + i);
    expect((await cost(large, from)).ids).toEqual(last);
    expect((await cost(large, `${from}&order=desc`)).ids).toEqual(last.toReversed());
    expect((await cost(large, `since=${time(0)}&limit=3`)).ids).toEqual([1, 2, 3]);
    expect(await cost(large, `since=${time(100_001)}`)).toMatchObject({ ids: [], next: null });
    const first = await cost(large, `${from}&limit=6`);
    expect((await cost(large, `${from}&limit=6&cursor=${first.next}`)).ids).toEqual(last.slice(6));
  });

  onlyOnOneShard("fills one segment by SQL").it(
    "is not led astray by responses that waited in the spool, and by clocks that differ",
    async () => {
      const { id, segment } = await fill(1_000);
      const set = (i: number, received: number, stored: number | null) =>
        env.DB.prepare("UPDATE responses SET received_at = ?, stored_at = ? WHERE id = ?")
          .bind(START + received * 1000, stored === null ? null : START + stored * 1000, segmentStart(segment) + i)
          .run();
      for (let i = 500; i < 700; i += 1) await set(i, 1, i);
      // A colo whose clock is half a minute behind.
      for (let i = 705; i < 720; i += 1) await set(i, i - 30, null);
      const { ids } = await cost({ id, segment, rows: 1_000 }, `since=${time(690)}&limit=500`);
      const expected = Array.from({ length: 311 }, (_, i) => 690 + i).filter((i) => i < 705 || i >= 720);
      expect(ids).toEqual(expected);
    },
  );
});

describe("a filter that no index helps", () => {
  it("looks at 5,000 responses at most, and goes on where it stopped, in either order", async () => {
    for (const order of ["asc", "desc"]) {
      const found: number[] = [];
      let pages = 0;
      for (let cursor = ""; ; pages += 1) {
        const query = `order=${order}&limit=500&filter[name][contains]=n%20250${cursor && `&cursor=${cursor}`}`;
        const page = await cost(large, query);
        expect(page.rows).toBeLessThanOrEqual(5_020);
        found.push(...page.ids);
        if (page.next === null) break;
        cursor = page.next;
      }
      const expected = [
        250,
        ...Array.from({ length: 10 }, (_, i) => 2500 + i),
        ...Array.from({ length: 100 }, (_, i) => 25_000 + i),
      ];
      expect(found).toEqual(order === "asc" ? expected : expected.toReversed());
      expect(pages).toBe(19);
    }
  }, 60_000);
});

describe("an indexed range", () => {
  it("that holds few is found through the index", async () => {
    for (const condition of ["filter[name][startswith]=person%209999", "filter[name][in]=person%2099990,person%207"]) {
      const { ids, rows, next } = await cost(large, condition);
      expect(ids).toEqual(
        condition.includes("in]") ? [99_990, 7] : [...Array.from({ length: 10 }, (_, i) => 99_999 - i), 9999],
      );
      expect(rows).toBeLessThan(60);
      expect(next).toBeNull();
    }
  });

  it("that holds many is looked for in the log, within the limit", async () => {
    const { ids, rows } = await cost(large, "filter[age][ge]=50&limit=50");
    expect(ids.slice(0, 2)).toEqual([99_999, 99_998]);
    expect(ids).toHaveLength(50);
    expect(rows).toBeLessThan(5_200);
  });
});
