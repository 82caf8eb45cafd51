import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Served, serveEmulator } from "../../scripts/local/serve";
import { parseResponseId } from "../../src/core/ids";
import { createSheetsEmulator, type SheetsEmulator } from "../../src/integrations/google-sheets/emulator";
import { createTwilioEmulator, type TwilioEmulator } from "../../src/integrations/twilio-sms/emulator";
import { type Local, startLocal } from "../support/local";
import { until } from "../support/stack";

const PORT = 18_887;
const COUNT = 1_000;
const SPREADSHEET = "1other-spreadsheet";
const EMAIL = "survey@other-project.iam.gserviceaccount.com";
const ROOT_KEY = "a-root-key-of-somebody-else-0123456789";
const SENDER = "+15005550006";

const state = mkdtempSync(path.join(tmpdir(), "formlog-elsewhere-"));
let local: Local;
let google: SheetsEmulator;
let twilio: TwilioEmulator;
const servers: Served[] = [];

beforeAll(async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const accountSid = `AC${"3f".repeat(16)}`;
  const authToken = "token-of-somebody-else";
  google = createSheetsEmulator({ accounts: [{ clientEmail: EMAIL, publicKey }] });
  google.createSpreadsheet({ id: SPREADSHEET, title: "Survey", sharedWith: [EMAIL] });
  twilio = createTwilioEmulator({ accountSid, authToken, senders: [SENDER] });
  servers.push(await serveEmulator(google.fetch, 0), await serveEmulator(twilio.fetch, 0));
  const [sheets, sms] = servers;
  local = await startLocal(state, PORT, {
    FORMLOG_ROOT_KEY: ROOT_KEY,
    GOOGLE_SHEETS_URL: sheets?.url ?? "",
    GOOGLE_TOKEN_URL: `${sheets?.url}/token`,
    GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email: EMAIL, private_key: privateKey }),
    TWILIO_API_URL: sms?.url ?? "",
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM: SENDER,
  });
});

afterAll(async () => {
  await local?.stop();
  await Promise.all(servers.map((server) => server.close()));
  rmSync(state, { recursive: true, force: true });
});

async function post<T>(at: string, key: string, body: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const response = await fetch(`${local.url}${at}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

it("with other servers in the place of Google and Twilio: 1,000 responses at once, 1,000 rows in order in few writes, 1,000 texts", async () => {
  expect(local.printed).not.toContain("Emulated");
  expect(readFileSync(path.join(state, "demo.json"), "utf8")).toContain('"sheets": null');
  const { key } = await post<{ key: string }>("/v1/workspaces", ROOT_KEY, { name: "Survey" });
  const texts = Array.from({ length: 10 }, (_, i) => ({ ref: `q${i}`, type: "short_text", title: `Question ${i}` }));
  const phone = { ref: "phone", type: "phone_number", title: "Phone" };
  const age = { ref: "age", type: "integer", title: "Age" };
  const form = await post<{ id: string }>("/v1/forms", key, { title: "Survey", questions: [...texts, phone, age] });
  const at = `/v1/forms/${form.id}`;
  await post(`${at}/integrations`, key, { kind: "google-sheets", config: { spreadsheetId: SPREADSHEET } });
  const body = "Thanks {{q0}}, receipt {{response_id}}";
  await post(`${at}/integrations`, key, { kind: "twilio-sms", config: { to: "phone", body } });

  const ids: string[] = [];
  const waiting = Array.from({ length: COUNT }, (_, i) => i);
  const client = async () => {
    for (let n = waiting.shift(); n !== undefined; n = waiting.shift()) {
      const answers = Object.fromEntries(texts.map(({ ref }, i) => [ref, `answer ${i} of ${n}`]));
      const all = { ...answers, phone: `+9198765${10_000 + n}`, age: n % 90 };
      ids.push((await post<{ id: string }>(`${at}/responses`, key, { answers: all })).id);
    }
  };
  await Promise.all(Array.from({ length: 32 }, client));

  const rows = () => google.readRows(SPREADSHEET, "Responses");
  await until(() => expect(rows()).toHaveLength(COUNT + 1), 60_000);
  await until(() => expect(twilio.messages).toHaveLength(COUNT), 120_000);
  const [header, ...lines] = rows();
  expect(header).toEqual(["Response ID", "Received at", ...texts.map((q) => q.title), "Phone", "Age"]);
  const place = (id: string) => parseResponseId(id)?.position ?? 0;
  expect(lines.map((line) => line[0])).toEqual(ids.toSorted((a, b) => place(a) - place(b)));
  const receipts = twilio.messages.map((message) => message.body.split("receipt ")[1]);
  expect(new Set(receipts)).toEqual(new Set(ids));
  console.log(`${COUNT} responses, write requests to Google: ${google.stats.batchUpdate}, texts: ${receipts.length}`);
  expect(google.stats.batchUpdate).toBeLessThanOrEqual(20);
});
