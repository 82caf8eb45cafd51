/**
 * The contract between the dispatch engine and an integration. An integration receives pages of entries and returns
 * outcomes as values; it never sees a queue message, an acknowledgement, a lease or a cursor. A thrown error is a bug
 * and is treated as an effect in doubt.
 */
import type * as z from "zod";
import type { Definition } from "./form";
import type { ResponseRecord } from "./response";

/** What happened to a response. `created` comes from the feed of responses, the others from the feed of revisions. */
export type EntryEvent = "created" | "updated" | "erased";

/** What became of one entry. `reason` is a sentence that its reader can act on, without answers or phone numbers. */
export type Outcome =
  | { readonly type: "delivered"; readonly reference?: string; readonly status?: string }
  | { readonly type: "skipped"; readonly reason: string }
  /** Certainly not executed; worth trying again. */
  | { readonly type: "retry"; readonly reason: string; readonly afterSeconds?: number }
  /** Will never work for this entry (a bad phone number): parked for a person to see. */
  | { readonly type: "rejected"; readonly reason: string }
  /** Will not work for any entry until somebody changes something (credentials, sharing). */
  | { readonly type: "blocked"; readonly reason: string }
  /** May have been executed: must be reconciled before it is repeated. */
  | {
      readonly type: "unknown";
      readonly reason: string;
      readonly afterSeconds?: number;
      /** A reconciliation looked and found nothing: counted in `Attempted.looks`. */
      readonly looked?: boolean;
    };

/** Why a page stopped before its end: the entries without an outcome wait where they are. */
export type Halt = Extract<Outcome, { type: "retry" | "blocked" | "unknown" }>;

/** Outcomes by `Entry.position`. Entries that are missing were not attempted, and `halt` says why. */
export interface PageResult {
  readonly outcomes: ReadonlyMap<number, Outcome>;
  readonly halt?: Halt;
}

/** What an earlier attempt at this delivery left behind (kinds with a ledger only). Times in milliseconds. */
export interface Attempted {
  readonly attempts: number;
  /** Reconciliations that found nothing. */
  readonly looks: number;
  readonly triedAt: number;
  readonly reference: string | null;
  /** A person asked for this one again: they may know more than a list does. */
  readonly byHand?: boolean;
}

export interface Entry {
  /** Row key in its feed; grows with commit order. */
  readonly position: number;
  readonly event: EntryEvent;
  /** The response as it is now (not as it was when the event happened). */
  readonly response: ResponseRecord;
  /** Public id of this delivery, stable over all attempts: letters and digits only. */
  readonly delivery: string;
  /** What `prepare` returned when the delivery was first marked (kinds with a ledger only). */
  readonly content?: unknown;
  readonly attempted?: Attempted;
}

export interface Page {
  readonly feed: "responses" | "revisions";
  readonly segment: number;
  /** Every entry of the feed up to here is settled; the page follows. */
  readonly after: number;
  /** Last position that the page covers, entries left out by the filter included. */
  readonly through: number;
  readonly entries: readonly Entry[];
  /** These positions were settled once before (replay, a manual retry): the effect may exist already. */
  readonly replay: boolean;
  /** When the page was marked in flight, in milliseconds: an attempt in doubt was sent at this time or later. */
  readonly markedAt: number;
  /** An earlier attempt at this page may still be running or may have been executed. */
  readonly inDoubt: boolean;
}

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
    /** The newest version; `definitions` has it and every version that a response of the page pins. */
    readonly version: number;
    readonly definitions: ReadonlyMap<number, Definition>;
  };
  /** Where providers reach this installation, without a trailing slash; null when only this machine can. */
  readonly publicUrl: string | null;
  /** Addresses and pacing that the environment overrides, by name (`GOOGLE_SHEETS_URL` …). */
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** Which of these provider ids belong to other deliveries around this entry already (kinds with a ledger). */
  readonly claimed: (references: readonly string[], entry: Entry) => Promise<ReadonlySet<string>>;
  readonly optOuts: OptOuts;
  readonly quotas: Quotas;
  /** Lives as long as the isolate: access tokens and the like, never anything that must survive. */
  readonly memory: Map<string, unknown>;
}

/** Recipients that asked to be left alone, by scope: a kind and an account (`twilio-sms:AC…`). */
export interface OptOuts {
  find(scope: string, recipients: readonly string[]): Promise<ReadonlySet<string>>;
  add(scope: string, recipient: string): Promise<void>;
  remove(scope: string, recipient: string): Promise<void>;
}

/** So many uses of something that has a limit for each day, by scope and key (a recipient, a workspace). */
export interface QuotaUse {
  readonly scope: string;
  readonly key: string;
  readonly want: number;
  readonly limit: number;
}

/** Daily counts (UTC), shared by everything that takes them. `at`: milliseconds; its day is the one that counts. */
export interface Quotas {
  /** How many of each are granted (0 to `want`), in the same order. A scope and key may be named once. */
  take(at: number, uses: readonly QuotaUse[]): Promise<readonly number[]>;
  /** Takes back `want` of each: granted at `at`, and then not used. */
  giveBack(at: number, uses: readonly QuotaUse[]): Promise<void>;
}

/** A token bucket shared by everything that spends it, kept in D1. */
export interface Budget {
  /** Names the bucket: what is limited (a credential, a sender), never the secret itself. */
  readonly name: string;
  readonly capacity: number;
  readonly perSecond: number;
}

export interface Policy {
  /** Entries of a page at most. */
  readonly pageSize: number;
  /** Bytes of answers in a page at most; a page always has one entry. */
  readonly pageBytes: number;
  /** Least time between two pages of one cursor, so that a backlog gathers into large pages. */
  readonly pageGapSeconds: number;
  /** One delivery row per entry, committed before the call: for providers that cannot refuse a repeat. */
  readonly ledger: boolean;
  /** Tries of one entry before it is parked for good. */
  readonly attemptsMax: number;
  /** What a call costs: one token per `page` or per `entry`. */
  readonly cost: "page" | "entry";
}

/** Everything that forms, masks, checks and docs must know of a kind, as data. */
export interface Manifest<Config = unknown, Secrets = unknown> {
  readonly kind: string;
  readonly title: string;
  readonly summary: string;
  /** Steps for the person who sets it up, in Markdown. */
  readonly setup: string;
  readonly config: z.ZodType<Config>;
  /** Stored credentials; all of it is secret and never shown again. */
  readonly secrets: z.ZodType<Secrets>;
  readonly events: readonly EntryEvent[];
  readonly policy: Policy;
  /** The queue that wakes its worker, the binding of that queue, and the service binding of the worker. */
  readonly queue: string;
  readonly queueBinding: string;
  readonly serviceBinding: string;
  /** Problems of a config against the form's questions (a ref that does not exist), as `path: message`. */
  checkConfig?(config: Config, definition: Definition): readonly { readonly path: string; readonly message: string }[];
  /** What is shared with every integration that uses the same credential. */
  budget?(config: Config, secrets: Secrets): Budget;
  /** Credentials from the worker's own environment, when the integration names no connection; null: none set. */
  secretsFromEnv(settings: Readonly<Record<string, string | undefined>>): unknown;
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
   * Pure: why an entry must not be sent now, whatever was prepared; null: it may. Asked before each attempt, and not counted
   * as one: a `retry` puts the entry off, and the page goes on without it.
   */
  admit?(entry: Entry, deps: Deps<Config, Secrets>): Outcome | null;
  deliver(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult>;
  /** Finds out what became of entries in doubt. `retry` means: certainly not executed, deliver again. */
  reconcile(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult>;
  test(deps: Deps<Config, Secrets>): Promise<TestResult>;
  callback?(request: CallbackRequest, deps: Deps<Config, Secrets>): Promise<CallbackResult>;
  /** A message of a recipient, passed on by the provider: verified and heeded (STOP, START). */
  inbound?(request: CallbackRequest, deps: Deps<Config, Secrets>): Promise<InboundResult>;
  /** Pure: what would be sent for a response, before anything is configured. */
  preview?(response: ResponseRecord, about: Pick<Deps<Config, Secrets>, "config" | "form">): Preview;
}
