/**
 * A worker that counts what it does, as Cloudflare bills it: invocations, rows of D1, operations of queues; and round
 * trips to D1. What it does for a request, a wake-up or a batch is told by itself, and what its cron does by itself.
 * `GET /_bench/counts?of=work` or `=sweeps` over its service binding tells them and begins anew. Runs in the worker.
 */
import { countedD1 } from "./counted-d1";

export interface Counts {
  /**
   * Requests to the gateway, batches of a queue, runs of the cron. What comes over a service binding is not billed, and
   * none.
   */
  readonly invocations: number;
  readonly trips: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  /** Messages that came: wake-ups. */
  readonly wakeUps: number;
  /** Messages written to a queue, read from one, and deleted after the batch. No worker here sends a message back. */
  readonly queueOperations: number;
}
export type Tally = "work" | "sweeps";

/** A request with this header is the benchmark's own, and what it causes in this worker is not counted. */
export const UNCOUNTED = "formlog-bench-uncounted";

type Env = Readonly<Record<string, unknown>>;
interface Execution {
  waitUntil(work: Promise<unknown>): void;
}
interface Worker {
  fetch(request: Request, env: Env, execution: Execution): Response | Promise<Response>;
  queue(batch: MessageBatch, env: Env, execution: Execution): Promise<void>;
  scheduled(controller: unknown, env: Env, execution: Execution): Promise<void>;
}

type Sums = { -readonly [name in keyof Counts]: number };
const nothing = (): Sums => ({ invocations: 0, trips: 0, rowsRead: 0, rowsWritten: 0, wakeUps: 0, queueOperations: 0 });
const counts: Record<Tally, Sums> = { work: nothing(), sweeps: nothing() };
const environments = new Map<Tally, Env>();

/** The same worker, counted. `isPublic`: the world reaches it, and each request is an invocation. */
export function counted(worker: unknown, { isPublic = false } = {}): Worker {
  const inner = worker as Worker;
  return {
    async fetch(request, env, execution) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/_bench/counts") return Response.json(take(searchParams.get("of") as Tally));
      if (request.headers.has(UNCOUNTED)) return inner.fetch(request, env, execution);
      if (isPublic) counts.work.invocations += 1;
      return inner.fetch(request, countedEnv(env, "work"), execution);
    },
    async queue(batch, env, execution) {
      const { length } = batch.messages;
      counts.work.invocations += 1;
      counts.work.wakeUps += length;
      counts.work.queueOperations += length;
      await inner.queue(batch, countedEnv(env, "work"), execution);
      counts.work.queueOperations += length;
    },
    async scheduled(controller, env, execution) {
      counts.sweeps.invocations += 1;
      await inner.scheduled(controller, countedEnv(env, "sweeps"), execution);
    },
  };
}

function take(of: Tally): Counts {
  const told = counts[of];
  counts[of] = nothing();
  return told;
}

/**
 * The environment with databases and queues that are counted. Always the same one: what an isolate knows, it knows by
 * its database.
 */
function countedEnv(env: Env, tally: Tally): Env {
  const known = environments.get(tally);
  if (known) return known;
  const wrapped = Object.entries(env).map(([name, binding]) => {
    if (/^(SEARCH_)?DB(_\d+)?$/.test(name)) return [name, countedDatabase(binding as D1Database, tally)];
    return [name, name.startsWith("QUEUE_") ? countedQueue(binding as Queue, tally) : binding];
  });
  const made: Env = Object.fromEntries(wrapped);
  environments.set(tally, made);
  return made;
}

const countedDatabase = (real: D1Database, tally: Tally): D1Database =>
  countedD1(real, {
    trip() {
      counts[tally].trips += 1;
    },
    rows({ read, written }) {
      counts[tally].rowsRead += read;
      counts[tally].rowsWritten += written;
    },
  });

/** All that is used of a queue. */
const countedQueue = (real: Queue, tally: Tally): Pick<Queue, "sendBatch"> => ({
  sendBatch(messages, options) {
    const all = [...messages];
    counts[tally].queueOperations += all.length;
    return real.sendBatch(all, options);
  },
});
