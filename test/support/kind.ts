/** Pages and dependencies for tests of a kind's own code, where neither the engine nor a database is needed. */
import type { Definition } from "../../src/core/form";
import { SEGMENT_SIZE } from "../../src/core/ids";
import type { Deps, Entry, Page } from "../../src/core/integration";
import type { Answers } from "../../src/core/response";

const SEGMENT = 3;
/** 2026-11-23T10:00:00Z */
const NOW = 1_795_428_000_000;

/** The n-th response of a form. */
export function entryOf(n: number, answers: Answers, other: Partial<Entry> = {}): Entry {
  const times = { receivedAt: NOW + n * 1000, submittedAt: null, erasedAt: null };
  const position = SEGMENT * SEGMENT_SIZE + n;
  const names = { id: `resp${n}`, position, version: 1, revision: 1 };
  const response = { ...names, ...times, answers, metadata: {}, flags: [], review: "received" as const };
  return { position, event: "created", response, delivery: `delivery${n}`, ...other };
}

/** A page that covers its entries. */
export const pageOf = (entries: readonly Entry[], other: Partial<Page> = {}): Page => ({
  feed: "responses",
  segment: SEGMENT,
  after: (entries[0]?.position ?? 1) - 1,
  through: entries.at(-1)?.position ?? 0,
  entries,
  replay: false,
  markedAt: NOW,
  inDoubt: false,
  ...other,
});

type Given<Config, Secrets> = Pick<Deps<Config, Secrets>, "config" | "secrets" | "fetch" | "settings"> & {
  readonly definition: Definition;
};

/** What the engine would give, with a clock that stands still and nobody who opted out. */
export const depsOf = <Config, Secrets>({ definition, ...given }: Given<Config, Secrets>): Deps<Config, Secrets> => ({
  ...given,
  now: () => NOW,
  integration: { id: "int_abc" },
  workspace: "ws_abc",
  form: { id: "form_1", title: definition.title, version: 1, definitions: new Map([[1, definition]]) },
  publicUrl: "https://formlog.test",
  claimed: async () => new Set(),
  optOuts: { find: async () => new Set(), add: async () => {}, remove: async () => {} },
  annotate: async (annotations) => annotations.map(() => "done"),
  quotas: { take: async (_, uses) => uses.map(({ want }) => want), giveBack: async () => {} },
  memory: new Map(),
});
