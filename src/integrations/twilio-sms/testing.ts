/**
 * What the tests of this kind share: an emulated Twilio with a clock that stands still, responses, and pages of them.
 */
import type { Definition } from "../../core/form";
import { SEGMENT_SIZE } from "../../core/ids";
import type { Deps, Entry, Page } from "../../core/integration";
import type { OptOuts, Quotas } from "../../core/recipients";
import type { Answers, ResponseRecord } from "../../core/response";
import { createTwilioEmulator, type TwilioEmulator, type TwilioEmulatorOptions } from "./emulator";
import { type Config, ConfigSchema, type Secrets } from "./manifest";
import { prepareMessage } from "./message";

export const ACCOUNT = `AC${"1".repeat(32)}`;
export const TOKEN = "the-auth-token-of-the-tests";
export const FROM = "+15005550006";
export const START = Date.UTC(2026, 10, 23, 10, 0, 0);
const SEGMENT = 3;

export const DEFINITION: Definition = {
  title: "Savings",
  questions: [
    { ref: "name", type: "short_text", title: "Name" },
    { ref: "phone", type: "phone_number", title: "Phone" },
    { ref: "age", type: "integer", title: "Age" },
  ],
};

/** A mobile number of the n-th person. */
export const phone = (n: number): string => `+9198765430${String(n).padStart(2, "0")}`;

/** The n-th response of the test's segment. */
export function response(n: number, answers: Answers = { name: `Name ${n}`, phone: phone(n) }): ResponseRecord {
  const base = { id: `resp${n}`, version: 1, revision: 1, erasedAt: null, metadata: {}, flags: [] };
  return {
    ...base,
    submittedAt: null,
    review: "received",
    position: SEGMENT * SEGMENT_SIZE + n,
    receivedAt: START + n * 1000,
    answers,
  };
}

/** An entry as the engine marks it: what `prepare` made of it is fixed. Throws when there is nothing to send. */
export function entry(record: ResponseRecord, deps: Deps<Config, Secrets>, other: Partial<Entry> = {}): Entry {
  const { id, position } = record;
  const bare: Entry = { position, event: "created", response: record, delivery: `d${id}` };
  const prepared = prepareMessage(bare, deps);
  if ("outcome" in prepared) throw new Error(`nothing to send: ${prepared.outcome.type}`);
  return { ...bare, content: prepared.content, ...other };
}

/** A page of the responses feed that covers its entries. */
export function page(entries: readonly Entry[], other: Partial<Page> = {}): Page {
  return {
    feed: "responses",
    segment: SEGMENT,
    after: (entries[0]?.position ?? 1) - 1,
    through: entries.at(-1)?.position ?? 0,
    entries,
    replay: false,
    markedAt: START,
    inDoubt: false,
    ...other,
  };
}

/** The same entries after an attempt at `triedAt` whose end nobody knows. */
export function inDoubt(entries: readonly Entry[], looks = 0, triedAt = START): Page {
  const attempted = { attempts: 1, looks, triedAt, reference: null };
  return page(
    entries.map((one) => ({ ...one, attempted })),
    { inDoubt: true },
  );
}

/** An entry that was parked and that a person has asked for again. */
export const byHand = (one: Entry): Entry => ({
  ...one,
  attempted: { attempts: 0, looks: 0, triedAt: START, reference: null, byHand: true },
});

export interface World {
  readonly emulator: TwilioEmulator;
  readonly deps: Deps<Config, Secrets>;
  readonly clock: { now: number };
  /** Entries of the responses numbered from `from` to `to`. */
  entries(from: number, to: number): Entry[];
  /** Texts that Twilio took, sorted. */
  texts(): string[];
}

export function makeWorld(
  options: Partial<TwilioEmulatorOptions> = {},
  other: Partial<Deps<Config, Secrets>> = {},
): World {
  const clock = { now: START };
  const account = { accountSid: ACCOUNT, authToken: TOKEN };
  const emulator = createTwilioEmulator({ now: () => clock.now, senders: [FROM], ...account, ...options });
  const deps: Deps<Config, Secrets> = {
    fetch: (request) => emulator.fetch(request),
    now: () => clock.now,
    optOuts: memoryOptOuts(),
    quotas: memoryQuotas(),
    annotate: async (annotations) => annotations.map(() => "done"),
    workspace: "ws_abc",
    config: ConfigSchema.parse({ to: "phone", body: "Thanks {{name}}, receipt {{response_id}}" }),
    secrets: { ...account, from: FROM },
    integration: { id: "int_abc" },
    form: { id: "form_1", title: "Savings", version: 1, definitions: new Map([[1, DEFINITION]]) },
    publicUrl: null,
    settings: { TWILIO_API_URL: "https://twilio.test" },
    claimed: async () => new Set(),
    memory: new Map(),
    ...other,
  };
  return {
    emulator,
    deps,
    clock,
    entries: (from, to) => Array.from({ length: to - from + 1 }, (_, i) => entry(response(from + i), deps)),
    texts: () => emulator.messages.map(({ body }) => body).sort(),
  };
}

/** The counts as D1 keeps them, in memory. */
function memoryQuotas(): Quotas {
  const counts = new Map<string, number>();
  const day = (at: number) => Math.floor(at / 86_400_000);
  const add = (at: number, { scope, key }: { scope: string; key: string }, n: number) => {
    const name = `${day(at)} ${scope} ${key}`;
    const count = counts.get(name) ?? 0;
    counts.set(name, count + n);
  };
  return {
    take: async (at, uses) =>
      uses.map((use) => {
        const count = counts.get(`${day(at)} ${use.scope} ${use.key}`) ?? 0;
        const granted = Math.min(use.want, Math.max(0, use.limit - count));
        add(at, use, granted);
        return granted;
      }),
    giveBack: async (at, uses) => {
      for (const use of uses) add(at, use, -use.want);
    },
  };
}

/** The list as D1 keeps it, in memory. */
function memoryOptOuts(): OptOuts {
  const listed = new Set<string>();
  return {
    find: async (scope, recipients) => new Set(recipients.filter((one) => listed.has(`${scope} ${one}`))),
    add: async (scope, recipient) => void listed.add(`${scope} ${recipient}`),
    remove: async (scope, recipient) => void listed.delete(`${scope} ${recipient}`),
  };
}
