/**
 * A receiver of our own: checks signatures as any receiver does, keeps what came, and fails on demand. In tests it runs
 * in process, in `npm start` behind an HTTP server; `fetch` is all there is to it.
 */
import { Hono } from "hono";
import * as z from "zod";
import { followOf, servePages, showPage } from "../../core/emulator-frame";
import type { Journal } from "../../core/local";
import { answerFault, type FaultInput, FaultSchema, isTaken, strike } from "./emulator-faults";
import { EventsPage, STYLE } from "./emulator-page";
import { answerEvent, type Taken, type VerdictInput, VerdictSchema } from "./emulator-verdicts";
import { readKey } from "./keys";
import { verifyMessage } from "./sign";

export { EmulatorDrop, type FaultInput } from "./emulator-faults";

/** A call that the receiver took. */
export interface Received {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly path: string;
  readonly id: string;
  readonly timestamp: number;
  readonly signature: string;
  /** Whether a key that the receiver knows has signed it; null: it knows none. */
  readonly verified: boolean | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ReceiverOptions {
  /** Milliseconds since the epoch; the real clock unless told. */
  readonly now?: () => number;
  /** In [0, 1), for faults with a rate. */
  readonly random?: () => number;
  /** `whsec_…` or `whpk_…`; more can be told later. */
  readonly keys?: readonly string[];
  /** Larger bodies get 413. */
  readonly maxBytes?: number;
  readonly journal?: Journal;
}

export interface Receiver {
  /** Answers a request; rejects with EmulatorDrop when a fault breaks the connection. */
  fetch(request: Request): Promise<Response>;
  /** Put faults in, take them out: the list that calls are struck by. */
  readonly faults: FaultInput[];
  /** What it says of responses: the list that events are answered by. */
  readonly verdicts: VerdictInput[];
  /** Keys that are taken. */
  readonly keys: string[];
  /** Everything that was taken, repeats included, oldest first. */
  readonly received: readonly Received[];
  /** Calls, whatever came of them. */
  readonly stats: { calls: number };
}

const LineSchema = z.union([z.object({ received: z.custom<Received>() }), z.object({ key: z.string() })]);
const Key = z.object({
  key: z.string().refine((key) => readKey(key, "whsec_") ?? readKey(key, "whpk_"), "a key: whsec_… or whpk_…"),
});

export function createReceiver(options: ReceiverOptions = {}): Receiver {
  const { now = Date.now, random = Math.random, maxBytes = Number.POSITIVE_INFINITY, journal } = options;
  const faults: FaultInput[] = [];
  const verdicts: VerdictInput[] = [];
  const keys = [...(options.keys ?? [])];
  const received: Received[] = [];
  const stats = { calls: 0 };
  for (const text of journal?.lines ?? []) {
    const line = parseLine(text);
    if (line && "received" in line) received.push(line.received);
    else if (line) keys.push(line.key);
  }

  /** Null: it is not signed by a key that is known. */
  async function take(request: Request, body: string): Promise<Taken | null> {
    const headers = Object.fromEntries(request.headers);
    const { "webhook-id": id = "", "webhook-timestamp": time = "", "webhook-signature": signature = "" } = headers;
    const message = { id, timestamp: Number(time), body, signature };
    const checks = await Promise.all(keys.map((key) => verifyMessage(key, message, now())));
    const verified = keys.length === 0 ? null : checks.includes(true);
    if (verified === false) return null;
    const { pathname } = new URL(request.url);
    const one = { at: now(), path: pathname, id, timestamp: Number(time), signature, verified, headers, body };
    journal?.append(JSON.stringify({ received: one }));
    received.push(one);
    const secret = keys.find((key, i) => checks[i] && key.startsWith("whsec_"));
    return { id, body, secret, now: now() };
  }

  const app = new Hono();
  servePages(app, STYLE);
  app.get("/", (c) => showPage(c, <EventsPage received={received} follow={followOf(c)} />));
  app.get("/_emulator/received", (c) => c.json(received));
  app.get("/_emulator/faults", (c) => c.json(faults));
  app.post("/_emulator/faults", async (c) => {
    faults.push(FaultSchema.parse(await c.req.json()));
    return c.json(faults, 201);
  });
  app.delete("/_emulator/faults", (c) => {
    faults.length = 0;
    return c.json(faults);
  });
  app.get("/_emulator/verdicts", (c) => c.json(verdicts));
  app.post("/_emulator/verdicts", async (c) => {
    verdicts.push(VerdictSchema.parse(await c.req.json()));
    return c.json(verdicts, 201);
  });
  app.delete("/_emulator/verdicts", (c) => {
    verdicts.length = 0;
    return c.json(verdicts);
  });
  app.post("/_emulator/keys", async (c) => {
    const { key } = Key.parse(await c.req.json());
    journal?.append(JSON.stringify({ key }));
    keys.push(key);
    return c.body(null, 204);
  });
  app.post("*", async (c) => {
    stats.calls += 1;
    const body = await c.req.text();
    const fault = strike(faults, body, random);
    if (fault && !isTaken(fault)) return answerFault(fault, c.req.raw);
    if (body.length > maxBytes) return c.text("too large", 413);
    const taken = await take(c.req.raw, body);
    if (!taken) return c.text("the signature is not right", 401);
    if (fault) return answerFault(fault, c.req.raw);
    return (await answerEvent(verdicts, taken)) ?? c.json({ ok: true });
  });
  app.onError((error) => {
    if (error instanceof z.ZodError || error instanceof SyntaxError) {
      return Response.json({ error: error.message }, { status: 400 });
    }
    // A dropped connection has no answer.
    throw error;
  });

  return { fetch: async (request) => app.fetch(request), faults, verdicts, keys, received, stats };
}

function parseLine(text: string) {
  try {
    return LineSchema.parse(JSON.parse(text));
  } catch {
    return null; // a torn last line
  }
}
