import { beforeEach, describe, expect, it } from "vitest";
import type { TwilioEmulator } from "../../src/integrations/twilio-sms/emulator";
import { retryDelivery } from "../../src/services/deliveries";
import { dieAt } from "../support/die";
import { countRows } from "../support/meter";
import { createSmsWorld, deliveryOf, type SmsWorld } from "../support/sms";
import type { World } from "../support/world";

const PHONE = "+919876543299";
let twilio: TwilioEmulator;
let world: World;
let live: SmsWorld["live"];
let report: SmsWorld["report"];
let sid: SmsWorld["sid"];
let row: () => Promise<unknown>;

beforeEach(async () => {
  const made = await createSmsWorld();
  ({ twilio, world, live, report, sid } = made);
  row = async () => (await made.rows())[0];
});

describe("status callbacks", () => {
  it("that never come leave a delivery as the create's answer said, until it is checked", async () => {
    await world.submit({ phone: PHONE });
    await world.run();
    await live();
    expect(await row()).toMatchObject({ state: "delivered", status: "queued", reference: sid() });
    expect((await world.cursor()).checkAt).not.toBeNull();
  });

  it.each(["in order", "in reverse order", "each of them twice"])("lead to the last status, %s", async (order) => {
    await world.submit({ phone: PHONE });
    await world.run();
    const all = await live();
    expect(all).toHaveLength(3);
    await report(order === "in order" ? all : order === "in reverse order" ? all.toReversed() : [...all, ...all]);
    expect(await row()).toMatchObject({ state: "delivered", status: "delivered", reference: sid() });
  });

  it.each([
    [undefined, { state: "delivered", status: "delivered" }],
    [30003, { state: "parked", status: "undelivered", reason: expect.stringContaining("Retry later") }],
  ])("that overtake the create's answer are not undone by it (error %s)", async (code, expected) => {
    if (code !== undefined) twilio.undeliverable.set(PHONE, code);
    await world.submit({ phone: PHONE });
    await world.wakeOnce({
      fetch: async (request) => {
        const answer = await twilio.fetch(request);
        await report(await live());
        return answer;
      },
    });
    expect(await row()).toMatchObject({ ...expected, reference: sid() });
    await world.run();
    expect(twilio.messages).toHaveLength(1);
  });

  it("settle a delivery in doubt before anybody looks for it", async () => {
    twilio.faults.push({ match: "create", mode: "drop_after", times: 1 });
    await world.submit({ phone: PHONE });
    await world.wakeOnce();
    expect(await row()).toMatchObject({ state: "unknown" });
    await report((await live()).slice(0, 1));
    await world.run();
    expect(await row()).toMatchObject({ state: "delivered", reference: sid() });
    expect([twilio.messages.length, twilio.stats.list]).toEqual([1, undefined]);
  });

  it("that come while a delivery in doubt is looked for keep it from being sent again", async () => {
    twilio.faults.push({ match: "create", mode: "drop_after", times: 1 });
    await world.submit({ phone: PHONE });
    await world.wakeOnce();
    const callbacks = await live();
    twilio.faults.push({ match: "list", mode: "list_lag", lagSeconds: 100_000, times: 9 });
    await world.run({
      fetch: async (request) => {
        const answer = await twilio.fetch(request);
        // With the second look, which finds nothing either.
        if (twilio.stats.list === 2) await report(callbacks);
        return answer;
      },
    });
    expect(twilio.messages).toHaveLength(1);
    expect(await row()).toMatchObject({ state: "delivered", status: "delivered", reference: sid() });
  });

  it("settle a text whose worker died after the call, before anybody looks for it", async () => {
    await world.submit({ phone: PHONE });
    await dieAt(world, { at: "create", side: "after", fetch: (request) => twilio.fetch(request) });
    await report((await live()).slice(0, 1));
    expect(await row()).toMatchObject({ state: "delivered", status: "sending", reference: sid() });
    world.outlive();
    await world.run();
    expect([twilio.messages.length, twilio.stats.list]).toEqual([1, undefined]);
  });

  it("of which none is final write nothing, once the text is known to be there", async () => {
    await world.submit({ phone: PHONE });
    await world.run();
    const meter = countRows();
    await report(await live(2));
    expect(meter.stop().written).toBe(0);
    const last = countRows();
    await report(await live());
    expect(last.stop().written).toBe(1);
  });

  it("of the message before a retry by hand do not touch the new one", async () => {
    twilio.undeliverable.set(PHONE, 30003);
    await world.submit({ phone: PHONE });
    await world.run();
    const old = await live();
    await report(old);
    const [first] = old;
    if (!first) throw new Error("no callback");
    twilio.undeliverable.clear();
    await retryDelivery(world.ctx, world.workspace, deliveryOf(first));
    await world.run();
    await report(old);
    expect(await row()).toMatchObject({ state: "delivered", reference: sid() });
    await report(await live());
    expect(await row()).toMatchObject({ state: "delivered", status: "delivered", reference: sid() });
    expect(twilio.messages).toHaveLength(2);
  });
});
