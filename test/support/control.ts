/**
 * Integrations as a person controls them over the API, with the provider, its state and the clock in the test's hands.
 */
import { expect } from "vitest";
import type { Integration } from "../../src/core/integration";
import { createSheetsEmulator } from "../../src/integrations/google-sheets/emulator";
import { googleSheets } from "../../src/integrations/google-sheets/index";
import { account, EMAIL, privateKey } from "../../src/integrations/google-sheets/testing";
import { createTwilioEmulator } from "../../src/integrations/twilio-sms/emulator";
import { twilioSms } from "../../src/integrations/twilio-sms/index";
import { call } from "./api";
import { type Clock, createWorld, type World } from "./world";

export const definition = {
  title: "Control",
  questions: [
    { ref: "name", type: "short_text" as const, title: "Name" },
    { ref: "phone", type: "phone_number" as const, title: "Phone" },
  ],
};
export const person = (n: number) => ({ name: `person ${n}`, phone: `+9198765${10_000 + n}` });
export const people = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => person(from + i));

const startClock = (): Clock => ({ now: Math.max(Date.now(), 1_795_464_000_000) });
let spreadsheets = 0;
let accounts = 0;

/** An integration of Google Sheets, and the ids that stand in its sheet. */
export async function sheetsWorld(filter?: string) {
  const clock = startClock();
  const sheets = createSheetsEmulator({ now: () => clock.now, accounts: [account] });
  spreadsheets += 1;
  const spreadsheetId = `control-${spreadsheets}`;
  sheets.createSpreadsheet({ id: spreadsheetId, title: "Control", sharedWith: [EMAIL] });
  const world = await createWorld({
    kind: googleSheets as Integration,
    config: { spreadsheetId },
    definition,
    fetch: sheets.fetch,
    settings: {
      GOOGLE_SHEETS_URL: "https://sheets.test",
      GOOGLE_TOKEN_URL: "https://sheets.test/token",
      GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email: EMAIL, private_key: privateKey }),
    },
    clock,
    ...(filter && { filter }),
  });
  const rows = () =>
    sheets
      .readRows(spreadsheetId, "Responses")
      .slice(1)
      .map((row) => row[0] ?? "");
  return { ...controls(world), clock, sheets, spreadsheetId, rows };
}

/** An integration of Twilio, with an account of its own, and the ids in the texts that were sent. */
export async function smsWorld() {
  const clock = startClock();
  accounts += 1;
  const accountSid = `AC${String(accounts).padStart(32, "0")}`;
  const twilio = createTwilioEmulator({ now: () => clock.now, accountSid, authToken: "control-token-01234" });
  const world = await createWorld({
    kind: twilioSms as Integration,
    config: { to: "phone", body: "Thanks {{response_id}}" },
    definition,
    fetch: (request) => twilio.fetch(request),
    settings: {
      TWILIO_API_URL: "https://twilio.test",
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: "control-token-01234",
      TWILIO_FROM: "+15005550006",
    },
    clock,
  });
  const texts = () => twilio.messages.map(({ body }) => body.replace("Thanks ", "")).toSorted();
  return { ...controls(world), clock, twilio, texts };
}

/** What a person does with the integration over the API. */
function controls(world: World) {
  const { key, named } = world;
  const at = `/v1/forms/${named.form}/integrations/${named.integration}`;
  const post = (path: string, body?: unknown) => call("POST", path, { key, ...(body !== undefined && { body }) });
  return {
    world,
    key,
    at,
    post,
    verb: (name: string, body?: unknown) => post(`${at}/${name}`, body),
    replay: (body: unknown) => post(`${at}/replay`, body),
    view: async () => (await call("GET", at, { key })).body,
    list: async () => (await call("GET", `${at}/deliveries`, { key })).body.items.toReversed(),
    parked: async () => (await call("GET", `${at}/deliveries?state=parked`, { key })).body.items,
    /** Details of the entries of an action in the audit log, oldest first. */
    async audit(action: string, object = named.integration) {
      const { body } = await call("GET", `/v1/audit?action=${action}&object=${object}`, { key });
      for (const entry of body.items) expect(entry.actor).toBe(world.keyId);
      return body.items.map((entry: { detail: unknown }) => entry.detail).toReversed();
    },
  };
}

/** A worker that dies at its n-th call, before or after it took effect. */
export async function dieAt(
  world: World,
  of: { call: number; side: "before" | "after"; fetch: (request: Request) => Promise<Response> },
) {
  let calls = 0;
  await new Promise<void>((died) => {
    const fetch = async (request: Request) => {
      calls += 1;
      if (calls < of.call) return of.fetch(request);
      if (of.side === "after" && calls === of.call) await of.fetch(request);
      died();
      return new Promise<Response>(() => {});
    };
    void world.wakeOnce({ fetch });
  });
}
