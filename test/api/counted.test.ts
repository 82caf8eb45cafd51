/** What the measured costs are counted with: bench/counted.ts, over the D1 of the tests. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { expect, it, vi } from "vitest";
import { type Counts, counted, type Tally, UNCOUNTED } from "../../bench/counted";
import { control } from "../../src/store/db";
import { workspaces } from "../../src/store/schema";
import { countRows } from "../support/meter";

const INSERT = "INSERT INTO ended_sessions (until, id) VALUES (?, ?)";
type Given = { readonly DB: D1Database; readonly QUEUE_TEST: Queue };

/** Each handler does one thing to the database. */
const worker = counted(
  {
    async fetch(_: Request, { DB, QUEUE_TEST }: Given) {
      await DB.batch(["a", "b"].map((id) => DB.prepare(INSERT).bind(1, id)));
      await QUEUE_TEST.sendBatch([{ body: 1 }, { body: 2 }]);
      return new Response();
    },
    async queue(_: MessageBatch, { DB }: Given) {
      await control(DB).select().from(workspaces).where(eq(workspaces.id, "typed")).get();
      await DB.withSession("first-unconstrained").prepare("SELECT id FROM ended_sessions").all();
    },
    async scheduled(_: unknown, { DB }: Given) {
      await DB.prepare("DELETE FROM ended_sessions").run();
    },
  },
  { isPublic: true },
);
const sendBatch = vi.fn(async () => {});
const given = { ...env, QUEUE_TEST: { sendBatch } };
const execution = { waitUntil: () => {} };
const send = (headers = {}) => worker.fetch(new Request("http://gateway/", { headers }), given, execution);
const take = async (of: Tally): Promise<Counts> =>
  (await worker.fetch(new Request(`http://gateway/_bench/counts?of=${of}`), given, execution)).json();

it("counts what a handler asks of D1 and of queues, as D1 says it, and what its cron does by itself", async () => {
  const meter = countRows(env.DB);
  await send();
  const { read, written } = meter.stop();
  expect(written).toBeGreaterThanOrEqual(2);
  expect(await take("work")).toEqual({
    invocations: 1,
    trips: 1,
    rowsRead: read,
    rowsWritten: written,
    wakeUps: 0,
    queueOperations: 2,
  });
  expect(sendBatch).toHaveBeenCalledTimes(1);
  await worker.queue({ messages: [{}, {}, {}] } as unknown as MessageBatch, given, execution);
  // Of drizzle's typed query no row matches: the session reads two.
  expect(await take("work")).toMatchObject({ invocations: 1, trips: 2, rowsRead: 2, wakeUps: 3, queueOperations: 6 });
  await worker.scheduled({}, given, execution);
  expect(await take("work")).toMatchObject({ invocations: 0, trips: 0, rowsWritten: 0 });
  expect(await take("sweeps")).toMatchObject({ invocations: 1, trips: 1 });
});

it("tells the rows of typed queries too, and counts nothing of the benchmark's own requests", async () => {
  const wake = async () => {
    await worker.queue({ messages: [{}] } as unknown as MessageBatch, given, execution);
    return (await take("work")).rowsRead;
  };
  const before = await wake();
  await env.DB.prepare("INSERT INTO workspaces (id, name, created_at) VALUES ('typed', 'Typed', 1)").run();
  expect((await wake()) - before).toBe(1);
  await send({ [UNCOUNTED]: "1" });
  expect(await take("work")).toMatchObject({ invocations: 0, trips: 0, queueOperations: 0 });
});
