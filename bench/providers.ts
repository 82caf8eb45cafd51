/**
 * The emulated providers of a benchmark, in a process of their own: what they compute must not hold up the load
 * generator. Started by fleet.ts with its options as an argument, tells `ready`, and then answers questions over the
 * channel between the two.
 */
import { setTimeout as pause } from "node:timers/promises";
import { localSecrets } from "../scripts/local/secrets";
import { serveEmulator } from "../scripts/local/serve";
import { createSheetsEmulator } from "../src/integrations/google-sheets/emulator";
import type { LocalAccount as GoogleAccount } from "../src/integrations/google-sheets/local";
import { createTwilioEmulator } from "../src/integrations/twilio-sms/emulator";
import type { LocalAccount as TwilioAccount } from "../src/integrations/twilio-sms/local";
import { createReceiver } from "../src/integrations/webhook/emulator";
import { startFlakyProxy } from "../test/chaos/flaky-proxy";
import { createRandom } from "../test/chaos/simulation/random";
import { percentFaults } from "./providers-faults";

export interface ProvidersOptions {
  readonly state: string;
  /** Of the API: Google, Twilio and the receiver listen behind it, as with `npm start`. */
  readonly port: number;
  /** Beyond it Twilio answers 429: texts of one segment are so many segments a second. */
  readonly textsPerSecond: number;
  readonly spreadsheets: readonly string[];
  /** Each answer takes at least so many milliseconds, as over the internet; none unless told. */
  readonly answerMs?: number;
  /** Stands a network in between that breaks things too: half of the faults are its. */
  readonly flaky?: boolean;
}

/** `share` of the calls fail from now on, 0 to 1. */
export type Question = { readonly ask: "delivered" } | { readonly ask: "faults"; readonly share: number };

/** What the providers have, by the ids of responses: repeats are in it as often as they came. */
export interface Delivered {
  readonly rows: readonly string[];
  readonly texts: readonly string[];
  /** Calls that the receiver took: an event's id and its response. */
  readonly calls: readonly (readonly [event: string, response: string])[];
  /** Calls that were made, whatever came of them, by provider and method. */
  readonly made: Readonly<Record<string, number>>;
}

/** The template that every text of a benchmark is made by: one segment. */
export const TEXT = "Thanks, receipt {{response_id}}";

async function serveProviders({
  state,
  port,
  textsPerSecond,
  spreadsheets,
  answerMs = 0,
  flaky = false,
}: ProvidersOptions): Promise<void> {
  const { kinds } = await localSecrets(state);
  const { client_email: clientEmail, publicKey } = kinds["google-sheets"] as GoogleAccount;
  const { accountSid, authToken, from } = kinds["twilio-sms"] as TwilioAccount;
  const google = createSheetsEmulator({ accounts: [{ clientEmail, publicKey }] });
  for (const id of spreadsheets) google.createSpreadsheet({ id, title: id, sharedWith: [clientEmail] });
  const twilio = createTwilioEmulator({ accountSid, authToken, senders: [from], requestsPerSecond: textsPerSecond });
  const receiver = createReceiver();
  let broken = 0;
  const random = createRandom(1);
  for (const [i, { fetch }] of [google, twilio, receiver].entries()) {
    const { url } = await serveEmulator(after(answerMs, fetch), flaky ? 0 : port + 1 + i);
    if (flaky) await startFlakyProxy(url, () => broken, random, port + 1 + i);
  }
  void live(() => twilio.advance());

  const delivered = (): Delivered => ({
    rows: spreadsheets.flatMap((id) =>
      google
        .readRows(id, "Responses")
        .slice(1)
        .map(([first = ""]) => first),
    ),
    texts: twilio.messages.map(({ body }) => body.slice(TEXT.indexOf("{"))),
    calls: receiver.received.map(({ id, body }) => [id, JSON.parse(body).data.response.id] as const),
    made: {
      ...named("Google", google.stats),
      ...named("Twilio", twilio.stats),
      "receiver calls": receiver.stats.calls,
    },
  });
  process.on("message", (question: Question & { readonly id: number }) => {
    if (question.ask === "faults") {
      broken = flaky ? question.share / 2 : 0;
      const faults = percentFaults(question.share - broken);
      google.faults.splice(0, Number.POSITIVE_INFINITY, ...faults.google);
      twilio.faults.splice(0, Number.POSITIVE_INFINITY, ...faults.twilio);
      receiver.faults.splice(0, Number.POSITIVE_INFINITY, ...faults.receiver);
    }
    process.send?.({ id: question.id, answer: question.ask === "delivered" ? delivered() : null });
  });
  // Whoever started it is gone.
  process.once("disconnect", () => process.exit(0));
  process.send?.("ready");
}

type Fetch = Parameters<typeof serveEmulator>[0];

/** The same, later. */
function after(milliseconds: number, fetch: Fetch): Fetch {
  if (milliseconds === 0) return fetch;
  return async (request) => {
    await pause(milliseconds);
    return fetch(request);
  };
}

/** Texts go through their life, a step a second. */
async function live(advance: () => Promise<unknown>): Promise<never> {
  for (;;) {
    await pause(1_000);
    await advance();
  }
}

const named = (provider: string, stats: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(stats).map(([method, n]) => [`${provider} ${method}`, n]));

const [given] = process.argv.slice(2);
if (process.send && given) await serveProviders(JSON.parse(given));
