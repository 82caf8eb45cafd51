/** Round trips to D1, counted where the worker makes them. */
import { gatedD1 } from "./gated-d1";
import { databases } from "./shards";

/** Counts the calls of the worker's D1 bindings and of their sessions. */
export function countTrips() {
  let calls = 0;
  const counting = databases.map((db) => {
    const { prepare, batch, withSession } = db;
    const real = Object.assign(Object.create(db), {
      prepare: prepare.bind(db),
      batch: batch.bind(db),
      withSession: withSession.bind(db),
    }) as D1Database;
    const counted = gatedD1(real, (run) => {
      calls += 1;
      return run();
    });
    db.prepare = counted.prepare;
    db.batch = counted.batch;
    db.withSession = counted.withSession;
    return () => Object.assign(db, { prepare, batch, withSession });
  });
  return {
    stop() {
      for (const end of counting) end();
      return calls;
    },
  };
}
