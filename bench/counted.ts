/**
 * The worker of a kind, counting what it does: round trips to D1 and the rows that D1 says it read and wrote (drizzle's typed
 * queries of the control tables tell no rows), messages that rang, and messages that it sent itself. `GET /_bench/counts` over its
 * service binding tells them and begins anew. Runs in the worker.
 */
import { metered } from "../src/store/metered";
import { gatedD1 } from "../test/support/gated-d1";

export interface Counts {
  readonly trips: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  /** Messages that came: wake-ups. */
  readonly wakeUps: number;
  /** Messages written, read and deleted, as Cloudflare bills them; those that others sent are counted where they come. */
  readonly queueOperations: number;
}

interface Env extends Readonly<Record<string, unknown>> {
  readonly DB: D1Database;
}

interface KindWorker {
  fetch(request: Request, env: Env): Promise<Response>;
  queue(batch: MessageBatch, env: Env): Promise<void>;
}

const nothing = () => ({ trips: 0, rowsRead: 0, rowsWritten: 0, wakeUps: 0, queueOperations: 0 });
let counts: { -readonly [name in keyof Counts]: number } = nothing();
const databases = new Map<string, D1Database>();

/** The same worker over a database that is counted. */
export function counted(worker: unknown): KindWorker {
  const inner = worker as KindWorker;
  return {
    async fetch(request, env) {
      const { pathname } = new URL(request.url);
      if (pathname === "/_bench/counts") {
        const told = counts;
        counts = nothing();
        return Response.json(told);
      }
      return inner.fetch(request, countedEnv(env));
    },
    async queue(batch, env) {
      counts.wakeUps += batch.messages.length;
      // Written, read, deleted.
      counts.queueOperations += 3 * batch.messages.length;
      return inner.queue(batch, countedEnv(env));
    },
  };
}

/** Both databases, of kinds that keep an index. */
function countedEnv(env: Env): Env {
  const wrapped = ["DB", "SEARCH_DB"].flatMap((name) => {
    const real = env[name] as D1Database | undefined;
    if (real && !databases.has(name)) databases.set(name, countedDatabase(real));
    return real ? [[name, databases.get(name)] as const] : [];
  });
  return { ...env, ...Object.fromEntries(wrapped) };
}

function countedDatabase(real: D1Database): D1Database {
  const gated = gatedD1(real, (run) => {
    counts.trips += 1;
    return run();
  });
  return metered(gated, ({ read, written }) => {
    counts.rowsRead += read;
    counts.rowsWritten += written;
  });
}
