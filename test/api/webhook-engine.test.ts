import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Definition } from "../../src/core/form";
import { DefinitionSchema } from "../../src/core/form-schema";
import { deliveryId, parseResponseId } from "../../src/core/ids";
import { eraseDeletedIntegrations } from "../../src/dispatch/erase";
import { createReceiver, type Receiver } from "../../src/integrations/webhook/emulator";
import { webhook } from "../../src/integrations/webhook/index";
import { listAttempts, listDeliveries, listParked, retryParked } from "../../src/services/deliveries";
import { editResponse } from "../../src/services/edit";
import { deleteIntegration, resumeIntegration } from "../../src/services/integration-control";
import { replayIntegration } from "../../src/services/integration-replay";
import { updateIntegration } from "../../src/services/integrations";
import { eraseResponse } from "../../src/services/responses";
import { reviewResponse } from "../../src/services/review";
import { BROKEN, FLAG, GOOD, RULED } from "../support/rules";
import { onlyOnOneShard } from "../support/shards";
import { type Clock, createWorld, type World } from "../support/world";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
let clock: Clock;
let receiver: Receiver;

beforeEach(() => {
  clock = { now: Math.max(Date.now(), 1_795_464_000_000) };
  receiver = createReceiver({ now: () => clock.now });
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
});

const NAMED: Definition = {
  title: "Webhook",
  questions: [{ ref: "name", type: "short_text", title: "Name" }],
};
const newWorld = (config: Record<string, unknown> = {}, definition = NAMED) =>
  createWorld({
    kind: webhook,
    config: { url: "https://receiver.formlog-tests.io/hook", ...config },
    definition,
    fetch: (request) => receiver.fetch(request),
    settings: {},
    clock,
  });
const people = (count: number, name = "Person") => Array.from({ length: count }, (_, i) => ({ name: `${name} ${i}` }));
const bodies = () => receiver.received.map(({ body }) => JSON.parse(body));
const arrived = () => bodies().map(({ data }) => data.response.id);
const deliveryOf = async (world: World, response: string) => {
  const address = parseResponseId(response);
  if (!address) throw new Error("no response");
  return deliveryId({ ...address, integration: (await world.wakeUp()).integration, feed: 0 });
};
const attemptsOf = async (world: World, response: string) =>
  listAttempts(world.ctx, world.workspace, await deliveryOf(world, response));
const count = async (world: World, table: "deliveries" | "attempts") => {
  const { integration } = await world.wakeUp();
  const sql = `SELECT count(*) AS n FROM ${table} WHERE integration = ?`;
  return (await env.DB.prepare(sql).bind(integration).first<{ n: number }>())?.n;
};

describe("an outage", () => {
  it("keeps the log where it is, without a row for each response, and all of it follows in order of the log", async () => {
    const world = await newWorld();
    receiver.faults.push({ mode: "outage" });
    const ids = await world.submit(...people(60));
    for (let i = 0; i < 10; i += 1) {
      await world.wakeOnce();
      clock.now += 40 * MINUTE;
    }
    expect(await count(world, "deliveries")).toBe(0);
    expect(await world.view()).toMatchObject({ state: "waiting", lag: { entries: 60 }, parked: 0 });
    expect(receiver.stats.calls).toBe(30);
    receiver.faults.splice(0);
    await world.run();
    expect(arrived().toSorted()).toEqual(ids.toSorted());
    expect(await world.view()).toMatchObject({ state: "active", lag: { entries: 0 }, lastError: null });
  });

  it("of five days stops the integration with a sentence; it is looked at once a day, and goes on by itself", async () => {
    const world = await newWorld();
    receiver.faults.push({ mode: "outage" });
    const ids = await world.submit(...people(4));
    const start = clock.now;
    while ((await world.view()).state !== "blocked") {
      await world.wakeOnce();
      clock.now += 12 * 60 * MINUTE;
      expect(clock.now - start).toBeLessThan(6 * DAY);
    }
    expect(clock.now - start).toBeGreaterThan(5 * DAY);
    expect(await world.view()).toMatchObject({
      lastError: expect.stringMatching(/five days.*resume/),
      lag: { entries: 4 },
    });
    const calls = receiver.stats.calls;
    for (let i = 0; i < 3; i += 1) {
      clock.now += 3 * 60 * MINUTE;
      await world.wakeOnce();
    }
    expect(receiver.stats.calls, "not before a day is over").toBe(calls);
    receiver.faults.splice(0);
    clock.now += 3 * 60 * MINUTE;
    await world.wakeOnce();
    expect(arrived().toSorted()).toEqual(ids.toSorted());
    expect(await world.view()).toMatchObject({ state: "active", lastError: null });
  });

  it("that was mended by a person begins its five days anew", async () => {
    const world = await newWorld();
    receiver.faults.push({ mode: "outage" });
    await world.submit(...people(3));
    for (let i = 0; i < 3; i += 1) {
      await world.wakeOnce();
      clock.now += DAY;
    }
    await resumeIntegration(world.ctx, world.workspace, world.named);
    expect((await world.cursor()).failing).toBeNull();
    clock.now += 2.5 * DAY;
    await world.wakeOnce();
    expect((await world.view()).state).toBe("waiting");
  });

  it("long ago, with nothing tried since, is no part of a failure of today", async () => {
    const world = await newWorld();
    receiver.faults.push({ mode: "outage", times: 3 });
    await world.submit(...people(3));
    await world.wakeOnce();
    receiver.faults.push({ mode: "outage" });
    clock.now += 10 * DAY;
    await world.wakeOnce();
    expect((await world.view()).state).toBe("waiting");
  });
});

describe("an event that fails alone", () => {
  it("is tried ten times over three days and parked with a reason; retried by hand, it arrives", async () => {
    const world = await newWorld();
    receiver.faults.push({ mode: "error_before", status: 422, containing: "bad" });
    const [bad = "", ...good] = await world.submit({ name: "bad" }, ...people(3));
    await world.wakeOnce();
    expect(arrived().toSorted()).toEqual(good.toSorted());
    const start = clock.now;
    for (let i = 0; i < 40 && (await world.view()).parked === 0; i += 1) await world.run();
    expect(clock.now - start).toBeGreaterThan(60 * 60 * MINUTE);
    expect(clock.now - start).toBeLessThan(4 * DAY);
    const { items } = await listParked(world.ctx, world.workspace, { ...world.named, limit: 5 });
    expect(items).toMatchObject([
      {
        response: bad,
        attempts: 10,
        reason: "Given up after 10 attempts: The receiver refuses this event (HTTP 422).",
      },
    ]);
    const attempts = await attemptsOf(world, bad);
    expect(attempts).toHaveLength(10);
    expect(attempts[0]).toMatchObject({ status: 422, answer: '{"error":"on demand"}' });
    expect(attempts.map(({ at }) => at)).toEqual(
      attempts
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    receiver.faults.splice(0);
    await retryParked(world.ctx, world.workspace, world.named);
    await world.run();
    expect(arrived().toSorted()).toEqual([bad, ...good].toSorted());
    expect((await attemptsOf(world, bad)).map(({ status }) => status)).toEqual([200, ...Array(9).fill(422)]);
    expect((await world.view()).parked).toBe(0);
  });

  it("does not make a receiver that takes others a failing one", async () => {
    const world = await newWorld();
    receiver.faults.push({ mode: "outage", containing: "bad" });
    await world.submit({ name: "bad" });
    await world.wakeOnce();
    expect((await world.cursor()).failing).not.toBeNull();
    const [good] = await world.submit({ name: "good" });
    await world.wakeOnce();
    expect(arrived()).toEqual([good]);
    expect((await world.cursor()).failing).toBeNull();
    expect((await world.view()).state).toBe("active");
  });
});

describe("the log of attempts", () => {
  onlyOnOneShard("keeps so many of one segment").it(
    "has an entry for each call, good ones too, and keeps the newest thousand of those that were delivered",
    async () => {
      const world = await newWorld();
      const [first = ""] = await world.submit({ name: "first" });
      await world.run();
      expect(await attemptsOf(world, first)).toEqual([
        { at: expect.stringMatching(/^20.*Z$/), milliseconds: 0, status: 200, answer: '{"ok":true}' },
      ]);
      for (let i = 0; i < 4; i += 1) await world.submit(...people(300));
      await world.run();
      expect(await attemptsOf(world, first)).toEqual([]);
      expect(await count(world, "attempts")).toBe(1_000);
    },
  );

  it("keeps ten of a delivery, whatever the number of replays", async () => {
    const world = await newWorld();
    const [one = ""] = await world.submit({ name: "one" });
    await world.run();
    for (let i = 0; i < 12; i += 1) {
      clock.now += MINUTE;
      await replayIntegration(world.ctx, world.workspace, { ...world.named, from: "beginning" });
      await world.run();
    }
    expect(receiver.received.filter(({ id }) => id === receiver.received[0]?.id)).toHaveLength(13);
    expect(await attemptsOf(world, one)).toHaveLength(10);
  });

  it("is emptied of what was answered about a response that is erased, and goes with its integration", async () => {
    const world = await newWorld();
    const [gone = "", kept = ""] = await world.submit({ name: "gone" }, { name: "kept" });
    const at = { form: world.form, response: gone };
    await world.run();
    await editResponse(world.ctx, world.workspace, { ...at, precondition: [1], answers: { name: "changed" } });
    await world.run();
    await eraseResponse(world.ctx, world.workspace, { ...at, precondition: [2] });
    await world.run();
    expect(await attemptsOf(world, gone)).toMatchObject([{ status: 200, answer: null }]);
    expect(await attemptsOf(world, kept)).toMatchObject([{ answer: '{"ok":true}' }]);
    const { integration } = await world.wakeUp();
    const left = await env.DB.prepare("SELECT answer FROM attempts WHERE integration = ? AND answer IS NOT NULL")
      .bind(integration)
      .all();
    expect(left.results, "of the edit and the erasure neither").toHaveLength(1);
    await deleteIntegration(world.ctx, world.workspace, world.named);
    await eraseDeletedIntegrations(world.ctx, clock.now);
    const after = await env.DB.prepare("SELECT count(*) AS n FROM attempts WHERE integration = ?")
      .bind(integration)
      .first<{ n: number }>();
    expect(after?.n).toBe(0);
  });

  it("keeps nothing of an answer to a response that is erased while the call is under way", async () => {
    const world = await newWorld();
    const [id = ""] = await world.submit({ name: "Asha" });
    const fetch = async (request: Request) => {
      await eraseResponse(world.ctx, world.workspace, { form: world.form, response: id });
      return receiver.fetch(request);
    };
    await world.wakeOnce({ fetch });
    expect(await attemptsOf(world, id)).toMatchObject([{ status: 200, answer: null }]);
  });

  it("of another workspace's delivery is not to be had", async () => {
    const world = await newWorld();
    const [one = ""] = await world.submit({ name: "one" });
    await world.run();
    await expect(listAttempts(world.ctx, "ws_other", await deliveryOf(world, one))).rejects.toThrow("no such delivery");
  });
});

describe("events", () => {
  it("of creation, change and erasure arrive with the time of the event; an erased response has no answers", async () => {
    const world = await newWorld();
    const [id = ""] = await world.submit({ name: "Asha" });
    const at = { form: world.form, response: id };
    await world.run();
    clock.now += MINUTE;
    const edited = clock.now;
    await editResponse(world.ctx, world.workspace, { ...at, precondition: [1], answers: { name: "Asha B" } });
    await world.run();
    clock.now += MINUTE;
    await eraseResponse(world.ctx, world.workspace, { ...at, precondition: [2] });
    await world.run();
    expect(bodies()).toMatchObject([
      { type: "response.created", data: { response: { id, revision: 1, answers: { name: "Asha" } } } },
      {
        type: "response.updated",
        timestamp: new Date(edited).toISOString(),
        data: { response: { id, revision: 2, answers: { name: "Asha B" } } },
      },
      { type: "response.erased", data: { response: { id, revision: 3, answers: {} } } },
    ]);
    expect(new Set(receiver.received.map((one) => one.id)).size).toBe(3);
  });

  it("of a review has the state that it led to, and nobody's comment", async () => {
    const world = await newWorld({ events: ["response.reviewed"] });
    const [id = ""] = await world.submit({ name: "Asha" });
    const reviewed = clock.now;
    const review = { form: world.form, response: id, state: "flagged", comment: "Look again." } as const;
    await reviewResponse(world.ctx, world.workspace, review);
    await world.run();
    expect(bodies()).toMatchObject([
      {
        type: "response.reviewed",
        timestamp: new Date(reviewed).toISOString(),
        data: { response: { id, revision: 2, review: { state: "flagged" }, answers: { name: "Asha" } } },
      },
    ]);
    expect(receiver.received[0]?.body).not.toContain("Look again.");
  });

  it("of flags come beside what made them appear, and every event has the flags that stand", async () => {
    const world = await newWorld({}, DefinitionSchema.parse(RULED));
    const [id = ""] = await world.submit(BROKEN);
    const edit = { form: world.form, response: id, precondition: "any" } as const;
    await world.run();
    const told = () => bodies().map(({ type, data: { response } }) => [type, response.revision, response.flags]);
    const flagged = [
      ["response.created", 1, [FLAG]],
      ["response.flagged", 1, [FLAG]],
    ];
    expect(told()).toEqual(flagged);
    await editResponse(world.ctx, world.workspace, { ...edit, answers: GOOD });
    await world.run();
    expect(told()).toEqual([...flagged, ["response.updated", 2, []]]);
  });

  it("that an integration does not want are passed over, and shown so", async () => {
    const world = await newWorld({ events: ["response.updated"] });
    const [id = ""] = await world.submit({ name: "Asha" });
    const edit = { form: world.form, response: id, precondition: [1], answers: { name: "Asha B" } };
    await world.run();
    await editResponse(world.ctx, world.workspace, edit);
    await world.run();
    expect(bodies().map(({ type }) => type)).toEqual(["response.updated"]);
    const { items } = await listDeliveries(world.ctx, world.workspace, { ...world.named, limit: 5 });
    expect(items).toMatchObject([{ response: id, state: "skipped" }]);
    expect(await world.view()).toMatchObject({ state: "active", lag: { entries: 0 } });
  });
});

it("another address ends a 410 at once", async () => {
  const world = await newWorld();
  receiver.faults.push({ mode: "gone" });
  const ids = await world.submit(...people(2));
  await world.run();
  expect(await world.view()).toMatchObject({ state: "blocked", lastError: expect.stringContaining("410") });
  receiver.faults.splice(0);
  const config = { url: "https://other.formlog-tests.io/hook" };
  await updateIntegration(world.ctx, world.workspace, { ...world.named, config });
  await world.run();
  expect(arrived().toSorted()).toEqual(ids.toSorted());
});

describe("a stream of events", () => {
  onlyOnOneShard("pages are of one segment").it(
    "begins at once, and what comes in the next half second shares a page",
    async () => {
      const world = await newWorld();
      const started = clock.now;
      const sizes: number[] = [];
      const deliver: typeof webhook.deliver = async (page, deps) => {
        sizes.push(page.entries.length);
        // What comes while the first one is under way.
        if (sizes.length === 1) await world.submit(...people(3));
        return webhook.deliver(page, deps);
      };
      await world.submit(...people(1));
      await world.wakeOnce({ kind: { ...webhook, deliver } });
      expect(arrived()).toHaveLength(4);
      expect([sizes, clock.now - started]).toEqual([[1, 3], 500]);
      // And so does what comes next: its wake-up is sent for then.
      expect((await world.cursor()).nextAt - clock.now).toBe(500);
    },
  );
});
