import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { AnnotationResult, ResponseAnnotation } from "../../src/core/annotation";
import { DefinitionSchema } from "../../src/core/form-schema";
import { parseResponseId, segmentOf, segmentStart } from "../../src/core/ids";
import type { Entry, Integration } from "../../src/core/integration";
import { annotateAll } from "../../src/dispatch/annotate";
import { webhook } from "../../src/integrations/webhook/index";
import { editResponse } from "../../src/services/edit";
import { getResponse } from "../../src/services/responses";
import { reviewResponse } from "../../src/services/review";
import type { WakeUp } from "../../src/store/cursors";
import { createCursor } from "../support/cursors";
import { gatedD1 } from "../support/gated-d1";
import { countRows } from "../support/meter";
import { RULED } from "../support/rules";
import { countTrips } from "../support/trips";
import { type Clock, createWorld, type World } from "../support/world";

const clock: Clock = { now: Date.now() };
const TWICE = { rule: "seen_before", message: "This was sent before.", questions: ["name"] };
let world: World;
/** What the kind says of the entries that it gets, and what it was given. */
let say: (entry: Entry) => Omit<ResponseAnnotation, "response"> | null = () => null;
let seen: Entry[] = [];
let results: AnnotationResult[] = [];
let beforeSaying: () => Promise<unknown> = async () => {};
/** Round trips of the last annotation, and the rows that it wrote. */
let trips = 0;
let written = 0;

/** A kind that delivers nothing and annotates. */
const annotating: Integration = {
  ...(webhook as Integration),
  manifest: {
    ...(webhook as Integration).manifest,
    events: ["created", "updated", "flagged", "reviewed", "erased"],
    eventsOf: () => ["created", "updated", "flagged", "reviewed", "erased"],
  },
  async deliver(page, deps) {
    seen.push(...page.entries);
    const annotations = page.entries.flatMap((entry) => {
      const said = say(entry);
      return said ? [{ response: entry.response, ...said }] : [];
    });
    await beforeSaying();
    const meter = countRows();
    const count = countTrips();
    results.push(...(await deps.annotate(annotations)));
    trips = count.stop();
    written = meter.stop().written;
    return { outcomes: new Map(page.entries.map(({ position }) => [position, { type: "delivered" }])) };
  },
  reconcile: async () => ({ outcomes: new Map() }),
};

beforeEach(async () => {
  for (const level of ["info", "warn"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  seen = [];
  results = [];
  say = () => null;
  beforeSaying = async () => {};
  world = await createWorld({
    kind: annotating,
    config: { url: "https://receiver.formlog-tests.io/hook" },
    definition: DefinitionSchema.parse(RULED),
    fetch: async () => new Response(),
    settings: {},
    clock,
  });
});

const read = (response: string) => getResponse(world.ctx, world.workspace, { form: world.form, response });
const edit = (response: string, answers: Record<string, unknown>) =>
  editResponse(world.ctx, world.workspace, { form: world.form, response, precondition: "any", answers });
const feed = async () => {
  const sql =
    "SELECT event, revision, author FROM revisions WHERE response IN (SELECT value FROM json_each(?)) ORDER BY id";
  const positions = seen.map(({ response }) => response.position);
  return (await env.DB.prepare(sql).bind(JSON.stringify(positions)).all()).results;
};
const events = () => seen.map(({ event, response }) => `${event} ${response.revision}`);
const ofIntegration = () => ({ author: world.named.integration });
const oneOf = async (answers: Record<string, unknown>) => (await world.submit(answers))[0] ?? "";

describe("what an integration says", () => {
  it("is flags under its own name and metadata; it opens a review, and the integration is not told of itself", async () => {
    say = () => ({ flags: [TWICE], metadata: { score: 3 } });
    const id = await oneOf({ name: "Asha" });
    await world.run();
    expect(await read(id)).toMatchObject({
      revision: 2,
      flags: [{ ...TWICE, source: world.named.integration }],
      metadata: { score: 3 },
      review: { state: "flagged" },
      answers: { name: "Asha" },
    });
    expect([results, events()]).toEqual([["done"], ["created 1"]]);
    expect(await feed()).toMatchObject([
      { event: "updated", revision: 2, ...ofIntegration() },
      { event: "flagged", revision: 2, ...ofIntegration() },
    ]);
  });

  it("may be said again: nothing changes, and it costs no round trip", async () => {
    say = () => ({ flags: [TWICE] });
    const id = await oneOf({ name: "Asha" });
    await world.run();
    expect(trips).toBe(1);
    expect(await feed()).toMatchObject([{ event: "flagged", revision: 2 }]);
    await edit(id, { name: "Ravi" });
    await world.run();
    expect([results, trips, (await read(id)).revision]).toEqual([["done", "done"], 0, 3]);
  });

  it("of a whole page takes one round trip", async () => {
    say = () => ({ flags: [TWICE] });
    await world.submit(...Array.from({ length: 20 }, (_, i) => ({ name: `n${i}` })));
    await world.run();
    expect([results, trips]).toEqual([Array.from({ length: 20 }, () => "done"), 1]);
    expect(new Set((await feed()).map(({ event }) => event))).toEqual(new Set(["flagged"]));
    expect(await feed()).toHaveLength(20);
  });

  it("replaces its own flags, never those of the form's rules; the last one that goes ends the review", async () => {
    say = ({ event }) => ({ flags: event === "updated" ? [] : [TWICE] });
    const id = await oneOf({ name: "Asha", monthly_income: 1, monthly_savings: 2 });
    await world.run();
    const rules = (await read(id)).flags.map(({ rule }) => rule);
    expect(rules).toEqual(["savings_within_income", "seen_before"]);
    // The rule is kept now; what the integration said stays until it has seen the edit.
    expect(await edit(id, { monthly_savings: 1 })).toMatchObject({
      flags: [{ rule: "seen_before" }],
      review: { state: "flagged" },
    });
    await world.run();
    expect(await read(id)).toMatchObject({ flags: [], review: { state: "corrected" } });
    expect((await feed()).map(({ event }) => event)).toEqual(["flagged", "flagged", "updated", "reviewed"]);
  });

  it("does not reopen what a person rejected, and leaves what a person flagged", async () => {
    const id = await oneOf({ name: "Asha" });
    await world.run();
    const review = (state: "rejected" | "flagged") =>
      reviewResponse(world.ctx, world.workspace, { form: world.form, response: id, state });
    say = () => ({ flags: [TWICE] });
    await review("rejected");
    await world.run();
    expect((await read(id)).review).toEqual({ state: "rejected" });
    say = () => ({ flags: [TWICE], metadata: { seen: true } });
    await review("flagged");
    await world.run();
    expect((await read(id)).review).toEqual({ state: "flagged" });
  });
});

it.each([
  ["flags", { flags: [TWICE] }, ["summary", "webhook"]],
  ["metadata", { metadata: { score: 3 } }, ["google-sheets", "summary", "webhook"]],
])("%s ring at once for every kind that is told of them, and for no other", async (_, said, wanted) => {
  const [id = ""] = await world.submit({ name: "Asha" });
  const position = parseResponseId(id)?.position ?? 0;
  const segment = segmentOf(position);
  const cursor = { segment, position, revisionPosition: segmentStart(segment), reconcileAt: null };
  const others = ["webhook", "google-sheets", "summary"];
  for (const [i, kind] of others.entries()) await createCursor(env.DB, { ...cursor, integration: 901 + i, kind });
  say = () => said;
  const rung: WakeUp[] = [];
  await world.wakeOnce({ wake: async (wakeUps) => void rung.push(...wakeUps) });
  expect(rung.map(({ kind }) => kind).toSorted()).toEqual(wanted);
  // In the round trip that it takes anyway; a row each, which rings at most every two seconds.
  expect(trips).toBe(1);
});

it("writes the rows that docs/data-model.md names", async () => {
  const cost = async (said: Omit<ResponseAnnotation, "response">) => {
    say = () => said;
    await oneOf({ name: "Asha" });
    await world.run();
    return written;
  };
  expect(await cost({ metadata: { a: 1 } })).toBe(3);
  expect(await cost({ flags: [TWICE] })).toBe(5);
  expect(await cost({ flags: [TWICE], metadata: { a: 1 } })).toBe(7);
});

describe("when somebody is faster", () => {
  it("what was said of other answers is not said of these: stale, and nothing changes", async () => {
    say = ({ response }) => (response.revision === 1 ? { flags: [TWICE] } : null);
    const id = await oneOf({ name: "Asha" });
    beforeSaying = () => edit(id, { name: "Ravi" });
    await world.wakeOnce();
    expect(results[0]).toBe("stale");
    expect(await read(id)).toMatchObject({ revision: 2, flags: [], answers: { name: "Ravi" } });
  });

  it("a review in between does no harm: it is said on top of that", async () => {
    say = ({ event }) => (event === "created" ? { flags: [TWICE] } : null);
    const id = await oneOf({ name: "Asha" });
    const input = { form: world.form, response: id, state: "approved" as const };
    beforeSaying = async () => {
      beforeSaying = async () => {};
      await reviewResponse(world.ctx, world.workspace, input);
    };
    await world.run();
    expect(await read(id)).toMatchObject({
      revision: 3,
      flags: [{ rule: "seen_before" }],
      review: { state: "flagged" },
    });
  });

  it("of two things said of one response in a page, the later one holds", async () => {
    const id = await oneOf({ name: "Asha" });
    await world.run();
    await edit(id, { name: "b" });
    await edit(id, { name: "c" });
    let n = 0;
    say = () => ({ flags: [{ ...TWICE, rule: `r${n++}` }] });
    await world.run();
    expect(results).toEqual(["done", "done"]);
    expect((await read(id)).flags.map(({ rule }) => rule)).toEqual(["r1"]);
  });

  it("an erased response is left alone", async () => {
    say = () => ({ flags: [TWICE] });
    const id = await oneOf({ name: "Asha" });
    await env.DB.prepare("UPDATE responses SET erased_at = 1, answers = '{}' WHERE id = ?")
      .bind(parseResponseId(id)?.position)
      .run();
    await world.run();
    expect([results, (await read(id)).flags]).toEqual([["stale"], []]);
  });
});

it("metadata that would not be valid any more is refused, and the flags with it", async () => {
  const metadata = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, i]));
  say = () => ({ flags: [TWICE], metadata });
  const id = await oneOf({ name: "Asha" });
  await world.run();
  expect([results, await read(id)]).toMatchObject([["refused"], { revision: 1, flags: [], metadata: {} }]);
});

it("whose a response is stays as it was said first", async () => {
  say = () => ({ metadata: { collector: "Ravi" } });
  const id = await oneOf({ name: "Asha" });
  await world.run();
  say = () => ({ flags: [TWICE], metadata: { collector: "Mira" } });
  await edit(id, { name: "Asha B" });
  await world.run();
  say = () => ({ metadata: { collector: null } });
  await edit(id, { name: "Asha C" });
  await world.run();
  expect(results).toEqual(["done", "refused", "refused"]);
  expect(await read(id)).toMatchObject({ flags: [], metadata: { collector: "Ravi" } });
});

it("what others keep changing is busy, and may be said later", async () => {
  await world.submit({ name: "Asha" });
  await world.run();
  const [response] = seen.map((entry) => entry.response);
  if (!response) throw new Error("no response");
  const touch = env.DB.prepare("UPDATE responses SET revision = revision + 1 WHERE id = ?").bind(response.position);
  const db = gatedD1(env.DB, async (run, { isBatch }) => {
    if (isBatch) await touch.run();
    return run();
  });
  const annotator = {
    now: () => clock.now,
    wake: async () => {},
    source: "int_other",
    author: "int_other",
    holder: null,
  };
  const said = [{ response, flags: [TWICE] }];
  expect(await annotateAll({ ...annotator, shard: { no: 0, db } }, said)).toEqual(["busy"]);
  expect(await annotateAll({ ...annotator, shard: world.ctx.shards.get(0) }, said)).toEqual(["done"]);
});

it("much metadata of many responses goes in several statements: D1 takes 2 MB at once", async () => {
  const metadata = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`k${i}`, "अ".repeat(1_000)]));
  say = () => ({ metadata });
  const ids = await world.submit(...Array.from({ length: 20 }, (_, i) => ({ name: `n${i}` })));
  await world.run();
  expect([new Set(results), trips]).toEqual([new Set(["done"]), 7]);
  expect((await read(ids[19] ?? "")).metadata).toEqual(metadata);
});
