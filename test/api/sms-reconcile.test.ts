import { beforeEach, expect, it } from "vitest";
import { listReconciliations, reconcileIntegration } from "../../src/services/reconciliations";
import { ACCOUNT, createSmsWorld, type SmsWorld, TOKEN } from "../support/sms";

/** 2026-11-23T20:00:00Z */
const START = 1_795_464_000_000;
const phone = (n: number) => `+9198765440${String(n).padStart(2, "0")}`;
let sms: SmsWorld;

beforeEach(async () => {
  sms = await createSmsWorld({ start: Math.max(Date.now(), START) });
});

async function send(...numbers: number[]): Promise<string[]> {
  const ids = await sms.world.submit(...numbers.map((n) => ({ phone: phone(n) })));
  await sms.world.run();
  return ids;
}

async function compare() {
  const { ctx, workspace, named } = sms.world;
  await reconcileIntegration(ctx, workspace, named);
  await sms.world.run();
  return (await listReconciliations(ctx, workspace, { ...named, limit: 1 }))[0];
}
const row = async (n: number) => (await sms.rows())[n];

it("a comparison takes over what became of texts of which no report came, and sends none", async () => {
  sms.twilio.undeliverable.set(phone(2), 30005);
  await send(1, 2);
  await sms.live();
  expect(await compare()).toMatchObject({ checked: 2, changed: 2, repaired: 2, missing: 0, strangers: 0, error: null });
  expect(await row(0)).toMatchObject({ state: "delivered", status: "delivered", next_at: null });
  expect(await row(1)).toMatchObject({ state: "parked", reason: expect.stringContaining("not in service") });
  expect(await compare()).toMatchObject({ checked: 1, changed: 0 });
  expect(sms.twilio.messages).toHaveLength(2);
});

it("a text that Twilio does not have any more is reported and not sent again", async () => {
  const [, second] = await send(1, 2);
  await sms.report(await sms.live());
  const path = `/2010-04-01/Accounts/${ACCOUNT}/Messages/${(await row(1))?.reference}.json`;
  const headers = { authorization: `Basic ${btoa(`${ACCOUNT}:${TOKEN}`)}` };
  await sms.twilio.fetch(new Request(`https://twilio.test${path}`, { method: "DELETE", headers }));
  expect(await compare()).toMatchObject({ missing: 1, repaired: 0, examples: { missing: [second] } });
  await sms.world.run();
  expect(sms.twilio.stats.create).toBe(2);
});

it("a text that was given up and that Twilio took after all is found", async () => {
  const { world } = sms;
  sms.twilio.faults.push({ match: "create", mode: "drop_after", times: 1 });
  await world.submit({ phone: phone(3) });
  await world.wakeOnce();
  sms.clock.now += 60_000;
  // A list without an end: the delivery is parked, and a person may decide.
  await world.run({ fetch: async () => Response.json({ messages: [], next_page_uri: "/2010-04-01/more" }) });
  expect(await row(0)).toMatchObject({ state: "parked", reference: null });
  await sms.live();
  expect(await compare()).toMatchObject({ changed: 1, strangers: 0 });
  expect(await row(0)).toMatchObject({ state: "delivered", status: "delivered", reference: sms.sid(), reason: null });
  expect(sms.twilio.messages).toHaveLength(1);
});
