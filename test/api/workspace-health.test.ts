import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { parseDeliveryId, parseResponseId, segmentOf, segmentStart } from "../../src/core/ids";
import { createReceiver } from "../../src/integrations/webhook/emulator";
import { webhook } from "../../src/integrations/webhook/index";
import { listParked, skipDelivery } from "../../src/services/deliveries";
import { editResponse } from "../../src/services/edit";
import { listResponseDeliveries } from "../../src/services/response-deliveries";

import { findIntegration } from "../../src/store/integrations";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { countRows } from "../support/meter";
import { createWorld } from "../support/world";

const SHEETS = { kind: "google-sheets", config: { spreadsheetId: "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq" } };
const SMS = { kind: "twilio-sms", config: { to: "phone", body: "Thanks {{name}}" } };

const integrate = async (key: string, form: string, body: unknown = SHEETS): Promise<string> =>
  (await call("POST", `/v1/forms/${form}/integrations`, { key, body })).body.id;

describe("the integrations of a workspace", () => {
  it("are those of all its forms but the deleted ones, newest first, page by page, each as its form shows it", async () => {
    const [key, stranger] = [await newWorkspace(), await newWorkspace()];
    const forms = [await newForm(key, { title: "One" }), await newForm(key, { title: "Two" }), await newForm(key)];
    const ids: string[] = [];
    for (const form of forms) ids.push(await integrate(key, form), await integrate(key, form, SMS));
    await integrate(stranger, await newForm(stranger));
    await call("DELETE", `/v1/forms/${forms[2]}`, { key });
    await submit(forms[0] ?? "", { name: "Asha" });
    const seen: { id: string; form: string; formTitle: string }[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const { body } = await call("GET", `/v1/integrations?limit=3${next && `&cursor=${next}`}`, { key });
      seen.push(...body.items);
      next = body.next;
    }
    expect(seen.map(({ id }) => id)).toEqual(ids.slice(0, 4).toReversed());
    expect(seen.map(({ formTitle }) => formTitle)).toEqual(["Two", "Two", "One", "One"]);
    for (const { formTitle: _, ...one } of seen) {
      const alone = await call("GET", `/v1/forms/${one.form}/integrations/${one.id}`, { key });
      expect(one).toEqual({ ...alone.body, lag: { ...alone.body.lag, seconds: expect.any(Number) } });
    }
    expect(seen.filter(({ form }) => form === forms[0])).toMatchObject([
      { lag: { entries: 1 } },
      { lag: { entries: 1 } },
    ]);
  });

  it("of a key of one form are those of its form", async () => {
    const key = await newWorkspace();
    const [own, other] = [await newForm(key), await newForm(key)];
    const id = await integrate(key, own);
    await integrate(key, other);
    const made = await call("POST", "/v1/keys", { key, body: { name: "K", scopes: ["forms:read"], form: own } });
    const { body } = await call("GET", "/v1/integrations", { key: made.body.key });
    expect(body.items.map((one: { id: string }) => one.id)).toEqual([id]);
  });

  it("count what is parked up to 10,000, and read no more rows than that for it", async () => {
    const key = await newWorkspace();
    const form = await newForm(key);
    const id = await integrate(key, form);
    const row = await findIntegration(env.DB, form, id);
    const { id: response } = (await submit(form, { name: "Asha" })).body;
    const position = parseResponseId(response)?.position ?? 0;
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 10500)
       INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at) SELECT ?1, 0, ?2 + i, 'parked', 1, 1 FROM n`,
    )
      .bind(row?.no, position)
      .run();
    const meter = countRows();
    expect((await call("GET", "/v1/integrations", { key })).body.items[0].parked).toBe(10_000);
    expect(meter.stop().read).toBeLessThan(10_030);
  });
});

it("the attempts of the last day are told of an integration, and forgotten when they are older", async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  const clock = { now: Date.now() };
  let status = 500;
  const world = await createWorld({
    kind: webhook,
    config: { url: "https://receiver.formlog-tests.io/hook" },
    definition: { title: "Webhook", questions: [{ ref: "name", type: "short_text", title: "Name" }] },
    fetch: async () => new Response(null, { status }),
    settings: {},
    clock,
  });
  expect((await world.view()).lastDay).toEqual({ delivered: 0, failed: 0 });
  await world.submit({ name: "First" }, { name: "Second" });
  await world.wakeOnce();
  const { failed } = (await world.view()).lastDay;
  expect(failed).toBeGreaterThan(0);
  status = 200;
  await world.run();
  expect((await world.view()).lastDay).toEqual({ delivered: 2, failed });
  expect((await world.cursor()).tally.length).toBeLessThanOrEqual(2);
  clock.now += 26 * 3_600_000;
  expect((await world.view()).lastDay).toEqual({ delivered: 0, failed: 0 });
  await world.submit({ name: "Third" });
  await world.run();
  expect((await world.cursor()).tally).toEqual([[Math.floor(clock.now / 3_600_000), 1, 0]]);
  vi.restoreAllMocks();
});

describe("what became of one response", () => {
  let key = "";
  let form = "";
  beforeAll(async () => {
    key = await newWorkspace();
    form = await newForm(key);
  });

  it("is told for each integration, oldest first, as the list of each has it", async () => {
    const before = (await submit(form, { name: "Before" })).body.id;
    const [sheets, sms] = [await integrate(key, form), await integrate(key, form, SMS)];
    const after = (await submit(form, { name: "After" })).body.id;
    const of = async (id: string) => (await call("GET", `/v1/forms/${form}/responses/${id}/deliveries`, { key })).body;
    for (const id of [before, after]) {
      const { items } = await of(id);
      expect(items).toMatchObject([
        { integration: sheets, kind: "google-sheets", event: "created" },
        { integration: sms, kind: "twilio-sms", event: "created" },
      ]);
      for (const { integration, kind: _, event: __, ...delivery } of items) {
        const list = await call("GET", `/v1/forms/${form}/integrations/${integration}/deliveries`, { key });
        expect(list.body.items).toContainEqual(delivery);
      }
    }
    expect((await of(before)).items[0]).toMatchObject({
      state: "skipped",
      reason: expect.stringContaining("passed over"),
    });
    expect((await of(after)).items[0].state).toBe("pending");
    const other = await newForm(key);
    expect((await call("GET", `/v1/forms/${other}/responses/${after}/deliveries`, { key })).status).toBe(404);
  });

  it("has the deliveries of its changes too: a parked one names the response that was changed", async () => {
    for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
    const clock = { now: Date.now() };
    const receiver = createReceiver({ now: () => clock.now });
    const world = await createWorld({
      kind: webhook,
      config: { url: "https://receiver.formlog-tests.io/hook" },
      definition: { title: "Webhook", questions: [{ ref: "name", type: "short_text", title: "Name" }] },
      fetch: (request) => receiver.fetch(request),
      settings: {},
      clock,
    });
    const [, id = ""] = await world.submit({ name: "First" }, { name: "Second" });
    await world.run();
    await editResponse(world.ctx, world.workspace, {
      form: world.form,
      response: id,
      precondition: "any",
      answers: { name: "Third" },
    });
    const { integration } = await world.wakeUp();
    const segment = segmentOf(parseResponseId(id)?.position ?? 0);
    await env.DB.prepare(
      "INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, reason) VALUES (?, 1, ?, 'parked', 1, 1, 'No.')",
    )
      .bind(integration, segmentStart(segment) + 1)
      .run();
    const of = { form: world.form, response: id };
    const found = await listResponseDeliveries(world.ctx, world.workspace, of);
    expect(found).toMatchObject([
      { event: "created", state: "delivered", response: id },
      { event: "updated", state: "parked", response: id, reason: "No." },
    ]);
    const parked = await listParked(world.ctx, world.workspace, { ...world.named, limit: 10 });
    expect(parked.items).toMatchObject([{ id: found[1]?.id, response: id, state: "parked" }]);
    expect(parseDeliveryId(found[1]?.id ?? "")).toMatchObject({ feed: 1 });
    const skipped = await skipDelivery(world.ctx, world.workspace, { delivery: found[1]?.id ?? "", reason: "Known." });
    expect(skipped).toMatchObject({ state: "skipped", response: id });
    vi.restoreAllMocks();
  });
});

it("forms are found by a part of their title, whatever the case and whatever it holds", async () => {
  const key = await newWorkspace();
  for (const title of ["Farm visit", "FARM census", "100% done", "under_score", "कृषि सर्वेक्षण"])
    await newForm(key, { title });
  const found = async (search: string) =>
    (await call("GET", `/v1/forms?search=${encodeURIComponent(search)}`, { key })).body.items.map(
      (one: { title: string }) => one.title,
    );
  expect(await found("farm")).toEqual(["FARM census", "Farm visit"]);
  expect(await found("%")).toEqual(["100% done"]);
  expect(await found("_")).toEqual(["under_score"]);
  expect(await found("कृषि")).toEqual(["कृषि सर्वेक्षण"]);
  expect(await found("x".repeat(60))).toEqual([]);
  expect(await found(" ")).toHaveLength(5);
  expect((await call("GET", `/v1/forms?search=${"x".repeat(101)}`, { key })).body.code).toBe("invalid_parameter");
});
