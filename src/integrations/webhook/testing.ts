/** What the tests of this kind share: an emulated receiver, a clock that stands still, and pages of responses. */
import type { Definition } from "../../core/form";
import { SEGMENT_SIZE } from "../../core/ids";
import type { Deps, Entry, Page } from "../../core/integration";
import type { Answers, ResponseRecord } from "../../core/response";
import { createReceiver, type ReceiverOptions } from "./emulator";
import { type Config, ConfigSchema, type Secrets } from "./manifest";

export const URL = "https://receiver.formlog-tests.io/hook";
export const START = Date.UTC(2026, 10, 23, 10, 0, 0);
/** The secret of Standard Webhooks' published vector. */
export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SEGMENT = 3;

export const DEFINITION: Definition = {
  title: "Savings",
  questions: [
    { ref: "name", type: "short_text", title: "Name" },
    {
      ref: "city",
      type: "dropdown",
      title: "City",
      choices: [{ id: "pune", label: "Pune" }],
    },
  ],
};

/** The n-th response of the test's segment. */
export function response(n: number, answers: Answers = { name: `Name ${n}` }): ResponseRecord {
  const base = { id: `resp${n}`, version: 1, revision: 1, erasedAt: null, metadata: {}, flags: [] };
  const times = { receivedAt: START + n * 1000, submittedAt: null };
  return { ...base, ...times, review: "received", position: SEGMENT * SEGMENT_SIZE + n, answers };
}

export const entry = (n: number, other: Partial<Entry> = {}): Entry => {
  const record = response(n);
  return { position: record.position, event: "created", response: record, delivery: `delivery${n}`, ...other };
};

/** One that has failed so many times before. */
export const failedBefore = (n: number, attempts: number): Entry =>
  entry(n, { attempted: { attempts, looks: 0, triedAt: START, reference: null } });

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

/** A page of the responses numbered from `from` to `to`. */
export const pageOf = (from: number, to: number, other: Partial<Page> = {}): Page =>
  page(
    Array.from({ length: to - from + 1 }, (_, i) => entry(from + i)),
    other,
  );

export function makeWorld(
  options: ReceiverOptions = {},
  config: Record<string, unknown> = {},
  other: Partial<Deps<Config, Secrets>> = {},
) {
  const clock = { now: START };
  const receiver = createReceiver({ now: () => clock.now, keys: [SECRET], ...options });
  const calls: Request[] = [];
  const deps: Deps<Config, Secrets> = {
    fetch: (request) => {
      calls.push(request.clone());
      return receiver.fetch(request);
    },
    now: () => clock.now,
    config: ConfigSchema.parse({ url: URL, ...config }),
    secrets: { secret: SECRET },
    integration: { id: "int_abc" },
    workspace: "ws_abc",
    form: { id: "form_1", title: "Savings", version: 1, definitions: new Map([[1, DEFINITION]]) },
    publicUrl: "https://formlog.formlog-tests.io",
    settings: {},
    claimed: async () => new Set(),
    optOuts: { find: async () => new Set(), add: async () => {}, remove: async () => {} },
    annotate: async (annotations) => annotations.map(() => "done"),
    quotas: { take: async (_, uses) => uses.map(({ want }) => want), giveBack: async () => {} },
    memory: new Map(),
    ...other,
  };
  /** Numbers of the responses that were received, repeats included. */
  const arrived = () => receiver.received.map(({ id }) => Number(id.replace("delivery", "")));
  return { clock, receiver, deps, calls, arrived };
}
