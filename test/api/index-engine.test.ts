/** What every index has from the engine: exactly once whatever happens, with the kind summary as the example. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { summary } from "../../src/integrations/summary/index";
import { editResponse } from "../../src/services/edit";
import { resumeIntegration } from "../../src/services/integration-control";
import { replayIntegration } from "../../src/services/integration-replay";
import { updateIntegration } from "../../src/services/integrations";
import { eraseResponse } from "../../src/services/responses";
import { strayCounts } from "../contracts/index.provider";
import { type D1Gate, gatedD1 } from "../support/gated-d1";
import { onlyOnOneShard } from "../support/shards";
import { type Clock, createWorld, type World } from "../support/world";

const search = env.TEST_SEARCH_DB;
const city = (id: string) => ({ id, label: id });
const definition = {
  title: "Visit",
  questions: [
    { ref: "name", type: "short_text" as const, title: "Name" },
    { ref: "city", type: "dropdown" as const, title: "City", choices: ["pune", "delhi"].map(city) },
  ],
};

let world: World;
let clock: Clock;
async function begin(filter?: string): Promise<void> {
  clock = { now: Date.now() };
  const fetch = () => Promise.reject(new Error("an index calls nobody"));
  const index = () => search;
  world = await createWorld({
    kind: summary,
    config: {},
    definition,
    fetch,
    index,
    settings: {},
    clock,
    ...(filter !== undefined && { filter }),
  });
}
beforeEach(() => begin());

/** Responses by city, of those that are in the index. */
async function cities(): Promise<Record<string, number>> {
  expect(await strayCounts(world.no)).toEqual([]);
  const { results } = await search
    .prepare("SELECT key, n FROM counts WHERE integration = ? AND facet = 'choice' ORDER BY key")
    .bind(world.no)
    .all<{ key: string; n: number }>();
  return Object.fromEntries(results.map(({ key, n }) => [key, n]));
}
const kept = async (): Promise<string[]> => {
  const { results } = await search
    .prepare("SELECT content FROM contributions WHERE integration = ?")
    .bind(world.no)
    .all<{ content: string }>();
  return results.map(({ content }) => content);
};
const at = (response: string) => ({ form: world.form, response });
const move = (response: string, to: string, precondition = [1]) =>
  editResponse(world.ctx, world.workspace, { ...at(response), precondition, answers: { city: to } });
const erase = (response: string, precondition = [1]) =>
  eraseResponse(world.ctx, world.workspace, { ...at(response), precondition });

/** A worker whose n-th call to SEARCH_DB waits until it is let go, or is lost for ever. */
function slowWorker(n: number) {
  const reached = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let calls = 0;
  const gate: D1Gate = async (run) => {
    calls += 1;
    if (calls === n) {
      reached.resolve();
      await release.promise;
    }
    return run();
  };
  const done = world.wakeOnce({ index: gatedD1(search, gate) });
  return { reached: reached.promise, release: release.resolve, done };
}

describe("a holder that comes late", () => {
  it.each([
    [1, "before it looked"],
    [2, "after it looked"],
  ])("changes nothing when it stopped at call %i, %s, and others have gone on", async (n) => {
    const [first, second] = await world.submit({ city: "pune" }, { city: "pune" });
    const slow = slowWorker(n);
    await slow.reached;
    world.outlive();
    await move(String(first), "delhi");
    await erase(String(second));
    await world.run();
    const before = await kept();
    slow.release();
    await slow.done;
    expect(await kept()).toEqual(before);
    expect(await cities()).toEqual({ delhi: 1 });
    expect(await world.view()).toMatchObject({ state: "active", lag: { entries: 0 } });
  });

  it("may have been just in time: what it wrote is taken back and written again", async () => {
    await world.submit({ city: "pune" }, { city: "delhi" });
    const slow = slowWorker(2);
    await slow.reached;
    world.outlive();
    slow.release();
    await slow.done;
    await world.run();
    expect(await cities()).toEqual({ delhi: 1, pune: 1 });
  });

  it("of chosen responses, which mark no page, brings no erased answer back", async () => {
    const [first] = await world.submit({ city: "pune", name: "Asha" });
    await world.run();
    await replayIntegration(world.ctx, world.workspace, { ...world.named, responses: [String(first)] });
    const slow = slowWorker(1);
    await slow.reached;
    world.outlive();
    await erase(String(first));
    await world.run();
    slow.release();
    await slow.done;
    expect(await cities()).toEqual({});
  });
});

describe("an index", () => {
  it("follows edits and erasures, and holds no answer of what is erased", async () => {
    const [first, second] = await world.submit({ city: "pune" }, { city: "delhi" });
    await world.run();
    await move(String(first), "delhi");
    await world.run();
    expect(await cities()).toEqual({ delhi: 2 });
    await erase(String(second));
    await erase(String(first), [2]);
    await world.run();
    expect(await cities()).toEqual({});
    expect((await kept()).join()).not.toMatch(/pune|delhi/);
  });

  it("is the same after a replay, which writes no row", async () => {
    const ids = await world.submit({ city: "pune" }, { city: "delhi" }, { city: "pune" });
    await move(String(ids[0]), "delhi");
    await world.run();
    const before = await kept();
    for (let again = 0; again < 2; again += 1) {
      await replayIntegration(world.ctx, world.workspace, { ...world.named, from: "beginning" });
      const calls: string[] = [];
      await world.run({
        index: gatedD1(search, (run, { sql }) => {
          calls.push(...sql);
          return run();
        }),
      });
      expect(calls.length).toBeGreaterThan(0);
      expect(
        calls.filter((sql) => /INTO (contributions|counts)|UPDATE|DELETE/.test(sql.replace(/DO UPDATE.*/s, ""))),
      ).toEqual([]);
    }
    expect(await kept()).toEqual(before);
    expect(await cities()).toEqual({ delhi: 2, pune: 1 });
  });

  it("holds what its filter lets pass, also after an edit and after another filter", async () => {
    await begin('city == "pune"');
    const [first, second] = await world.submit({ city: "pune" }, { city: "delhi" });
    await world.run();
    expect(await cities()).toEqual({ pune: 1 });
    await move(String(first), "delhi");
    await move(String(second), "pune");
    await world.run();
    expect(await cities()).toEqual({ pune: 1 });
    await updateIntegration(world.ctx, world.workspace, { ...world.named, filter: 'city == "delhi"' });
    await world.run();
    expect(await cities()).toEqual({ delhi: 1 });
    await updateIntegration(world.ctx, world.workspace, { ...world.named, filter: null });
    await world.run();
    expect(await cities()).toEqual({ delhi: 1, pune: 1 });
  });

  onlyOnOneShard("the log of one segment is put back").it(
    "that is ahead of a log that was put back stops, and says what to do",
    async () => {
      await world.submit({ city: "pune" });
      await world.run();
      await search.prepare("UPDATE fences SET epoch = 1000 WHERE integration = ?").bind(world.no).run();
      await world.submit({ city: "delhi" });
      await world.run();
      const { state, lastError } = await world.view();
      expect([state, lastError]).toEqual([
        "blocked",
        expect.stringMatching(/put back to an earlier time: delete this integration/),
      ]);
    },
  );

  it("says when SQLite refuses a statement, as of a bug, and goes on when it is mended", async () => {
    await world.submit({ city: "pune" });
    const broken: D1Gate = async (run, { sql }) => {
      if (sql.length > 2) throw new Error("D1_ERROR: no such column: SQLITE_ERROR");
      return run();
    };
    await world.wakeOnce({ index: gatedD1(search, broken) });
    expect(await world.view()).toMatchObject({
      state: "waiting",
      lastError: expect.stringContaining("own code failed"),
    });
    await resumeIntegration(world.ctx, world.workspace, world.named);
    await world.run();
    expect(await cities()).toEqual({ pune: 1 });
  });

  const FULL = "D1_ERROR: Exceeded maximum DB size";
  const full =
    (refused: RegExp): D1Gate =>
    (run, { sql }) =>
      sql.some((text) => refused.test(text)) ? Promise.reject(new Error(FULL)) : run();

  it.each([
    ["what needs room", /INSERT INTO contributions/],
    ["all that writes", /INSERT|DELETE/],
  ])(
    "whose database is full and refuses %s stops where it is, and goes on by itself once there is room",
    async (_, refused) => {
      const [first] = await world.submit({ city: "pune" }, { city: "delhi" });
      await world.run();
      await world.submit({ city: "pune" });
      await erase(String(first));
      await world.run({ index: gatedD1(search, full(refused)) });
      const stopped = await world.view();
      expect(stopped).toMatchObject({ state: "blocked", lag: { entries: 2 }, parked: 0 });
      expect(stopped.lastError).toMatch(/^A database of indexes is full: D1 takes 10 GB\. Nothing is lost/);
      expect(await cities()).toEqual({ delhi: 1, pune: 1 });
      // It looks again every quarter of an hour, and is told of once, however often that is.
      clock.now += 900_000;
      await world.run({ index: gatedD1(search, full(refused)) });
      expect(await world.view()).toMatchObject({ state: "blocked", lag: { entries: 2 } });
      clock.now += 900_000;
      await world.run();
      expect(await world.view()).toMatchObject({ state: "active", lag: { entries: 0 }, lastError: null });
      expect(await cities()).toEqual({ delhi: 1, pune: 1 });
      expect((await kept()).filter((content) => content.includes("pune"))).toHaveLength(1);
    },
  );

  it("whose database was full goes on at once when it is resumed", async () => {
    await world.submit({ city: "pune" });
    await world.run({ index: gatedD1(search, full(/INSERT/)) });
    await resumeIntegration(world.ctx, world.workspace, world.named);
    await world.run();
    expect(await cities()).toEqual({ pune: 1 });
  });

  it("reads and writes few rows for a page, however much it holds", async () => {
    const people = (count: number) => Array.from({ length: count }, (_, i) => ({ city: i % 2 ? "pune" : "delhi" }));
    await world.submit(...people(300));
    await world.run();
    await world.submit(...people(50));
    const meter = await measure();
    // The fence; 50 contributions; the counts of a day, an hour, a review state, a version, of answers, and of two
    // cities.
    expect(meter).toMatchObject({ trips: 2, written: 1 + 50 + 7 });
    // What json_each yields is counted as read.
    expect(meter.read).toBeLessThan(5 * 50);
  });

  it("finds what an edit takes away without looking at other counts", async () => {
    const [first] = await world.submit({ city: "pune" }, { city: "pune" });
    await world.run();
    const more = Array.from({ length: 5_000 }, (_, i) => ["city", "choice", `zz${i}`, 1]);
    await search
      .prepare("INSERT INTO counts SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?2)")
      .bind(world.no, JSON.stringify(more))
      .run();
    await move(String(first), "delhi");
    const meter = await measure();
    // The fence, the contribution, and a city each less and more.
    expect(meter).toMatchObject({ trips: 2, written: 1 + 1 + 2 });
    expect(meter.read).toBeLessThan(40);
  });
});

/** What the worker's next run costs at SEARCH_DB. */
async function measure() {
  const meter = { trips: 0, read: 0, written: 0 };
  const counted: D1Gate = async (run) => {
    const result = await run();
    meter.trips += 1;
    for (const { meta } of Array.isArray(result) ? (result as D1Result[]) : []) {
      meter.read += meta.rows_read;
      meter.written += meta.rows_written;
    }
    return result;
  };
  await world.run({ index: gatedD1(search, counted) });
  return meter;
}
