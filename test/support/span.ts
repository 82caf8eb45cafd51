/**
 * An installation of three shards, where a form goes on in its next segment after a few responses: the worker's own
 * code, entry to entry. Kinds are drained by hand, on all shards.
 */
import { env } from "cloudflare:workers";
import { afterAll } from "vitest";
import { type Context, type Env, makeContext } from "../../src/context";
import type { Integration } from "../../src/core/integration";
import { drain } from "../../src/dispatch/drain";
import type { Engine } from "../../src/dispatch/engine";
import { sweep } from "../../src/dispatch/sweep";
import { catalog } from "../../src/integrations/kinds";
import type { WakeUp } from "../../src/store/cursors";
import { listSegments, type Segment } from "../../src/store/shards";
import { ROOT_KEY } from "./api";
import { holdToContract } from "./contract";
import { createOutage, type Fault, failingD1 } from "./failing-d1";
import { askWorker } from "./indexes";
import { migrate } from "./migrate";

/** Databases beside DB, of vitest.config.ts. */
export const others = [env.SPAN_1, env.SPAN_2] as D1Database[];

export type Span = Awaited<ReturnType<typeof createSpan>>;

// A worker of one shard, which the next file may have, could not read what names others.
afterAll(async () => {
  const left = ["directory", "integrations", "forms", "shards", "recheck_requests"];
  await env.DB.batch(left.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

interface Options {
  /** Responses of a segment, about. */
  readonly segmentMax: number;
  readonly bindings?: Record<string, unknown>;
}

/** What a kind that is drained by hand needs. */
export interface Hand {
  readonly kind: Integration;
  readonly settings?: Readonly<Record<string, string>>;
  readonly fetch?: (request: Request) => Promise<Response>;
}

export async function createSpan({ segmentMax, bindings = {} }: Options) {
  for (const db of others) await migrate(db, env.TEST_MIGRATIONS);
  // Sizes that another file's sweeps noted would say where forms go.
  await env.DB.prepare("DELETE FROM shards").run();
  const failing = others.map((db) => failingD1(db));
  const shards = { DB_1: failing[0]?.db, DB_2: failing[1]?.db };
  const indexes = Object.fromEntries(
    catalog
      .filter(({ index }) => index)
      .map(({ kind, serviceBinding }) => {
        const ask = (url: string, init: RequestInit) =>
          askWorker(kind, new URL(url).pathname, JSON.parse(String(init.body)), shards);
        return [serviceBinding, { fetch: ask }];
      }),
  );
  const own = { ...shards, ...indexes, FORMLOG_SEGMENT_RESPONSES_MAX: String(segmentMax), ...bindings };
  const outage = createOutage(own);
  const pending: Promise<unknown>[] = [];
  const ctx: Context = makeContext(outage.env as Env, { waitUntil: (work) => void pending.push(work) }, "test");
  const clock = { now: Date.now() };

  async function call(
    method: string,
    path: string,
    { key, body, headers = {} }: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) {
    const all = { ...(key !== undefined && { authorization: `Bearer ${key}` }), ...headers };
    const answer = await outage.call(method, path, { ...(body !== undefined && { body }), headers: all });
    holdToContract({ method, path, ...answer });
    return answer;
  }

  const engineOf = (
    hand: Hand,
    wake: Engine["wake"] = async () => {},
    memory = new Map<string, unknown>(),
  ): Engine => ({
    kind: hand.kind,
    config: { ...ctx.config, settings: hand.settings ?? {}, publicUrl: "https://formlog.test" },
    shards: ctx.shards,
    index: env.TEST_SEARCH_DB,
    fetch: hand.fetch ?? (() => Promise.reject(new Error("an index calls nobody"))),
    now: () => clock.now,
    random: () => 0.5,
    sleep: async (milliseconds) => {
      clock.now += milliseconds;
    },
    wake,
    memory,
  });

  /** Sweeps, and drains what is rung for with these kinds, until nothing is left or so many rounds are over. */
  async function run(hands: readonly Hand[], rounds = 30): Promise<void> {
    const memory = new Map<string, unknown>();
    for (let round = 0; round < rounds; round += 1) {
      clock.now += 30_000;
      const rung: WakeUp[] = [];
      const wake = async (wakeUps: readonly WakeUp[]) => void rung.push(...wakeUps);
      await sweep({ ...ctx, now: () => clock.now, wake }, clock.now);
      const due = [...new Map(rung.map((one) => [`${one.shard} ${one.segment} ${one.integration}`, one])).values()];
      for (const wakeUp of due) {
        const hand = hands.find(({ kind }) => kind.manifest.kind === wakeUp.kind);
        if (!hand) continue;
        await drain(engineOf(hand, wake, memory), wakeUp);
      }
      if (due.length === 0) return;
    }
  }

  return {
    ...outage,
    ctx,
    clock,
    call,
    run,
    engineOf,
    settle: async () => void (await Promise.all(pending.splice(0))),
    /** All shards fail like this; null: none does any more. */
    fail(fault: Fault | null): void {
      for (const d1 of [outage.d1, ...failing]) d1.fault = fault;
    },
    /** Round trips so far, over all shards. */
    trips: (): number => [outage.d1, ...failing].reduce((sum, { calls }) => sum + calls, 0),
    async newWorkspace(): Promise<string> {
      return (await call("POST", "/v1/workspaces", { key: ROOT_KEY, body: { name: "Span" } })).body.key;
    },
    async newForm(key: string, body: Record<string, unknown>): Promise<string> {
      const made = await call("POST", "/v1/forms", { key, body });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return made.body.id;
    },
    segments: (form: string): Promise<Segment[]> => listSegments(ctx.shards, form),
  };
}
