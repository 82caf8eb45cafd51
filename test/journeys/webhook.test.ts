import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { FORM, type Stack, startStack, until } from "../support/stack";

let stack: Stack;
let key = "";
let form = "";
let at = "";

beforeAll(async () => {
  stack = await startStack(mkdtempSync(path.join(tmpdir(), "formlog-")));
  key = await stack.workspace();
});
beforeEach(async () => {
  form = (await stack.call("POST", "/v1/forms", { key, body: FORM })).body.id;
  at = `/v1/forms/${form}/integrations`;
  stack.receiver.faults.splice(0);
  stack.receiver.keys.splice(0);
});
afterAll(() => stack?.close());

const add = (config: Record<string, unknown> = {}) =>
  stack.call("POST", at, { key, body: { kind: "webhook", config: { url: stack.receiverUrl, ...config } } });
const submit = async (name: string): Promise<string> =>
  (await stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name } } })).body.id;
const events = (response: string) =>
  stack.receiver.received.filter(({ body }) => JSON.parse(body).data.response?.id === response);

it("a webhook is made with keys that are shown once, and each event is signed with both of them", async () => {
  const { status, body } = await add();
  expect(status).toBe(201);
  expect(body.secrets).toEqual({
    secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    publicKey: expect.stringMatching(/^whpk_[A-Za-z0-9+/]{43}=$/),
  });
  const seen = await stack.call("GET", `${at}/${body.id}`, { key });
  expect(seen.body.config).toEqual({ url: stack.receiverUrl, connection: expect.stringMatching(/^conn_/) });
  const connection = await stack.call("GET", `/v1/connections/${body.config.connection}`, { key });
  expect(JSON.stringify([seen.body, connection.body])).not.toMatch(/whsec_|whsk_|whpk_/);
  for (const shown of Object.values(body.secrets)) {
    stack.receiver.keys.splice(0, 1, String(shown));
    const id = await submit("Asha");
    await until(() => expect(events(id)).toMatchObject([{ verified: true }]));
    expect(JSON.parse(events(id)[0]?.body ?? "")).toMatchObject({
      type: "response.created",
      data: { form: { id: form }, response: { id, answers: { name: "Asha" } } },
    });
  }
});

it("rotated, the old key holds beside the new one, and the new one is shown once", async () => {
  const { body } = await add();
  const rotate = `/v1/connections/${body.config.connection}/rotate`;
  const rotated = await stack.call("POST", rotate, { key });
  expect(rotated.status).toBe(200);
  expect(rotated.body.secrets.secret).not.toBe(body.secrets.secret);
  for (const secrets of [body.secrets, rotated.body.secrets]) {
    stack.receiver.keys.splice(0, 1, secrets.secret);
    const id = await submit("Ravi");
    await until(() => expect(events(id)).toMatchObject([{ verified: true }]));
    expect(events(id)[0]?.signature.split(" ")).toHaveLength(4);
  }
  const other = await stack.workspace();
  expect((await stack.call("POST", rotate, { key: other })).status).toBe(404);
  const twilio = { kind: "twilio-sms", name: "T", secrets: { accountSid: `AC${"1".repeat(32)}`, authToken: "t" } };
  const theirs = await stack.call("POST", "/v1/connections", { key, body: twilio });
  expect((await stack.call("POST", `/v1/connections/${theirs.body.id}/rotate`, { key })).status).toBe(409);
});

it("a failure is kept as an attempt, tried again by the sweeper, and then it arrives with the same id", async () => {
  await add();
  stack.receiver.faults.push({ mode: "error_after", status: 502, times: 1 });
  const id = await submit("Uma");
  await until(async () => {
    await stack.sweep();
    expect(events(id)).toHaveLength(2);
  });
  const [first, second] = events(id);
  expect(second).toMatchObject({ id: first?.id, body: first?.body });
  const attempts = `/v1/deliveries/${first?.id}/attempts`;
  await until(async () => {
    const { body } = await stack.call("GET", attempts, { key });
    expect(body).toMatchObject({
      items: [
        { status: 200, answer: '{"ok":true}' },
        { status: 502, answer: '{"error":"on demand"}' },
      ],
      next: null,
    });
  });
  expect((await stack.call("GET", attempts, { key: await stack.workspace() })).status).toBe(404);
});

it("a sheet that is not shared is told to the form's webhook by the sweeper, and so is that it is written again", async () => {
  await add({ events: ["integration.blocked", "integration.recovered"] });
  stack.google.createSpreadsheet({ id: "unshared", title: "Unshared", sharedWith: [] });
  const sheet = await stack.call("POST", at, {
    key,
    body: { kind: "google-sheets", config: { spreadsheetId: "unshared" } },
  });
  const { id } = sheet.body;
  const told = () =>
    stack.receiver.received
      .map(({ body }) => JSON.parse(body))
      .filter(({ data }) => data.integration?.id === id)
      .map(({ type, data }) => [type, data.integration.reason]);
  await submit("Asha");
  await until(async () => {
    await stack.sweep();
    expect(told()).toEqual([["integration.blocked", expect.stringMatching(/not shared.*as Editor/)]]);
  });
  stack.google.share("unshared", [stack.googleAccount]);
  await stack.call("POST", `${at}/${id}/resume`, { key });
  await until(async () => {
    await stack.sweep();
    expect(told().slice(1)).toEqual([["integration.recovered", expect.stringContaining("not shared")]]);
  });
  expect(stack.google.readRows("unshared", "Responses").slice(1)).toHaveLength(1);
  const { body } = await stack.call("GET", `/v1/audit?object=${id}`, { key });
  expect(body.items.filter(({ actor }: { actor: string }) => actor === "system")).toMatchObject([
    { action: "integration.recovered" },
    { action: "integration.blocked" },
  ]);
});

it("a test event tells what the receiver says, however much that is", async () => {
  const { body } = await add();
  const test = () => stack.call("POST", `${at}/${body.id}/test`, { key });
  expect((await test()).body).toEqual({ ok: true, detail: expect.stringMatching(/answered 200 in \d+ ms/) });
  stack.receiver.faults.push({ mode: "gone", times: 1 });
  expect((await test()).body).toEqual({ ok: false, detail: expect.stringContaining("HTTP 410") });
  stack.receiver.faults.push({ mode: "flood", times: 1 });
  expect((await test()).body.ok).toBe(true);
});

it("an address that leads inwards is refused with what to do, and so are headers that are ours", async () => {
  const refused = await add({ url: "https://169.254.169.254/latest" });
  expect(refused).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: "/config/url", detail: expect.stringContaining("public internet") }] },
  });
  expect((await add({ url: "https://formlog.test/v1/forms" })).body.errors[0].detail).toContain("own address");
  expect((await add({ headers: { Host: "inner" } })).status).toBe(422);
  expect((await stack.call("GET", at, { key })).body.items).toEqual([]);
});
