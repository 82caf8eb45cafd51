/**
 * The one composition root of the API worker: fetch, scheduled and queue handlers all get their context here. What lives as
 * long as the isolate (caches, the group commit) is made once per environment.
 */
import { type Config, readConfig } from "./config";
import type { CompiledDefinition } from "./core/answer";
import type { Definition } from "./core/form";
import { createLru, type Lru } from "./core/lru";
import type { Spooled } from "./core/spool";
import { type SpoolOutcome, sendSpooled } from "./dispatch/spool";
import { sendWakeUps } from "./dispatch/wake";
import { catalog } from "./integrations/catalog";
import { createGroupCommit, type GroupCommit } from "./services/group-commit";
import { appendResponses, type NewResponse, sizeOf } from "./store/append";
import type { WakeUp } from "./store/cursors";
import { isOverloaded } from "./store/db";
import type { KeyRow } from "./store/keys";
import { openShards, type Shards } from "./store/shards";

export interface Env extends Readonly<Record<string, unknown>> {
  readonly DB: D1Database;
  readonly QUEUE_INTAKE?: Queue<Spooled>;
}

/** A form as submissions need it: its current version, compiled, and where its responses go. */
export interface CachedForm {
  readonly id: string;
  readonly workspace: string;
  readonly title: string;
  readonly state: "open" | "closed";
  readonly access: "public" | "key";
  readonly version: number;
  readonly definition: Definition;
  readonly compiled: CompiledDefinition;
  readonly shard: number;
  readonly segment: number;
  readonly loadedAt: number;
}

/** What an append told about one entry: its position, or null when it was not stored. */
export type Appended = { readonly position: number | null; readonly wakeUps: readonly WakeUp[] };

interface Runtime {
  readonly config: Config;
  readonly shards: Shards;
  readonly now: () => number;
  readonly random: <T extends Uint8Array>(bytes: T) => T;
  readonly forms: Lru<CachedForm>;
  readonly keys: Lru<{ readonly key: KeyRow; readonly loadedAt: number }>;
  /** The furthest known position of each segment, by `shard/segment`. */
  readonly heads: Lru<number>;
  readonly commit: (shard: number) => GroupCommit<NewResponse, Appended>;
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>;
  /** Puts submissions that D1 can't take, because of `cause`, on the intake queue; outcomes by index. Never fails. */
  readonly spool: (messages: readonly Spooled[], cause: unknown) => Promise<readonly SpoolOutcome[]>;
  /** The worker of a kind, for tests and callbacks; undefined when it is not bound. */
  readonly kindWorker: (kind: string) => Fetcher | undefined;
}

export interface Context extends Runtime {
  readonly requestId: string;
  /** Keeps the request alive for work that the client does not wait for. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** The types of the Hono apps. */
export interface AppEnv {
  Bindings: Env;
  Variables: { ctx: Context; key: KeyRow; requestId: string };
}

const runtimes = new WeakMap<object, Runtime>();

/** The context of one request or event. Throws a TypeError when the environment is not right. */
export function makeContext(
  env: Env,
  execution: { waitUntil(work: Promise<unknown>): void },
  requestId: string,
): Context {
  let runtime = runtimes.get(env.DB);
  if (!runtime) {
    runtime = makeRuntime(env);
    runtimes.set(env.DB, runtime);
  }
  return { ...runtime, requestId, waitUntil: (work) => execution.waitUntil(work) };
}

function makeRuntime(env: Env): Runtime {
  const shards = openShards(env);
  const now = () => Date.now();
  const heads = createLru<number>(10_000);
  const commits = new Map<number, GroupCommit<NewResponse, Appended>>();
  return {
    config: readConfig(env),
    shards,
    now,
    random: (bytes) => crypto.getRandomValues(bytes),
    forms: createLru(1_000),
    keys: createLru(5_000),
    heads,
    commit(shard) {
      const known = commits.get(shard);
      if (known) return known;
      const made = makeCommit({ db: shards.get(shard).db, shard, now, heads });
      commits.set(shard, made);
      return made;
    },
    wake: (wakeUps) =>
      sendWakeUps(
        (kind) => env[catalog.find((m) => m.kind === kind)?.queueBinding ?? ""] as Queue | undefined,
        wakeUps,
        now(),
      ),
    spool: (messages, cause) => sendSpooled(env.QUEUE_INTAKE, messages, cause),
    kindWorker: (kind) => env[catalog.find((m) => m.kind === kind)?.serviceBinding ?? ""] as Fetcher | undefined,
  };
}

function makeCommit(on: { db: D1Database; shard: number; now: () => number; heads: Lru<number> }) {
  // The nonce of an entry can only stand after what was committed when it was first tried: the nearer, the fewer rows read.
  const triedAfter = new WeakMap<NewResponse, number>();
  const headOf = (entry: NewResponse) => `${on.shard}/${entry.segment}`;
  return createGroupCommit<NewResponse, Appended>({
    write: async (entries) => {
      const tries = entries.map((entry) => {
        const since = triedAfter.get(entry) ?? Math.max(entry.since, on.heads.get(headOf(entry)) ?? 0);
        triedAfter.set(entry, since);
        return { ...entry, since };
      });
      const { positions, wakeUps } = await appendResponses(on.db, on.shard, tries, on.now());
      for (const [i, entry] of entries.entries()) {
        const position = positions[i] ?? 0;
        if (position > (on.heads.get(headOf(entry)) ?? 0)) on.heads.set(headOf(entry), position);
      }
      // The wake-ups belong to the whole batch: whoever is answered first sends them.
      return positions.map((position, i) => ({ position, wakeUps: i === 0 ? wakeUps : [] }));
    },
    conflictOf: (entry) => (entry.idempotencyKey === null ? null : `${entry.segment} ${entry.idempotencyKey}`),
    sizeOf,
    isRefused: isOverloaded,
    now: on.now,
  });
}
