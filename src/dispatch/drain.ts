/**
 * The engine's loop over one cursor (DESIGN.md section 4): claim, work off pages, settle, release. Every write after
 * the claim names its epoch; a holder that lost its lease stops and changes nothing.
 */
import { FEEDS } from "../core/ids";
import type { Halt } from "../core/integration";
import { deleteStatement } from "../store/cursor-control";
import { type Cursor, type CursorChange, claimCursor, type Settled, type WakeUp } from "../store/cursors";
import { landFlight } from "../store/flights";
import { loadSetup } from "../store/integrations";
import { settlePage } from "../store/settlement";
import { checkOff } from "./check";
import { compare, comparisonDue } from "./compare";
import { makeDeps } from "./deps";
import { readDuePage } from "./due";
import { DRAIN_MS, type Engine, LEASE_MS, traced } from "./engine";
import { tellIncident } from "./incident";
import { notify } from "./notify";
import { type AnyWork, isOfNotices, type NoticeWork, type PageWork, type Place, readNextPage } from "./page";
import { settle } from "./settle";
import { storyOf } from "./story";
import { waitsForEarlier } from "./turn";
import { type Worked, workOff } from "./work";

/**
 * Works off a cursor until it is dry, must wait, or has had its time; then releases it and arranges the next wake-up.
 */
export async function drain(given: Engine, wakeUp: WakeUp): Promise<void> {
  const engine = traced(given, wakeUp.trace);
  const shard = engine.shards.get(wakeUp.shard);
  const [claimed, setup] = await Promise.all([
    claimCursor(shard.db, wakeUp, { now: engine.now(), leaseMs: LEASE_MS }),
    loadSetup(engine.shards.control, { no: wakeUp.integration }),
  ]);
  if (!claimed) return;
  if (!setup) return void (await deleteStatement(shard.db, claimed.segment, claimed.integration).run());
  const place = { shard, setup };
  const landed = await landFlight(shard.db, claimed);
  if (!landed) return;
  if (await waitsForEarlier(engine, shard, landed)) return;
  const deps = await makeDeps(engine, setup, { shard, cursor: landed });
  if (!("blocked" in deps) && comparisonDue(landed, engine.now())) {
    if (!(await compare({ engine, place, deps }, landed))) return;
  }
  const until = engine.now() + DRAIN_MS;
  let cursor: Cursor | null = landed;
  let due = true;
  while (cursor) {
    if ("blocked" in deps) {
      cursor = await release(engine, place, { cursor, halt: { type: "blocked", reason: deps.blocked } });
      continue;
    }
    const work: PageWork | NoticeWork | null =
      engine.now() < until ? await readWork(engine, place, { cursor, due }) : null;
    const checked: Cursor | null | undefined =
      !work && engine.now() < until ? await checkOff({ engine, place, deps }, cursor) : undefined;
    if (checked !== undefined) {
      cursor = checked;
      continue;
    }
    if (!work) {
      cursor = await release(engine, place, { cursor, halt: null, inTime: engine.now() < until });
      continue;
    }
    const holder = { engine, place, deps };
    const worked: Worked | null = await (isOfNotices(work)
      ? notify(holder, cursor, work)
      : workOff(holder, cursor, work));
    due = worked !== null && moreDue(engine, work, worked);
    cursor = worked ? await finish(engine, place, { cursor, work, worked }) : null;
  }
}

/**
 * What is to be done next: deliveries whose time has come (looked for at first, and while there are many), the log,
 * what it was asked for.
 */
async function readWork(
  engine: Engine,
  place: Place,
  { cursor, due }: { cursor: Cursor; due: boolean },
): Promise<PageWork | NoticeWork | null> {
  const page = due ? await readDuePage(engine, place, cursor) : null;
  return (
    page ?? (await readNextPage(engine, place, cursor)) ?? (cursor.asked > 0 ? turnOf(cursor, engine.now()) : null)
  );
}

/**
 * A full page of due deliveries is seldom the last one: quiet hours end for thousands at once. One that halts leaves
 * some open.
 */
const moreDue = ({ kind }: Engine, { due, page }: AnyWork, { halt }: Worked): boolean =>
  due && (halt !== null || page.entries.length >= kind.manifest.policy.pageSize);

/** Writes what the page came to. Returns the cursor when there is more to do at once, else null: it is released. */
async function finish(
  engine: Engine,
  place: Place,
  { cursor, work, worked }: { cursor: Cursor; work: AnyWork; worked: Worked },
): Promise<Cursor | null> {
  const now = engine.now();
  const { policy } = engine.kind.manifest;
  const { change, writes, end, incident } = settle({
    ...worked,
    cursor,
    work,
    policy,
    now,
    random: engine.random(),
  });
  const story = storyOf(engine, place, { work, ...worked, writes }, now);
  const told = await tellIncident(engine, place, cursor, { end, incident });
  const { attempts: made } = worked;
  const { feed, after, through } = work.page;
  const settlement = {
    change,
    feed: FEEDS[feed],
    writes,
    incident: cursor.follows === null ? told : null,
    logs: story.entries,
    ...(made && { attempts: { made, after, through } }),
  } as const;
  const settled = await settlePage(place.shard.db, cursor, settlement, now);
  if (settled) story.tell();
  return afterSettle(engine, place, { cursor, change, settled, again: moreDue(engine, work, worked) });
}

/** Gives the cursor back without a page; keeps it when something came in just now and there is time. */
async function release(
  engine: Engine,
  place: Place,
  { cursor, halt, inTime = true }: { cursor: Cursor; halt: Halt | null; inTime?: boolean },
): Promise<Cursor | null> {
  const now = engine.now();
  const { policy } = engine.kind.manifest;
  const empty = { outcomes: new Map(), halt, flight: null, marked: new Map(), waitSeconds: null, spare: 1 };
  const { change, end, incident } = settle({
    ...empty,
    cursor,
    work: noWork(cursor, now),
    policy,
    now,
    random: engine.random(),
  });
  // Nothing was tried: what failed before is not mended by that, and a page in doubt stays so unless there is none to
  // read.
  const kept = {
    ...change,
    ...(halt === null && { failures: cursor.failures, lastError: cursor.lastError }),
    flight: halt === null && inTime ? null : cursor.flight,
    success: false,
    hold: halt === null && inTime,
  };
  // A cause is told once, however often it is looked at again.
  const told = await tellIncident(engine, place, cursor, { end, incident });
  const ended = { work: noWork(cursor, now), outcomes: empty.outcomes, halt: told && halt, writes: [] };
  const story = storyOf(engine, place, ended, now);
  const noted = { incident: cursor.follows === null ? told : null, logs: story.entries };
  const settlement = { change: kept, feed: FEEDS.responses, writes: [], ...noted } as const;
  const settled = await settlePage(place.shard.db, cursor, settlement, now);
  if (settled) story.tell();
  return afterSettle(engine, place, { cursor, change: kept, settled });
}

interface AfterSettle {
  readonly cursor: Cursor;
  readonly change: CursorChange;
  readonly settled: Settled | null;
  /** There may be more due deliveries, which `settled.more` does not count. */
  readonly again?: boolean;
}

async function afterSettle(
  engine: Engine,
  place: Place,
  { cursor, change, settled, again = false }: AfterSettle,
): Promise<Cursor | null> {
  if (!settled) return null; // the lease was lost: the other holder goes on
  if (settled.held) {
    // Should this worker die meanwhile, its lease runs out as it does in a call.
    if (change.nextAt > 0) await engine.sleep(change.nextAt - engine.now());
    return { ...cursor, ...change, asked: settled.asked, high: Math.max(cursor.high, change.position) };
  }
  // A blocked cursor is left to the sweeper: its owner will resume it, or a look every quarter of an hour.
  if (change.state === "waiting" || ((settled.more || again) && change.state === "active")) {
    const { segment, integration, kind } = cursor;
    await engine.wake([{ shard: place.shard.no, segment, integration, kind, notBefore: change.nextAt }]);
  }
  return null;
}

/** A page of nothing, over which the cursor does not move. */
function noWork(cursor: Cursor, now: number): PageWork {
  const at = { segment: cursor.segment, after: cursor.position, through: cursor.position };
  const page = { ...at, feed: "responses" as const, entries: [], replay: false, markedAt: now, inDoubt: false };
  return { page, rows: new Map(), due: true };
}

/** A cursor was asked: a page of nothing that the kind is given all the same. */
const turnOf = (cursor: Cursor, now: number): PageWork => ({ ...noWork(cursor, now), asked: true });
