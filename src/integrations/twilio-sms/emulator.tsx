/**
 * A Twilio of our own: answers as the real one does where Formlog (or anybody's client) can tell the difference, and
 * fails on demand. In tests it runs in process, in `npm start` behind an HTTP server; `fetch` is all there is to it.
 */

import { Hono } from "hono";
import * as z from "zod";
import { followOf, servePages, showPage } from "../../core/emulator-frame";
import type { Journal } from "../../core/local";
import { type ApiContext, answerApi } from "./emulator-api";
import { type FaultInput, FaultSchema } from "./emulator-faults";
import { receive } from "./emulator-inbound";
import { advance, type LifeContext } from "./emulator-life";
import { ListPage, PhonePage, STYLE } from "./emulator-page";
import { openStore, type StoredMessage } from "./emulator-state";

export { EmulatorDrop } from "./emulator-errors";
export type { FaultInput } from "./emulator-faults";
export type { StoredMessage } from "./emulator-state";

export interface TwilioEmulatorOptions {
  /** Milliseconds since the epoch; the real clock unless told. */
  readonly now?: () => number;
  /** In [0, 1), for SIDs and for faults with a rate. */
  readonly random?: () => number;
  readonly accountSid: string;
  readonly authToken: string;
  /** Secrets by SID (SK…). */
  readonly apiKeys?: Readonly<Record<string, string>>;
  /** Numbers, names and Messaging Services (MG…) that may send; Twilio's test number unless told. */
  readonly senders?: readonly string[];
  /** Beyond it: 429. No limit unless told. */
  readonly requestsPerSecond?: number;
  readonly journal?: Journal;
  /** How status callbacks go out; by the global fetch unless told. An answer without a status of 200 to 299 failed. */
  readonly deliverCallback?: (request: Request) => Promise<unknown>;
}

export interface TwilioEmulator {
  /**
   * Answers a request; rejects with EmulatorDrop when a fault breaks the connection: a server then destroys the socket.
   */
  fetch(request: Request): Promise<Response>;
  /** Put faults in, take them out: the list that requests are struck by. */
  readonly faults: FaultInput[];
  /**
   * Requests by what they do (`create`, `list`, `fetch` …) since the start; `callback` and `callback_failed` count
   * tries.
   */
  readonly stats: Readonly<Record<string, number>>;
  /** Everything that was sent and received, oldest first. */
  readonly messages: readonly StoredMessage[];
  /** Error code by recipient: messages to them end `undelivered`. */
  readonly undeliverable: Map<string, number>;
  /** Takes every message one status further; resolves to their number when the callbacks are answered. */
  advance(): Promise<number>;
  /** A person writes to one of our numbers; STOP and START are heeded. */
  receive(message: { from: string; to: string; body: string }): void;
}

const Inbound = z.object({ from: z.string().min(1), to: z.string().min(1), body: z.string() });
const Undeliverable = z.strictObject({ to: z.string(), code: z.int() });

export function createTwilioEmulator(options: TwilioEmulatorOptions): TwilioEmulator {
  const { accountSid, authToken, now = Date.now, random = Math.random } = options;
  const store = openStore(options.journal);
  const undeliverable = new Map<string, number>();
  const context: ApiContext & LifeContext = {
    accountSid,
    authToken,
    credentials: new Map([[accountSid, authToken], ...Object.entries(options.apiKeys ?? {})]),
    senders: new Set(options.senders ?? ["+15005550006"]),
    requestsPerSecond: options.requestsPerSecond ?? Number.POSITIVE_INFINITY,
    store,
    faults: [],
    stats: {},
    second: { at: 0, used: 0 },
    undeliverable,
    deliverCallback: options.deliverCallback ?? sendCallback,
    now,
    random,
  };
  const { faults, stats } = context;
  const messages = () => [...store.messages.values()];

  const app = new Hono();
  app.all("/2010-04-01/*", (c) => answerApi(context, c.req.raw));
  app.get("/_emulator/stats", (c) => c.json(stats));
  app.get("/_emulator/messages", (c) => c.json(messages()));
  app.get("/_emulator/faults", (c) => c.json(faults));
  app.post("/_emulator/faults", async (c) => {
    faults.push(FaultSchema.parse(await c.req.json()));
    return c.json(faults, 201);
  });
  app.delete("/_emulator/faults", (c) => {
    faults.length = 0;
    return c.json(faults);
  });
  app.post("/_emulator/advance", async (c) => c.json({ changed: await advance(context) }));
  app.post("/_emulator/undeliverable", async (c) => {
    const { to, code } = Undeliverable.parse(await c.req.json());
    undeliverable.set(to, code);
    return c.json({ to, code }, 201);
  });
  app.post("/_emulator/inbound", async (c) => {
    const form = c.req.header("content-type")?.includes("form") ?? false;
    const message = Inbound.parse(form ? await c.req.parseBody() : await c.req.json());
    receive(context, message);
    return form ? c.redirect(`/phones/${encodeURIComponent(message.from)}`, 303) : c.json(message, 201);
  });
  servePages(app, STYLE);
  app.get("/", (c) => showPage(c, <ListPage messages={messages()} follow={followOf(c)} />));
  app.get("/phones/:number", (c) =>
    showPage(c, <PhonePage number={c.req.param("number")} messages={messages()} follow={followOf(c)} />),
  );
  app.onError((error) => {
    if (error instanceof z.ZodError || error instanceof SyntaxError) {
      return Response.json({ error: error.message }, { status: 400 });
    }
    // A dropped connection has no answer, and a bug of the emulator must not look like a failure of Twilio.
    throw error;
  });

  return {
    fetch: async (request) => app.fetch(request),
    faults,
    stats,
    get messages() {
      return messages();
    },
    undeliverable,
    advance: () => advance(context),
    receive: (message) => receive(context, message),
  };
}

async function sendCallback(request: Request): Promise<Response> {
  const response = await fetch(request);
  // A body that nobody reads holds its connection.
  await response.body?.cancel();
  return response;
}
