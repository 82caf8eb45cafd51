import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { call, newForm, newWorkspace, ROOT_KEY } from "../support/api";
import { createOutage } from "../support/failing-d1";

const OLD = `test:${btoa("an encryption key of 32 bytes !!")}`;
const NEW = `new:${btoa("another encryption key, 32 bytes")}`;
const SECRETS = { accountSid: `AC${"2".repeat(32)}`, authToken: "the token of a provider" };
const TURNSTILE = { siteKey: "0x4AAA", secret: "0x4AAA-secret-of-cloudflare" };

const installation = (keys: string) => createOutage({ FORMLOG_ENCRYPTION_KEY: keys });
const rotate = async (keys: string) =>
  (await installation(keys).call("POST", "/v1/encryption/rotate", { headers: { authorization: `Bearer ${ROOT_KEY}` } }))
    .body;
const keyIds = async () => {
  const connections = await env.DB.prepare("SELECT DISTINCT key_id AS id FROM connections").all<{ id: string }>();
  const forms = await env.DB.prepare(
    "SELECT DISTINCT turnstile->>'keyId' AS id FROM forms WHERE turnstile IS NOT NULL",
  ).all<{ id: string }>();
  return [...connections.results, ...forms.results].map(({ id }) => id);
};

it("everything that earlier keys sealed is sealed with the current one, bit by bit, and opens without them", async () => {
  const key = await newWorkspace();
  for (let i = 0; i < 120; i += 1) {
    const body = { kind: "twilio-sms", name: `n${i}`, secrets: SECRETS };
    expect((await call("POST", "/v1/connections", { key, body })).status).toBe(201);
  }
  const webhook = await call("POST", "/v1/connections", { key, body: { kind: "webhook", name: "hook" } });
  expect(webhook.status).toBe(201);
  await newForm(key, { turnstile: TURNSTILE });

  expect(await rotate(OLD)).toEqual({ current: "test", resealed: 0, left: 0, lost: 0 });
  expect(await rotate(NEW)).toMatchObject({ current: "new", resealed: 0, left: 0, lost: 122 });
  expect(await rotate(`${NEW},${OLD}`)).toEqual({ current: "new", resealed: 100, left: 22, lost: 0 });
  expect(await rotate(`${NEW},${OLD}`)).toEqual({ current: "new", resealed: 22, left: 0, lost: 0 });
  expect(await rotate(NEW)).toEqual({ current: "new", resealed: 0, left: 0, lost: 0 });
  expect(new Set(await keyIds())).toEqual(new Set(["new"]));

  // Opened without the old key: a webhook's keys are read before they are renewed.
  const at = `/v1/connections/${webhook.body.id}/rotate`;
  const headers = { authorization: `Bearer ${key}` };
  expect((await installation(NEW).call("POST", at, { headers })).status).toBe(200);
  expect((await installation(OLD).call("POST", at, { headers })).status).toBe(500);
});
