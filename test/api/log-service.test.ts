import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Context, type Env, makeContext } from "../../src/context";
import type { Definition } from "../../src/core/form";
import { parseResponseId } from "../../src/core/ids";
import { INSTALLATION, type LogEntry } from "../../src/core/log";
import { sweep } from "../../src/dispatch/sweep";
import { createReceiver } from "../../src/integrations/webhook/emulator";
import { webhook } from "../../src/integrations/webhook/index";
import { listLogs } from "../../src/services/logs";
import { appendLogs } from "../../src/store/logs";
import { call, newForm, newWorkspace, ROOT_KEY } from "../support/api";
import { createWorld } from "../support/world";

const db = env.DB;
const NAMED: Definition = { title: "Logged", questions: [{ ref: "name", type: "short_text", title: "Name" }] };
const ctx = makeContext(env as Env, { waitUntil: () => {} }, "test");
const entry = (at: number, rest: Partial<LogEntry> = {}): LogEntry => ({
  workspace: "ws_1",
  at,
  level: "info",
  event: "page_settled",
  ...rest,
});

beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  await db.prepare("DELETE FROM logs").run();
});

async function makeWorld() {
  const clock = { now: Date.now() };
  const receiver = createReceiver({ now: () => clock.now });
  const config = { url: "https://receiver.formlog-tests.io/hook" };
  const fetch = (request: Request) => receiver.fetch(request);
  const world = await createWorld({ kind: webhook, config, definition: NAMED, fetch, settings: {}, clock });
  const read = async (query = "") => (await call("GET", `/v1/logs${query}`, { key: world.key })).body.items;
  return { world, receiver, read };
}

describe("the log of deliveries", () => {
  it("has one entry for a page, by whose range each response is found, and costs one row in the batch that settles it", async () => {
    const { world, read } = await makeWorld();
    const ids = await world.submit({ name: "Asha" }, { name: "Bea" }, { name: "Cid" });
    const counted = { batches: 0, rows: 0 };
    const { batch } = db;
    db.batch = async <T>(statements: D1PreparedStatement[]) => {
      const results = (await batch.call(db, statements)) as D1Result<T>[];
      counted.batches += 1;
      counted.rows += results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
      return results;
    };
    await world.wakeOnce();
    Object.assign(db, { batch });
    // The page is marked; then it is settled: three attempts, the entry, the cursor. Nothing else of a drain is a
    // batch.
    expect(counted).toEqual({ batches: 2, rows: 1 + 5 });
    const [page, ...others] = await read("?event=page_settled");
    expect(others).toEqual([]);
    expect(page).toMatchObject({
      level: "info",
      form: world.form,
      integration: world.named.integration,
      responses: { first: ids[0], last: ids[2] },
      detail: { kind: "webhook", feed: "responses", entries: 3, delivered: 3 },
    });
    expect(JSON.stringify(page)).not.toContain("Asha");
    for (const id of ids) expect(await read(`?response=${id}`)).toMatchObject([{ event: "page_settled" }]);
    const [later] = await world.submit({ name: "Dora" });
    expect(await read(`?response=${later}`)).toEqual([]);
  });

  it("tells of what was parked and what has to wait, with its reason, and of the changes between", async () => {
    const { world, receiver, read } = await makeWorld();
    receiver.faults.push({ mode: "outage" });
    await world.submit({ name: "Asha" }, { name: "Bea" }, { name: "Cid" });
    await world.wakeOnce();
    expect(await read("?level=warn")).toMatchObject([
      { detail: { entries: 3, halt: "retry", reason: expect.stringContaining("503") } },
    ]);
    const events = (await read()).map(({ event }: { event: string }) => event);
    for (const event of ["page_settled", "integration.created", "form.created"]) expect(events).toContain(event);
    expect(await read(`?integration=${world.named.integration}&event=integration.created`)).toMatchObject([
      { object: world.named.integration, form: world.form, actor: expect.any(String) },
    ]);
  });

  it("writes nothing for a holder that lost its lease", async () => {
    const { world } = await makeWorld();
    await world.submit({ name: "Asha" });
    const steal = async (request: Request) => {
      await db.prepare("UPDATE cursors SET epoch = epoch + 1 WHERE integration = ?").bind(world.no).run();
      return new Response(request.url);
    };
    await world.wakeOnce({ fetch: steal });
    expect(await db.prepare("SELECT count(*) AS n FROM logs").first()).toEqual({ n: 0 });
  });
});

describe("a list of entries", () => {
  it("merges shards and the audit log, newest first, each entry once over pages of any size", async () => {
    const key = await newWorkspace();
    const form = await newForm(key);
    const { workspace } = (await db
      .prepare("SELECT workspace FROM forms WHERE id = ?")
      .bind(form)
      .first<{ workspace: string }>()) ?? { workspace: "" };
    const now = Date.now();
    // The same database twice, as a second shard: every entry is there twice, at the same moment.
    const two: Context = {
      ...ctx,
      shards: {
        ...ctx.shards,
        all: [
          { no: 0, db },
          { no: 1, db },
        ],
      },
    };
    await appendLogs(db, [
      ...[1, 2, 2, 3].map((i) => entry(now - i, { workspace })),
      entry(now - 2, { workspace: "ws_other" }),
    ]);
    const whole = (await listLogs(two, workspace, { limit: 100 })).items;
    expect(whole.map(({ at }) => at)).toEqual(
      whole
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    expect(whole.filter(({ event }) => event === "page_settled")).toHaveLength(8);
    expect(whole.filter(({ event }) => event === "form.created")).toHaveLength(1);
    for (const limit of [1, 2, 3, 7]) {
      const found: unknown[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await listLogs(two, workspace, { limit, ...(cursor !== undefined && { cursor }) });
        found.push(...page.items);
        cursor = page.next;
      }
      expect(found).toEqual(whole);
    }
    const until = Date.parse(String(whole[2]?.at));
    const before = (await listLogs(two, workspace, { limit: 100, until })).items;
    expect(before).toEqual(whole.filter(({ at }) => Date.parse(at) < until));
  });

  it("looks through a bounded stretch with a filter, and says where to go on", async () => {
    const old = entry(1, { event: "reconciled", form: "form_rare" });
    for (let i = 0; i < 6; i += 1)
      await appendLogs(
        db,
        Array.from({ length: 1_000 }, (_, j) => entry(1_000 + i * 1_000 + j)),
      );
    await appendLogs(db, [old]);
    const first = await listLogs(ctx, "ws_1", { limit: 10, form: "form_rare" });
    expect(first.items).toEqual([]);
    const second = await listLogs(ctx, "ws_1", { limit: 10, form: "form_rare", cursor: String(first.next) });
    expect([second.items.length, second.next]).toEqual([1, null]);
  });

  it("of the installation is for the root key alone", async () => {
    await appendLogs(db, [entry(5, { workspace: INSTALLATION, event: "swept", detail: { woken: 2 } })]);
    const { status, body } = await call("GET", "/v1/logs/installation", { key: ROOT_KEY });
    expect([status, body.items]).toMatchObject([200, [{ event: "swept", detail: { woken: 2 } }]]);
    const key = await newWorkspace();
    expect((await call("GET", "/v1/logs/installation", { key })).status).toBe(401);
    expect((await call("GET", "/v1/logs?event=swept", { key })).body.items).toEqual([]);
  });

  it.each(["level=loud", "event=nonsense", "since=yesterday", "cursor=x", "response=x", "limit=0"])(
    "refuses %s",
    async (query) => {
      const { status, body } = await call("GET", `/v1/logs?${query}`, { key: await newWorkspace() });
      expect([status, body.code]).toEqual([400, "invalid_parameter"]);
    },
  );
});

describe("the sweeper", () => {
  it("tells of the work that it found, and forgets what is older than the days that are kept", async () => {
    const now = Date.now();
    const DAY = 86_400_000;
    await appendLogs(db, [entry(now - 15 * DAY), entry(now - 13 * DAY)]);
    const { world } = await makeWorld();
    const [id = ""] = await world.submit({ name: "Asha" });
    expect(parseResponseId(id)).not.toBeNull();
    await sweep({ ...ctx, wake: async () => {} }, now + 5_000);
    const { results } = await db.prepare("SELECT workspace, at, event, request FROM logs ORDER BY at").all();
    expect(results).toEqual([
      { workspace: "ws_1", at: now - 13 * DAY, event: "page_settled", request: null },
      { workspace: INSTALLATION, at: now + 5_000, event: "swept", request: "test" },
    ]);
  });
});
