/**
 * Asks: work that a kind puts on another cursor of its integration. Whenever one comes, the cursor has work until it is
 * answered.
 */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { segmentStart } from "../../src/core/ids";
import { askCursors } from "../../src/store/asks";
import * as control from "../../src/store/cursor-control";
import * as cursors from "../../src/store/cursors";
import { settlePage } from "../../src/store/settlement";
import { openFirstSegment, openShards } from "../../src/store/shards";
import { createCursor, setPaused } from "../support/cursors";

const NOW = 1_000_000;
const on = { no: 0, db: env.DB };
let segment = 0;

beforeEach(async () => {
  const form = { id: crypto.randomUUID(), version: 1, state: "open" as const, now: 0 };
  segment = (await openFirstSegment(openShards(env), form)).no;
  const place = { segment, integration: 1, kind: "k", position: segmentStart(segment) };
  await createCursor(env.DB, { ...place, revisionPosition: null, reconcileAt: null });
});

const ask = (now = NOW) => askCursors(on, { segments: [segment], integration: 1, now });
const asked = async () => (await control.findCursor(env.DB, segment, 1))?.asked;
const sweep = async (now: number) =>
  (await cursors.sweepCursors(env.DB, 0, now, 1_000)).filter((one) => one.segment === segment);
async function claim(now = NOW) {
  const wakeUp = { shard: 0, segment, integration: 1, kind: "k", notBefore: 0 };
  const cursor = await cursors.claimCursor(env.DB, wakeUp, { now, leaseMs: 20_000 });
  if (!cursor) throw new Error("not claimed");
  return cursor;
}
function settle(cursor: cursors.Cursor, answered: number) {
  const { position, revisionPosition, flight, failures, lastError, failing, blocked, tally, checkAt } = cursor;
  const kept = { position, revisionPosition, flight, failures, lastError, failing, blocked, tally, checkAt };
  const change = { ...kept, state: "active", nextAt: 0, success: true, hold: true, answered } as const;
  return settlePage(env.DB, cursor, { change, feed: 0, writes: [], incident: null }, NOW);
}

describe("an ask", () => {
  it("wakes a cursor without work at once, and the sweeper finds it until it is answered", async () => {
    expect(await sweep(NOW)).toEqual([]);
    expect(await ask()).toMatchObject([{ shard: 0, segment, integration: 1, kind: "k", notBefore: 0 }]);
    expect(await sweep(NOW + 3_000)).toHaveLength(1);
    const cursor = await claim(NOW + 3_000);
    expect(cursor.asked).toBe(1);
    expect(await settle(cursor, cursor.asked)).toEqual({ held: 0, asked: 0, more: 0 });
    expect(await sweep(NOW + 60_000)).toEqual([]);
  });

  it("that comes while the cursor is held is not answered by what its holder knew", async () => {
    await ask();
    const cursor = await claim();
    expect(await ask(), "the holder will see it").toEqual([]);
    expect(await settle(cursor, cursor.asked)).toEqual({ held: 1, asked: 1, more: 1 });
    expect(await settle(cursor, 1)).toEqual({ held: 0, asked: 0, more: 0 });
  });

  it("is raised for a holder whose lease ran out: he may settle all the same", async () => {
    await ask();
    const cursor = await claim();
    await ask(NOW + 60_000);
    expect(await settle(cursor, cursor.asked)).toMatchObject({ asked: 1 });
  });

  it("stays when its holder answered nothing, died, or lost the cursor", async () => {
    await ask();
    const old = await claim();
    expect(await settle(old, 0)).toEqual({ held: 1, asked: 1, more: 1 });
    const next = await claim(NOW + 30_000);
    expect(await settle(old, 1)).toBeNull();
    expect([next.asked, await asked()]).toEqual([1, 1]);
  });

  it("of one that was asked already and is in nobody's hands writes nothing", async () => {
    await ask();
    expect([await ask(NOW + 60_000), await asked()]).toEqual([[], 1]);
  });

  it("waits with a paused cursor, and rings for nobody", async () => {
    await setPaused(env.DB, { segment, integration: 1 }, { paused: true, now: NOW });
    expect([await ask(), await asked(), await sweep(NOW + 60_000)]).toEqual([[], 1, []]);
    await setPaused(env.DB, { segment, integration: 1 }, { paused: false, now: NOW });
    expect(await sweep(NOW + 60_000)).toHaveLength(1);
  });
});
