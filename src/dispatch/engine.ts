/** What the dispatch engine works with: everything that a simulator must be able to replace is in here. */
import type { Config } from "../config";
import type { Integration } from "../core/integration";
import { type Trace, traceparent } from "../core/trace";
import type { WakeUp } from "../store/cursors";
import type { Shards } from "../store/shards";

export interface Engine {
  readonly kind: Integration;
  readonly config: Config;
  readonly shards: Shards;
  /** SEARCH_DB, of kinds that keep an index. */
  readonly index?: D1Database | undefined;
  /** SEARCH_DB_1 and so on, where there are any. */
  readonly furtherIndexes?: readonly D1Database[] | undefined;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>;
  /** Of the wake-up or request that is worked on; absent until there is one. */
  readonly trace?: Trace | undefined;
  /** Lives as long as the isolate. */
  readonly memory: Map<string, unknown>;
}

/** A lease lasts this long and is made longer while a call is under way, so that a dead holder is replaced soon. */
export const LEASE_MS = 20_000;
export const HEARTBEAT_MS = 7_000;
/** A drain stops after this time and wakes itself again, so that one backlog does not keep a worker to itself. */
export const DRAIN_MS = 20_000;

/**
 * The engine for one wake-up or request: its trace is in what is logged, in the calls of the provider and in further
 * wake-ups.
 */
export function traced(engine: Engine, trace: Trace | undefined): Engine {
  if (!trace) return engine;
  // Never 0: an id of nothing but zeros is none.
  const random = (bytes: Uint8Array) => bytes.map(() => 1 + Math.floor(engine.random() * 255));
  return {
    ...engine,
    trace,
    fetch(request) {
      request.headers.set("traceparent", traceparent(trace, random));
      return engine.fetch(request);
    },
    wake: (wakeUps) => engine.wake(wakeUps.map((one) => ({ trace, ...one }))),
  };
}
