/** Round trips to D1, counted where the worker makes them. */
import { env } from "cloudflare:workers";
import { gatedD1 } from "./gated-d1";

/** Counts the calls of the shared D1 binding and of its sessions. */
export function countTrips() {
  const { prepare, batch, withSession } = env.DB;
  let calls = 0;
  const real = Object.assign(Object.create(env.DB), {
    prepare: prepare.bind(env.DB),
    batch: batch.bind(env.DB),
    withSession: withSession.bind(env.DB),
  }) as D1Database;
  const counted = gatedD1(real, (run) => {
    calls += 1;
    return run();
  });
  env.DB.prepare = counted.prepare;
  env.DB.batch = counted.batch;
  env.DB.withSession = counted.withSession;
  return {
    stop() {
      Object.assign(env.DB, { prepare, batch, withSession });
      return calls;
    },
  };
}
