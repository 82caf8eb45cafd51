/**
 * A D1 that fails on command, over a real one; and an API worker over it whose intake queue is captured, so that a test
 * decides when D1 is back and when the consumer runs. The worker's own code, entry to entry.
 */
import { createExecutionContext, createMessageBatch, getQueueResult, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Env } from "../../src/context";
import type { Spooled } from "../../src/core/spool";
import worker from "../../src/worker";
import type { Answer } from "./api";
import { gatedD1 } from "./gated-d1";
import { databases } from "./shards";

/** After the first batch, whose answer comes or is lost. */
const AFTER = {
  then_unreachable: "unreachable",
  then_overloaded: "overloaded",
  lost_then_unreachable: "unreachable",
  lost_then_overloaded: "overloaded",
} as const;

/**
 * `unreachable`: no call arrives. `overloaded`: the same, and D1 says so. `lost`: calls run, their answers do not come
 * back. `then_…`: so it is from the first batch on, which runs. `lost_then_…`: its answer is lost besides.
 */
export type Fault = "unreachable" | "overloaded" | "lost" | keyof typeof AFTER;

/** What D1 says then. */
export const MESSAGES = {
  unreachable: "D1_ERROR: Network connection lost.",
  overloaded: "D1_ERROR: D1 DB is overloaded. Too many requests queued.",
};

export interface FailingD1 {
  readonly db: D1Database;
  /** All that it stands for, as an environment names them. */
  readonly bindings: Readonly<Record<string, D1Database>>;
  /** How calls fail from now on; null: they do not. */
  fault: Fault | null;
  /** Round trips so far. */
  calls: number;
}

/** Wraps a database, or all shards as one; works until it is told to fail. */
export function failingD1(...real: readonly [D1Database, ...D1Database[]]): FailingD1 {
  const state: { fault: Fault | null; calls: number } = { fault: null, calls: 0 };
  async function run<T>(work: () => Promise<T>, isBatch: boolean): Promise<T> {
    const { fault } = state;
    state.calls += 1;
    if (fault === null) return work();
    if (fault in AFTER && isBatch) state.fault = AFTER[fault as keyof typeof AFTER];
    if (fault.startsWith("then_")) return work();
    if (fault === "lost" || (fault in AFTER && isBatch)) await work();
    throw new Error(fault === "overloaded" ? MESSAGES.overloaded : MESSAGES.unreachable);
  }
  const wrap = (one: D1Database) => gatedD1(one, (work, { isBatch }) => run(work, isBatch));
  const wrapped = real.map(wrap);
  const bindings = Object.fromEntries(wrapped.map((db, no) => [no === 0 ? "DB" : `DB_${no}`, db]));
  return Object.assign(state, { db: wrapped[0] as D1Database, bindings });
}

/**
 * An installation of its own (its own caches and group commit) over the tests' databases, with other bindings if told.
 */
export function createOutage(bindings: Record<string, unknown> = {}) {
  const d1 = failingD1(...databases);
  const spooled: Spooled[] = [];
  const queue = { down: false };
  const sendBatch = async (messages: Iterable<MessageSendRequest<Spooled>>) => {
    if (queue.down) throw new Error("Queue sendBatch failed: Internal Server Error");
    spooled.push(...[...messages].map(({ body }) => structuredClone(body)));
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0, oldestMessageTimestamp: new Date(0) } } };
  };
  const rung: unknown[] = [];
  const bell = { sendBatch: async (messages: Iterable<unknown>) => void rung.push(...messages) };
  const intake = { sendBatch } as Partial<Queue<Spooled>> as Queue<Spooled>;
  const own = { ...env, ...d1.bindings, QUEUE_INTAKE: intake, QUEUE_GOOGLE_SHEETS: bell, ...bindings } as Env;

  async function fetch(request: Request): Promise<Response> {
    const execution = createExecutionContext();
    const response = await worker.fetch(request as Request<unknown, IncomingRequestCfProperties>, own, execution);
    // Its body is read before what is left to do ends, as a client does.
    const body = [101, 204, 304].includes(response.status) ? null : await response.arrayBuffer();
    await waitOnExecutionContext(execution);
    return new Response(body, response);
  }

  return {
    env: own,
    fetch,
    d1,
    queue,
    spooled,
    /** Wake-ups for Google Sheets. */
    rung,
    /** One request; `body` is sent as JSON unless it is a form. */
    async call(
      method: string,
      path: string,
      { body, headers }: { body?: unknown; headers?: Record<string, string> } = {},
    ) {
      const isForm = body instanceof URLSearchParams;
      const request = new Request(`http://formlog.test${path}`, {
        method,
        headers: { ...(body !== undefined && !isForm && { "content-type": "application/json" }), ...headers },
        ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
      });
      const response = await fetch(request);
      const text = await response.text();
      const json = /[/+]json\b/.test(response.headers.get("content-type") ?? "");
      const answer: Answer = {
        status: response.status,
        headers: response.headers,
        body: json ? JSON.parse(text) : text,
      };
      return answer;
    },
    /**
     * Runs the consumer of a queue over messages (all that are spooled, unless told), and returns what it did with
     * them.
     */
    async takeIn(bodies: readonly unknown[] = spooled.splice(0), queue = "formlog-intake") {
      const messages = bodies.map((body, i) => ({ id: `m${i}`, timestamp: new Date(0), attempts: 1, body }));
      const batch = createMessageBatch(queue, messages);
      // The pool's result of a batch says which messages come again, but not after which pause.
      const delays: number[] = [];
      for (const message of batch.messages) {
        const retry = message.retry.bind(message);
        message.retry = (options) => {
          delays.push(options?.delaySeconds ?? 0);
          retry(options);
        };
      }
      const execution = createExecutionContext();
      await worker.queue(batch, own, execution);
      const { explicitAcks, retryMessages } = await getQueueResult(batch, execution);
      return { acked: explicitAcks, retried: retryMessages, delays };
    },
  };
}
