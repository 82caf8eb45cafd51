/** Round trips to D1, counted where the worker makes them. */
import { env } from "cloudflare:workers";

/** Counts the calls of the shared D1 binding. */
export function countTrips() {
  const { prepare, batch } = env.DB;
  let calls = 0;
  env.DB.batch = <T>(statements: D1PreparedStatement[]) => {
    calls += 1;
    return batch.call(env.DB, statements) as Promise<D1Result<T>[]>;
  };
  env.DB.prepare = (sql) => {
    const statement = prepare.call(env.DB, sql);
    const counted = (bound: D1PreparedStatement): D1PreparedStatement =>
      new Proxy(bound, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (typeof value !== "function") return value;
          if (name === "bind") return (...values: unknown[]) => counted(target.bind(...values));
          if (["all", "first", "run", "raw"].includes(String(name))) calls += 1;
          return value.bind(target);
        },
      });
    return counted(statement);
  };
  return {
    stop() {
      Object.assign(env.DB, { prepare, batch });
      return calls;
    },
  };
}
