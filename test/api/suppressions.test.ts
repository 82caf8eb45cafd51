import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { addSuppressed, findSuppressed, removeSuppressed } from "../../src/store/suppressions";

it("the opt-out list finds what was put on it, in its scope only, and holds no number", async () => {
  const [a, b] = ["+919876543210", "+919876543211"];
  await addSuppressed(env.DB, "twilio-sms:AC1", a, 1);
  await addSuppressed(env.DB, "twilio-sms:AC1", a, 2);
  expect(await findSuppressed(env.DB, ["twilio-sms:AC1"], [a, b])).toEqual(new Set([a]));
  expect(await findSuppressed(env.DB, ["twilio-sms:AC2"], [a, b])).toEqual(new Set());
  expect(await findSuppressed(env.DB, ["twilio-sms:AC2", "twilio-sms:AC1"], [a, b])).toEqual(new Set([a]));
  const { results } = await env.DB.prepare("SELECT * FROM suppressions").all();
  expect(JSON.stringify(results)).not.toContain("98765");
  await removeSuppressed(env.DB, ["twilio-sms:AC1"], a);
  expect(await findSuppressed(env.DB, ["twilio-sms:AC1"], [a])).toEqual(new Set());
});
