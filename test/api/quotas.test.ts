import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { deleteOldQuotas, giveBackQuotas, takeQuotas } from "../../src/store/quotas";

const DAY = 86_400_000;
const AT = 20_000 * DAY + 5_000;
const use = (scope: string, key: string, want: number, limit = 3) => ({ scope, key, want, limit });

it("grants up to the limit of a day, each key for itself, and starts anew at midnight UTC", async () => {
  const [a, b] = [use("grant", "+919876543210", 2), use("grant", "+919876543211", 1)];
  expect(await takeQuotas(env.DB, AT, [a, b])).toEqual([2, 1]);
  expect(await takeQuotas(env.DB, AT, [b, a])).toEqual([1, 1]);
  expect(await takeQuotas(env.DB, AT, [a])).toEqual([0]);
  expect(await takeQuotas(env.DB, AT, [use("other", a.key, 1)])).toEqual([1]);
  expect(await takeQuotas(env.DB, AT + DAY - 5_000, [a])).toEqual([2]);
  expect(await takeQuotas(env.DB, AT, [])).toEqual([]);
});

it("gives back what was not used, a raised limit grants more, and a lowered one takes nothing away", async () => {
  await takeQuotas(env.DB, AT, [use("back", "k", 3)]);
  await giveBackQuotas(env.DB, AT, [use("back", "k", 2)]);
  expect(await takeQuotas(env.DB, AT, [use("back", "k", 9)])).toEqual([2]);
  expect(await takeQuotas(env.DB, AT, [use("back", "k", 9, 5)])).toEqual([2]);
  expect(await takeQuotas(env.DB, AT, [use("back", "k", 1, 1)])).toEqual([0]);
});

it("two takers at once never get more than the limit together", async () => {
  const both = await Promise.all([1, 2, 3].map(() => takeQuotas(env.DB, AT, [use("race", "k", 2)])));
  expect(both.flat().reduce((sum, n) => sum + n, 0)).toBe(3);
});

it("holds no number, and days before yesterday are deleted", async () => {
  await takeQuotas(env.DB, AT, [use("old", "+919876543210", 1)]);
  const days = async () =>
    (await env.DB.prepare("SELECT * FROM quotas WHERE scope = 'old' ORDER BY day").all<{ day: number }>()).results;
  expect(JSON.stringify(await days())).not.toContain("98765");
  await takeQuotas(env.DB, AT + 2 * DAY, [use("old", "+919876543210", 1)]);
  await deleteOldQuotas(env.DB, AT + DAY);
  expect(await days()).toHaveLength(2);
  await deleteOldQuotas(env.DB, AT + 2 * DAY);
  expect((await days()).map((row) => row.day)).toEqual([20_002]);
});
