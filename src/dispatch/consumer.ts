/**
 * The handlers of a kind's worker, written once: its queue wakes cursors, and over a service binding the API worker
 * passes on tests, previews, the provider's callbacks and queries of an index. The worker has no address of its own.
 */
import { readConfig } from "../config";
import type { Integration } from "../core/integration";
import { findTraits } from "../integrations/traits";
import type { WakeUp } from "../store/cursors";
import { openShards } from "../store/shards";
import * as events from "../telemetry/events";
import { acceptCallback, acceptInbound } from "./callback";
import { drain } from "./drain";
import { type Engine, traced } from "./engine";
import { countRows, createCountFlush } from "./flush-counts";
import { forgetIntegration, queryIndex, tellVitals } from "./index-requests";
import { traceOf } from "./kind-worker";
import { previewConfig } from "./preview";
import { testIntegration } from "./test-integration";
import { sendWakeUps } from "./wake";

/** What a kind's worker is bound to, besides the queue of each kind and its settings. */
export interface KindEnv extends Readonly<Record<string, unknown>> {
  readonly DB: D1Database;
  /** Of kinds that keep an index. */
  readonly SEARCH_DB?: D1Database;
  /** Where counts go as points besides. */
  readonly ANALYTICS?: AnalyticsEngineDataset;
}

/** The default export of a kind's worker. */
export function consumer(kind: Integration) {
  const memory = new Map<string, unknown>();
  let flush: ReturnType<typeof createCountFlush> | null = null;
  return {
    async fetch(request: Request, env: KindEnv): Promise<Response> {
      const untraced = makeEngine(kind, env, memory);
      const engine = traced(
        untraced,
        traceOf(request, (bytes) => crypto.getRandomValues(bytes)),
      );
      const { pathname } = new URL(request.url);
      if (pathname === "/test") return testIntegration(engine, request);
      if (pathname === "/callback") return acceptCallback(engine, request);
      if (pathname === "/inbound") return acceptInbound(engine, request);
      if (pathname === "/preview") return previewConfig(kind, request);
      if (pathname === "/query") return queryIndex(engine, request);
      if (pathname === "/forget") return forgetIntegration(engine, request);
      if (pathname === "/vitals") return tellVitals(engine);
      return new Response("not found", { status: 404 });
    },
    async queue(batch: MessageBatch<WakeUp>, env: KindEnv): Promise<void> {
      const engine = makeEngine(kind, env, memory);
      const cursors = new Map(
        batch.messages.map(({ body }) => [`${body.shard}/${body.segment}/${body.integration}`, body]),
      );
      await Promise.all([...cursors.values()].map((wakeUp) => drainSafely(engine, wakeUp)));
      flush ??= flushOf(engine, env);
      await flush();
      // A message is only a doorbell: whatever happened, the sweeper finds what is left.
      batch.ackAll();
    },
  };
}

const flushOf = ({ shards, config, now }: Engine, { ANALYTICS }: KindEnv) =>
  createCountFlush({ db: shards.control, now, everyMs: config.countEveryMs, analytics: ANALYTICS });

async function drainSafely(engine: Engine, wakeUp: WakeUp): Promise<void> {
  try {
    await drain(engine, wakeUp);
  } catch (error) {
    // The lease runs out and the sweeper tries again: a fault of the database delays, it loses nothing.
    events.drainFailed({ trace: wakeUp.trace, kind: wakeUp.kind, integration: wakeUp.integration, error });
  }
}

/** `SEARCH_DB_1`, `SEARCH_DB_2` … as far as they are bound without a gap. */
function furtherIndexes(env: KindEnv): D1Database[] {
  const found: D1Database[] = [];
  while (env[`SEARCH_DB_${found.length + 1}`] !== undefined) {
    found.push(env[`SEARCH_DB_${found.length + 1}`] as D1Database);
  }
  return found;
}

function makeEngine(kind: Integration, env: KindEnv, memory: Map<string, unknown>): Engine {
  const now = () => Date.now();
  return {
    kind,
    config: readConfig(env, [kind.manifest]),
    shards: openShards(env, countRows),
    index: env.SEARCH_DB,
    furtherIndexes: furtherIndexes(env),
    fetch: (request) => fetch(request),
    now,
    random: () => Math.random(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    wake: (wakeUps) =>
      sendWakeUps((name) => env[findTraits(name)?.queueBinding ?? ""] as Queue | undefined, wakeUps, now()),
    memory,
  };
}
