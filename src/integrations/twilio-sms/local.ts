/** Twilio on this machine: an account that only the emulator knows. Texts go through their life a step a second. */
import { toHex } from "../../core/hex";
import type { LocalKind } from "../../core/local";
import { createTwilioEmulator } from "./emulator";

export interface LocalAccount {
  readonly accountSid: string;
  readonly authToken: string;
  readonly from: string;
}

export const local: LocalKind<LocalAccount> = {
  port: 2,
  page: { label: "Emulated phone", path: "/?refresh=2" },
  credentials: ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"],
  address: "TWILIO_API_URL",
  makeSecrets: () => ({ accountSid: `AC${randomHex(16)}`, authToken: randomHex(16), from: "+15005550006" }),
  emulate: ({ accountSid, authToken, from }, journal) =>
    createTwilioEmulator({ accountSid, authToken, senders: [from], journal }),
  variables: ({ accountSid, authToken, from }, url) => ({
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM: from,
    TWILIO_LOOK_SECONDS: "5,10",
    // A request costs nothing here, and people watch.
    TWILIO_STATUS_CALLBACKS: "on",
    ...(url !== null && { TWILIO_API_URL: url }),
  }),
  demo: {
    name: "sms",
    config: () => ({
      to: "phone",
      body: "Thanks {{name}}, we have received your answers. Receipt {{response_id}}",
      defaultCountry: "IN",
    }),
  },
};

const randomHex = (bytes: number): string => toHex(crypto.getRandomValues(new Uint8Array(bytes)));
