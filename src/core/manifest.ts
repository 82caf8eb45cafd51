/** What everybody must know of a kind, as data: its manifest, and the pace that the engine keeps for it. Types only. */
import type * as z from "zod";
import type { Credentials } from "./credentials";
import type { Definition } from "./form";
import type { EntryEvent } from "./integration";
import type { NoticeEvent } from "./notice";
import type { Setting, Settings } from "./setting";

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
  /**
   * No gap after a full page, or after entries that have waited for longer already: for kinds whose provider's pace the
   * gap does not keep.
   */
  readonly backlogAtOnce?: true;
  /**
   * The page is committed with what it sends before the call, and each entry gets a row: for providers that cannot
   * refuse a repeat.
   */
  readonly ledger: boolean;
  /**
   * When those of a ledger are asked for the provider's last word (`Integration.check`), many at once; no times unless
   * told.
   */
  readonly checks?: {
    /** Those that were tried so long ago; asked for when the oldest of them has waited for `everySeconds` more. */
    readonly afterSeconds: number;
    readonly everySeconds: number;
    readonly pageSize: number;
  };
  /** Tries of one entry before it is parked for good. */
  readonly attemptsMax: number;
  /**
   * Of a form that spans segments, a later one is delivered when the earlier ones are: what comes first is to stand
   * first.
   */
  readonly inOrder?: true;
  /** What a call costs: one token per `page` or per `entry`. */
  readonly cost: "page" | "entry";
}

/** What a config is checked against besides its form. */
export interface Installation {
  readonly settings: Settings;
  readonly publicUrl: string | null;
}

/** A config and the credentials to it, as a body has them. */
export interface Example {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
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
  /** What both may look like, for docs; secrets that are made up. Taken as it is by a form that has what it names. */
  readonly example: Example;
  /** Variables of the environment that it reads (`Deps.settings`), by name. */
  readonly settings?: Readonly<Record<string, Setting>>;
  /** What its provider is called in the addresses of callbacks, `/hooks/{provider}/…`; none: it reports nothing. */
  readonly provider?: string;
  readonly events: readonly EntryEvent[];
  /** Which of them an integration wants, when its config can leave some out. Called with a config that was checked. */
  eventsOf?(config: Config): readonly EntryEvent[];
  /**
   * Which notices about the form's other integrations one wants; none unless told. Called with a config that was
   * checked.
   */
  noticesOf?(config: Config): readonly NoticeEvent[];
  readonly policy: Policy;
  /** It has an inventory: what the provider has is compared with the log every night, and on demand. */
  readonly reconciled: boolean;
  /**
   * It keeps an index in SEARCH_DB, to which its worker is bound (index-kind.ts). An index holds all responses: it
   * starts at the beginning, and begins anew when config or filter change.
   */
  readonly index?: true;
  /** Its index compares responses with one another: all of it lies in SEARCH_DB, and none in further ones. */
  readonly indexTogether?: true;
  /** It looks for the terms of the workspace's lexicon: gets `deps.lexicon`. */
  readonly lexicon?: true;
  /** The queue that wakes its worker, the binding of that queue, and the service binding of the worker. */
  readonly queue: string;
  readonly queueBinding: string;
  readonly serviceBinding: string;
  /** Problems of a config against the form's questions (a ref that does not exist), as `path: message`. */
  checkConfig?(
    config: Config,
    definition: Definition,
    installation: Installation,
  ): readonly { readonly path: string; readonly message: string }[];
  /** An integration of such a kind gets a connection of its own when its config names none. */
  readonly credentials?: Credentials<Secrets>;
  /** What is shared with every integration that uses the same credential. */
  budget?(config: Config, secrets: Secrets): Budget;
  /** Credentials from the worker's own environment, when the integration names no connection; null: none set. */
  secretsFromEnv(settings: Settings): unknown;
}

/**
 * What submissions and the workers of other kinds must know of a kind: all of it that they have
 * (integrations/traits.ts).
 */
export type KindTraits = Pick<Manifest, "kind" | "title" | "events" | "reconciled" | "queueBinding"> & {
  readonly index: boolean;
};
