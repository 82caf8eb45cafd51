/**
 * Google Sheets on this machine: a service account that only the emulator knows, and a spreadsheet that is shared with
 * it.
 */
import type { LocalKind } from "../../core/local";
import { createSheetsEmulator } from "./emulator";

const SPREADSHEET = "demo-spreadsheet";

export interface LocalAccount {
  readonly client_email: string;
  readonly private_key: string;
  readonly publicKey: string;
}

export const local: LocalKind<LocalAccount> = {
  port: 1,
  page: { label: "Emulated sheet", path: `/sheets/${SPREADSHEET}?refresh=2` },
  credentials: ["GOOGLE_SERVICE_ACCOUNT"],
  address: "GOOGLE_SHEETS_URL",
  makeSecrets,
  emulate({ client_email: clientEmail, publicKey }, journal) {
    const emulator = createSheetsEmulator({ accounts: [{ clientEmail, publicKey }], journal });
    if (!emulator.has(SPREADSHEET)) {
      emulator.createSpreadsheet({ id: SPREADSHEET, title: "Demo spreadsheet", sharedWith: [clientEmail] });
    }
    return emulator;
  },
  variables: ({ client_email, private_key }, url) => ({
    GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email, private_key }),
    ...(url !== null && { GOOGLE_SHEETS_URL: url, GOOGLE_TOKEN_URL: `${url}/token` }),
  }),
  demo: { name: "sheets", config: () => ({ spreadsheetId: SPREADSHEET }) },
};

async function makeSecrets(): Promise<LocalAccount> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const pair = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  return {
    client_email: "formlog@local-emulator.iam.gserviceaccount.com",
    private_key: toPem("PRIVATE", (await crypto.subtle.exportKey("pkcs8", pair.privateKey)) as ArrayBuffer),
    publicKey: toPem("PUBLIC", (await crypto.subtle.exportKey("spki", pair.publicKey)) as ArrayBuffer),
  };
}

function toPem(kind: "PRIVATE" | "PUBLIC", der: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(der)));
  return `-----BEGIN ${kind} KEY-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END ${kind} KEY-----\n`;
}
