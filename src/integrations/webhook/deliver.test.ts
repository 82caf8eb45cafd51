/** Pages of events against the emulated receiver: what a receiver may rely on. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Outcome, PageResult } from "../../core/integration";
import { deliverPage } from "./deliver";
import { webhook } from "./index";
import { entry, failedBefore, makeWorld, page, pageOf, SECRET, START, URL } from "./testing";

const DAY = 24 * 3_600_000;
const numberOf = (position: number) => position % 2 ** 33;
const outcomesOf = (result: PageResult): Record<number, Outcome["type"]> =>
  Object.fromEntries([...result.outcomes].map(([position, { type }]) => [numberOf(position), type]));
const all = (from: number, to: number, type: Outcome["type"]) =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, i) => [from + i, type]));

afterEach(() => vi.restoreAllMocks());

describe("a receiver that is well", () => {
  it("gets each event, signed, with an id that stays and a timestamp of the attempt", async () => {
    const world = makeWorld({}, { headers: { "X-Tenant": "t1" } });
    expect(outcomesOf(await deliverPage(pageOf(1, 12), world.deps))).toEqual(all(1, 12, "delivered"));
    expect(world.arrived().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(world.receiver.received.every(({ verified }) => verified)).toBe(true);
    const [first] = world.receiver.received;
    expect(first).toMatchObject({ id: "delivery1", timestamp: START / 1000 });
    expect(first?.headers).toMatchObject({ "content-type": "application/json", "x-tenant": "t1" });
    world.clock.now += 60_000;
    await deliverPage(pageOf(1, 1), world.deps);
    const again = world.receiver.received.at(-1);
    expect(again).toMatchObject({ id: "delivery1", timestamp: START / 1000 + 60, body: first?.body });
    expect(again?.signature).not.toBe(first?.signature);
  });

  it("gets the headers of the connection, and none of them can take the place of ours", async () => {
    const secrets = { secret: SECRET, headers: { Authorization: "Bearer of-the-receiver", "Webhook-Id": "forged" } };
    const world = makeWorld({}, {}, { secrets });
    await deliverPage(pageOf(1, 1), world.deps);
    expect(world.receiver.received[0]).toMatchObject({
      id: "delivery1",
      headers: { authorization: "Bearer of-the-receiver" },
    });
  });

  it("answers what is kept: status, time and the first 4 kB, of a body without end too", async () => {
    const world = makeWorld();
    world.receiver.faults.push({ mode: "flood", containing: "resp2" });
    const { attempts, outcomes } = await deliverPage(pageOf(1, 2), world.deps);
    expect([...outcomes.values()].map(({ type }) => type)).toEqual(["delivered", "delivered"]);
    expect([...(attempts ?? [])].map(([, one]) => one)).toMatchObject([
      { at: START, status: 200, milliseconds: 0, answer: '{"ok":true}' },
      { status: 200, answer: expect.stringMatching(/^flood /) },
    ]);
    expect([...(attempts?.values() ?? [])].at(-1)?.answer).toHaveLength(4096);
  });
});

describe("an event that fails alone", () => {
  it.each([400, 409, 422, 500, 404])("waits alone when it gets %i; the others go on", async (status) => {
    const world = makeWorld();
    world.receiver.faults.push({ mode: "error_before", status, containing: "resp3" });
    const result = await deliverPage(pageOf(1, 6), world.deps);
    expect(outcomesOf(result)).toEqual({ ...all(1, 6, "delivered"), 3: "retry" });
    expect(result.halt).toBeUndefined();
  });

  it("waits alone at the front, even when several stand there: the newest tells that the endpoint is up", async () => {
    const world = makeWorld();
    for (const n of [1, 2, 3]) world.receiver.faults.push({ mode: "outage", containing: `"resp${n}"` });
    const result = await deliverPage(pageOf(1, 6), world.deps);
    expect(outcomesOf(result)).toEqual({ ...all(1, 3, "retry"), ...all(4, 6, "delivered") });
    expect(result.halt).toBeUndefined();
  });

  it("is put off by the schedule of its own attempts, and by Retry-After", async () => {
    const world = makeWorld();
    world.receiver.faults.push({ mode: "error_before" });
    const seconds = async (attempts: number) => {
      const { outcomes } = await deliverPage(page([failedBefore(1, attempts)]), world.deps);
      const [outcome] = outcomes.values();
      return outcome?.type === "retry" ? outcome.afterSeconds : undefined;
    };
    expect(await seconds(1)).toBeGreaterThan(239);
    expect(await seconds(1)).toBeLessThan(361);
    expect(await seconds(8)).toBeGreaterThan(69_119);
    world.receiver.faults.splice(0, 1, { mode: "error_before", status: 503, retryAfter: "4000" });
    expect(await seconds(1)).toBe(4000);
  });

  it("is parked at once when it is too large (413)", async () => {
    const world = makeWorld({ maxBytes: 10 });
    expect(outcomesOf(await deliverPage(pageOf(1, 1), world.deps))).toEqual({ 1: "rejected" });
  });

  it("has failed before: it neither stops the page nor is stopped by it", async () => {
    const world = makeWorld();
    world.receiver.faults.push({ mode: "outage" });
    const known = [1, 2, 3, 4].map((n) => failedBefore(n, 2));
    const result = await deliverPage(page(known, { failing: { since: START - 1, times: 1 } }), world.deps);
    expect(outcomesOf(result)).toEqual(all(1, 4, "retry"));
    expect(result.halt).toBeUndefined();
  });
});

describe("an endpoint that is down", () => {
  it.each([
    ["outage", /HTTP 503/],
    ["drop_before", /can't be reached/],
    ["redirect", /redirects.*final address/],
  ] as const)("by %s stops the page after three calls and leaves it whole", async (mode, reason) => {
    const world = makeWorld();
    world.receiver.faults.push({ mode });
    const result = await deliverPage(pageOf(1, 20), world.deps);
    expect(outcomesOf(result)).toEqual({});
    expect(result.halt).toMatchObject({ type: "retry", reason: expect.stringMatching(reason) });
    expect(world.receiver.stats.calls).toBe(3);
    expect(result.attempts?.size).toBe(3);
    expect(
      world.calls.every(({ url, redirect }) => url === URL && redirect === "manual"),
      "nothing is followed",
    ).toBe(true);
  });

  it("waits longer each time, half an hour at most, or as long as it asks", async () => {
    const world = makeWorld();
    world.receiver.faults.push({ mode: "outage" });
    const pause = async (times: number) => {
      const { halt } = await deliverPage(pageOf(1, 3, { failing: { since: START, times } }), world.deps);
      return halt?.type === "retry" ? (halt.afterSeconds ?? 0) : -1;
    };
    expect(await pause(0)).toBeLessThan(7);
    expect(await pause(1)).toBeGreaterThan(200);
    expect(await pause(50)).toBeLessThan(2161);
    world.receiver.faults.splice(0, 1, { mode: "outage", retryAfter: "7200" });
    expect(await pause(0)).toBe(7200);
  });

  it("with one or two events waiting is not told from events that fail alone, until it has failed before", async () => {
    const world = makeWorld();
    world.receiver.faults.push({ mode: "outage" });
    expect(outcomesOf(await deliverPage(pageOf(1, 2), world.deps))).toEqual(all(1, 2, "retry"));
    const failing = { since: START - 1000, times: 0 };
    const result = await deliverPage(pageOf(3, 3, { failing }), world.deps);
    expect(outcomesOf(result)).toEqual({});
    expect(result.halt?.type).toBe("retry");
  });

  it("in the middle of a page stops it there: what got through stays, what failed behind it waits with the rest", async () => {
    const world = makeWorld();
    let calls = 0;
    const fetch = async (request: Request) => {
      calls += 1;
      return calls > 5 ? new Response("down", { status: 502 }) : world.deps.fetch(request);
    };
    const result = await deliverPage(pageOf(1, 20), { ...world.deps, fetch });
    expect(outcomesOf(result)).toEqual(all(1, 5, "delivered"));
    expect(result.halt?.type).toBe("retry");
    expect(calls).toBeLessThan(16);
  });

  it("is not told by three failures in a row after one got through: they wait alone, and the rest goes on", async () => {
    const world = makeWorld();
    let calls = 0;
    const fetch = async (request: Request) => {
      calls += 1;
      return calls >= 8 && calls <= 10 ? new Response("busy", { status: 500 }) : world.deps.fetch(request);
    };
    const { outcomes, halt } = await deliverPage(pageOf(1, 20), { ...world.deps, fetch });
    expect(halt).toBeUndefined();
    const types = [...outcomes.values()].map(({ type }) => type);
    expect([types.filter((type) => type === "retry").length, types.length, calls]).toEqual([3, 20, 20]);
  });

  it("does not answer: the call is given up", async () => {
    const { setTimeout: wait } = globalThis;
    const hurry = (then: () => void) => wait(then, 0);
    const timers = vi.spyOn(globalThis, "setTimeout").mockImplementation(hurry as typeof setTimeout);
    const world = makeWorld();
    const hanging = (request: Request) =>
      new Promise<Response>((_, reject) => {
        request.signal.addEventListener("abort", () => reject(request.signal.reason));
      });
    const result = await deliverPage(pageOf(1, 1), { ...world.deps, fetch: hanging });
    expect(timers).toHaveBeenCalledWith(expect.anything(), 15_000);
    expect([...(result.attempts?.values() ?? [])]).toMatchObject([
      { status: null, answer: "There was no answer within 15 seconds." },
    ]);
  });
});

describe("429 and 410", () => {
  it.each([
    ["2", 4, 6],
    ["600", 600, 600],
    ["Mon, 23 Nov 2026 11:00:00 GMT", 3600, 3600],
    ["99999999", 86_400, 86_400],
    ["nonsense", 4, 6],
  ])("429 with Retry-After %s stops the page at once for that time, within a day", async (retryAfter, least, most) => {
    const world = makeWorld();
    world.receiver.faults.push({ mode: "rate_limit", retryAfter });
    const { outcomes, halt } = await deliverPage(pageOf(1, 9), world.deps);
    expect(outcomes.size).toBe(0);
    expect(world.receiver.stats.calls).toBe(1);
    expect(halt).toMatchObject({ type: "retry" });
    const seconds = halt?.type === "retry" ? (halt.afterSeconds ?? 0) : 0;
    expect(seconds).toBeGreaterThanOrEqual(least);
    expect(seconds).toBeLessThanOrEqual(most);
  });

  it("410 stops the integration, which looks again once a day", async () => {
    const world = makeWorld();
    world.receiver.faults.push({ mode: "gone" });
    const { outcomes, halt } = await deliverPage(pageOf(1, 9), world.deps);
    expect(outcomes.size).toBe(0);
    expect(world.receiver.stats.calls).toBe(1);
    expect(halt).toMatchObject({ type: "blocked", afterSeconds: 86_400, reason: expect.stringContaining("gone") });
  });
});

describe("five days of nothing but failures", () => {
  const failing = { since: START - 5 * DAY, times: 200 };

  it("stop the integration with a sentence, whatever the failures are", async () => {
    const down = makeWorld();
    down.receiver.faults.push({ mode: "outage" });
    const refusing = makeWorld();
    refusing.receiver.faults.push({ mode: "error_before", status: 422 });
    for (const world of [down, refusing]) {
      const { halt } = await deliverPage(pageOf(1, 3, { failing }), world.deps);
      expect(halt).toMatchObject({ type: "blocked", reason: expect.stringMatching(/five days.*resume/) });
    }
  });

  it("are not over a minute before, and a success ends them", async () => {
    const world = makeWorld();
    world.receiver.faults.push({ mode: "outage" });
    const early = { since: failing.since + 60_000, times: 200 };
    expect((await deliverPage(pageOf(1, 3, { failing: early }), world.deps)).halt?.type).toBe("retry");
    world.receiver.faults.splice(0);
    const result = await deliverPage(pageOf(1, 3, { failing }), world.deps);
    expect(outcomesOf(result)).toEqual(all(1, 3, "delivered"));
    expect(result.halt).toBeUndefined();
  });
});

it("an address that is not allowed (any more) is never called", async () => {
  const world = makeWorld();
  for (const url of ["https://10.0.0.1/", "http://localhost:1/", "https://formlog.formlog-tests.io/v1/forms"]) {
    const deps = { ...world.deps, config: { url } };
    expect((await deliverPage(pageOf(1, 3), deps)).halt?.type).toBe("blocked");
    expect((await webhook.test(deps)).ok).toBe(false);
  }
  expect(world.calls).toEqual([]);
});

it("a test event is signed, and its answer is told", async () => {
  const world = makeWorld();
  expect(await webhook.test(world.deps)).toEqual({ ok: true, detail: "The receiver answered 200 in 0 ms." });
  expect(world.receiver.received).toMatchObject([{ verified: true, id: `test_int_abc_${START}` }]);
  expect(JSON.parse(world.receiver.received[0]?.body ?? "")).toMatchObject({ type: "formlog.test" });
  world.receiver.faults.push({ mode: "error_before", status: 404 });
  expect(await webhook.test(world.deps)).toMatchObject({ ok: false, detail: expect.stringContaining("404") });
});

it("nothing of what was answered to an event stands in a reason", async () => {
  const world = makeWorld();
  world.receiver.faults.push({ mode: "error_before", status: 422 });
  const { outcomes } = await deliverPage(page([entry(1)]), world.deps);
  expect(JSON.stringify([...outcomes.values()])).not.toContain("on demand");
});
