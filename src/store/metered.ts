/**
 * A database that tells how many rows each call read and wrote, as D1 itself says (`meta`); so do sessions of it.
 * `raw`, which drizzle's typed queries of the control tables use, has no such figures: those are not told.
 */

export type TellRows = (rows: { readonly read: number; readonly written: number }) => void;

type Queries = Pick<D1Database, "prepare" | "batch">;

/**
 * A batch of a session may hold statements that were prepared without one: each says what it tells itself, none in a
 * batch.
 */
class MeteredStatement {
  constructor(
    readonly plain: D1PreparedStatement,
    private readonly told: <T extends D1Result>(result: T) => T,
  ) {}
  bind(...values: unknown[]): MeteredStatement {
    return new MeteredStatement(this.plain.bind(...values), this.told);
  }
  async all<T>(): Promise<D1Result<T>> {
    return this.told(await this.plain.all<T>());
  }
  async run<T>(): Promise<D1Result<T>> {
    return this.told(await this.plain.run<T>());
  }
  /** The binding's own `first` asks for all rows too, and keeps the figures to itself. */
  async first(column?: string): Promise<unknown> {
    const [row] = this.told(await this.plain.all<Record<string, unknown>>()).results;
    return (column === undefined ? row : row?.[column]) ?? null;
  }
  raw(options?: { columnNames?: false }): Promise<unknown[]> {
    return this.plain.raw(options);
  }
}

const plainOf = (statement: D1PreparedStatement) =>
  statement instanceof MeteredStatement ? (statement.plain as D1PreparedStatement) : statement;

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
  return {
    prepare: (sql) => new MeteredStatement(on.prepare(sql), told) as unknown as D1PreparedStatement,
    batch: async <T>(statements: D1PreparedStatement[]) => toldAll(await on.batch<T>(statements.map(plainOf))),
  };
}
