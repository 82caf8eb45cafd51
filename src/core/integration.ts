/**
 * The contract between the dispatch engine and an integration. An integration receives pages of entries and returns
 * outcomes as values; it never sees a queue message, an acknowledgement, a lease or a cursor. A thrown error is a bug
 * and is treated as an effect in doubt.
 */
import type { AnnotationResult, ResponseAnnotation } from "./annotation";
import type { Definition } from "./form";
import type { Feed, LogAddress } from "./ids";
import type { Index, IndexPlace, QueryRequest, QueryResult, ReadDefinitions } from "./index-kind";
import type { InventoryRange, InventoryResult } from "./inventory";
import type { Lexicon } from "./lexicon/lexicon";
import type { Manifest } from "./manifest";
import type { Notice } from "./notice";
import type { OptOuts, Quotas } from "./recipients";
import type { ResponseRecord } from "./response";
import type { Settings } from "./setting";

export type { Budget, Installation, Manifest, Policy } from "./manifest";

/**
 * What happened to a response. `created` comes from the feed of responses, the others from the feed of revisions.
 * `flagged`: flags appeared; when it came with them or got them by an edit, `created` or `updated` stands beside it.
 */
export type EntryEvent = "created" | "updated" | "flagged" | "reviewed" | "erased";

/**
 * The provider's word for an effect. `rank` grows along its life: a word of a lower rank than the last one changes
 * nothing.
 */
interface Word {
  /** The provider's id of it. */
  readonly reference?: string;
  readonly status?: string;
  readonly rank?: number;
}

/** What became of one entry. `reason` is a sentence that its reader can act on, without answers or phone numbers. */
export type Outcome =
  /**
   * `checkAfterSeconds`: the provider's word is not its last, and is asked for again then, or with others
   * (`Policy.checks`; kinds with a ledger only). A last word that is `DELIVERED` (status.ts) is not written to a row of
   * its own.
   */
  | ({ readonly type: "delivered"; readonly checkAfterSeconds?: number } & Word)
  | { readonly type: "skipped"; readonly reason: string }
  /** Certainly not executed; worth trying again. */
  | { readonly type: "retry"; readonly reason: string; readonly afterSeconds?: number }
  /** Will never work for this entry (a bad phone number): parked for a person to see. */
  | ({ readonly type: "rejected"; readonly reason: string } & Word)
  /** Will not work for any entry until somebody changes something (credentials, sharing). */
  | {
      readonly type: "blocked";
      readonly reason: string;
      /** When it looks again by itself whether it was mended; a quarter of an hour unless told. */
      readonly afterSeconds?: number;
    }
  /** May have been executed: must be reconciled before it is repeated. */
  | {
      readonly type: "unknown";
      readonly reason: string;
      readonly afterSeconds?: number;
      /** A reconciliation looked and found nothing: counted in `Attempted.looks`. */
      readonly looked?: boolean;
    };

/** Why a page stopped before its end: the entries without an outcome wait where they are. */
export type Halt = Extract<Outcome, { type: "retry" | "blocked" | "unknown" }> & {
  /** The wait grows with each failure as any other's, but ends after so many seconds: a quota is full again then. */
  readonly withinSeconds?: number;
};

/** A call for an entry and what came back, as it is kept for people to read. Never logged. Times in milliseconds. */
export interface AttemptRecord {
  readonly at: number;
  readonly milliseconds: number;
  /** HTTP status; null: there was no answer. */
  readonly status: number | null;
  /** The first 4 kB of the answer, or what happened instead of one. */
  readonly answer: string;
}

/**
 * Outcomes by `Entry.position`. Entries that are missing were not attempted, or wait where they are: `halt` says why.
 */
export interface PageResult {
  readonly outcomes: ReadonlyMap<number, Outcome>;
  readonly halt?: Halt;
  /** By `Entry.position`, of kinds that keep a log of their attempts; entries without an outcome may have one too. */
  readonly attempts?: ReadonlyMap<number, AttemptRecord>;
}

/** What an earlier attempt at this delivery left behind (kinds with a ledger only). Times in milliseconds. */
export interface Attempted {
  readonly attempts: number;
  /** Reconciliations that found nothing. */
  readonly looks: number;
  readonly triedAt: number;
  /** The provider's id of the effect. */
  readonly reference: string | null;
  /** A person asked for this one again: they may know more than a list does. */
  readonly byHand?: boolean;
}

/** A delivery that is there, and whose last word did not come. */
export interface Unchecked {
  readonly position: number;
  /** The provider's id of it. */
  readonly reference: string;
  /** Checks before this one. */
  readonly checks: number;
  /** Milliseconds. */
  readonly triedAt: number;
}

/** What every entry of a page has, whatever it tells of. */
export interface Deliverable {
  /** Row key in its feed; grows with commit order. */
  readonly position: number;
  /** Public id of this delivery, stable over all attempts: letters and digits only. */
  readonly delivery: string;
  readonly attempted?: Attempted;
}

export interface Entry extends Deliverable {
  readonly event: EntryEvent;
  /** When it was changed, in milliseconds; absent of `created`, whose response has its `receivedAt`. */
  readonly changedAt?: number;
  /** Another integration has set flags or metadata; nobody has edited it. */
  readonly annotated?: true;
  /** The response as it is now (not as it was when the event happened). */
  readonly response: ResponseRecord;
  /** The filter does not let the response pass as it is now (kinds with an index only): it leaves the index. */
  readonly filtered?: true;
  /** What `prepare` returned when the delivery was first marked (kinds with a ledger only). */
  readonly content?: unknown;
}

export interface NoticeEntry extends Deliverable {
  readonly notice: Notice;
}

export interface Page<E extends Deliverable = Entry, F extends Feed = "responses" | "revisions"> {
  readonly feed: F;
  readonly segment: number;
  /** Every entry of the feed up to here is settled; the page follows. */
  readonly after: number;
  /** Last position that the page covers, entries left out by the filter included. */
  readonly through: number;
  readonly entries: readonly E[];
  /** These positions were settled once before (replay, a manual retry): the effect may exist already. */
  readonly replay: boolean;
  /** When the page was marked in flight, in milliseconds: an attempt in doubt was sent at this time or later. */
  readonly markedAt: number;
  /** An earlier attempt at this page may still be running or may have been executed. */
  readonly inDoubt: boolean;
  /**
   * Nothing was delivered since then (milliseconds) and every attempt failed; the cursor had to wait so many times in a
   * row.
   */
  readonly failing?: { readonly since: number; readonly times: number };
}

export type NoticePage = Page<NoticeEntry, "notices">;

/** What an integration may use. Time, network and memory are given, so that it can be run under a simulator. */
export interface Deps<Config = unknown, Secrets = unknown> {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly config: Config;
  readonly secrets: Secrets;
  readonly integration: { readonly id: string; readonly test?: boolean };
  /** Id of the workspace that the form belongs to. */
  readonly workspace: string;
  readonly form: {
    readonly id: string;
    readonly title: string;
    /**
     * The newest version; `definitions` has it and every version that a response of the page pins. Behind its own, each
     * has the choices and questions of earlier ones that answers of the page hold (core/former.ts).
     */
    readonly version: number;
    readonly definitions: ReadonlyMap<number, Definition>;
  };
  /** Where providers reach this installation, without a trailing slash; null when only this machine can. */
  readonly publicUrl: string | null;
  /** Addresses and pacing that the environment overrides, by name (`GOOGLE_SHEETS_URL` …). */
  readonly settings: Settings;
  /** Which of these provider ids belong to other deliveries around this entry already (kinds with a ledger). */
  readonly claimed: (references: readonly string[], entry: Entry) => Promise<ReadonlySet<string>>;
  readonly optOuts: OptOuts;
  readonly quotas: Quotas;
  /**
   * Sets flags of this integration's own and entries of metadata, at any responses of a page; results by index. May be
   * repeated. The integration itself is not told of what it changed; others see `flagged`, `updated` or `reviewed`.
   */
  readonly annotate: (annotations: readonly ResponseAnnotation[]) => Promise<readonly AnnotationResult[]>;
  /** Lives as long as the isolate: access tokens and the like, never anything that must survive. */
  readonly memory: Map<string, unknown>;
  /** Of kinds that keep one. */
  readonly index?: Index;
  /**
   * Of kinds that keep an index: responses of the form as they are now, by position; null: a database can't be asked
   * now.
   */
  readonly responses?: (places: readonly LogAddress[]) => Promise<ReadonlyMap<number, ResponseRecord> | null>;
  /**
   * Of kinds that keep an index: has the integration's cursors in the segments of these responses deliver, a page of no
   * entries if nothing else is there. What is committed before the call is there for that delivery. A kind calls it
   * before its own page is delivered, and again when that page comes again: then nothing is forgotten. False: a
   * database can't be asked now.
   */
  readonly ask?: (waiting: readonly LogAddress[]) => Promise<boolean>;
  /** The lexicon of the workspace as it is now, ready for texts (kinds that ask for it); null: it can't be read now. */
  readonly lexicon?: () => Promise<Lexicon | null>;
}

/** A provider's own report about a delivery (a status callback), read and verified by the kind. */
export type CallbackResult =
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "ignored" }
  /** `rank` grows along the provider's life cycle: a report of a lower rank than the last one changes nothing. */
  | {
      readonly type: "report";
      readonly reference: string;
      readonly status: string;
      readonly rank: number;
      readonly outcome: Outcome;
    };

/** What the provider gets for a message of a recipient (an inbound webhook). */
export type InboundResult =
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "answered"; readonly contentType: string; readonly body: string };

/** Headers with which the API worker passes a callback on: the public URL that was called, and what it names. */
export const CALLBACK_URL = "x-formlog-callback-url";
export const CALLBACK_DELIVERY = "x-formlog-delivery";
export const CALLBACK_INTEGRATION = "x-formlog-integration";

export interface CallbackRequest {
  /** The public URL that the provider called, query included. */
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** What `POST …/test` answers: may this integration do its work? */
export interface TestResult {
  readonly ok: boolean;
  readonly detail: string;
}

/** What `POST …/preview` answers: the text of a response, and how many messages it is billed as. */
export interface Preview {
  readonly text: string;
  readonly segments: number;
  readonly encoding: string;
}

export interface Integration<Config = unknown, Secrets = unknown> {
  readonly manifest: Manifest<Config, Secrets>;
  /** Pure: what will be sent for an entry, fixed at its first attempt; or an outcome that needs no call. */
  prepare?(entry: Entry, deps: Deps<Config, Secrets>): { readonly content: unknown } | { readonly outcome: Outcome };
  /**
   * Pure: why an entry must not be sent now, whatever was prepared; null: it may. Asked before each attempt, and not
   * counted as one: a `retry` puts the entry off, and the page goes on without it.
   */
  admit?(entry: Entry, deps: Deps<Config, Secrets>): Outcome | null;
  deliver(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult>;
  /** Finds out what became of entries in doubt. `retry` means: certainly not executed, deliver again. */
  reconcile(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult>;
  /**
   * Asks the provider for its word for deliveries that are there (kinds with a ledger): `delivered` or `rejected` of
   * each, by position. Reads only: whatever it answers, none of them is ever delivered again. What it says nothing of
   * is asked for again.
   */
  check?(deliveries: readonly Unchecked[], deps: Deps<Config, Secrets>): Promise<PageResult>;
  /** Reads what the provider has, for a reconciliation with the log (nightly, or on demand). Writes nothing. */
  inventory?(range: InventoryRange, deps: Deps<Config, Secrets>): Promise<InventoryResult>;
  /** Delivers notices, at least once each: for kinds without a ledger whose manifest has `noticesOf`. */
  notify?(page: NoticePage, deps: Deps<Config, Secrets>): Promise<PageResult>;
  test(deps: Deps<Config, Secrets>): Promise<TestResult>;
  callback?(request: CallbackRequest, deps: Deps<Config, Secrets>): Promise<CallbackResult>;
  /** A message of a recipient, passed on by the provider: verified and heeded (STOP, START). */
  inbound?(request: CallbackRequest, deps: Deps<Config, Secrets>): Promise<InboundResult>;
  /** Pure: what would be sent for a response, before anything is configured. */
  preview?(response: ResponseRecord, about: Pick<Deps<Config, Secrets>, "config" | "form">): Preview;
  /** Answers from its index (kinds that keep one). */
  query?(request: QueryRequest, deps: Deps<Config, Secrets>, readDefinitions: ReadDefinitions): Promise<QueryResult>;
  /** Statements that each delete up to `limit` rows of its own in SEARCH_DB (kinds that keep an index). */
  forget?(at: IndexPlace, limit: number): D1PreparedStatement[];
}
