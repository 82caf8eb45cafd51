import { describe, expect, it } from "vitest";
import type { Entry } from "../../core/integration";
import { deliverPage } from "./deliver";
import { contentOf } from "./message";
import { optOutScope } from "./outcomes";
import { reconcilePage } from "./reconcile";
import { inDoubt, makeWorld, page, phone, START, type World } from "./testing";

/** Texts that Twilio has taken, some steps into their life, and their entries as they come to be checked. */
async function taken(world: World, count: number, { steps = 0, looks = 0 } = {}): Promise<Entry[]> {
  const entries = world.entries(1, count);
  await deliverPage(page(entries), world.deps);
  for (let step = 0; step < steps; step += 1) await world.emulator.advance();
  return entries.map((entry) => {
    const reference = world.emulator.messages.find(({ to }) => to === contentOf(entry).to)?.sid ?? null;
    return { ...entry, attempted: { attempts: 1, looks, triedAt: START, reference } };
  });
}
const check = async (world: World, entries: readonly Entry[]) => {
  const { outcomes, halt } = await reconcilePage(page(entries), world.deps);
  return { outcomes: entries.map(({ position }) => outcomes.get(position)), halt };
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
    async (steps, looks, status, rank, checkAfterSeconds) => {
      const world = makeWorld();
      const [entry] = await taken(world, 1, { steps, looks });
      if (!entry) throw new Error("no entry");
      const { outcomes } = await check(world, [entry]);
      const reference = entry.attempted?.reference;
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

  it("asks for five at once, and for no more of them once Twilio can't be asked", async () => {
    const world = makeWorld();
    const entries = await taken(world, 12, { steps: 3 });
    world.emulator.faults.push({ match: "fetch", mode: "rate_limit" });
    const { outcomes, halt } = await check(world, entries);
    expect(outcomes.filter((outcome) => outcome !== undefined)).toEqual([]);
    expect(halt).toMatchObject({ type: "retry" });
    expect(world.emulator.stats.fetch).toBe(5);
    world.emulator.faults.splice(0);
    expect((await check(world, entries)).outcomes).toHaveLength(12);
  });

  it("tells a message that is gone from a Twilio that is not there", async () => {
    const world = makeWorld();
    const [entry] = await taken(world, 1);
    if (!entry?.attempted) throw new Error("no entry");
    const reference = `SM${"0".repeat(32)}`;
    const gone = { ...entry, attempted: { ...entry.attempted, reference } };
    expect(await check(world, [gone])).toEqual({
      outcomes: [{ type: "delivered", reference, status: "not_found", rank: 4 }],
      halt: undefined,
    });
    const nowhere = { ...world.deps, fetch: async () => new Response("<html>", { status: 404 }) };
    expect(await reconcilePage(page([entry]), nowhere)).toMatchObject({ halt: { type: "blocked" } });
  });

  it("goes by the SID, and what is in doubt beside it is looked for", async () => {
    const world = makeWorld();
    const [entry] = await taken(world, 1, { steps: 3 });
    world.emulator.faults.push({ match: "create", mode: "drop_after", times: 1 });
    const second = world.entries(2, 2);
    await deliverPage(page(second), world.deps);
    world.clock.now += 60_000;
    const doubtful = inDoubt(second).entries;
    if (!entry) throw new Error("no entry");
    const { outcomes } = await check(world, [{ ...entry, content: undefined }, ...doubtful]);
    expect(outcomes).toMatchObject([{ status: "delivered" }, { type: "delivered", status: "queued" }]);
    expect(world.emulator.stats).toMatchObject({ create: 2, fetch: 1, list: 1 });
  });
});
