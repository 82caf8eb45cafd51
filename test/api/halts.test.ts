/** What a cursor does when a provider fails for a moment, and when it is away: counted in calls, waits and wake-ups. */
import { beforeEach, expect, it } from "vitest";
import type { WakeUp } from "../../src/store/cursors";
import { createSmsWorld } from "../support/sms";

const people = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ phone: `+9198765439${String(i).padStart(2, "0")}` }));

let scene: Awaited<ReturnType<typeof createSmsWorld>>;
let slept: number[];
let rung: WakeUp[];

beforeEach(async () => {
  scene = await createSmsWorld({ callbacks: "off" });
  [slept, rung] = [[], []];
});

/** One wake-up; how many texts were asked for in it. */
async function wakeOnce(): Promise<number> {
  const { world, clock, twilio } = scene;
  const before = twilio.stats.create ?? 0;
  await world.wakeOnce({
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      clock.now += milliseconds;
    },
    wake: async (wakeUps) => void rung.push(...wakeUps),
  });
  return (twilio.stats.create ?? 0) - before;
}

it("a first failure is slept through under the lease, and whole pages follow: no wake-up, no probe", async () => {
  const { world, twilio } = scene;
  const ids = await world.submit(...people(50));
  twilio.faults.push({ match: "create", mode: "rate_limit", times: 1 });
  expect(await wakeOnce()).toBe(51);
  expect(twilio.messages.map(({ body }) => body).toSorted()).toEqual(ids.map((id) => `Thanks ${id}`).toSorted());
  expect(slept).toEqual([625]);
  expect(rung).toEqual([]);
  expect(await world.cursor()).toMatchObject({ state: "active", failures: 0 });
});

it("Retry-After is waited for, and the worker does not stay for more than a second of it", async () => {
  const { world, clock, twilio } = scene;
  await world.submit(...people(3));
  const refusing = async () => Response.json({ code: 20429 }, { status: 429, headers: { "retry-after": "7" } });
  const wake = async (wakeUps: readonly WakeUp[]) => void rung.push(...wakeUps);
  await world.wakeOnce({ fetch: refusing, wake });
  expect(rung).toMatchObject([{ notBefore: clock.now + 7_000 }]);
  clock.now += 6_000;
  expect(await wakeOnce()).toBe(0);
  clock.now += 1_000;
  expect(await wakeOnce()).toBe(3);
  expect(twilio.messages).toHaveLength(3);
});

it("an outage is met by two pages and then by one text at a time, further and further apart", async () => {
  const { world, clock, twilio } = scene;
  await world.submit(...people(60));
  twilio.faults.push({ match: "create", mode: "rate_limit" });
  const asked = [await wakeOnce()];
  expect(slept).toEqual([625]);
  const waits: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    const { notBefore = 0 } = rung.pop() ?? {};
    waits.push(notBefore - clock.now);
    clock.now = notBefore;
    asked.push(await wakeOnce());
  }
  expect(waits).toEqual([2_000, 4_000, 8_000, 16_000]);
  // Five at once, twice.
  expect(asked).toEqual([10, 1, 1, 1, 1]);
  twilio.faults.length = 0;
  clock.now = rung.pop()?.notBefore ?? 0;
  expect(await wakeOnce()).toBe(60);
});

it("a worker that dies in its sleep delays what it held by its lease, and doubles nothing", async () => {
  const { world, twilio } = scene;
  const ids = await world.submit(...people(30));
  twilio.faults.push({ match: "create", mode: "rate_limit", times: 1 });
  await expect(world.wakeOnce({ sleep: () => Promise.reject(new Error("killed")) })).rejects.toThrow("killed");
  expect(await wakeOnce()).toBe(0);
  world.outlive();
  await world.run();
  expect(twilio.messages.map(({ body }) => body).toSorted()).toEqual(ids.map((id) => `Thanks ${id}`).toSorted());
});
