/** How fast sheets are written to: Google counts reads and writes of an account by the minute. */
import { describe, expect, it } from "vitest";
import { manifest } from "../../src/integrations/google-sheets/manifest";
import { person, sheetsWorld } from "../support/control";

const MINUTE = 60_000;

it("no minute has more pages than leave ten of Google's 60 reads and writes, what was saved included", () => {
  const secrets = { client_email: "a@b.test", private_key: "k" } as Parameters<NonNullable<typeof manifest.budget>>[1];
  const budget = manifest.budget?.({} as Parameters<NonNullable<typeof manifest.budget>>[0], secrets);
  expect((budget?.capacity ?? 60) + 60 * (budget?.perSecond ?? 1)).toBeLessThanOrEqual(50);
});

it("a sheet that has its account to itself waits for two seconds between two pages", async () => {
  const { world, clock } = await sheetsWorld();
  await world.submit(person(1));
  await world.wakeOnce();
  expect((await world.cursor()).nextAt - clock.now).toBe(2_000);
});

describe("Google refuses a call because there were too many (429)", () => {
  const refuse = { match: "batchUpdate", mode: "rate_limit" } as const;

  it("by chance: the page goes out within a second, in the same wake-up", async () => {
    const { world, clock, sheets, rows } = await sheetsWorld();
    const [id] = await world.submit(person(1));
    sheets.faults.push({ ...refuse, times: 1 });
    const before = clock.now;
    await world.wakeOnce();
    expect([rows(), clock.now - before]).toEqual([[id], 625]);
  });

  it("for the rest of the minute: asked again at growing distances, and when the next one begins", async () => {
    const { world, clock, sheets, rows } = await sheetsWorld();
    const [id] = await world.submit(person(1));
    clock.now = Math.ceil(clock.now / MINUTE) * MINUTE;
    const start = clock.now;
    sheets.faults.push(refuse);
    const waits: number[] = [];
    while (clock.now < start + MINUTE) {
      await world.wakeOnce();
      const { nextAt } = await world.cursor();
      waits.push(nextAt - clock.now);
      clock.now = nextAt;
    }
    // The first one is slept through, and the second failure of that wake-up is what is seen.
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000]);
    expect(clock.now - start - MINUTE).toBe(625);
    sheets.faults.length = 0;
    await world.wakeOnce();
    expect(rows()).toEqual([id]);
  });
});
