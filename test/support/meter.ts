/** Counts the rows that D1 says it read and wrote (`meta`) over a binding, whoever asked. */
import { databases } from "./shards";

interface Rows {
  read: number;
  written: number;
}

/** Those of the API worker unless told. */
export function countRows(db?: D1Database) {
  const rows = { read: 0, written: 0 };
  const counting = (db ? [db] : databases).map((one) => countInto(rows, one));
  return {
    /** Ends the count and gives it. */
    stop() {
      for (const end of counting) end();
      return rows;
    },
  };
}

/** Adds to `rows` until what it returns is called. */
function countInto(rows: Rows, db: D1Database): () => void {
  const { prepare, batch, withSession } = db;
  const inner = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const add = <T extends D1Result>(result: T): T => {
    rows.read += result.meta.rows_read;
    rows.written += result.meta.rows_written;
    return result;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const outer = new Proxy(statement, {
      get(target, name) {
        if (name === "bind") return (...values: unknown[]) => wrap(target.bind(...values));
        if (name === "first") {
          return async (column?: string) => {
            const [row] = add(await target.all<Record<string, unknown>>()).results;
            return (column === undefined ? row : row?.[column]) ?? null;
          };
        }
        if (name === "all" || name === "run") return async () => add(await target.all());
        return Reflect.get(target, name);
      },
    });
    inner.set(outer, statement);
    return outer;
  };
  const counted = (on: Pick<D1Database, "prepare" | "batch">) => ({
    prepare: (text: string) => wrap(on.prepare(text)),
    batch: async <T>(statements: D1PreparedStatement[]) => {
      const plain = statements.map((one) => inner.get(one) ?? one);
      return (await on.batch(plain)).map(add) as D1Result<T>[];
    },
  });
  Object.assign(db, counted({ prepare: prepare.bind(db), batch: batch.bind(db) }), {
    withSession(constraint?: string) {
      const session = withSession.call(db, constraint);
      return { ...counted(session), getBookmark: () => session.getBookmark() };
    },
  });
  return () => void Object.assign(db, { prepare, batch, withSession });
}
