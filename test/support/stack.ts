/** All workers together on real workerd, with both emulators served over HTTP: what the journeys travel through. */
import http from "node:http";
import path from "node:path";
import { createTestHarness } from "wrangler";
import { localSecrets } from "../../scripts/local/secrets";
import { serveEmulator } from "../../scripts/local/serve";
import { catalog } from "../../src/integrations/catalog";
import { createSheetsEmulator } from "../../src/integrations/google-sheets/emulator";
import { createTwilioEmulator } from "../../src/integrations/twilio-sms/emulator";

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
  const secrets = localSecrets(state);
  const { client_email, private_key, publicKey } = secrets.serviceAccount;
  const { accountSid, authToken, from } = secrets.twilio;
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
  const [googleServer, twilioServer] = await Promise.all([
    serveEmulator(google.fetch, 0),
    serveEmulator(twilio.fetch, 0),
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
    PUBLIC_URL: "https://formlog.test",
  };
  const configs = ["wrangler.toml", ...catalog.map(({ kind }) => `src/integrations/${kind}/wrangler.toml`)];
  const harness = createTestHarness({ root, workers: configs.map((configPath) => ({ configPath, vars })) });
  await harness.listen();
  await harness.getWorker("formlog").applyD1Migrations("DB");
  const call = async (
    method: string,
    at: string,
    { key, body, headers }: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const response = await harness.fetch(at, {
      method,
      redirect: "manual",
      headers: {
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(key && { authorization: `Bearer ${key}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, body: json ? JSON.parse(text) : text };
  };
  const db = async () => (await harness.getWorker<{ DB: D1Database }>("formlog").getEnv()).DB;
  return {
    google,
    twilio,
    call,
    db,
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
      await Promise.all([googleServer.close(), twilioServer.close()]);
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

/** Waits until a check holds; fails with its last error. */
export async function until(check: () => unknown, timeoutMs = 20_000): Promise<void> {
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
