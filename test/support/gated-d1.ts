/** A D1 whose calls pass a gate, over a real one: there they are counted, held, failed, or never come back. */

/** One round trip. */
export interface D1Call {
  /** The statements' SQL, as they were prepared. */
  readonly sql: readonly string[];
  readonly isBatch: boolean;
}

export type D1Gate = <T>(run: () => Promise<T>, call: D1Call) => Promise<T>;

const inner = new WeakMap<D1PreparedStatement, { statement: D1PreparedStatement; sql: string }>();

/** Each call of the database, of its sessions, and of statements that they prepared, goes through `pass`. */
export function gatedD1<T extends D1Database | D1DatabaseSession>(real: T, pass: D1Gate): T {
  function wrap(statement: D1PreparedStatement, sql: string): D1PreparedStatement {
    const outer = new Proxy(statement, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name === "bind") return (...values: unknown[]) => wrap(target.bind(...values), sql);
        return (...values: unknown[]) => pass(() => value.apply(target, values), { sql: [sql], isBatch: false });
      },
    });
    inner.set(outer, { statement, sql });
    return outer;
  }
  return new Proxy(real, {
    get(target, name) {
      if (name === "prepare") return (sql: string) => wrap(target.prepare(sql), sql);
      if (name === "batch") {
        return (statements: D1PreparedStatement[]) => {
          const plain = statements.map((one) => inner.get(one) ?? { statement: one, sql: "" });
          const run = () => target.batch(plain.map(({ statement }) => statement));
          return pass(run, { sql: plain.map(({ sql }) => sql), isBatch: true });
        };
      }
      if (name === "withSession" && "withSession" in target) {
        return (constraint?: string) => gatedD1(target.withSession(constraint), pass);
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
