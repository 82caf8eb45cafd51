/**
 * A database whose round trips and rows are told, as D1 itself says them: of every call, typed queries of drizzle among
 * them. Runs in a worker.
 */
import { metered, type TellRows } from "../src/store/metered";
import { gatedD1 } from "../test/support/gated-d1";

export interface TellD1 {
  readonly trip: () => void;
  readonly rows: TellRows;
}

/** The same database; what it is asked is told. */
export function countedD1(real: D1Database, { trip, rows }: TellD1): D1Database {
  const gated = gatedD1(withRawTold(real, rows), (run) => {
    trip();
    return run();
  });
  return metered(gated, rows);
}

const inner = new WeakMap<object, D1PreparedStatement>();

/**
 * `raw` gives no figures. What asks by it here only reads, so it is asked once more in a way that gives them: that
 * costs time, and is no round trip of the worker's.
 */
function withRawTold<T extends D1Database | D1DatabaseSession>(real: T, tell: TellRows): T {
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const outer = overridden(statement, {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      raw: async (options?: { columnNames?: false }) => {
        const { meta } = await statement.all();
        tell({ read: meta.rows_read, written: meta.rows_written });
        return statement.raw(options);
      },
    });
    inner.set(outer, statement);
    return outer;
  };
  return overridden(real, {
    prepare: (sql: string) => wrap(real.prepare(sql)),
    batch: (statements: D1PreparedStatement[]) => real.batch(statements.map((one) => inner.get(one) ?? one)),
    ...("withSession" in real && {
      withSession: (constraint?: string) => withRawTold(real.withSession(constraint), tell),
    }),
  });
}

/** An object of the runtime with other methods. */
function overridden<T extends object>(target: T, methods: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = typeof name === "string" && name in methods ? methods[name] : Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
