/**
 * The composition root of the API worker: fetch, scheduled and queue handlers all get their context here. What it is
 * made of for submissions, the gateway's context is made of too: context-submission.ts.
 */
import { type Config, readConfig } from "./config";
import {
  makeSubmissionRuntime,
  occasion,
  type Remembered,
  type SubmissionBindings,
  type SubmissionContext,
  type SubmissionRuntime,
} from "./context-submission";
import { createLru, type Lru } from "./core/lru";
import type { Manifest } from "./core/manifest";
import type { Trace } from "./core/trace";
import type { Teller } from "./dispatch/alerts";
import type { IntegrationEraser } from "./dispatch/erase";
import { forgetIndex } from "./dispatch/index-client";
import { type KindWorker, tracedWorker } from "./dispatch/kind-worker";
import type { WantsNotice } from "./dispatch/notices";
import { askIndexes } from "./dispatch/vitals";
import { catalog, findKind, findProvider, wantsNotice } from "./integrations/kinds";
import { tellWorkspace } from "./services/alert-form";
import { createLimiter } from "./services/rate-limit";
import type { KeyRow } from "./store/key-reads";
import type { WorkspaceRow } from "./store/keys";

export type { Appended, CachedForm, Remembered } from "./context-submission";

export interface Env extends SubmissionBindings {
  readonly RATE_SIGN_IN?: RateLimit;
  readonly BACKUP?: R2Bucket;
}

interface Runtime extends SubmissionRuntime {
  readonly config: Config;
  /** Whether a session of the console was ended, by its id. */
  readonly sessions: Lru<Remembered<{ readonly ended: boolean }>>;
  readonly workspaces: Lru<Remembered<WorkspaceRow>>;
  /** Counts so many tries to sign in against a name; false when there is no room for them. Never fails. */
  readonly limitSignIns: (key: string, count: number) => Promise<boolean>;
  /** Whether an integration is to be told what happened to another one. */
  readonly wantsNotice: WantsNotice;
  /** Where backups lie; null: none are made. */
  readonly bucket: R2Bucket | null;
  /** Kinds that keep an index, which is in no backup. */
  readonly indexKinds: readonly string[];
  /** The worker of a kind, for tests and callbacks; undefined when it is not bound. */
  readonly kindWorker: (kind: string) => KindWorker | undefined;
  /** The worker of the kind whose provider is called so in addresses of callbacks. */
  readonly providerWorker: (provider: string) => KindWorker | undefined;
  /** Asks the worker of a kind that keeps an index to delete what lies under a deleted integration. */
  readonly indexEraser: IntegrationEraser["indexEraser"];
  /** Calls of the installation itself: to its watchers. */
  readonly callOut: Teller["callOut"];
}

export interface Context extends Runtime, SubmissionContext {
  readonly config: Config;
  /** How the databases of indexes are, as the workers of their kinds see them. */
  readonly askIndexes: Teller["askIndexes"];
  /** Stores an alert in the alert form of a workspace. */
  readonly tellWorkspace: Teller["tellWorkspace"];
}

/** The types of the Hono apps. */
export interface AppEnv {
  Bindings: Env;
  Variables: { ctx: Context; key: KeyRow; requestId: string; trace: Trace };
}

const runtimes = new WeakMap<object, Runtime>();

/**
 * The context of one request or event: `from` is its trace, or the id of a run, which begins one. Throws a TypeError
 * when the environment is not right.
 */
export function makeContext(
  env: Env,
  execution: { waitUntil(work: Promise<unknown>): void },
  from: Trace | string,
): Context {
  let runtime = runtimes.get(env.DB);
  if (!runtime) {
    runtime = makeRuntime(env);
    runtimes.set(env.DB, runtime);
  }
  const { kindWorker, providerWorker, random } = runtime;
  const own = occasion(runtime, execution, from);
  const ctx: Context = {
    ...runtime,
    ...own,
    kindWorker: (kind) => tracedWorker(kindWorker(kind), own.trace, random),
    providerWorker: (provider) => tracedWorker(providerWorker(provider), own.trace, random),
    askIndexes: () =>
      askIndexes(
        runtime.indexKinds.flatMap((kind) => ctx.kindWorker(kind) ?? []),
        own.trace,
      ),
    tellWorkspace: (target, message) => tellWorkspace(ctx, target, message),
  };
  return ctx;
}

function makeRuntime(env: Env): Runtime {
  const config = readConfig(env, catalog);
  const workerOf = (kind: Manifest | undefined) => env[kind?.serviceBinding ?? ""] as Fetcher | undefined;
  const kindWorker = (kind: string) => workerOf(findKind(kind));
  return {
    ...makeSubmissionRuntime(env, config),
    config,
    sessions: createLru(5_000),
    workspaces: createLru(1_000),
    limitSignIns: createLimiter(env.RATE_SIGN_IN),
    wantsNotice,
    bucket: env.BACKUP ?? null,
    indexKinds: catalog.filter(({ index }) => index).map(({ kind }) => kind),
    callOut: (request) => fetch(request),
    kindWorker,
    providerWorker: (provider) => workerOf(findProvider(provider)),
    indexEraser(kind) {
      if (kind === null || !findKind(kind)?.index) return null;
      return (integration, limit) => forgetIndex(kindWorker(kind), { integration, limit });
    },
  };
}
