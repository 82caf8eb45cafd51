/**
 * The gateway over a D1 that answers appends from memory: what is left is our own code. `POST /_bench/json` is a Hono
 * route of the same worker that parses the body and answers, nothing else: what submissions are compared with.
 */
import { Hono } from "hono";
import type { GatewayBindings } from "../src/gateway/context";
import worker from "../src/gateway/worker";

const json = new Hono().post("/_bench/json", async (c) => {
  const { answers } = await c.req.json<{ answers: Record<string, unknown> }>();
  return c.json({ id: "rsp", answers: Object.keys(answers).length }, 201);
});

const meta = { rows_read: 0, rows_written: 0, size_after: 0 };
let db: D1Database | undefined;
let last = 0;

/**
 * How a row of the append begins. In a text of JSON no quotation mark stands without a backslash, so it begins nothing
 * else.
 */
const ROW = /\[(\d+),"([^"\\]+)",/g;

/** An INSERT of the append, bound. */
interface Append {
  readonly entries?: string;
}

function stub(real: D1Database): D1Database {
  const append = { bind: (entries: string): Append => ({ entries }) };
  const ring = { bind: () => ring };
  return {
    prepare(sql: string) {
      if (sql.startsWith("\nINSERT INTO responses")) return append;
      return sql.startsWith("\nUPDATE cursors SET") ? ring : real.prepare(sql);
    },
    async batch(statements: D1PreparedStatement[]) {
      const { entries } = statements[0] as Append;
      if (entries === undefined) return real.batch(statements);
      const results = [...entries.matchAll(ROW)].map(([, no, nonce]) => ({ id: Number(no) * 2 ** 33 + ++last, nonce }));
      return [{ results, meta }, ...statements.slice(1).map(() => ({ results: [], meta }))];
    },
  } as unknown as D1Database;
}

export default {
  async fetch(request, env, execution) {
    if (request.url.endsWith("/_bench/json")) return json.fetch(request, env, execution);
    db ??= stub(env.DB);
    return worker.fetch(request, { ...env, DB: db }, execution);
  },
} satisfies ExportedHandler<GatewayBindings>;
