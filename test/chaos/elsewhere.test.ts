import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { serveEmulator } from "../../scripts/local/serve";
import { parseResponseId } from "../../src/core/ids";
import { createSheetsEmulator } from "../../src/integrations/google-sheets/emulator";
import { createTwilioEmulator } from "../../src/integrations/twilio-sms/emulator";
import { startLocal } from "../support/local";
import { until } from "../support/stack";
import { insist } from "./client";
import { startFlakyProxy } from "./flaky-proxy";
import { options, pause } from "./options";
import { createRandom } from "./simulation/random";

const PORT = 18_887;
const COUNT = 1_000;
/** On a bad way, where each trouble takes its time; a small run of the stack takes fewer. */
const TROUBLED = Math.min(COUNT, options.responses);
const WAVE = 50;
const SPREADSHEET = "1other-spreadsheet";
const EMAIL = "survey@other-project.iam.gserviceaccount.com";
const ROOT_KEY = "a-root-key-of-somebody-else-0123456789";
const SENDER = "+15005550006";

let elsewhere: Awaited<ReturnType<typeof startElsewhere>>;

/** A stack of ours that is told to use other servers; a share of what passes on the way to them meets trouble. */
async function startElsewhere(share: number) {
  const state = mkdtempSync(path.join(tmpdir(), "formlog-elsewhere-"));
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const accountSid = `AC${"3f".repeat(16)}`;
  const authToken = "token-of-somebody-else";
  const google = createSheetsEmulator({ accounts: [{ clientEmail: EMAIL, publicKey }] });
  google.createSpreadsheet({ id: SPREADSHEET, title: "Survey", sharedWith: [EMAIL] });
  const twilio = createTwilioEmulator({ accountSid, authToken, senders: [SENDER] });
  const servers = [await serveEmulator(google.fetch, 0), await serveEmulator(twilio.fetch, 0)];
  const random = createRandom(options.seed);
  const ways = await Promise.all(servers.map(({ url }) => startFlakyProxy(url, share, random)));
  const [sheets, sms] = ways;
  const local = await startLocal(state, PORT, {
    FORMLOG_ROOT_KEY: ROOT_KEY,
    GOOGLE_SHEETS_URL: sheets?.url ?? "",
    GOOGLE_TOKEN_URL: `${sheets?.url}/token`,
    GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email: EMAIL, private_key: privateKey }),
    TWILIO_API_URL: sms?.url ?? "",
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM: SENDER,
  });
  expect(local.printed).not.toContain("Emulated");
  expect(readFileSync(path.join(state, "demo.json"), "utf8")).toContain('"sheets": null');
  return {
    url: local.url,
    google,
    twilio,
    troubles: ways.map((way) => way.troubles),
    async close() {
      await local.stop();
      await Promise.all([...ways, ...servers].map((server) => server.close()));
      rmSync(state, { recursive: true, force: true });
    },
  };
}

afterEach(() => elsewhere?.close());

const TEXTS = Array.from({ length: 10 }, (_, i) => ({ ref: `q${i}`, type: "short_text", title: `Question ${i}` }));
const PHONE = { ref: "phone", type: "phone_number", title: "Phone" };
const AGE = { ref: "age", type: "integer", title: "Age" };

const post = <T>(at: string, key: string, body: unknown, headers = {}): Promise<T> =>
  insist("POST", `${elsewhere.url}${at}`, { key, body, headers, status: 201 });

/** A form with both integrations. */
async function survey(): Promise<{ key: string; at: string; integrations: readonly string[] }> {
  const { key } = await post<{ key: string }>("/v1/workspaces", ROOT_KEY, { name: "Survey" });
  const form = await post<{ id: string }>("/v1/forms", key, { title: "Survey", questions: [...TEXTS, PHONE, AGE] });
  const at = `/v1/forms/${form.id}`;
  const add = async (kind: string, config: unknown) =>
    (await post<{ id: string }>(`${at}/integrations`, key, { kind, config })).id;
  const sheets = await add("google-sheets", { spreadsheetId: SPREADSHEET });
  const body = "Thanks {{q0}}, receipt {{response_id}}";
  return { key, at, integrations: [sheets, await add("twilio-sms", { to: "phone", body })] };
}

/**
 * Submits so many responses at once, numbered from `first` on. Returns their ids in the order in which they were
 * stored.
 */
async function submit({ key, at }: { key: string; at: string }, first: number, count: number): Promise<string[]> {
  const ids: string[] = [];
  const waiting = Array.from({ length: count }, (_, i) => first + i);
  const client = async () => {
    for (let n = waiting.shift(); n !== undefined; n = waiting.shift()) {
      const answers = Object.fromEntries(TEXTS.map(({ ref }, i) => [ref, `answer ${i} of ${n}`]));
      const all = { ...answers, phone: `+9198765${10_000 + n}`, age: n % 90 };
      ids.push(
        (await post<{ id: string }>(`${at}/responses`, key, { answers: all }, { "idempotency-key": `n-${n}` })).id,
      );
    }
  };
  await Promise.all(Array.from({ length: 32 }, client));
  const place = (id: string) => parseResponseId(id)?.position ?? 0;
  return ids.sort((a, b) => place(a) - place(b));
}

const rows = () => elsewhere.google.readRows(SPREADSHEET, "Responses");
const receipts = () => elsewhere.twilio.messages.map((message) => message.body.split("receipt ")[1] ?? "");

function expectAllOnce(ids: readonly string[]): void {
  const [header, ...lines] = rows();
  expect(header).toEqual(["Response ID", "Received at", ...TEXTS.map((q) => q.title), "Phone", "Age"]);
  expect(lines.map((line) => line[0])).toEqual(ids);
  expect(receipts().toSorted()).toEqual(ids.toSorted());
}

it("with other servers in the place of Google and Twilio: 1,000 responses at once, 1,000 rows in order in few writes, 1,000 texts", async () => {
  elsewhere = await startElsewhere(0);
  const ids = await submit(await survey(), 0, COUNT);
  await until(() => expect(rows()).toHaveLength(COUNT + 1), 60_000);
  await until(() => expect(receipts()).toHaveLength(COUNT), 120_000);
  expectAllOnce(ids);
  const writes = elsewhere.google.stats.batchUpdate;
  console.log(`${COUNT} responses, write requests to Google: ${writes}, texts: ${receipts().length}`);
  expect(writes).toBeLessThanOrEqual(20);
});

it("on a bad way to them, which breaks a fifth of what passes: each still once, and in order", {
  timeout: 900_000,
}, async () => {
  elsewhere = await startElsewhere(options.faults);
  const { key, at, integrations } = await survey();
  const ids: string[] = [];
  // In waves: all at once would go out in a handful of requests, and hardly any would meet trouble.
  for (let first = 0; first < TROUBLED; first += WAVE) {
    ids.push(...(await submit({ key, at }, first, WAVE)));
    await until(() => expect(rows().length).toBeGreaterThan(first), 120_000);
  }
  await until(() => expect(rows()).toHaveLength(TROUBLED + 1), 300_000);
  // To the last delivery: a text that stands on the phone may still be in doubt here, and must not be sent again for
  // that.
  for (const integration of integrations) {
    const url = `${elsewhere.url}${at}/integrations/${integration}/deliveries?limit=500`;
    const allDelivered = async () => {
      await pause(1_000);
      const states: string[] = [];
      for (let next: string | null = ""; next !== null; ) {
        const page = await insist("GET", next === "" ? url : `${url}&cursor=${next}`, { key, status: 200 });
        states.push(...page.items.map(({ state }: { state: string }) => state));
        next = page.next;
      }
      expect(new Set(states)).toEqual(new Set(["delivered"]));
      expect(states).toHaveLength(TROUBLED);
    };
    await until(allDelivered, 600_000);
  }
  expectAllOnce(ids);
  console.log(`seed ${options.seed}; on the way to Google ${JSON.stringify(elsewhere.troubles[0])},`);
  console.log(`to Twilio ${JSON.stringify(elsewhere.troubles[1])}`);
});
