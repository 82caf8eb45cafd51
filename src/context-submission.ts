/**
 * The composition root of the submission path: what the gateway is made of, and what context.ts makes the API worker's
 * context of, with all that is not submitting. What lives as long as the isolate (caches, the group commit) is made
 * once per environment.
 */
import type { SubmissionConfig } from "./config-submission";
import type { Bookmarks } from "./core/bookmark";
import type { CompiledDefinition } from "./core/compiled";
import type { Access, Definition } from "./core/form";
import type { FormSettings } from "./core/form-settings";
import { createLru, type Lru } from "./core/lru";
import type { Spooled } from "./core/spool";
import { startTrace, type Trace } from "./core/trace";
import { countRows, createCountFlush } from "./dispatch/flush-counts";
import type { Opener } from "./dispatch/next-segment";
import { type SpoolOutcome, sendSpooled } from "./dispatch/spool";
import { sendWakeUps } from "./dispatch/wake";
import { findTraits } from "./integrations/traits";
import { createGroupCommit, type GroupCommit } from "./services/group-commit";
import { createLimiter } from "./services/rate-limit";
import { fullness } from "./services/segments";
import { appendResponses, type NewResponse, sizeOf } from "./store/append";
import type { WakeUp } from "./store/cursors";
import { isOverloaded } from "./store/failure";
import type { SealedTurnstile } from "./store/form-reads";
import type { KeyRow } from "./store/key-reads";
import type { LinkRow } from "./store/link-reads";
import { openShards, type Segment, type Shards } from "./store/shards";

/** What submissions are bound to; a queue of each kind besides. */
export interface SubmissionBindings extends Readonly<Record<string, unknown>> {
  readonly DB: D1Database;
  readonly QUEUE_INTAKE?: Queue<Spooled>;
  readonly RATE_SUBMIT?: RateLimit;
  /** Where counts go as points besides. */
  readonly ANALYTICS?: AnalyticsEngineDataset;
}

/** A form as submissions need it: its current version, compiled, and where its responses go. */
export interface CachedForm {
  readonly id: string;
  readonly workspace: string;
  readonly title: string;
  readonly state: "open" | "closed";
  readonly access: Access;
  readonly version: number;
  readonly definition: Definition;
  readonly compiled: CompiledDefinition;
  readonly settings: FormSettings;
  /** It had all the responses that it takes when it was loaded. */
  readonly full: boolean;
  readonly shard: number;
  readonly segment: number;
  /** The segments that it wrote to before, oldest first: nothing is stored there any more. */
  readonly earlier: readonly Segment[];
  readonly turnstile: SealedTurnstile | null;
  readonly loadedAt: number;
}

/** What an append told about one entry: its position, or null when it was not stored. */
export type Appended = {
  readonly position: number | null;
  readonly wakeUps: readonly WakeUp[];
  /** Its shard or its segment is full: the form is to go on elsewhere. */
  readonly full: boolean;
};

/** Something that an isolate remembers, and since when (milliseconds since the epoch). */
export interface Remembered<V> {
  readonly value: V;
  readonly loadedAt: number;
}

/** What lives as long as the isolate. */
export interface SubmissionRuntime {
  readonly config: SubmissionConfig;
  readonly shards: Shards;
  readonly now: () => number;
  readonly random: <T extends Uint8Array>(bytes: T) => T;
  readonly forms: Lru<CachedForm>;
  readonly keys: Lru<Remembered<KeyRow>>;
  readonly links: Lru<Remembered<LinkRow>>;
  /** The furthest known position of each segment, by `shard/segment`. */
  readonly heads: Lru<number>;
  /** When it was last tried to open a form's next segment. */
  readonly moves: Lru<number>;
  /** How often a link was used in the earlier segments of a form that lie on other shards, by segment and link. */
  readonly usedElsewhere: Lru<number>;
  /** What opens the next segments of forms. */
  readonly opener: Opener;
  readonly commit: (shard: number) => GroupCommit<NewResponse, Appended>;
  /** Counts so many submissions against a name; false when there is no room for them. Never fails. */
  readonly limit: (key: string, count: number) => Promise<boolean>;
  /** Writes down what was counted, when it is time; else null at once. For work after the answer. Never fails. */
  readonly flushCounts: () => Promise<void> | null;
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>;
  /** Puts submissions that D1 can't take, because of `cause`, on the intake queue; outcomes by index. Never fails. */
  readonly spool: (messages: readonly Spooled[], cause: unknown, trace?: Trace) => Promise<readonly SpoolOutcome[]>;
}

/** What belongs to one request or event. */
export interface Occasion {
  /** Of this request or run: in its log lines, in the wake-ups that it sends and in what it asks the kinds' workers. */
  readonly trace: Trace;
  /** Who asks, for the audit log: the id of a key, `root`, or `nobody` until a key was read. */
  readonly actor: string;
  /**
   * The shards as nobody reads them from a copy; `shards` may be that of a request that does (services/reads.ts). What
   * an isolate remembers (forms, keys, sessions, links) comes of these, so that it is never older than it says.
   */
  readonly primary: Shards;
  /** How far the shards had come that this request asked, if it follows them. */
  readonly bookmarks: () => Bookmarks;
  /** Keeps the request alive for work that the client does not wait for. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** What submissions are stored with: all that services on their path may use. */
export interface SubmissionContext extends SubmissionRuntime, Occasion {}

/** The types of Hono apps that take submissions. */
export interface SubmissionEnv {
  Bindings: SubmissionBindings;
  Variables: { ctx: SubmissionContext; key: KeyRow; requestId: string; trace: Trace };
}

const NO_BOOKMARKS: Bookmarks = new Map();
const noBookmarks = () => NO_BOOKMARKS;

/**
 * The part of a context that differs from request to request: `from` is its trace, or the id of a run, which begins
 * one.
 */
export function occasion(
  { wake, spool, random, shards }: SubmissionRuntime,
  execution: { waitUntil(work: Promise<unknown>): void },
  from: Trace | string,
): Occasion & Pick<SubmissionRuntime, "wake" | "spool"> {
  const trace = typeof from === "string" ? startTrace(from, null, random) : from;
  return {
    trace,
    actor: "nobody",
    primary: shards,
    bookmarks: noBookmarks,
    waitUntil: (work) => execution.waitUntil(work),
    wake: (wakeUps) => wake(wakeUps.map((one) => ({ trace, ...one }))),
    spool: (messages, cause) => spool(messages, cause, trace),
  };
}

/** Makes what lives as long as the isolate. */
export function makeSubmissionRuntime(env: SubmissionBindings, config: SubmissionConfig): SubmissionRuntime {
  const shards = openShards(env, countRows);
  const now = () => Date.now();
  const heads = createLru<number>(10_000);
  const commits = new Map<number, GroupCommit<NewResponse, Appended>>();
  return {
    config,
    shards,
    now,
    random: (bytes) => crypto.getRandomValues(bytes),
    forms: createLru(1_000),
    keys: createLru(5_000),
    links: createLru(5_000),
    heads,
    moves: createLru(1_000),
    usedElsewhere: createLru(10_000),
    opener: { shards, now, capBytes: config.shardCapBytes, traitsOf: findTraits },
    commit(shard) {
      const known = commits.get(shard);
      if (known) return known;
      const made = makeCommit({ db: shards.get(shard).db, shard, now, heads, isFull: fullness(config, shards) });
      commits.set(shard, made);
      return made;
    },
    limit: createLimiter(env.RATE_SUBMIT),
    flushCounts: createCountFlush({
      db: shards.control,
      now,
      everyMs: config.countEveryMs,
      analytics: env.ANALYTICS,
    }),
    wake: (wakeUps) =>
      sendWakeUps((kind) => env[findTraits(kind)?.queueBinding ?? ""] as Queue | undefined, wakeUps, now()),
    spool: (messages, cause, trace) => sendSpooled(env.QUEUE_INTAKE, messages, cause, trace),
  };
}

interface Commit {
  readonly db: D1Database;
  readonly shard: number;
  readonly now: () => number;
  readonly heads: Lru<number>;
  readonly isFull: ReturnType<typeof fullness>;
}

/**
 * An entry on its way, and the position after which its nonce can stand: the nearer, the fewer rows an append reads.
 * Null: it was not tried yet.
 */
interface Attempt {
  readonly entry: NewResponse;
  since: number | null;
}

function makeCommit(on: Commit): GroupCommit<NewResponse, Appended> {
  const headOf = (entry: NewResponse) => `${on.shard}/${entry.segment}`;
  const group = createGroupCommit<Attempt, Appended>({
    write: async (attempts) => {
      const tries = attempts.map((attempt) => {
        const { entry } = attempt;
        attempt.since ??= Math.max(entry.since, on.heads.get(headOf(entry)) ?? 0);
        return { ...entry, since: attempt.since };
      });
      const { positions, wakeUps, sizeAfter } = await appendResponses(on.db, on.shard, tries, on.now());
      for (const [i, entry] of tries.entries()) {
        const position = positions[i] ?? 0;
        if (position > (on.heads.get(headOf(entry)) ?? 0)) on.heads.set(headOf(entry), position);
      }
      // The wake-ups belong to the whole batch: whoever is answered first sends them.
      return positions.map((position, i) => ({
        position,
        wakeUps: i === 0 ? wakeUps : [],
        full: on.isFull(sizeAfter, position),
      }));
    },
    conflictOf: ({ entry }) => (entry.idempotencyKey === null ? null : `${entry.segment} ${entry.idempotencyKey}`),
    sizeOf: ({ entry }) => sizeOf(entry),
    isRefused: isOverloaded,
    now: on.now,
  });
  return { submit: (entry) => group.submit({ entry, since: null }) };
}
