/**
 * Whatever people do with their responses, and in whatever order it is indexed, the summary is that of what there is
 * now.
 */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import type { Answers } from "../../src/core/response";
import type { ReviewState } from "../../src/core/review";
import type { QuestionSummary, Summary } from "../../src/core/summary";
import { summary } from "../../src/integrations/summary/index";
import { editResponse } from "../../src/services/edit";
import { askFormIndex } from "../../src/services/index-query";
import { replayIntegration } from "../../src/services/integration-replay";
import { eraseResponse } from "../../src/services/responses";
import { reviewResponse } from "../../src/services/review";
import { strayCounts } from "../contracts/index.provider";
import { gatedD1 } from "../support/gated-d1";
import { useDatabases } from "../support/indexes";
import { rowsOfIndexes, takingTurns } from "../support/search-databases";
import { createWorld, type World } from "../support/world";

const choices = ["rice", "wheat", "maize"].map((id) => ({ id, label: id }));
const definition = {
  title: "Farm",
  questions: [
    { ref: "crops", type: "multiple_choice" as const, title: "Crops", choices },
    { ref: "again", type: "yes_no" as const, title: "Again?" },
    { ref: "rating", type: "rating" as const, title: "How was it?" },
    { ref: "income", type: "number" as const, title: "Income" },
    { ref: "note", type: "short_text" as const, title: "Note" },
    { ref: "visit", type: "date" as const, title: "Visit" },
    { ref: "at", type: "time" as const, title: "At" },
  ],
};

const cents = fc.integer({ min: -1_000_000, max: 100_000_000 }).map((n) => n / 100);
const answers = fc.record(
  {
    crops: fc.subarray(["rice", "wheat", "maize"], { minLength: 1 }),
    again: fc.boolean(),
    rating: fc.integer({ min: 1, max: 5 }),
    income: fc.oneof(cents, fc.integer({ min: 0, max: 99 })),
    note: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 60 }),
    visit: fc.constantFrom("1899-12-31", "2026-10-31", "2026-11-01", "2026-11-30"),
    at: fc.constantFrom("00:00", "09:30", "09:59", "23:59"),
  },
  { requiredKeys: [] },
);

/** `of` chooses among the responses that there are. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("submit" as const), answers }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("edit" as const), of: fc.nat(), answers }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("review" as const), of: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("erase" as const), of: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ do: "replay" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "index" as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Kept {
  readonly answers: Answers;
  readonly review: ReviewState;
}

/** What there is to be, by id; null: erased. */
type Model = Map<string, Kept | null>;

async function take(world: World, model: Model, one: Step): Promise<void> {
  const { ctx, workspace, named } = world;
  if (one.do === "index") return world.run();
  if (one.do === "replay") return void (await replayIntegration(ctx, workspace, { ...named, from: "beginning" }));
  if (one.do === "submit") {
    const [id = ""] = await world.submit(one.answers);
    model.set(id, { answers: one.answers, review: "received" });
    return;
  }
  const there = [...model].filter(([, kept]) => kept !== null);
  const [id, kept] = there[one.of % Math.max(1, there.length)] ?? [];
  if (id === undefined || !kept) return;
  const at = { form: world.form, response: id, precondition: "any" } as const;
  if (one.do === "erase") {
    await eraseResponse(ctx, workspace, at);
    model.set(id, null);
  } else if (one.do === "review") {
    await reviewResponse(ctx, workspace, { ...at, state: "approved" });
    model.set(id, { ...kept, review: "approved" });
  } else {
    // All other answers are taken away.
    const patch = Object.fromEntries(definition.questions.map(({ ref }) => [ref, null]));
    const { answers: edited, review } = await editResponse(ctx, workspace, {
      ...at,
      answers: { ...patch, ...one.answers },
    });
    model.set(id, { answers: edited, review: review.state });
  }
}

/** The values of a list with how often each is there, in order. */
const tally = (values: readonly (string | number)[]): [string | number, number][] =>
  [...new Set(values)]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((value) => [value, values.filter((one) => one === value).length]);

/** The same figures, made of all responses in the plainest way. */
function plainly(model: Model) {
  const kept = [...model.values()].filter((one) => one !== null);
  const of = <T>(ref: string) => kept.flatMap(({ answers: a }) => (a[ref] === undefined ? [] : [a[ref] as T]));
  const incomes = of<number>("income");
  const mean = incomes.reduce((sum, n) => sum + n, 0) / incomes.length;
  return {
    total: kept.length,
    erased: model.size - kept.length,
    review: tally(kept.map(({ review }) => review)),
    answered: definition.questions.map(({ ref }) => [ref, of(ref).length]),
    crops: tally(of<string[]>("crops").flat()),
    picked: tally(of<string[]>("crops").map(({ length }) => length)),
    again: tally(of<boolean>("again").map(String)),
    rating: tally(of<number>("rating")),
    histogram: tally(incomes.map((n) => Number(n.toPrecision(2)))),
    mean: incomes.length === 0 ? null : mean,
    deviation:
      incomes.length === 0 ? null : Math.sqrt(incomes.reduce((sum, n) => sum + (n - mean) ** 2, 0) / incomes.length),
    short: of<string>("note").filter(({ length }) => length <= 10).length,
    months: tally(of<string>("visit").map((day) => (day < "1900" ? "" : day.slice(0, 7)))),
    hours: tally(of<string>("at").map((time) => Number(time.slice(0, 2)))),
  };
}

/** A summary in the same form. */
function asPlain({ total, erased, review, questions }: Summary): ReturnType<typeof plainly> {
  const of = (ref: string) => questions.find((one) => one.ref === ref) as QuestionSummary;
  const counted = <T extends { count: number }>(rows: readonly T[] | undefined, key: (row: T) => string | number) =>
    (rows ?? []).filter(({ count }) => count > 0).map((row): [string | number, number] => [key(row), row.count]);
  const sorted = (rows: [string | number, number][]) => rows.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { mean = null, standardDeviation: deviation = null, histogram } = of("income").numbers ?? {};
  return {
    total,
    erased,
    review: sorted(counted(review, ({ state }) => state)),
    answered: questions.map(({ ref, answered }) => [ref, answered]),
    crops: sorted(counted(of("crops").choices, ({ id }) => id)),
    picked: counted(of("crops").picked, (row) => row.choices),
    again: sorted(counted(of("again").choices, ({ id }) => id)),
    rating: counted(of("rating").numbers?.histogram, ({ value }) => value),
    histogram: counted(histogram, ({ value }) => value),
    mean,
    deviation,
    short: of("note").lengths?.find(({ from }) => from === 1)?.count ?? 0,
    months: counted(of("visit").months, ({ month }) => month ?? ""),
    hours: counted(of("at").hours, ({ hour }) => hour),
  };
}

/** Equal, but for the last digits of what is computed in floating point. */
function compare({ mean, deviation, ...found }: ReturnType<typeof plainly>, expected: ReturnType<typeof plainly>) {
  const { mean: plainMean, deviation: plainDeviation, ...others } = expected;
  expect(found).toEqual(others);
  const near = (a: number | null, b: number | null) =>
    a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b)));
  expect([near(mean, plainMean), near(deviation, plainDeviation)]).toEqual([true, true]);
}

/** Whether a database was asked to change more than a fence. */
async function runWrites(world: World): Promise<boolean> {
  let writes = false;
  const { index, furtherIndexes = [] } = world.engine();
  const watched = [index as D1Database, ...furtherIndexes].map((db) =>
    gatedD1(db, (run, { sql }) => {
      writes ||= sql.some((text) => text.includes("INTO contributions"));
      return run();
    }),
  );
  await world.run({ index: watched[0], furtherIndexes: watched.slice(1) });
  return writes;
}

const one = () => ({ index: env.TEST_SEARCH_DB, furtherIndexes: [] });

afterEach(() => useDatabases(null));

it.each([
  ["one database", one, 12],
  ["three databases, of which each page finds room in another one", takingTurns, 12],
] as const)(
  "in %s is the same as one made of all responses in the plainest way",
  { timeout: 240_000 },
  async (_, open, numRuns) => {
    const spread = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30, size: "max" }), async (steps) => {
        const clock = { now: Date.now() };
        const fetch = () => Promise.reject(new Error("an index calls nobody"));
        const { index, furtherIndexes } = open();
        useDatabases({ index, furtherIndexes });
        const bound = { index: () => index, furtherIndexes };
        const world = await createWorld({
          kind: summary,
          config: {},
          definition,
          fetch,
          ...bound,
          settings: {},
          clock,
        });
        const model: Model = new Map();
        for (const one of steps) await take(world, model, one);
        await world.run();
        const read = { form: world.form, kind: "summary", name: "summary", parameters: {} };
        const before = await askFormIndex<Summary>(world.ctx, world.workspace, read);
        compare(asPlain(before), plainly(model));
        expect(await strayCounts(world.no)).toEqual([]);
        const kept = await rowsOfIndexes<{ position: number }>(
          "SELECT position FROM contributions WHERE integration = ?",
          world.no,
        );
        expect(kept).toHaveLength(model.size);
        for (const { database } of kept) spread.add(database);
        for (let again = 0; again < 2; again += 1) {
          await replayIntegration(world.ctx, world.workspace, { ...world.named, from: "beginning" });
          expect(await runWrites(world)).toBe(false);
        }
        expect(await askFormIndex<Summary>(world.ctx, world.workspace, read)).toEqual(before);
      }),
      { numRuns, endOnFailure: true },
    );
    expect(spread.size).toBe(open === one ? 1 : 3);
  },
);
