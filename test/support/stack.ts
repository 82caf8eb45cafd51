/** All workers together on real workerd, with the emulators served over HTTP: what the journeys travel through. */
import http from "node:http";
import path from "node:path";
import { createTestHarness } from "wrangler";
import { API_CONFIG } from "../../scripts/cloud/api-config";
import { GATEWAY_CONFIG } from "../../scripts/cloud/gateway-config";
import { kindConfigFile } from "../../scripts/cloud/kind-config";
import { databases } from "../../scripts/databases";
import { localSecrets } from "../../scripts/local/secrets";
import { serveEmulator } from "../../scripts/local/serve";
import { type JsonCall, jsonRequest } from "../../scripts/request";
import { createSheetsEmulator } from "../../src/integrations/google-sheets/emulator";
import type { LocalAccount as GoogleAccount } from "../../src/integrations/google-sheets/local";
import { catalog } from "../../src/integrations/kinds";
import { createTwilioEmulator } from "../../src/integrations/twilio-sms/emulator";
import type { LocalAccount as TwilioAccount } from "../../src/integrations/twilio-sms/local";
import { createReceiver } from "../../src/integrations/webhook/emulator";

export const root = path.resolve(import.meta.dirname, "../..");
export const SPREADSHEET = "journey-sheet";
const ROOT_KEY = "root-key-of-the-journeys-0123456789";

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of a body
type Body = any;

export interface Answer {
  readonly status: number;
  readonly body: Body;
}

/** Starts everything; `close` ends it. */
export async function startStack(state: string) {
  const secrets = await localSecrets(state);
  const { client_email, private_key, publicKey } = secrets.kinds["google-sheets"] as GoogleAccount;
  const { accountSid, authToken, from } = secrets.kinds["twilio-sms"] as TwilioAccount;
  const google = createSheetsEmulator({ accounts: [{ clientEmail: client_email, publicKey }] });
  google.createSpreadsheet({ id: SPREADSHEET, title: "Journey", sharedWith: [client_email] });
  const twilio = createTwilioEmulator({
    accountSid,
    authToken,
    senders: [from],
    deliverCallback: async (request) =>
      harness.fetch(new URL(request.url).pathname, {
        method: "POST",
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      }),
  });
  /** What happens at Twilio between a request's execution and its answer. */
  const gate: { beforeAnswer?: (() => Promise<unknown>) | undefined } = {};
  const answerTwilio = async (request: Request) => {
    const answer = await twilio.fetch(request);
    await gate.beforeAnswer?.();
    return answer;
  };
  const receiver = createReceiver();
  const [googleServer, twilioServer, receiverServer] = await Promise.all([
    serveEmulator(google.fetch, 0),
    serveEmulator(answerTwilio, 0),
    serveEmulator(receiver.fetch, 0),
  ]);
  const vars = {
    FORMLOG_ROOT_KEY: ROOT_KEY,
    FORMLOG_ENCRYPTION_KEY: secrets.encryptionKey,
    GOOGLE_SHEETS_URL: googleServer.url,
    GOOGLE_TOKEN_URL: `${googleServer.url}/token`,
    GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email, private_key }),
    TWILIO_API_URL: twilioServer.url,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM: from,
    TWILIO_LOOK_SECONDS: "1,1",
    TWILIO_STATUS_CALLBACKS: "on",
    FORMLOG_WEBHOOK_ALLOW_LOCAL: "1",
    PUBLIC_URL: "https://formlog.test",
  };
  const configs = [GATEWAY_CONFIG, API_CONFIG, ...catalog.map(({ kind }) => kindConfigFile(kind))];
  const harness = createTestHarness({ root, workers: configs.map((configPath) => ({ configPath, vars })) });
  await harness.listen();
  for (const { worker, binding } of databases()) await harness.getWorker(worker).applyD1Migrations(binding);
  const call = async (method: string, at: string, sent: JsonCall = {}): Promise<Answer> => {
    const response = await harness.fetch(at, { ...jsonRequest(method, sent), redirect: "manual" });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, body: json ? JSON.parse(text) : text };
  };
  const db = async () => (await harness.getWorker<{ DB: D1Database }>("formlog").getEnv()).DB;
  const search = async () => (await harness.getWorker<{ SEARCH_DB: D1Database }>("formlog-summary").getEnv()).SEARCH_DB;
  return {
    google,
    /** Whom sheets are shared with. */
    googleAccount: client_email,
    twilio,
    gate,
    receiver,
    /** Where webhooks may go. */
    receiverUrl: `${receiverServer.url}/hook`,
    /** What people see of the emulators. */
    pages: {
      sheets: googleServer.url,
      sheet: `${googleServer.url}/sheets/${SPREADSHEET}`,
      phones: twilioServer.url,
      phone: (number: string) => `${twilioServer.url}/phones/${encodeURIComponent(number)}`,
      receiver: receiverServer.url,
    },
    call,
    db,
    /** What all workers have logged since they were started. */
    logs: (): string[] => harness.getLogs().map(({ message }) => message),
    /** What no log may hold: credentials of the workers. */
    credentials: [ROOT_KEY, secrets.encryptionKey, authToken, private_key.split("\n")[1] ?? ""],
    rootKey: ROOT_KEY,
    /** Where a browser finds it. */
    url: async () => (await harness.listen()).url.href.replace(/\/$/, ""),
    /** SEARCH_DB, which only the workers of indexes have. */
    search,
    /** An answer as it comes in over HTTP, for whoever wants to read it by and by. */
    async open(at: string, key: string): Promise<Response> {
      const { url } = await harness.listen();
      return fetch(new URL(at, url), { headers: { authorization: `Bearer ${key}` } });
    },
    /** Posts a form, as providers do; the answer as text with its type. */
    async post(at: string, body: URLSearchParams, headers: Record<string, string>) {
      const response = await harness.fetch(at, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body: body.toString(),
      });
      const type = response.headers.get("content-type");
      return { status: response.status, type, body: await response.text() };
    },
    /** Posts and hangs up without waiting for the answer. */
    async abandon(at: string, body: unknown): Promise<void> {
      const { url } = await harness.listen();
      await new Promise<void>((resolve) => {
        const request = http.request(new URL(at, url), {
          method: "POST",
          headers: { "content-type": "application/json" },
        });
        request.on("error", () => resolve());
        request.on("close", () => resolve());
        request.end(JSON.stringify(body), () => setTimeout(() => request.destroy(), 2));
      });
    },
    /** The sweeper, once. */
    sweep: () => harness.getWorker("formlog").scheduled({ cron: "* * * * *" }),
    /** Ids in the sheet's first column, in order. */
    rows: () =>
      google
        .readRows(SPREADSHEET, "Responses")
        .slice(1)
        .map((row) => row[0] ?? ""),
    texts: () => twilio.messages.map((message) => message.body),
    async workspace(): Promise<string> {
      const { body } = await call("POST", "/v1/workspaces", { key: ROOT_KEY, body: { name: "Journey" } });
      return body.key;
    },
    async close() {
      await harness.close();
      await Promise.all([googleServer.close(), twilioServer.close(), receiverServer.close()]);
    },
  };
}

export type Stack = Awaited<ReturnType<typeof startStack>>;

export const FORM = {
  title: "Visit",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true },
    { ref: "phone", type: "phone_number", title: "Phone" },
    { ref: "city", type: "dropdown", title: "City", choices: [{ id: "pune", label: "Pune" }] },
  ],
};

/**
 * Waits until a check holds; fails with its last error. Much longer than it ever takes: the machine may have other
 * things to do.
 */
export async function until(check: () => unknown, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
