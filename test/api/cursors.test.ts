import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { SEGMENT_SIZE } from "../../src/core/ids";
import { appendResponses } from "../../src/store/append";
import { readBudgets, takeBudget } from "../../src/store/budgets";
import * as control from "../../src/store/cursor-control";
import * as cursors from "../../src/store/cursors";
import { findDelivery, writeStatement } from "../../src/store/deliveries";
import { markPage } from "../../src/store/flights";
import { reportDelivery } from "../../src/store/reports";
import { settlePage } from "../../src/store/settlement";
import { openFirstSegment, openShards } from "../../src/store/shards";
import { createCursor, setPaused } from "../support/cursors";

const LEASE = { leaseMs: 20_000 };
let segment = 0;
let start = 0;
let count = 0;
const wakeUp = () => ({ shard: 0, segment, integration: 1, kind: "k", notBefore: 0 });
const claim = (now: number) => cursors.claimCursor(env.DB, wakeUp(), { now, ...LEASE });
const find = async () => {
  const found = await control.findCursor(env.DB, segment, 1);
  if (!found) throw new Error("no cursor");
  return found;
};

async function append(now = 1_000_000) {
  count += 1;
  const entry = {
    nonce: `c${count}`,
    segment,
    version: 1,
    receivedAt: now,
    answers: "{}",
    metadata: "{}",
    flags: null,
  };
  return appendResponses(
    env.DB,
    0,
    [{ ...entry, submittedAt: null, idempotencyKey: null, fingerprint: null, since: start }],
    now,
  );
}

async function settle(cursor: cursors.Cursor, change: Partial<cursors.CursorChange> = {}, now = 1_000_000) {
  const base = {
    revisionPosition: null,
    flight: null,
    state: "active",
    failures: 0,
    lastError: null,
    nextAt: 0,
    failing: null,
    blocked: null,
    tally: [],
    checkAt: null,
    answered: 0,
  } as const;
  const full = { ...base, position: cursor.position, success: true, hold: true, ...change };
  return settlePage(env.DB, cursor, { change: full, feed: 0, writes: [], incident: null }, now);
}

beforeEach(async () => {
  const form = { id: crypto.randomUUID(), version: 1, state: "open" as const, now: 0 };
  segment = (await openFirstSegment(openShards(env), form)).no;
  start = segment * SEGMENT_SIZE;
  await createCursor(env.DB, {
    segment,
    integration: 1,
    kind: "k",
    position: start,
    revisionPosition: null,
    reconcileAt: null,
  });
});

describe("a cursor", () => {
  it("is held by one claimer at a time, until its lease runs out", async () => {
    const [a, b] = await Promise.all([claim(1_000_000), claim(1_000_000)]);
    expect([a, b].filter(Boolean)).toHaveLength(1);
    expect(await claim(1_019_999)).toBeNull();
    const next = await claim(1_020_000);
    expect(next?.epoch).toBe(((a ?? b)?.epoch ?? 0) + 1);
  });

  it("changes nothing any more for a holder that lost its lease", async () => {
    const old = await claim(1_000_000);
    const other = await claim(1_020_001);
    if (!old || !other) throw new Error("not claimed");
    expect(await settle(old, { position: start + 9 })).toBeNull();
    const flight = { feed: "responses", after: 0, through: 1, markedAt: 1 } as const;
    expect(await markPage(env.DB, old, { flight, rows: [] })).toBe(false);
    expect(await cursors.extendLease(env.DB, old, 9_000_000)).toBe(false);
    const delivery = { feed: 0, position: start + 1, state: "delivered", attempts: 1, looks: 0, triedAt: 1 } as const;
    const empty = { nextAt: null, reference: null, status: null, reason: null, content: null, rank: 0 };
    const { meta } = await writeStatement(env.DB, old, [{ ...delivery, ...empty }]).run();
    expect(meta.changes).toBe(0);
    expect((await find()).position).toBe(start);
    expect(await settle(other, { position: start + 1 })).not.toBeNull();
  });

  it("is kept when something came in while it was held, and released when not", async () => {
    const held = await claim(1_000_000);
    if (!held) throw new Error("not claimed");
    const { wakeUps } = await append();
    expect(wakeUps, "the holder will see it: the bell is not rung").toEqual([]);
    expect(await settle(held)).toEqual({ held: 1, asked: 0, more: 1 });
    expect(await settle(held, { position: start + 1 })).toEqual({ held: 0, asked: 0, more: 0 });
    expect((await append()).wakeUps, "after the release, the bell is rung again").toHaveLength(1);
  });

  it("that waits is rung for with the delay that it waits, and not claimed before", async () => {
    const held = await claim(1_000_000);
    if (!held) throw new Error("not claimed");
    await settle(held, { nextAt: 1_002_000, hold: false });
    const { wakeUps } = await append(1_000_500);
    expect(wakeUps).toMatchObject([{ integration: 1, notBefore: 1_002_000 }]);
    expect(await claim(1_001_000)).toBeNull();
    expect(await claim(1_002_000)).not.toBeNull();
  });

  it("that is behind is found by the sweeper, once per window, and not while it is held, paused or waiting", async () => {
    const sweep = async (now: number) =>
      (await cursors.sweepCursors(env.DB, 0, now, 100)).filter((w) => w.segment === segment);
    expect(await sweep(2_000_000)).toEqual([]);
    await append(1_000_000);
    expect(await sweep(1_001_000), "its wake-up is on its way").toEqual([]);
    expect(await sweep(1_003_000)).toHaveLength(1);
    expect(await sweep(1_004_000)).toEqual([]);
    await claim(1_010_000);
    expect(await sweep(1_020_000)).toEqual([]);
    expect(await sweep(1_040_000), "its holder has died").toHaveLength(1);
    await setPaused(env.DB, { segment, integration: 1 }, { paused: true, now: Date.now() });
    expect(await sweep(2_000_000)).toEqual([]);
    await setPaused(env.DB, { segment, integration: 1 }, { paused: false, now: Date.now() });
    expect(await sweep(2_000_000)).toHaveLength(1);
  });

  it("has its turn in the next sweep when others took all the room of this one and have work still", async () => {
    await append(1_000_000);
    for (const integration of [2, 3, 4]) {
      const cursor = { segment, integration, kind: "k", revisionPosition: null, reconcileAt: null };
      await createCursor(env.DB, { ...cursor, position: start });
    }
    const sweep = async (now: number, limit: number) =>
      (await cursors.sweepCursors(env.DB, 0, now, limit)).map((one) => `${one.segment} ${one.integration}`);
    const all = await sweep(3_000_000, 10_000);
    const room = Math.ceil(all.length / 2);
    const woken = [...(await sweep(3_060_000, room)), ...(await sweep(3_120_000, room))];
    expect(all.length).toBeGreaterThanOrEqual(4);
    expect([...new Set(woken)].toSorted()).toEqual(all.toSorted());
  });

  it("stays paused when its holder settles", async () => {
    const held = await claim(1_000_000);
    if (!held) throw new Error("not claimed");
    await append();
    await setPaused(env.DB, { segment, integration: 1 }, { paused: true, now: Date.now() });
    expect(await settle(held)).toEqual({ held: 0, asked: 0, more: 0 });
    expect((await find()).state).toBe("paused");
  });

  it("moved back is taken from its holder", async () => {
    const held = await claim(1_000_000);
    if (!held) throw new Error("not claimed");
    await settle(held, { position: start + 3 });
    await control.rewindStatement(env.DB, { segment, integration: 1 }, { position: start + 1, now: Date.now() }).run();
    expect(await settle(held, { position: start + 4 })).toBeNull();
    expect(await find()).toMatchObject({ position: start + 1, high: start + 3 });
    expect(await claim(1_000_001)).not.toBeNull();
  });
});

describe("a provider's report", () => {
  it("moves a delivery forward only, and outlasts the holder that settles later", async () => {
    const held = await claim(1_000_000);
    if (!held) throw new Error("not claimed");
    const address = { shard: 0, integration: 1, feed: 0 as const, position: start + 1 };
    const mark = { feed: 0, position: start + 1, state: "sending", attempts: 1, looks: 0, triedAt: 1 } as const;
    const empty = { nextAt: null, reference: null, status: null, reason: null, content: null, rank: 0 };
    await writeStatement(env.DB, held, [{ ...mark, ...empty }]).run();
    const report = (status: string, rank: number, state: "delivered" | "parked" = "delivered") =>
      reportDelivery(env.DB, address, { reference: "SM1", status, rank, state, reason: null });
    expect(await report("sent", 4)).toBe(true);
    expect(await report("queued", 2)).toBe(false);
    // The call itself timed out: its holder knows less than the callback.
    await writeStatement(env.DB, held, [{ ...mark, ...empty, state: "unknown", nextAt: 99, reason: "?" }]).run();
    expect(await findDelivery(env.DB, address)).toMatchObject({
      state: "delivered",
      status: "sent",
      nextAt: null,
      reason: null,
    });
    expect(await report("undelivered", 5, "parked")).toBe(true);
    expect((await findDelivery(env.DB, address))?.state).toBe("parked");
  });
});

describe("a budget", () => {
  const budgetOf = (): { name: string; capacity: number; perSecond: number } => ({
    name: `b-${crypto.randomUUID()}`,
    capacity: 10,
    perSecond: 2,
  });

  it("grants all or nothing, refills with time, never above its capacity, and is shared", async () => {
    const budget = budgetOf();
    const take = (want: number, now: number) => takeBudget(env.DB, budget, { want, now, patience: 0 });
    expect(await take(6, 0)).toEqual({ granted: true, left: 4, afterSeconds: 0 });
    expect(await take(6, 0)).toEqual({ granted: false, left: 4, afterSeconds: 1 });
    expect(await take(6, 999)).toMatchObject({ granted: false });
    expect(await take(6, 1_000)).toEqual({ granted: true, left: 0, afterSeconds: 0 });
    expect(await take(10, 3_600_000)).toEqual({ granted: true, left: 0, afterSeconds: 0 });
    const both = await Promise.all([take(3, 3_601_500), take(3, 3_601_500)]);
    expect(both.map(({ granted }) => granted).toSorted()).toEqual([false, true]);
  });

  it("owes what is not there to those who wait for it, each behind the one before, and to nobody for longer than he would", async () => {
    const budget = budgetOf();
    const take = (want: number, now: number) => takeBudget(env.DB, budget, { want, now, patience: 1 });
    expect(await take(10, 0)).toMatchObject({ granted: true, afterSeconds: 0 });
    expect(await take(1, 0)).toEqual({ granted: true, left: -1, afterSeconds: 0.5 });
    expect(await take(1, 0)).toEqual({ granted: true, left: -2, afterSeconds: 1 });
    expect(await take(1, 0)).toEqual({ granted: false, left: -2, afterSeconds: 1.5 });
    expect(await readBudgets(env.DB, [budget], 0)).toEqual(new Map([[budget.name, 0]]));
    expect(await readBudgets(env.DB, [budget], 2_000)).toEqual(new Map([[budget.name, 2]]));
  });
});
