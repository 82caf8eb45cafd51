/** Counts the rows that D1 says it read and wrote (`meta`) over a binding, whoever asked: that of the API worker unless told. */
import { env } from "cloudflare:workers";

export function countRows(db: D1Database = env.DB) {
  const { prepare, batch } = db;
  const rows = { read: 0, written: 0 };
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
  db.prepare = (text) => wrap(prepare.call(db, text));
  db.batch = async <T>(statements: D1PreparedStatement[]) => {
    const plain = statements.map((one) => inner.get(one) ?? one);
    return (await batch.call(db, plain)).map(add) as D1Result<T>[];
  };
  return {
    /** Ends the count and gives it. */
    stop() {
      Object.assign(db, { prepare, batch });
      return rows;
    },
  };
}
