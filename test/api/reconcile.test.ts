import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseResponseId } from "../../src/core/ids";
import type { Integration, Outcome } from "../../src/core/integration";
import type { Finding, Inventory } from "../../src/core/inventory";
import { manifest } from "../../src/integrations/google-sheets/manifest";
import { pauseIntegration, resumeIntegration } from "../../src/services/integration-control";
import { replayIntegration } from "../../src/services/integration-replay";
import { updateIntegration } from "../../src/services/integrations";
import { listReconciliations, reconcileIntegration } from "../../src/services/reconciliations";
import { migrate } from "../support/migrate";
import { others } from "../support/span";
import { type Clock, createWorld, type World } from "../support/world";

/** 2026-11-23T20:00:00Z, or now if that is later. */
const START = 1_795_464_000_000;
const HOUR = 3_600_000;

/** A provider that keeps ids on a shelf, and whose kind can be made to fail. */
let shelf: string[];
let inventory: Partial<Inventory> & { fault?: "halt" | "throw" | "hang"; reached?: () => void };
let clock: Clock;
let world: World;

const shelfKind: Integration = {
  manifest: { ...manifest, policy: { ...manifest.policy, pageGapSeconds: 0 } } as unknown as Integration["manifest"],
  async deliver(page) {
    const outcomes = new Map<number, Outcome>();
    for (const { position, response } of page.entries) {
      if (!shelf.includes(response.id)) shelf.push(response.id);
      outcomes.set(position, { type: "delivered" });
    }
    return { outcomes };
  },
  reconcile: async () => ({ outcomes: new Map() }),
  test: async () => ({ ok: true, detail: "" }),
  async inventory(range) {
    inventory.reached?.();
    if (inventory.fault === "hang") return new Promise(() => {});
    if (inventory.fault === "throw") throw new TypeError("a bug with Asha in it");
    if (inventory.fault === "halt") return { halt: { type: "retry", reason: "The shelf can't be read." } };
    const find = ({ response }: { response: string }): Finding =>
      shelf.includes(response) ? { type: "present" } : { type: "missing", again: true };
    const none = () => ({ doubled: [], doubledCount: 0, strangers: 0 });
    // What is there beyond the deliveries is of the first segment.
    const surplus = range.isFirst ? (inventory.surplus ?? none) : none;
    return { inventory: { find, ...inventory, surplus } };
  },
};

async function begin({ filter, segmentMax }: { filter?: string; segmentMax?: number } = {}): Promise<void> {
  shelf = [];
  inventory = {};
  clock = { now: Math.max(Date.now(), START) };
  world = await createWorld({
    kind: shelfKind,
    config: { spreadsheetId: "shelf" },
    definition: { title: "Shelf", questions: [{ ref: "name", type: "short_text", title: "Name" }] },
    fetch: () => Promise.reject(new Error("no network")),
    settings: { GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email: "a@b.test", private_key: "PRIVATE KEY" }) },
    clock,
    ...(filter && { filter }),
    segmentMax,
  });
}

const named = (...names: string[]) => names.map((name) => ({ name }));
const reports = (limit = 10) => listReconciliations(world.ctx, world.workspace, { ...world.named, limit });
const ask = () => reconcileIntegration(world.ctx, world.workspace, world.named);

async function deliver(...names: string[]): Promise<string[]> {
  const ids = await world.submit(...named(...names));
  await world.run();
  return ids;
}

beforeAll(async () => {
  for (const db of others) await migrate(db, env.TEST_MIGRATIONS);
});
beforeEach(() => begin());

describe("a reconciliation", () => {
  it("delivers again what is missing, and reports it", async () => {
    const [a, b, c] = await deliver("A", "B", "C");
    shelf = [String(a), String(c)];
    await ask();
    await world.run();
    expect(shelf).toEqual([a, c, b]);
    expect(await reports()).toMatchObject([
      { checked: 3, missing: 1, repaired: 1, doubled: 0, examples: { missing: [b] }, error: null },
    ]);
    expect((await world.view()).parked).toBe(0);
  });

  it("of a form that spans three shards is one, of all of them", async () => {
    await begin({ segmentMax: 1 });
    const ids: string[] = [];
    for (const name of ["A", "B", "C"]) ids.push(...(await deliver(name)));
    expect(new Set(ids.map((id) => parseResponseId(id)?.shard)).size).toBe(3);
    shelf = shelf.slice(0, 1);
    await ask();
    await world.wakeOnce();
    expect(await reports(), "the other segments have not had their turn").toMatchObject([{ finishedAt: null }]);
    await world.run();
    expect(shelf.toSorted()).toEqual(ids.toSorted());
    const [asked, ...rest] = await reports();
    expect(asked).toMatchObject({ checked: 3, missing: 2, repaired: 2, error: null, finishedAt: expect.any(String) });
    expect(asked?.examples.missing?.toSorted()).toEqual(ids.slice(1).toSorted());
    expect(rest).toEqual([]);
    await ask();
    await world.wakeOnce();
    expect(await reports(1), "asked again at once").toMatchObject([{ checked: 1, finishedAt: null }]);
    await world.run();
    clock.now += 24 * HOUR;
    await world.run();
    expect(await reports()).toMatchObject([{ checked: 3, missing: 0 }, { checked: 3, missing: 0 }, { missing: 2 }]);
  });

  it("is done once when it is asked for twice, and again at night, by itself", async () => {
    await deliver("A");
    await ask();
    await ask();
    await world.run();
    expect(await reports()).toHaveLength(1);
    await world.run();
    // Whatever the time of day is, a day has one night in it.
    clock.now += 24 * HOUR;
    await world.run();
    expect(await reports()).toHaveLength(2);
  });

  it("leaves alone what was never to be delivered: filtered, erased, parked, before the start, under another config", async () => {
    await begin({ filter: 'name != "B"' });
    const ids = await deliver("A", "B", "C", "D");
    expect(shelf).toHaveLength(3);
    shelf = [];
    const cursor = await world.cursor();
    await env.DB.prepare("UPDATE responses SET erased_at = 1, answers = '{}' WHERE id = ?").bind(cursor.position).run();
    await ask();
    await world.run();
    expect(shelf).toEqual([ids[0], ids[2]]);
    await world.submit(...named("given up"));
    await replayIntegration(world.ctx, world.workspace, { ...world.named, from: "now" });
    await ask();
    await world.run();
    expect(shelf).toEqual([ids[0], ids[2]]);
    await updateIntegration(world.ctx, world.workspace, { ...world.named, config: { spreadsheetId: "other" } });
    shelf = [];
    const later = await deliver("E");
    await ask();
    await world.run();
    expect(shelf).toEqual(later);
  });

  it("changes nothing when thousands are missing at once: a person decides", async () => {
    await deliver("A", "B");
    inventory.find = () => ({ type: "missing", again: true });
    const cursor = await world.cursor();
    // A log of many rows: they need not be real responses to be counted.
    await env.DB.prepare(
      `INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
       SELECT ?1 + i, 'n' || i, 1, 1, 0, '{}', '{}' FROM n`,
    )
      .bind(cursor.position)
      .run();
    await env.DB.prepare("UPDATE cursors SET position = ?1, high = ?1 WHERE integration = ?2")
      .bind(cursor.position + 10_000, cursor.integration)
      .run();
    await ask();
    await world.run();
    expect(await reports()).toMatchObject([{ checked: 10_002, missing: 10_002, repaired: 0, error: /replay/i }]);
  });

  it("takes over the provider's word, and has copies removed", async () => {
    const [a] = await deliver("A", "B");
    let removed = 0;
    inventory.surplus = () => ({ doubled: [String(a)], doubledCount: 1, strangers: 2 });
    inventory.removeCopies = async () => ({ removed: ++removed });
    await ask();
    await world.run();
    expect(await reports()).toMatchObject([{ doubled: 1, strangers: 2, repaired: 1, examples: { doubled: [a] } }]);
  });

  it.each([
    ["halt", "The shelf can't be read."],
    ["throw", "Formlog's own code failed; see its log."],
  ] as const)(
    "that can't be done (%s) says why, stops no delivery, and is tried again in an hour",
    async (fault, error) => {
      await deliver("A");
      inventory.fault = fault;
      await ask();
      const later = await deliver("B");
      expect(shelf).toContain(later[0]);
      expect(await reports()).toMatchObject([{ checked: 0, error }]);
      delete inventory.fault;
      clock.now += HOUR;
      await world.run();
      expect(await reports()).toMatchObject([{ checked: 2, error: null }, { error }]);
    },
  );

  it("whose worker dies is begun anew, an hour later", async () => {
    await deliver("A");
    shelf = [];
    await ask();
    inventory.fault = "hang";
    const reached = new Promise<void>((resolve) => {
      inventory.reached = resolve;
    });
    void world.wakeOnce();
    await reached;
    delete inventory.fault;
    world.outlive();
    await world.run();
    expect(shelf).toEqual([]);
    clock.now += HOUR;
    await world.run();
    expect(shelf).toHaveLength(1);
    expect(await reports()).toMatchObject([{ missing: 1, repaired: 1 }, { finishedAt: null }]);
  });

  it("of a paused integration waits until it is resumed, and says so", async () => {
    await deliver("A");
    await pauseIntegration(world.ctx, world.workspace, world.named);
    await expect(ask()).rejects.toMatchObject({ code: "conflict" });
    await resumeIntegration(world.ctx, world.workspace, world.named);
    await expect(ask()).resolves.toHaveProperty("requestedAt");
  });
});
