/**
 * The gateway over a D1 whose round trips are counted and, if asked, delayed: `GET /_bench/trips` tells how many there were,
 * `POST /_bench/delay?ms=5&to=20` makes each wait a random time between, `POST /_bench/limits?group=64` begins anew with other limits of
 * the group commit, and `POST /_bench/insert` does one INSERT over the same database. Nothing else is different.
 */
import type { GatewayBindings } from "../src/gateway/context";
import worker from "../src/gateway/worker";
import { LIMITS } from "../src/services/group-commit";
import { gatedD1 } from "../test/support/gated-d1";

const counted = { trips: 0, batches: 0, inserted: 0, wait: { from: 0, to: 0 } };
let db: D1Database | undefined;

const pass = async <T>(run: () => Promise<T>, { isBatch }: { isBatch: boolean }): Promise<T> => {
  counted.trips += 1;
  if (isBatch) counted.batches += 1;
  const { from, to } = counted.wait;
  if (to > 0) await new Promise((resolve) => setTimeout(resolve, from + Math.random() * (to - from)));
  return run();
};

export default {
  async fetch(request, env, execution) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/_bench/trips") return Response.json(counted);
    if (pathname === "/_bench/delay") {
      counted.wait = { from: Number(searchParams.get("ms")), to: Number(searchParams.get("to")) };
      return new Response(null, { status: 204 });
    }
    if (pathname === "/_bench/limits") {
      for (const [name, value] of searchParams) Object.assign(LIMITS, { [name]: Number(value) });
      db = undefined;
      return new Response(null, { status: 204 });
    }
    db ??= gatedD1(env.DB, pass);
    if (pathname === "/_bench/insert") {
      await db
        .prepare("INSERT INTO ended_sessions (until, id) VALUES (?, ?)")
        .bind(++counted.inserted, await request.text())
        .run();
      return new Response(null, { status: 201 });
    }
    return worker.fetch(request, { ...env, DB: db }, execution);
  },
} satisfies ExportedHandler<GatewayBindings>;
