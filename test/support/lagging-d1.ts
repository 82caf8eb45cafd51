/**
 * A D1 with one copy that lags, over two real databases: sessions are led as D1 leads them
 * (docs/decisions/034-reads.md), and the copy has what was written when it last caught up.
 */
import { emptyDatabase } from "./empty";

export interface LaggingD1 {
  readonly db: D1Database;
  /** Where each round trip went, in order. */
  readonly served: { readonly by: "primary" | "copy"; readonly sql: readonly string[] }[];
  /** Brings everything that was written to the copy. */
  catchUp(): Promise<void>;
}

const WRITES = /^\s*(?:WITH\b.*?)?\b(?:INSERT|UPDATE|DELETE|REPLACE)\b/is;
/** As D1's own look: what is later is greater. */
const bookmarkAt = (version: number) => `${version.toString(16).padStart(8, "0")}-00000000-00000000-${"0".repeat(32)}`;

/** `copy` has the same tables, and is emptied. */
export async function laggingD1(primary: D1Database, copy: D1Database): Promise<LaggingD1> {
  await emptyDatabase(copy);
  const served: LaggingD1["served"] = [];
  let version = 1;
  let copied = 0;

  interface Call {
    readonly sql: readonly string[];
    readonly run: (on: D1Database) => Promise<unknown>;
  }
  async function call({ sql, run }: Call, by: "primary" | "copy"): Promise<unknown> {
    served.push({ by, sql });
    const result = await run(by === "primary" ? primary : copy);
    if (sql.some((one) => WRITES.test(one))) version += 1;
    return result;
  }

  const statements = new WeakMap<object, { sql: string; build: (on: D1Database) => D1PreparedStatement }>();
  function queries(pass: (call: Call) => Promise<unknown>) {
    function statement(sql: string, build: (on: D1Database) => D1PreparedStatement): D1PreparedStatement {
      const go = (run: (one: D1PreparedStatement) => Promise<unknown>) =>
        pass({ sql: [sql], run: (on) => run(build(on)) });
      const outer = {
        bind: (...values: unknown[]) => statement(sql, (on) => build(on).bind(...values)),
        all: () => go((one) => one.all()),
        run: () => go((one) => one.run()),
        first: (column: string) => go((one) => one.first(column)),
        raw: (options?: { columnNames?: false }) => go((one) => one.raw(options)),
      } as unknown as D1PreparedStatement;
      statements.set(outer, { sql, build });
      return outer;
    }
    return {
      prepare: (sql: string) => statement(sql, (on) => on.prepare(sql)),
      batch(all: D1PreparedStatement[]) {
        const known = all.map((one) => {
          const found = statements.get(one);
          if (!found) throw new TypeError("a statement of another database");
          return found;
        });
        return pass({ sql: known.map(({ sql }) => sql), run: (on) => on.batch(known.map(({ build }) => build(on))) });
      },
    };
  }

  function session(constraint = "first-unconstrained") {
    let at = constraint.startsWith("first-") ? "" : constraint;
    let first = constraint === "first-primary";
    return {
      ...queries(async (one) => {
        const toPrimary = first || at > bookmarkAt(copied);
        first = false;
        const writes = one.sql.some((sql) => WRITES.test(sql));
        const by = writes || toPrimary ? "primary" : "copy";
        const result = await call(one, by);
        const seen = bookmarkAt(by === "primary" ? version : copied);
        if (seen > at) at = seen;
        return result;
      }),
      getBookmark: () => (at === "" ? null : at),
    };
  }

  return {
    db: { ...queries((one) => call(one, "primary")), withSession: session } as unknown as D1Database,
    served,
    async catchUp() {
      await copyRows(primary, copy);
      copied = version;
    },
  };
}

async function copyRows(from: D1Database, to: D1Database): Promise<void> {
  await emptyDatabase(to);
  const { results } = await from
    .prepare(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name <> 'd1_migrations'
       AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'`,
    )
    .all<{ name: string }>();
  for (const { name } of results) {
    const rows = (await from.prepare(`SELECT * FROM ${name}`).all()).results;
    const inserts = rows.map((row) => {
      const columns = Object.keys(row);
      const sql = `INSERT INTO ${name} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
      return to.prepare(sql).bind(...Object.values(row));
    });
    if (inserts.length > 0) await to.batch(inserts);
  }
}
