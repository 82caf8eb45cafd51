/** The emulated Google Sheets and Twilio, served on this machine, with journals that survive a kill. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { createSheetsEmulator } from "../../src/integrations/google-sheets/emulator";
import { createTwilioEmulator } from "../../src/integrations/twilio-sms/emulator";
import type { LocalSecrets } from "./secrets";
import { serveEmulator } from "./serve";

/** The spreadsheet that the demo form writes to. */
export const DEMO_SPREADSHEET = "demo-spreadsheet";

function journalOf(state: string, name: string) {
  const file = path.join(state, name);
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return { lines, append: (line: string) => appendFileSync(file, `${line}\n`) };
}

/** Starts the emulated Google on a port; returns the variables that point the workers at it. */
export async function startGoogle(state: string, secrets: LocalSecrets, port: number): Promise<Record<string, string>> {
  const { client_email, private_key, publicKey } = secrets.serviceAccount;
  const emulator = createSheetsEmulator({
    accounts: [{ clientEmail: client_email, publicKey }],
    journal: journalOf(state, "sheets.jsonl"),
  });
  if (!emulator.has(DEMO_SPREADSHEET)) {
    emulator.createSpreadsheet({ id: DEMO_SPREADSHEET, title: "Demo spreadsheet", sharedWith: [client_email] });
  }
  await serveEmulator(emulator.fetch, port);
  return {
    GOOGLE_SHEETS_URL: `http://127.0.0.1:${port}`,
    GOOGLE_TOKEN_URL: `http://127.0.0.1:${port}/token`,
    GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email, private_key }),
  };
}

/** Starts the emulated Twilio on a port; returns the variables that point the workers at it. */
export async function startTwilio(state: string, secrets: LocalSecrets, port: number): Promise<Record<string, string>> {
  const { accountSid, authToken, from } = secrets.twilio;
  const emulator = createTwilioEmulator({
    accountSid,
    authToken,
    senders: [from],
    journal: journalOf(state, "phone.jsonl"),
  });
  await serveEmulator(emulator.fetch, port);
  // Messages go through their life cycle a step a second, with signed callbacks, as a carrier would have it.
  setInterval(() => void emulator.advance(), 1_000).unref();
  return {
    TWILIO_API_URL: `http://127.0.0.1:${port}`,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM: from,
    TWILIO_LOOK_SECONDS: "5,10",
  };
}
