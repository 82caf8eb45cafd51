/**
 * A world with the twilio-sms kind over an emulated Twilio, whose callbacks are kept and handed over when a test says
 * so.
 */
import { expect } from "vitest";
import { CALLBACK_DELIVERY, CALLBACK_URL, type Integration } from "../../src/core/integration";
import { acceptCallback } from "../../src/dispatch/callback";
import { createTwilioEmulator } from "../../src/integrations/twilio-sms/emulator";
import { twilioSms } from "../../src/integrations/twilio-sms/index";
import { lastWord } from "../../src/store/deliveries";
import { everywhere } from "./shards";
import { type Clock, createWorld } from "./world";

export const ACCOUNT = `AC${"6".repeat(32)}`;
export const TOKEN = "callback-auth-token-0123456789";

/** The public id of the delivery that a callback is about. */
export const deliveryOf = (request: Request): string => request.url.split("/").at(-1) ?? "";

const DAY_MS = 86_400_000;
/** Far from the nights' comparisons, which would look at the texts before a test does. */
const noonAfter = (now: number) => Math.ceil(now / DAY_MS) * DAY_MS + DAY_MS / 2;

export async function createSmsWorld(options: { body?: string; start?: number; callbacks?: "on" | "off" } = {}) {
  const clock: Clock = { now: options.start ?? noonAfter(Date.now()) };
  const sent: Request[] = [];
  const twilio = createTwilioEmulator({
    now: () => clock.now,
    accountSid: ACCOUNT,
    authToken: TOKEN,
    deliverCallback: async (request) => {
      sent.push(request);
      return { status: 204 };
    },
  });
  const world = await createWorld({
    kind: twilioSms as Integration,
    config: { to: "phone", body: options.body ?? "Thanks {{response_id}}" },
    definition: { title: "Texts", questions: [{ ref: "phone", type: "phone_number", title: "Phone" }] },
    fetch: (request) => twilio.fetch(request),
    settings: {
      TWILIO_API_URL: "https://twilio.test",
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: TOKEN,
      TWILIO_FROM: "+15005550006",
      TWILIO_STATUS_CALLBACKS: options.callbacks ?? "on",
    },
    clock,
  });
  return {
    clock,
    twilio,
    world,
    /** Takes the messages some steps through their life; returns the callbacks, which nobody has got yet. */
    async live(steps = 4): Promise<Request[]> {
      for (let step = 0; step < steps; step += 1) await twilio.advance();
      return sent.splice(0);
    },
    /** Hands callbacks over as the API worker does. */
    async report(requests: readonly Request[]): Promise<void> {
      for (const request of requests) {
        const headers = new Headers(request.headers);
        headers.set(CALLBACK_URL, request.url);
        headers.set(CALLBACK_DELIVERY, deliveryOf(request));
        const body = new TextDecoder().decode(await request.clone().arrayBuffer());
        const passed = new Request("https://kind.internal/callback", { method: "POST", headers, body });
        expect((await acceptCallback(world.engine(), passed)).status).toBe(204);
      }
    },
    /** The rows of all deliveries, in the order of the log, with Twilio's last word. */
    async rows() {
      const { integration } = await world.wakeUp();
      const rows = await everywhere<{ position: number }>(
        `SELECT position, state, ${lastWord("deliveries")} AS status, reference, reason, looks, next_at, content
         FROM deliveries WHERE integration = ?`,
        integration,
      );
      const sorted = rows.toSorted((a, b) => a.position - b.position);
      return sorted.map(({ position: _, ...row }): Record<string, unknown> => row);
    },
    /** The SID of the newest message. */
    sid: () => twilio.messages.at(-1)?.sid,
  };
}

export type SmsWorld = Awaited<ReturnType<typeof createSmsWorld>>;
