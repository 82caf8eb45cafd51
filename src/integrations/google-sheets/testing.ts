/** What the tests of this kind share: an emulator with an account, a clock that stands still, pages and responses. */
import { exportPKCS8, exportSPKI, generateKeyPair } from "jose";
import type { Definition } from "../../core/form";
import { SEGMENT_SIZE } from "../../core/ids";
import type { Deps, Entry, Page, PageResult } from "../../core/integration";
import type { Answers, ResponseRecord } from "../../core/response";
import { createSheetsEmulator, type SheetsEmulatorOptions } from "./emulator";
import { type Config, ConfigSchema, type Secrets } from "./manifest";

export const EMAIL = "formlog@project.iam.gserviceaccount.com";
export const SHEET_ID = "1AbC-test_sheet";
export const SEGMENT = 3;
export const START = Date.UTC(2026, 10, 23, 10, 0, 0);

const pair = await generateKeyPair("RS256", { extractable: true });
export const privateKey = await exportPKCS8(pair.privateKey);
export const account = { clientEmail: EMAIL, publicKey: await exportSPKI(pair.publicKey) };

export const DEFINITION: Definition = {
  title: "Savings",
  questions: [
    { ref: "name", type: "short_text", title: "Name" },
    { ref: "hello", type: "statement", title: "Hello" },
    { ref: "age", type: "integer", title: "Age" },
    {
      ref: "crops",
      type: "multiple_choice",
      title: "Crops",
      choices: [
        { id: "r", label: "Rice" },
        { id: "w", label: "Wheat" },
      ],
    },
  ],
};

/** The place in the log of the n-th response of the test's segment. */
export const at = (n: number): number => SEGMENT * SEGMENT_SIZE + n;

export function response(n: number, answers: Answers = { name: `Name ${n}`, age: n }): ResponseRecord {
  const base = { id: `resp${n}`, position: at(n), version: 1, revision: 1, erasedAt: null, metadata: {}, flags: [] };
  return { ...base, submittedAt: null, review: "received", receivedAt: START + n * 1000, answers };
}

export function entry(record: ResponseRecord, other: Partial<Entry> = {}): Entry {
  return { position: record.position, event: "created", response: record, delivery: `d${record.id}`, ...other };
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

/** A page of fresh responses numbered from `from` to `to`. */
export function fresh(from: number, to: number, other: Partial<Page> = {}): Page {
  return page(
    Array.from({ length: to - from + 1 }, (_, i) => entry(response(from + i))),
    other,
  );
}

/** A page of the revisions feed; `n` are positions in it. */
export function revisions(changes: readonly [n: number, event: "updated" | "erased", record: ResponseRecord][]): Page {
  return page(
    changes.map(([n, event, record]) => entry(record, { position: n, event })),
    { feed: "revisions" },
  );
}

/** Types of a page's outcomes in the order of their positions. */
export function outcomeTypes({ outcomes }: PageResult): string[] {
  return [...outcomes].sort(([a], [b]) => a - b).map(([, outcome]) => outcome.type);
}

export interface World {
  readonly emulator: ReturnType<typeof createSheetsEmulator>;
  readonly deps: Deps<Config, Secrets>;
  readonly clock: { now: number };
  /** Texts of a tab without its header. */
  rows(title?: string): string[][];
  header(title?: string): string[];
  /** Ids of the sheet's rows, in order. */
  ids(): string[];
  fences(): string[];
  tab(title?: string): { sheetId: number };
}

export function makeWorld(options: Partial<SheetsEmulatorOptions> & { definition?: Definition } = {}): World {
  const clock = { now: START };
  const emulator = createSheetsEmulator({ now: () => clock.now, accounts: [account], ...options });
  emulator.createSpreadsheet({ id: SHEET_ID, title: "Survey", sharedWith: [EMAIL] });
  const deps: Deps<Config, Secrets> = {
    fetch: (request) => emulator.fetch(request),
    now: () => clock.now,
    config: ConfigSchema.parse({ spreadsheetId: SHEET_ID }),
    secrets: { client_email: EMAIL, private_key: privateKey },
    integration: { id: "int_abc" },
    workspace: "ws_abc",
    annotate: async (annotations) => annotations.map(() => "done"),
    quotas: { take: async (_, uses) => uses.map(({ want }) => want), giveBack: async () => {} },
    form: { id: "form_1", title: "Savings", version: 1, definitions: new Map([[1, options.definition ?? DEFINITION]]) },
    publicUrl: null,
    settings: { GOOGLE_SHEETS_URL: "https://sheets.test", GOOGLE_TOKEN_URL: "https://sheets.test/token" },
    claimed: async () => new Set(),
    optOuts: { find: async () => new Set(), add: async () => {}, remove: async () => {} },
    memory: new Map(),
  };
  const rows = (title = "Responses") => emulator.readRows(SHEET_ID, title).slice(1);
  return {
    emulator,
    deps,
    clock,
    rows,
    header: (title = "Responses") => emulator.readRows(SHEET_ID, title)[0] ?? [],
    ids: () => rows().map((row) => row[0] ?? ""),
    fences: () =>
      emulator
        .inspect(SHEET_ID)
        .namedRanges.flatMap(({ namedRangeId = "" }) => (/_tab_/.test(namedRangeId) ? [] : [namedRangeId])),
    tab(title = "Responses") {
      const tab = emulator.inspect(SHEET_ID).tabs.find((candidate) => candidate.title === title);
      if (!tab) throw new Error(`there is no tab ${title}`);
      return tab;
    },
  };
}
