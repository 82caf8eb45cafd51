import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { localSecrets } from "../../scripts/local/secrets";
import type { LocalAccount } from "../../src/integrations/twilio-sms/local";
import { signRequest } from "../../src/integrations/twilio-sms/signature";
import { FORM, type Stack, startStack, until } from "../support/stack";

const state = mkdtempSync(path.join(tmpdir(), "formlog-"));
const twilio = (await localSecrets(state)).kinds["twilio-sms"] as LocalAccount;
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
afterEach(() => {
  stack.twilio.faults.length = 0;
  stack.gate.beforeAnswer = undefined;
});

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

describe("callbacks of Twilio", () => {
  /** A form with the integration alone, and one text on its way to a number. */
  async function send(name: string, phone: string) {
    const made = (await stack.call("POST", "/v1/forms", { key, body: FORM })).body.id;
    const list = `/v1/forms/${made}/integrations`;
    const sms = (await stack.call("POST", list, { key, body: { kind: "twilio-sms", config: CONFIG } })).body.id;
    await stack.call("POST", `/v1/forms/${made}/responses`, { body: { answers: { name, phone } } });
    return async () => (await stack.call("GET", `${list}/${sms}/deliveries`, { key })).body.items[0];
  }
  const sent = (name: string) => stack.twilio.messages.filter(({ body }) => body === `Thanks ${name}`);
  /** All of a message's life, whose callbacks are lost. */
  async function liveUnheard(): Promise<void> {
    stack.twilio.faults.push({ mode: "no_callback" });
    for (let step = 0; step < 4; step += 1) await stack.twilio.advance();
  }
  async function report(delivery: string, MessageSid: string, MessageStatus: string): Promise<void> {
    const hook = `/hooks/twilio/${delivery}`;
    const params = new URLSearchParams({ MessageSid, MessageStatus });
    const signature = await signRequest(twilio.authToken, `https://formlog.test${hook}`, params);
    expect((await stack.post(hook, params, { "x-twilio-signature": signature })).status).toBe(204);
  }

  it("in reverse order, and each of them twice, lead to the last status", async () => {
    const delivery = await send("Reversed", "+919876512351");
    await until(async () => expect(await delivery()).toMatchObject({ state: "delivered", status: "queued" }));
    await liveUnheard();
    const { id, reference } = await delivery();
    for (const status of ["delivered", "sent", "sending", "sent", "delivered", "sending"]) {
      await report(id, reference, status);
      expect(await delivery()).toMatchObject({ state: "delivered", status: "delivered" });
    }
    expect(sent("Reversed")).toHaveLength(1);
  });

  it("before the create's answer are not undone by it, and no text is sent again", async () => {
    stack.gate.beforeAnswer = async () => {
      stack.gate.beforeAnswer = undefined;
      for (let step = 0; step < 4; step += 1) await stack.twilio.advance();
    };
    const delivery = await send("Early", "+919876512352");
    await until(async () => expect(await delivery()).toMatchObject({ state: "delivered", status: "delivered" }));
    await stack.sweep();
    expect(await delivery()).toMatchObject({ status: "delivered", reference: sent("Early")[0]?.sid });
    expect(sent("Early")).toHaveLength(1);
  });

  it("instead of the create's answer, which was lost, settle the delivery", async () => {
    stack.twilio.faults.push({ match: "create", mode: "drop_after", times: 1 });
    const delivery = await send("Unanswered", "+919876512353");
    await until(() => expect(sent("Unanswered")).toHaveLength(1));
    await until(async () => {
      await stack.twilio.advance();
      expect(await delivery()).toMatchObject({ state: "delivered", status: "delivered" });
    });
    expect(sent("Unanswered")).toHaveLength(1);
  });

  it.each([
    ["delivered", undefined, { state: "delivered", status: "delivered" }],
    ["not delivered", 30006, { state: "parked", status: "undelivered", reason: expect.stringContaining("landline") }],
  ])("that never came are made good by a check: the text was %s", async (name, code, expected) => {
    const phone = `+9198765123${code === undefined ? 54 : 55}`;
    if (code !== undefined) stack.twilio.undeliverable.set(phone, code);
    const delivery = await send(name, phone);
    await until(async () => expect(await delivery()).toMatchObject({ state: "delivered", status: "queued" }));
    await liveUnheard();
    const { reference } = await delivery();
    // As if its quarter of an hour had passed.
    const db = await stack.db();
    await db.batch([
      db.prepare("UPDATE deliveries SET tried_at = 1 WHERE reference = ?").bind(reference),
      db
        .prepare(
          "UPDATE cursors SET check_at = 1 WHERE integration IN (SELECT integration FROM deliveries WHERE reference = ?)",
        )
        .bind(reference),
    ]);
    await until(async () => {
      await stack.sweep();
      expect(await delivery()).toMatchObject(expected);
    });
    expect(sent(name)).toHaveLength(1);
  });
});
