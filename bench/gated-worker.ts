/**
 * The gateway over a D1 whose round trips are counted and, if asked, delayed or failed: `GET /_bench/trips` tells what
 * was counted, `POST /_bench/d1?ms=5&to=20&refused=0.02&lost=0.02&overloaded=0.02` makes each call wait a random time
 * between, or fail so often; `POST /_bench/limits?group=64` begins anew with other limits of the group commit, and
 * `POST /_bench/insert` does one INSERT over the same database. Nothing else is different.
 */
import type { GatewayBindings } from "../src/gateway/context";
import worker from "../src/gateway/worker";
import { LIMITS } from "../src/services/group-commit";
import { gatedD1 } from "../test/support/gated-d1";

/**
 * `slowest`: milliseconds in this worker, from the request's begin to its answer; what waits before that is not its
 * doing.
 */
const counted = { trips: 0, inserted: 0, slowest: 0 };
const troubles = { ms: 0, to: 0, refused: 0, lost: 0, overloaded: 0 };
let db: D1Database | undefined;

/** As D1 says it (test/support/failing-d1.ts). */
const OVERLOADED = "D1_ERROR: D1 DB is overloaded. Too many requests queued.";
const UNREACHABLE = "D1_ERROR: Network connection lost.";

const pass = async <T>(run: () => Promise<T>): Promise<T> => {
  counted.trips += 1;
  const { ms, to, refused, lost, overloaded } = troubles;
  if (to > 0) await new Promise((resolve) => setTimeout(resolve, ms + Math.random() * (to - ms)));
  const drawn = Math.random();
  if (drawn < overloaded) throw new Error(OVERLOADED);
  if (drawn < overloaded + refused) throw new Error(UNREACHABLE);
  const result = await run();
  if (drawn < overloaded + refused + lost) throw new Error(UNREACHABLE);
  return result;
};

const set = (target: Record<string, number>, given: URLSearchParams): Response => {
  for (const [name, value] of given) target[name] = Number(value);
  return new Response(null, { status: 204 });
};

/** The answer to a request of the benchmark itself, or null. */
async function answerBench(request: Request, database: D1Database): Promise<Response | null> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/_bench/trips") return Response.json(counted);
  if (pathname === "/_bench/d1") return set(troubles, searchParams);
  if (pathname === "/_bench/limits") {
    db = undefined;
    return set(LIMITS, searchParams);
  }
  if (pathname !== "/_bench/insert") return null;
  const insert = database.prepare("INSERT INTO ended_sessions (until, id) VALUES (?, ?)");
  await insert.bind(++counted.inserted, await request.text()).run();
  return new Response(null, { status: 201 });
}

export default {
  async fetch(request, env, execution) {
    db ??= gatedD1(env.DB, pass);
    const own = await answerBench(request, db);
    if (own) return own;
    const at = Date.now();
    try {
      return await worker.fetch(request, { ...env, DB: db }, execution);
    } finally {
      counted.slowest = Math.max(counted.slowest, Date.now() - at);
    }
  },
} satisfies ExportedHandler<GatewayBindings>;
