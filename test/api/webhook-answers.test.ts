/**
 * What a receiver answers of responses, through the engine: applied once, asked again after an edit, and never in a
 * circle.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { DefinitionSchema } from "../../src/core/form-schema";
import { deliveryId, parseResponseId } from "../../src/core/ids";
import { annotateAll } from "../../src/dispatch/annotate";
import { createReceiver, type Receiver } from "../../src/integrations/webhook/emulator";
import { webhook } from "../../src/integrations/webhook/index";
import { rotateConnection } from "../../src/services/connections";
import { listAttempts } from "../../src/services/deliveries";
import { editResponse } from "../../src/services/edit";
import { replayIntegration } from "../../src/services/integration-replay";
import { eraseResponse, getResponse } from "../../src/services/responses";
import { reviewResponse } from "../../src/services/review";
import { readAt } from "../../src/store/responses";
import { type D1Gate, gatedD1 } from "../support/gated-d1";
import { RULED } from "../support/rules";
import { onlyOnOneShard } from "../support/shards";
import { countTrips } from "../support/trips";
import { type Clock, createWorld, type World } from "../support/world";

const FLAG = { rule: "savings_plausible", message: "Nobody saves that much.", questions: ["monthly_savings"] };
const STRIKES = { containing: '"monthly_savings":95', flags: [FLAG] };
const ODD = { name: "Asha", monthly_income: 100, monthly_savings: 95 };
const FINE = { ...ODD, monthly_savings: 20 };

const clock: Clock = { now: Date.now() };
let receiver: Receiver;
let world: World;

beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  receiver = createReceiver({ now: () => clock.now });
  world = await createWorld({
    kind: webhook,
    config: { url: "https://receiver.formlog-tests.io/hook" },
    definition: DefinitionSchema.parse(RULED),
    fetch: (request) => receiver.fetch(request),
    settings: {},
    clock,
  });
  receiver.keys.push(await rotate());
  receiver.verdicts.push(STRIKES);
});

/** New keys, of which the receiver may be told the secret. */
async function rotate(): Promise<string> {
  const { config } = await world.view();
  const { secrets } = await rotateConnection(world.ctx, world.workspace, String(config.connection));
  return secrets?.secret ?? "";
}
const oneOf = async (answers: Record<string, unknown>) => (await world.submit(answers))[0] ?? "";
const at = (response: string) => ({ form: world.form, response });
const read = (id: string) => getResponse(world.ctx, world.workspace, at(id));
const edit = (id: string, answers: Record<string, unknown>) =>
  editResponse(world.ctx, world.workspace, { ...at(id), precondition: "any", answers });
const events = () =>
  receiver.received.map(({ body }) => {
    const { type, data } = JSON.parse(body);
    return `${type} ${data.response.revision}`;
  });
const ids = () => new Set(receiver.received.map(({ id }) => id));
/** What an operator sees of a delivery, newest attempt first. */
const notes = async (response: string) => {
  const address = parseResponseId(response);
  if (!address) throw new Error("no response");
  const id = deliveryId({ ...address, integration: world.no, feed: 0 });
  return (await listAttempts(world.ctx, world.workspace, id)).map(({ answer }) => answer?.split("\n")[0]);
};
const mine = () => ({ ...FLAG, source: world.named.integration });
const APPLIED = "Formlog: applied to the response.";

it("flags open a review, the fix is asked about again, and none that are left close it; nothing comes back to its author", async () => {
  const id = await oneOf(ODD);
  await world.run();
  expect(await read(id)).toMatchObject({ revision: 2, flags: [mine()], review: { state: "flagged" }, answers: ODD });
  expect(events()).toEqual(["response.created 1"]);
  expect(await notes(id)).toEqual([APPLIED]);
  await edit(id, { monthly_savings: 20 });
  await world.run();
  expect(await read(id)).toMatchObject({ revision: 4, flags: [], review: { state: "corrected" }, answers: FINE });
  expect(events()).toEqual(["response.created 1", "response.updated 3"]);
  // Time goes on: nothing is on its way any more.
  clock.now += 3_600_000;
  await world.run();
  expect(events()).toHaveLength(2);
  expect(await world.view()).toMatchObject({ state: "active", lag: { entries: 0 }, parked: 0 });
});

it("metadata is set beside flags, and a person who looks is not asked about by the validator", async () => {
  receiver.verdicts.splice(0, 1, { ...STRIKES, metadata: { score: 7, checked: true } });
  const id = await oneOf(ODD);
  await world.run();
  expect(await read(id)).toMatchObject({ metadata: { score: 7, checked: true }, flags: [mine()] });
  await reviewResponse(world.ctx, world.workspace, { ...at(id), state: "approved" });
  await world.run();
  // It is told of the review, and what it answers to that reopens nothing.
  expect(events().at(-1)).toBe("response.reviewed 3");
  expect(await read(id)).toMatchObject({ revision: 3, review: { state: "approved" } });
});

describe("calls of D1", () => {
  /** Round trips of a wake-up over so many responses. */
  async function tripsOf(answers: Record<string, unknown>): Promise<number> {
    await world.submit(...Array.from({ length: 25 }, () => answers));
    const count = countTrips();
    await world.wakeOnce();
    const trips = count.stop();
    clock.now += 3_000;
    return trips;
  }

  onlyOnOneShard("a form that goes on elsewhere after each response costs more").it(
    "are as many as without a validator when it has nothing to say, and one more for what a page brings",
    async () => {
      receiver.verdicts.splice(0);
      const plain = await tripsOf(FINE);
      receiver.verdicts.push(STRIKES);
      // No flags are what these have already.
      expect(await tripsOf(FINE)).toBe(plain);
      // One that applies them, and four for the next page: the rows that tell others of it, which are passed over.
      expect(await tripsOf(ODD)).toBe(plain + 1 + 4);
      expect(receiver.received).toHaveLength(75);
      const { n } = (await env.DB.prepare("SELECT count(*) AS n FROM revisions WHERE event = 'flagged' AND author = ?")
        .bind(world.named.integration)
        .first<{ n: number }>()) ?? { n: 0 };
      expect(n).toBe(25);
    },
  );
});

describe("when something comes between", () => {
  /** The receiver's answer is on its way when this happens. */
  const during = (happens: () => Promise<unknown>) => {
    let done = false;
    return async (request: Request) => {
      const answer = await receiver.fetch(request);
      if (!done) await happens();
      done = true;
      return answer;
    };
  };

  it("an edit: what was said of the old answers is dropped, and the edit asks for itself", async () => {
    const id = await oneOf(ODD);
    await world.wakeOnce({ fetch: during(() => edit(id, { monthly_savings: 20 })) });
    expect((await notes(id))[0]).toMatch(/not applied: the response was edited or erased/);
    await world.run();
    expect(events()).toEqual(["response.created 1", "response.updated 2"]);
    expect(await read(id)).toMatchObject({ revision: 2, flags: [], answers: FINE, review: { state: "received" } });
    expect(ids().size).toBe(2);
  });

  it("an edit for the worse: its own event brings the flags", async () => {
    const id = await oneOf(FINE);
    await world.wakeOnce({ fetch: during(() => edit(id, { monthly_savings: 95 })) });
    await world.run();
    expect(await read(id)).toMatchObject({ revision: 3, flags: [mine()], review: { state: "flagged" } });
  });

  it("a review: what was said holds all the same", async () => {
    const id = await oneOf(ODD);
    const approve = () => reviewResponse(world.ctx, world.workspace, { ...at(id), state: "approved" });
    await world.wakeOnce({ fetch: during(approve) });
    expect(await read(id)).toMatchObject({ revision: 3, flags: [mine()], review: { state: "flagged" } });
  });

  it("an erasure: nothing is said of it, and nothing of the answer is kept", async () => {
    const id = await oneOf(ODD);
    await world.wakeOnce({ fetch: during(() => eraseResponse(world.ctx, world.workspace, at(id))) });
    await world.run();
    expect(await read(id)).toMatchObject({ flags: [], answers: {} });
    expect(await notes(id)).toEqual([undefined]);
  });

  it.each<[string, D1Gate]>([
    ["before", () => Promise.reject(new Error("the worker dies"))],
    ["after", async (run) => run().then(() => Promise.reject(new Error("the worker dies")))],
  ])("the worker's death just %s it is applied: asked again by the same id, and applied once", async (_, death) => {
    const id = await oneOf(ODD);
    const dies: D1Gate = (run, call) => (call.sql[0]?.startsWith("\nINSERT INTO revisions") ? death(run, call) : run());
    const { shards } = world.engine();
    const broken = { ...shards, get: () => ({ no: 0, db: gatedD1(env.DB, dies) }) };
    // What it throws halts its page for a moment; it does not live to see the end of that.
    const sleep = () => Promise.reject(new Error("the worker is dead"));
    await expect(world.wakeOnce({ shards: broken, sleep })).rejects.toThrow("dead");
    world.outlive();
    await world.run();
    expect(events().map((one) => one.split(" ")[0])).toEqual(["response.created", "response.created"]);
    expect(ids().size).toBe(1);
    expect(await read(id)).toMatchObject({ revision: 2, flags: [mine()], review: { state: "flagged" } });
  });
});

describe("other integrations", () => {
  it("may set metadata without end: a validator is told of it, and its answer leads to nothing", async () => {
    receiver.verdicts.splice(0, 1, { containing: "Asha", metadata: { seen: 1 } });
    const id = await oneOf(ODD);
    await world.run();
    const position = parseResponseId(id)?.position ?? 0;
    const shard = world.ctx.shards.get(0);
    const response = (await readAt(shard, [position])).get(position);
    if (!response) throw new Error("no response");
    const other = {
      shard,
      now: () => clock.now,
      wake: world.ctx.wake,
      source: "int_other",
      author: "int_other",
      holder: null,
    };
    expect(await annotateAll(other, [{ response, metadata: { seen: 2 } }])).toEqual(["done"]);
    await world.run();
    expect(events()).toEqual(["response.created 1", "response.updated 3"]);
    expect(await read(id)).toMatchObject({ revision: 3, metadata: { seen: 2 } });
  });
});

it("a rotation: the secret from before signs for a day", async () => {
  const made = await rotate();
  const first = await oneOf(ODD);
  await world.run();
  expect((await read(first)).flags).toEqual([mine()]);
  receiver.keys.splice(0, 1, made);
  clock.now += 25 * 3_600_000;
  const second = await oneOf(ODD);
  await world.run();
  expect((await read(second)).flags).toEqual([mine()]);
  expect([await notes(first), await notes(second)]).toEqual([[APPLIED], [APPLIED]]);
});

it("a replay asks about old responses, those that came before there was a validator", async () => {
  receiver.verdicts.splice(0);
  const id = await oneOf(ODD);
  await world.run();
  expect((await read(id)).flags).toEqual([]);
  receiver.verdicts.push(STRIKES);
  await replayIntegration(world.ctx, world.workspace, { ...world.named, from: "beginning" });
  await world.run();
  expect((await read(id)).flags).toEqual([mine()]);
});

it("an answer that is not signed leaves the response as it is, and the delivery delivered", async () => {
  receiver.keys.splice(0);
  const id = await oneOf(ODD);
  await world.run();
  expect(await read(id)).toMatchObject({ revision: 1, flags: [] });
  expect((await notes(id))[0]).toMatch(/not applied: it is not signed/);
  expect(await world.view()).toMatchObject({ state: "active", lag: { entries: 0 }, parked: 0 });
});
