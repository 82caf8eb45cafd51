/**
 * The reference stack: Fastify and PostgreSQL. A submission is checked by a JSON schema, its key by a digest, and stored with its outbox
 * row in one transaction over a pool of connections. Nobody reads the outbox.
 */
import { createHash, randomUUID } from "node:crypto";
import Fastify from "fastify";
import pg from "pg";

const { PORT, PGPORT, PGUSER, BENCH_KEY, POOL = "20" } = process.env;
const pool = new pg.Pool({
  host: "127.0.0.1",
  port: Number(PGPORT),
  user: PGUSER,
  database: "postgres",
  max: Number(POOL),
});
await pool.query(`
  CREATE TABLE IF NOT EXISTS responses (id uuid PRIMARY KEY, form text NOT NULL, received_at timestamptz NOT NULL, answers jsonb NOT NULL);
  CREATE INDEX IF NOT EXISTS responses_form ON responses (form, received_at);
  CREATE TABLE IF NOT EXISTS outbox (no bigserial PRIMARY KEY, response uuid NOT NULL, integration text NOT NULL)`);

const answers = {
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: {
    name: { type: "string", maxLength: 1000 },
    age: { type: "integer", minimum: 0, maximum: 130 },
    phone: { type: "string", pattern: "^\\+[0-9]{8,15}$" },
    city: { enum: ["leh", "pune", "delhi", "agra", "surat", "patna", "kochi", "salem"] },
    crops: { type: "array", uniqueItems: true, items: { enum: ["rice", "wheat", "maize", "millet"] } },
    visited: { type: "string", format: "date" },
    rating: { type: "integer", minimum: 1, maximum: 5 },
    comment: { type: "string", maxLength: 10000 },
  },
};
const schema = { body: { type: "object", required: ["answers"], properties: { answers } } };
const digest = (text) => createHash("sha256").update(text).digest("hex");
const known = digest(`Bearer ${BENCH_KEY}`);

const app = Fastify();
app.post("/forms/:form/responses", { schema }, async (request, reply) => {
  if (digest(request.headers.authorization ?? "") !== known) return reply.code(401).send();
  const [id, now] = [randomUUID(), new Date()];
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query({
      name: "response",
      text: "INSERT INTO responses (id, form, received_at, answers) VALUES ($1, $2, $3, $4)",
      values: [id, request.params.form, now, JSON.stringify(request.body.answers)],
    });
    await client.query({
      name: "outbox",
      text: "INSERT INTO outbox (response, integration) VALUES ($1, $2)",
      values: [id, "sheets"],
    });
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
  return reply.code(201).send({ id, receivedAt: now.toISOString(), flags: [] });
});
await app.listen({ port: Number(PORT), host: "127.0.0.1" });
console.log("ready");
