import { describe, expect, it } from "vitest";
import type { Unchecked } from "../../core/integration";
import { checkMessages } from "./check";
import { deliverPage } from "./deliver";
import { contentOf } from "./message";
import { optOutScope } from "./outcomes";
import { makeWorld, page, phone, START, type World } from "./testing";

/** Texts that Twilio has taken, some steps into their life, as they come to be checked. */
async function taken(world: World, count: number, { steps = 0, checks = 0 } = {}): Promise<Unchecked[]> {
  const entries = world.entries(1, count);
  await deliverPage(page(entries), world.deps);
  for (let step = 0; step < steps; step += 1) await world.emulator.advance();
  return entries.map((entry) => {
    const reference = world.emulator.messages.find(({ to }) => to === contentOf(entry).to)?.sid ?? "";
    return { position: entry.position, checks, triedAt: START, reference };
  });
}
const check = async (world: World, deliveries: readonly Unchecked[]) => {
  const { outcomes, halt } = await checkMessages(deliveries, world.deps);
  return { outcomes: deliveries.map(({ position }) => outcomes.get(position)), halt };
};

describe("a check", () => {
  it.each([
    [0, 0, "queued", 2, 3_600],
    [1, 1, "sending", 3, 14_400],
    [2, 2, "sent", 4, 43_200],
    [2, 3, "sent", 4, undefined],
    [3, 0, "delivered", 5, undefined],
  ])(
    "%i steps into a text's life, after %i others, reads %s",
    async (steps, checks, status, rank, checkAfterSeconds) => {
      const world = makeWorld();
      const [entry] = await taken(world, 1, { steps, checks });
      if (!entry) throw new Error("no entry");
      const { outcomes } = await check(world, [entry]);
      const { reference } = entry;
      expect(outcomes).toEqual([
        { type: "delivered", reference, status, rank, ...(checkAfterSeconds && { checkAfterSeconds }) },
      ]);
      expect(world.emulator.stats).toEqual({ create: 1, fetch: 1 });
    },
  );

  it("of a text that failed says why, and puts a number that has sent STOP on the list", async () => {
    const world = makeWorld();
    world.emulator.undeliverable.set(phone(1), 30005);
    world.emulator.undeliverable.set(phone(2), 21610);
    const { outcomes } = await check(world, await taken(world, 2, { steps: 3 }));
    expect(outcomes).toMatchObject([
      { type: "rejected", status: "undelivered", rank: 5, reason: expect.stringContaining("not in service") },
      { type: "rejected", status: "undelivered", rank: 5, reason: expect.stringContaining("STOP") },
    ]);
    const listed = await world.deps.optOuts.find(optOutScope(world.deps.secrets), [phone(1), phone(2)]);
    expect([...listed]).toEqual([phone(2)]);
  });

  it("reads many from one list, and says of each what it would say of it alone", async () => {
    const world = makeWorld();
    world.emulator.undeliverable.set(phone(2), 21610);
    world.emulator.undeliverable.set(phone(3), 30006);
    const deliveries = await taken(world, 12, { steps: 3 });
    const { outcomes, halt } = await check(world, deliveries);
    expect(halt).toBeUndefined();
    expect(world.emulator.stats).toEqual({ create: 12, list: 1 });
    const alone = await Promise.all(deliveries.map(async (one) => (await check(world, [one])).outcomes[0]));
    expect(outcomes).toEqual(alone);
    const listed = await world.deps.optOuts.find(optOutScope(world.deps.secrets), [phone(2), phone(3)]);
    expect([...listed]).toEqual([phone(2)]);
  });

  it("asks for five at once of what the list does not have, and for no more once Twilio can't be asked", async () => {
    const world = makeWorld();
    const others = { ...world.deps, config: { ...world.deps.config, from: "+15005550007" } };
    const deliveries = await taken(world, 12, { steps: 3 });
    world.emulator.faults.push({ match: "fetch", mode: "rate_limit" });
    const { outcomes, halt } = await checkMessages(deliveries, others);
    expect([outcomes.size, halt]).toEqual([0, expect.objectContaining({ type: "retry" })]);
    expect(world.emulator.stats).toMatchObject({ list: 1, fetch: 5 });
    world.emulator.faults.splice(0);
    expect((await checkMessages(deliveries, others)).outcomes.size).toBe(12);
    expect(world.emulator.stats).toMatchObject({ list: 2, fetch: 17 });
  });

  it("decides nothing when the list can't be read", async () => {
    const world = makeWorld();
    const deliveries = await taken(world, 6, { steps: 3 });
    world.emulator.faults.push({ match: "list", mode: "outage" });
    expect(await checkMessages(deliveries, world.deps)).toEqual({
      outcomes: new Map(),
      halt: expect.objectContaining({ type: "retry" }),
    });
    expect(world.emulator.stats.fetch).toBeUndefined();
  });

  it("tells a message that is gone from a Twilio that is not there", async () => {
    const world = makeWorld();
    const [one] = await taken(world, 1);
    if (!one) throw new Error("no text");
    const reference = `SM${"0".repeat(32)}`;
    expect(await check(world, [{ ...one, reference }])).toEqual({
      outcomes: [{ type: "delivered", reference, status: "not_found", rank: 4 }],
      halt: undefined,
    });
    const nowhere = { ...world.deps, fetch: async () => new Response("<html>", { status: 404 }) };
    expect(await checkMessages([one], nowhere)).toMatchObject({ halt: { type: "blocked" } });
  });
});
