/** What submissions are compared with: routes of a Hono worker that do next to nothing, on the same workerd. */
import { Hono } from "hono";

export default new Hono<{ Bindings: { readonly BENCH_DB: D1Database } }>()
  .post("/empty", (c) => c.body(null, 201))
  .post("/json", async (c) => c.json({ answers: Object.keys((await c.req.json()).answers).length }, 201))
  .post("/insert", async (c) => {
    await c.env.BENCH_DB.prepare("INSERT INTO rows (body) VALUES (?)")
      .bind(await c.req.text())
      .run();
    return c.json({ stored: true }, 201);
  });
