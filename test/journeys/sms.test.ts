import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { localSecrets } from "../../scripts/local/secrets";
import { signRequest } from "../../src/integrations/twilio-sms/signature";
import { FORM, type Stack, startStack, until } from "../support/stack";

const state = mkdtempSync(path.join(tmpdir(), "formlog-"));
const { twilio } = localSecrets(state);
let stack: Stack;
let key = "";
let form = "";
let at = "";

beforeAll(async () => {
  stack = await startStack(state);
  key = await stack.workspace();
  form = (await stack.call("POST", "/v1/forms", { key, body: FORM })).body.id;
  at = `/v1/forms/${form}/integrations`;
});
afterAll(() => stack?.close());

const CONFIG = { to: "phone", body: "Thanks {{name}}", defaultCountry: "IN" };
const add = async () => (await stack.call("POST", at, { key, body: { kind: "twilio-sms", config: CONFIG } })).body.id;
const submit = (name: string, phone: string) =>
  stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name, phone } } });
const deliveries = async (sms: string) => (await stack.call("GET", `${at}/${sms}/deliveries`, { key })).body.items;

/** A person writes: Twilio heeds its own keywords, and posts the message to us. */
async function write(sms: string, body: string, { from, token }: { from: string; token: string }) {
  const hook = `/hooks/twilio/inbound/${sms}`;
  const params = new URLSearchParams({ From: from, To: twilio.from, Body: body, MessageSid: "SM1" });
  const signature = await signRequest(token, `https://formlog.test${hook}`, params);
  return stack.post(hook, params, { "x-twilio-signature": signature });
}

it("STOP keeps texts from a number, START lets them through again, and a forged one changes nothing", async () => {
  const sms = await add();
  const from = "+919876512345";
  const { authToken: token } = twilio;
  expect((await write(sms, "STOP", { from, token: "a-forged-token-0123456789" })).status).toBe(403);
  expect((await write("int_none", "STOP", { from, token })).status).toBe(404);
  await submit("Asha", from);
  await until(() => expect(stack.texts()).toEqual(["Thanks Asha"]));
  const stopped = await write(sms, "Stop", { from, token });
  expect(stopped).toEqual({ status: 200, type: "text/xml", body: "<Response></Response>" });
  await submit("Ravi", from);
  await submit("Uma", "+919876512346");
  await until(async () => {
    expect(stack.texts()).toEqual(["Thanks Asha", "Thanks Uma"]);
    const parked = (await deliveries(sms)).filter((one: { state: string }) => one.state === "parked");
    expect(parked).toMatchObject([{ reason: expect.stringContaining("STOP") }]);
  });
  expect((await write(sms, "START", { from, token })).status).toBe(200);
  await submit("Dev", from);
  await until(() => expect(stack.texts()).toEqual(["Thanks Asha", "Thanks Uma", "Thanks Dev"]));
});

it("a preview shows text and segments, stores nothing, and refuses what creating would refuse", async () => {
  const before = (await stack.call("GET", at, { key })).body.items.length;
  const preview = (body: unknown) => stack.call("POST", `${at}/preview`, { key, body });
  const shown = await preview({ kind: "twilio-sms", config: CONFIG, answers: { name: "Zoë 😀" } });
  expect(shown).toMatchObject({ status: 200, body: { text: "Thanks Zoë 😀", segments: 1, encoding: "UCS-2" } });
  const long = { ...CONFIG, body: `${"x".repeat(150)} {{response_id}}` };
  expect((await preview({ kind: "twilio-sms", config: long })).body).toMatchObject({ segments: 2, encoding: "GSM-7" });
  const bad = await preview({ kind: "twilio-sms", config: { ...CONFIG, to: "nobody" } });
  expect(bad).toMatchObject({ status: 422, body: { errors: [{ pointer: "/config/to" }] } });
  const wrong = await preview({ kind: "twilio-sms", config: CONFIG, answers: { name: 5 } });
  expect(wrong).toMatchObject({ status: 422, body: { errors: [{ question: "name" }] } });
  const none = await preview({ kind: "google-sheets", config: { spreadsheetId: "journey-sheet" } });
  expect(none).toMatchObject({ status: 422, body: { errors: [{ pointer: "/kind", code: "no_preview" }] } });
  expect((await stack.call("GET", at, { key })).body.items).toHaveLength(before);
});
