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

/** An INSERT of the append, bound. */
interface Append {
  readonly rows?: string;
}

const stored = (rows: string) => ({
  results: (JSON.parse(rows) as [number, string][]).map(([no, nonce]) => ({ id: no * 2 ** 33 + ++last, nonce })),
  meta,
});

function stub(real: D1Database): D1Database {
  const append = { bind: (rows: string): Append => ({ rows }) };
  const ring = { bind: () => ring };
  return {
    prepare(sql: string) {
      if (sql.startsWith("\nINSERT INTO responses")) return append;
      return sql.startsWith("\nUPDATE cursors SET") ? ring : real.prepare(sql);
    },
    async batch(statements: D1PreparedStatement[]) {
      const { rows } = statements[0] as Append;
      if (rows === undefined) return real.batch(statements);
      return [stored(rows), ...statements.slice(1).map(() => ({ results: [], meta }))];
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
