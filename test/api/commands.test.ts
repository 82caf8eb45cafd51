/** Commands to integrations: the same request again, what the sweep costs, and rows of before commands were kept. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { settleForms } from "../../src/dispatch/next-segment";
import { pauseIntegration } from "../../src/services/integration-control";
import { takeCounts } from "../../src/telemetry/counters";
import { type Commanded, createCommanded, WEBHOOK } from "../support/commanded";
import { dieAt } from "../support/interrupted";
import { countRows } from "../support/meter";

let on: Commanded;
beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  on = await createCommanded();
  await on.begin(2);
});
afterEach(() => void vi.restoreAllMocks());

const withKey = (key: string, body: unknown = WEBHOOK) => on.post("integrations", body, { "idempotency-key": key });
const listed = async () =>
  (await on.span.call("GET", `/v1/forms/${on.form()}/integrations`, { key: on.key })).body.items.length;

describe("an integration that is made again with the same Idempotency-Key", () => {
  it("is the one that there is, as it is now, without the secrets that were shown", async () => {
    const first = await withKey("a");
    expect([first.status, first.headers.get("idempotent-replayed")]).toEqual([201, null]);
    expect(first.body.secrets).toBeDefined();
    await on.post(`integrations/${first.body.id}/pause`, {});
    const again = await withKey("a", { config: WEBHOOK.config, kind: WEBHOOK.kind });
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([201, "true"]);
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    expect([again.body.id, again.body.state]).toEqual([first.body.id, "paused"]);
    expect(again.body).not.toHaveProperty("secrets");
    expect(await listed()).toBe(1);
  });

  it("is refused with other content, and with a key that is none; another key or form makes another one", async () => {
    await withKey("a");
    for (const more of [
      { filter: 'name == "x"' },
      { start: "beginning" },
      { config: { url: "https://example.com/" } },
    ]) {
      const { status, body } = await withKey("a", { ...WEBHOOK, ...more });
      expect([status, body.code]).toEqual([409, "idempotency_key_reused"]);
    }
    expect((await withKey("not one")).body.code).toBe("invalid_parameter");
    expect((await withKey("b")).headers.get("idempotent-replayed")).toBeNull();
    expect(await listed()).toBe(2);
    await on.begin(1);
    expect((await withKey("a")).headers.get("idempotent-replayed")).toBeNull();
  });

  it("is made once by several at once, with one connection", async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => withKey("a")));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.secrets !== undefined)).toHaveLength(1);
    const connections = await on.span.call("GET", "/v1/connections", { key: on.key });
    expect([await listed(), connections.body.items.length]).toEqual([1, 1]);
  });
});

describe("the sweep", () => {
  it("looks for what was cut short by one statement, and reads no row when there is nothing, however much there is", async () => {
    for (let i = 0; i < 5; i += 1) await on.integrate();
    const trips = on.span.trips();
    const rows = countRows(env.DB);
    await settleForms(on.ctx.opener);
    const { read, written } = rows.stop();
    expect([on.span.trips() - trips, written]).toEqual([1, 0]);
    // D1 counts one for each of the two indexes that it finds empty.
    expect(read).toBeLessThanOrEqual(2);
  });

  it("tells what it finds by five round trips for a form on two databases, counts it, and finds nothing after that", async () => {
    const id = await on.integrate();
    await dieAt(on.ctx, { n: 2, when: "after" }, (ctx) => pauseIntegration(ctx, on.workspace, on.named(id)));
    takeCounts();
    expect(await on.statesOf(id)).toEqual(["active", "active"]);
    const trips = on.span.trips();
    await settleForms(on.ctx.opener);
    // The form; its commands, its segments, each of two shards, and that all are told.
    expect(on.span.trips() - trips).toBe(6);
    const settled = takeCounts().filter(({ name }) => name === "formlog_settled");
    expect(settled).toEqual([{ name: "formlog_settled", labels: { what: "integration" }, value: 1 }]);
    await settleForms(on.ctx.opener);
    expect(on.span.trips() - trips).toBe(7);
    expect(await on.statesOf(id)).toEqual(["paused", "paused"]);
  });

  it("does for others what it can't do for a form whose database is away", async () => {
    const ids: string[] = [];
    const forms: string[] = [];
    for (let i = 0; i < 2; i += 1) {
      await on.begin(1);
      ids.push(await on.integrate());
      forms.push(on.form());
      await env.DB.prepare("UPDATE integrations SET command = command + 1, paused = 1 WHERE id = ?").bind(ids[i]).run();
    }
    // By the directory, on a database that there is not.
    const [away = ""] = forms.toSorted();
    await env.DB.prepare("UPDATE directory SET shard = 7 WHERE form = ?").bind(away).run();
    await expect(settleForms(on.ctx.opener)).rejects.toThrow("there is no shard 7");
    const { results } = await env.DB.prepare(
      "SELECT form, obeyed = command AS told FROM integrations WHERE form IN (?, ?)",
    )
      .bind(...forms)
      .all();
    expect(results.toSorted((a, b) => Number(a.told) - Number(b.told))).toEqual([
      { form: away, told: 0 },
      { form: forms.find((one) => one !== away), told: 1 },
    ]);
    await env.DB.prepare("DELETE FROM directory WHERE form = ?").bind(away).run();
  });
});

describe("an integration of before commands were kept", () => {
  const forget = async (state: string) => {
    await env.DB.prepare("UPDATE integrations SET command = 0, obeyed = 0, paused = NULL").run();
    for (const { db } of on.ctx.shards.all)
      await db.prepare("UPDATE cursors SET obeyed = 0, state = ?").bind(state).run();
  };

  it.each(["paused", "active", "blocked"])(
    "is as its cursors are, in a new segment and when its form comes back: %s",
    async (state) => {
      const id = await on.integrate();
      await forget(state);
      await on.openNext();
      expect(await on.statesOf(id)).toEqual([state, state, state]);
      await on.span.call("DELETE", `/v1/forms/${on.form()}`, { key: on.key });
      expect(await on.statesOf(id)).toEqual(["paused", "paused", "paused"]);
      await on.span.call("POST", `/v1/forms/${on.form()}/restore`, { key: on.key });
      expect(await on.statesOf(id)).toEqual([state, state, state]);
      await on.post(`integrations/${id}/resume`, {});
      await on.openNext();
      expect(await on.statesOf(id)).toEqual(["active", "active", "active", "active"]);
    },
  );
});

it("what was commanded while a backup was made is told to the cursors that were restored, which are older", async () => {
  const id = await on.integrate();
  await on.post(`integrations/${id}/pause`, {});
  for (const { db } of on.ctx.shards.all) await db.prepare("UPDATE cursors SET obeyed = 1, state = 'active'").run();
  // As a backup has every row (store/backup-tables.ts).
  await env.DB.prepare("UPDATE integrations SET obeyed = -1 WHERE id = ?").bind(id).run();
  await settleForms(on.ctx.opener);
  expect(await on.statesOf(id)).toEqual(["paused", "paused"]);
});
