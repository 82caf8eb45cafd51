/**
 * A database that tells how many rows each call read and wrote, as D1 itself says (`meta`); so do sessions of it. `raw`, which
 * drizzle's typed queries of the control tables use, has no such figures: those are not told.
 */

export type TellRows = (rows: { readonly read: number; readonly written: number }) => void;

type Queries = Pick<D1Database, "prepare" | "batch">;

/** What stands behind each statement: a batch of a session may hold statements that were prepared without one. */
const inner = new WeakMap<object, D1PreparedStatement>();
const plain = (statement: D1PreparedStatement) => inner.get(statement) ?? statement;

/** The same database; `tell` is called after each call that succeeded. */
export function metered(db: D1Database, tell: TellRows): D1Database {
  return {
    ...meteredQueries(db, tell),
    exec: (sql: string) => db.exec(sql),
    withSession(constraint?: string) {
      const session = db.withSession(constraint);
      return { ...meteredQueries(session, tell), getBookmark: () => session.getBookmark() };
    },
    dump: () => db.dump(),
  } as unknown as D1Database;
}

function meteredQueries(on: Queries, tell: TellRows): Queries {
  const toldAll = <T extends D1Result>(results: T[]): T[] => {
    const rows = { read: 0, written: 0 };
    for (const { meta } of results) {
      rows.read += meta.rows_read ?? 0;
      rows.written += meta.rows_written ?? 0;
    }
    tell(rows);
    return results;
  };
  const told = <T extends D1Result>(result: T): T => {
    toldAll([result]);
    return result;
  };
  function wrap(statement: D1PreparedStatement): D1PreparedStatement {
    const outer = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: async <T>() => told(await statement.all<T>()),
      run: async <T>() => told(await statement.run<T>()),
      // The binding's own `first` asks for all rows too, and keeps the figures to itself.
      first: async (column?: string) => {
        const [row] = told(await statement.all<Record<string, unknown>>()).results;
        return (column === undefined ? row : row?.[column]) ?? null;
      },
      raw: (options?: { columnNames?: false }) => statement.raw(options),
    } as unknown as D1PreparedStatement;
    inner.set(outer, statement);
    return outer;
  }
  return {
    prepare: (sql) => wrap(on.prepare(sql)),
    batch: async <T>(statements: D1PreparedStatement[]) => toldAll(await on.batch<T>(statements.map(plain))),
  };
}
