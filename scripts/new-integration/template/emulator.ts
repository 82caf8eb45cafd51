/**
 * The other side as its documentation describes it, and failing on demand. In tests it runs in process, in `npm start`
 * behind an HTTP server; `fetch` is all there is to it.
 */
import { Hono } from "hono";
import * as z from "zod";
import type { Journal } from "../../../src/core/local";

/** Breaks the connection: a server destroys the socket. */
export class EmulatorDrop extends Error {
  override readonly name = "EmulatorDrop";
}

const FaultSchema = z.strictObject({
  mode: z.enum(["rate_limit", "error_before", "error_after", "drop_after", "outage", "refuse_credentials"]),
  /** How many calls it strikes; all unless told. */
  times: z.int().min(1).optional(),
});
export type Fault = z.output<typeof FaultSchema>;

const RecordSchema = z.object({ list: z.string(), id: z.string(), answers: z.record(z.string(), z.unknown()) });
type Stored = z.output<typeof RecordSchema> & { readonly key: string };

/** Characters of a record at most. */
const RECORD_MAX = 2_000;

interface Options {
  readonly token: string;
  readonly journal?: Journal;
}

export function createEmulator({ token, journal }: Options) {
  const faults: Fault[] = [];
  const records: Stored[] = [...(journal?.lines ?? [])].filter(Boolean).map((line) => JSON.parse(line));

  const app = new Hono();
  app.get("/_emulator/records", (c) => c.json(records));
  app.post("/_emulator/faults", async (c) => {
    faults.push(FaultSchema.parse(await c.req.json()));
    return c.json(faults, 201);
  });
  app.use("*", async (c, next) =>
    c.req.header("authorization") === `Bearer ${token}` ? next() : c.json({ error: "unknown token" }, 401),
  );
  app.get("/account", (c) => c.json({ name: "Emulated" }));
  app.post("/records", async (c) => {
    const key = c.req.header("idempotency-key") ?? "";
    const text = await c.req.text();
    if (text.length > RECORD_MAX) return c.json({ error: "the record is too large" }, 422);
    if (!records.some((record) => record.key === key)) {
      const record = { ...RecordSchema.parse(JSON.parse(text)), key };
      journal?.append(JSON.stringify(record));
      records.push(record);
    }
    return c.json({ id: key }, 201);
  });

  /** The next fault that strikes a call; null: none does. */
  function strike(): Fault["mode"] | null {
    const [fault] = faults;
    if (!fault) return null;
    if (fault.times !== undefined)
      faults.splice(0, 1, ...(fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []));
    return fault.mode;
  }

  async function answer(request: Request): Promise<Response> {
    const mode = new URL(request.url).pathname.startsWith("/_emulator/") ? null : strike();
    if (mode === "outage") throw new EmulatorDrop();
    if (mode === "rate_limit") return new Response(null, { status: 429, headers: { "retry-after": "1" } });
    if (mode === "refuse_credentials") return new Response(null, { status: 401 });
    if (mode === "error_before") return new Response(null, { status: 500 });
    const answered = await app.fetch(request);
    if (mode === "error_after") return new Response(null, { status: 500 });
    if (mode === "drop_after") throw new EmulatorDrop();
    return answered;
  }

  return { fetch: answer, faults, records: records as readonly Stored[] };
}
