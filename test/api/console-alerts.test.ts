/**
 * The console's page of where alerts go: added, tried, paused and deleted there, by the pages that any integration has.
 */
import { beforeEach, expect, it } from "vitest";
import { call, newForm, newWorkspace } from "../support/api";
import { operator, textOf, type Visitor } from "../support/console";

const ALERTS = "/console/alerts";
const NEW = `${ALERTS}/new`;
let key: string;
let one: Visitor;

beforeEach(async () => {
  key = await newWorkspace();
  one = await operator(key);
});

const add = (typed: Record<string, string>) => one.submit(`${NEW}?type=${typed.type}`, NEW, typed);
const destinations = async () => (await call("GET", "/v1/alerts/destinations", { key })).body.items;

it("says that nobody is told, and leads to where that is changed", async () => {
  expect((await one.get("/console/integrations")).body).toContain(`href="${ALERTS}"`);
  const page = await one.get(ALERTS);
  expect(textOf(page.body)).toContain("Nobody is told yet");
  expect(page.body).toContain(`href="${NEW}"`);
});

it("adds each type, shows where it goes but no secret, and the keys of a webhook once", async () => {
  const made = await add({ type: "webhook", url: "https://oncall.formlog-tests.io/hook/secret-path" });
  expect([made.status, made.headers.get("location")]).toEqual([303, ALERTS]);
  const shown = await one.follow(made);
  expect(shown.body).toContain("whsec_");
  expect((await one.get(ALERTS)).body).not.toContain("whsec_");
  await add({ type: "slack", url: "https://hooks.slack.com/services/T0/B0/secret-path" });
  const mail = { authorization: "Bearer secret-key", from: "a@forms.example", to: "b@forms.example, c@forms.example" };
  expect((await add({ type: "email", url: "https://mail.formlog-tests.io/emails", ...mail })).status).toBe(303);
  expect((await add({ type: "sms", number: "+14155552671" })).status).toBe(303);
  expect((await destinations()).map(({ type, to }: { type: string; to: string }) => [type, to])).toEqual([
    ["webhook", "oncall.formlog-tests.io"],
    ["slack", "hooks.slack.com"],
    ["email", "b@forms.example, c@forms.example"],
    ["sms", "…2671"],
  ]);
  const { body } = await one.get(ALERTS);
  const text = textOf(body);
  for (const [type, to] of [
    ["Webhook", "oncall.formlog-tests.io"],
    ["Slack", "hooks.slack.com"],
    ["E-mail", "b@forms.example, c@forms.example"],
    ["SMS", "…2671"],
  ]) {
    expect(text).toContain(`${type} To ${to} State Active`);
  }
  expect(body).not.toMatch(/secret-path|secret-key|4155552671/);
});

it("says beside the input what is wrong with it, and keeps what was typed but for credentials", async () => {
  const sent = {
    type: "email",
    url: "http://inner",
    authorization: "Bearer secret-key",
    from: "a@b.example",
    to: "nobody",
  };
  const page = await add(sent);
  expect(page.status).toBe(422);
  expect(page.body).toMatch(/<input[^>]*name="to"[^>]*aria-invalid="true"/);
  expect(page.body).toContain('value="http://inner"');
  expect(page.body).not.toContain("secret-key");
  const refused = await add({ type: "webhook", url: "https://localhost/hook" });
  expect(refused.status).toBe(422);
  expect(refused.body).toMatch(/<input[^>]*name="url"[^>]*aria-invalid="true"/);
  expect((await add({ type: "sms", number: "12" })).status).toBe(422);
  const form = await one.get(`${NEW}?type=webhook`);
  expect((await one.post(NEW, { ...Object.fromEntries([...tokenOf(form.body)]), type: "pigeon" })).status).toBe(422);
  expect(await destinations()).toEqual([]);
});

const tokenOf = (page: string) =>
  [...page.matchAll(/name="(formlog_token)" value="([^"]+)"/g)].map(([, a, b]) => [a, b] as const);

it("is tried, paused, resumed and deleted by the pages of the integration", async () => {
  await add({ type: "slack", url: "https://hooks.slack.com/services/T0/B0/x" });
  const [{ form, id }] = await destinations();
  const at = (page: string) => `/console/forms/${form}/integrations/${id}/${page}`;
  // No worker of the kind stands behind it here: that it is asked is all.
  expect((await one.submit(ALERTS, at("test"))).status).toBe(503);
  expect((await one.get(ALERTS)).body).toContain(`href="${at("pause")}"`);
  expect((await one.submit(at("pause"), at("pause"))).status).toBe(303);
  expect(textOf((await one.get(ALERTS)).body)).toContain("Paused");
  expect((await one.submit(ALERTS, at("resume"))).status).toBe(303);
  expect((await destinations())[0].state).toBe("active");
  expect((await one.submit(at("delete"), at("delete"))).status).toBe(303);
  expect(textOf((await one.get(ALERTS)).body)).toContain("Nobody is told yet");
});

it("shows who may only read no button, and a key of one form no way there", async () => {
  await add({ type: "slack", url: "https://hooks.slack.com/services/T0/B0/x" });
  const form = await newForm(key);
  const named = async (body: object) =>
    operator((await call("POST", "/v1/keys", { key, body: { name: "K", scopes: ["forms:read"], ...body } })).body.key);
  const reader = await (await named({})).get(ALERTS);
  expect(reader.status).toBe(200);
  expect(reader.body).not.toMatch(/\/(test|pause|delete|new)"/);
  expect((await (await named({ form })).get("/console/integrations")).body).not.toContain(ALERTS);
});
