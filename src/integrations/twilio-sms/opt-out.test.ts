import { expect, it } from "vitest";
import { deliverPage } from "./deliver";
import { byHand, FROM, makeWorld, page } from "./testing";

it("a STOP is remembered: the next texts to that number make no call, and others are sent", async () => {
  const world = makeWorld();
  const [first, again, other] = world.entries(1, 3);
  if (!first || !again || !other) throw new Error("no entries");
  const { to } = first.content as { to: string };
  const toSame = { ...again, content: { to, body: "again" } };
  world.emulator.receive({ from: to, to: FROM, body: "STOP" });
  const refused = await deliverPage(page([first]), world.deps);
  expect(refused.outcomes.get(first.position)).toMatchObject({
    type: "rejected",
    reason: expect.stringContaining("STOP"),
  });
  const calls = world.emulator.stats.create;
  const next = await deliverPage(page([toSame, other]), world.deps);
  expect(next.outcomes.get(toSame.position)).toMatchObject({ type: "rejected" });
  expect(next.outcomes.get(other.position)).toMatchObject({ type: "delivered" });
  expect(world.emulator.stats.create).toBe((calls ?? 0) + 1);
});

it("a retry by hand asks Twilio again, and a text that it takes lifts the opt-out", async () => {
  const world = makeWorld();
  const [first, again] = world.entries(1, 2);
  if (!first || !again) throw new Error("no entries");
  const { to } = first.content as { to: string };
  world.emulator.receive({ from: to, to: FROM, body: "STOP" });
  await deliverPage(page([first]), world.deps);
  world.emulator.receive({ from: to, to: FROM, body: "START" });
  const retried = await deliverPage(page([byHand(first)], { replay: true }), world.deps);
  expect(retried.outcomes.get(first.position)).toMatchObject({ type: "delivered" });
  const toSame = { ...again, content: { to, body: "again" } };
  expect((await deliverPage(page([toSame]), world.deps)).outcomes.get(toSame.position)).toMatchObject({
    type: "delivered",
  });
});
