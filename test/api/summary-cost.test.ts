/** What a summary costs: rows written for a response, rows read for a summary, whatever the size of the form. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { catchUp } from "../support/indexes";
import { countRows } from "../support/meter";

const choices = (n: number) => Array.from({ length: n }, (_, i) => ({ id: `choice-${i}`, label: `Choice ${i}` }));
const FORM = {
  questions: [
    { ref: "name", type: "short_text", title: "Name" },
    { ref: "city", type: "dropdown", title: "City", choices: choices(4) },
    { ref: "rating", type: "rating", title: "Rating" },
    { ref: "income", type: "number", title: "Income" },
  ],
};

let key = "";
let form = "";
const add = () => call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind: "summary", config: {} } });
beforeEach(async () => {
  key = await newWorkspace();
  form = await newForm(key, FORM);
  await add();
});

const answers = (n: number) => ({
  name: `Person ${n % 10}`,
  city: `choice-${n % 4}`,
  rating: (n % 5) + 1,
  income: 500 + 12.5 * (n % 20),
});

async function submitMany(from: number, count: number): Promise<void> {
  const responses = Array.from({ length: count }, (_, i) => ({ answers: answers(from + i) }));
  const { status } = await call("POST", `/v1/forms/${form}/responses/batch`, { key, body: { responses } });
  expect(status).toBe(207);
}

/** Rows that SEARCH_DB reads and writes meanwhile. */
async function cost(work: () => Promise<unknown>) {
  const meter = countRows(env.TEST_SEARCH_DB);
  await work();
  return meter.stop();
}

const readSummary = async () => {
  const { status, body } = await call("GET", `/v1/forms/${form}/summary`, { key });
  expect(status).toBe(200);
  return body;
};

/** How many counts there are. */
async function countsKept(): Promise<number> {
  const row = await env.TEST_SEARCH_DB.prepare("SELECT count(*) AS n FROM counts").first<{ n: number }>();
  return row?.n ?? 0;
}

it("is read as its own rows, ten times as many responses or not, and written a row for a response and for a count", async () => {
  await submitMany(0, 200);
  await catchUp(form);
  const [small, few] = [await cost(readSummary), await countsKept()];
  for (let from = 200; from < 2_000; from += 450) await submitMany(from, 450);
  await catchUp(form);
  const [large, many] = [await cost(readSummary), await countsKept()];
  expect((await readSummary()).total).toBe(2_000);
  expect([small, large]).toEqual([
    { read: few, written: 0 },
    { read: many, written: 0 },
  ]);
  // An hour that began meanwhile is a row, and perhaps a day.
  expect(many - few).toBeLessThanOrEqual(2);

  await submit(form, answers(0));
  const one = await cost(() => catchUp(form));
  // The fence, twice the same; the contribution; day, hour, state and version; an answer each; length, choice and
  // rating; of the income its bucket, without a rest.
  expect(one.written).toBe(1 + 1 + 4 + 4 + 3 + 1);
  await submitMany(0, 200);
  const page = await cost(() => catchUp(form));
  expect((page.written - 200) / 200).toBeLessThan(0.5);
});

it("takes a response that picks more choices than a contribution has room for, and counts all its answers", async () => {
  const list = choices(500);
  form = await newForm(key, {
    questions: Array.from({ length: 25 }, (_, i) => {
      return { ref: `question_${String(i).padStart(2, "0")}`, type: "multiple_choice", title: "Pick", choices: list };
    }),
  });
  await add();
  const all = Object.fromEntries(
    Array.from({ length: 25 }, (_, i) => [`question_${String(i).padStart(2, "0")}`, list.map(({ id }) => id)]),
  );
  expect((await submit(form, all)).status).toBe(201);
  await catchUp(form);
  const { total, questions } = await readSummary();
  expect(total).toBe(1);
  expect(questions.map(({ answered }: { answered: number }) => answered)).toEqual(questions.map(() => 1));
  expect(questions.at(0).choices.at(-1).count).toBe(1);
  // The last ones found no room.
  expect(questions.at(-1).choices.at(-1).count).toBe(0);
});
