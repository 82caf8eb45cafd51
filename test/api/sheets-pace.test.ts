/** How fast sheets are written to: Google counts reads and writes of an account by the minute. */
import { expect, it } from "vitest";
import { manifest } from "../../src/integrations/google-sheets/manifest";
import { person, sheetsWorld } from "../support/control";

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
