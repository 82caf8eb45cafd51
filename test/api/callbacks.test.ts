import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { CALLBACK_DELIVERY, CALLBACK_URL } from "../../src/core/integration";
import { acceptCallback } from "../../src/dispatch/callback";
import { createTwilioEmulator, type TwilioEmulator } from "../../src/integrations/twilio-sms/emulator";
import { twilioSms } from "../../src/integrations/twilio-sms/index";
import { retryDelivery } from "../../src/services/deliveries";
import { type Clock, createWorld, type World } from "../support/world";

const ACCOUNT = `AC${"6".repeat(32)}`;
const TOKEN = "callback-auth-token-0123456789";
const PHONE = "+919876543299";
let clock: Clock;
let twilio: TwilioEmulator;
let world: World;
/** Callbacks as they were sent; passed on only when the test says so. */
let sent: Request[];

beforeEach(async () => {
  clock = { now: Date.now() };
  sent = [];
  twilio = createTwilioEmulator({
    now: () => clock.now,
    accountSid: ACCOUNT,
    authToken: TOKEN,
    deliverCallback: async (request) => {
      sent.push(request);
      return { status: 204 };
    },
  });
  world = await createWorld({
    kind: twilioSms,
    config: { to: "phone", body: "Thanks {{response_id}}" },
    definition: { title: "Callbacks", questions: [{ ref: "phone", type: "phone_number", title: "Phone" }] },
    fetch: (request) => twilio.fetch(request),
    settings: {
      TWILIO_API_URL: "https://twilio.test",
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: TOKEN,
      TWILIO_FROM: "+15005550006",
    },
    clock,
  });
});

/** Hands callbacks over as the API worker does. */
async function report(requests: readonly Request[]): Promise<void> {
  for (const request of requests) {
    const headers = new Headers(request.headers);
    headers.set(CALLBACK_URL, request.url);
    headers.set(CALLBACK_DELIVERY, deliveryOf(request));
    const body = new TextDecoder().decode(await request.clone().arrayBuffer());
    const passed = new Request("https://kind.internal/callback", { method: "POST", headers, body });
    expect((await acceptCallback(world.engine(), passed)).status).toBe(204);
  }
}
const deliveryOf = (request: Request) => request.url.split("/").at(-1) ?? "";

async function row() {
  const { integration } = await world.wakeUp();
  return env.DB.prepare("SELECT state, status, reference, reason, next_at FROM deliveries WHERE integration = ?")
    .bind(integration)
    .first<Record<string, unknown>>();
}
/** All of a message's life; the callbacks are kept. */
async function live(): Promise<Request[]> {
  for (let step = 0; step < 4; step += 1) await twilio.advance();
  return sent.splice(0);
}
const sid = () => twilio.messages.at(-1)?.sid;

describe("status callbacks", () => {
  it("that never come leave a delivery as the create's answer said", async () => {
    await world.submit({ phone: PHONE });
    await world.run();
    await live();
    expect(await row()).toMatchObject({ state: "delivered", status: "queued", reference: sid(), next_at: null });
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
