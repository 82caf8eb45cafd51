/** An integration as people see it: its config, and how far its cursors have come. */
import type { Context } from "../context";
import { seqOf } from "../core/ids";
import { type Attempts, attemptsSince, sumAttempts } from "../core/tally";
import { readBudgets } from "../store/budgets";
import { findCursors, type KnownCursor, type Lag, lagsOf } from "../store/cursor-control";
import type { CursorState } from "../store/cursors";
import type { IntegrationRow } from "../store/integrations";
import { countParked, PARKED_COUNT_MAX } from "../store/parked";
import { listSegmentsOf } from "../store/shards";

/** How far a cursor has come in one segment of the log: numbers of responses, counted from 1 in the segment. */
export interface PositionView {
  readonly segment: number;
  /** Every response up to here is settled. */
  readonly position: number;
  /** The furthest that was ever settled: up to here, a delivery is a replay. */
  readonly high: number;
  /** The newest response. */
  readonly head: number;
}

export interface IntegrationView {
  readonly id: string;
  readonly form: string;
  readonly kind: string;
  readonly state: CursorState;
  readonly config: Readonly<Record<string, unknown>>;
  readonly filter: string | null;
  /** Entries that are not settled yet, and for how long the oldest has been waiting. */
  readonly lag: { readonly entries: number; readonly seconds: number };
  readonly positions: readonly PositionView[];
  /** Deliveries that wait for a person; 10,000 is that many or more. */
  readonly parked: number;
  /** Calls that may be made now, shared by all integrations with the same credential; null until the first one. */
  readonly budget: { readonly left: number; readonly capacity: number; readonly perMinute: number } | null;
  readonly lastError: string | null;
  /** Since when every attempt failed, and how many in a row; null: the last one did not. */
  readonly failing: { readonly since: string; readonly attempts: number } | null;
  /** Attempts of the hour that has begun and the 24 before it. */
  readonly lastDay: Attempts;
  readonly lastSuccessAt: string | null;
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface PlacedCursor {
  readonly shard: number;
  readonly db: D1Database;
  readonly cursor: KnownCursor;
}

/** The cursors of each integration by its `no`, oldest segment first. One round trip, and one for each shard. */
export async function readCursorsOf(
  ctx: Context,
  rows: readonly IntegrationRow[],
): Promise<Map<number, PlacedCursor[]>> {
  const segments = await listSegmentsOf(ctx.shards, [...new Set(rows.map((row) => row.form))]);
  const places = rows.flatMap((row) =>
    (segments.get(row.form) ?? []).map(({ shard, no }) => ({ shard, segment: no, integration: row.no })),
  );
  const byShard = Map.groupBy(places, ({ shard }) => shard);
  const found = new Map<string, PlacedCursor>();
  for (const [shard, here] of byShard) {
    const { db } = ctx.shards.get(shard);
    for (const cursor of await findCursors(db, here)) {
      found.set(`${shard} ${cursor.segment} ${cursor.integration}`, { shard, db, cursor });
    }
  }
  const placed = places.flatMap(
    ({ shard, segment, integration }) => found.get(`${shard} ${segment} ${integration}`) ?? [],
  );
  return Map.groupBy(placed, ({ cursor }) => cursor.integration);
}

/** The cursors of an integration, one a segment, oldest segment first. */
export async function readCursors(ctx: Context, row: IntegrationRow): Promise<PlacedCursor[]> {
  return (await readCursorsOf(ctx, [row])).get(row.no) ?? [];
}

/** Wakes the kind's worker for every segment of an integration. */
export async function ring(ctx: Context, row: IntegrationRow): Promise<void> {
  const placed = await readCursors(ctx, row);
  await ctx.wake(
    placed.map(({ shard, cursor }) => ({
      shard,
      segment: cursor.segment,
      integration: row.no,
      kind: row.kind,
      notBefore: cursor.nextAt,
    })),
  );
}

const WORST_FIRST: readonly CursorState[] = ["blocked", "paused", "waiting", "active"];

/** The view of an integration, over all its segments. */
export async function viewIntegration(ctx: Context, row: IntegrationRow): Promise<IntegrationView> {
  const [view] = await viewIntegrations(ctx, [row]);
  if (!view) throw new RangeError("an integration has no view");
  return view;
}

/** The views of integrations, in their order: two round trips, and three for each shard, however many there are. */
export async function viewIntegrations(ctx: Context, rows: readonly IntegrationRow[]): Promise<IntegrationView[]> {
  if (rows.length === 0) return [];
  const [cursors, budgets] = await Promise.all([
    readCursorsOf(ctx, rows),
    readBudgets(
      ctx.shards.control,
      rows.flatMap(({ budget }) => budget ?? []),
      ctx.now(),
    ),
  ]);
  const [lags, parked] = await Promise.all([
    readLags([...cursors.values()].flat()),
    readParked([...cursors.values()].flat()),
  ]);
  return rows.map((row) => {
    const placed = cursors.get(row.no) ?? [];
    const known = placed.map((one) => ({ ...one, lag: lags.get(one.cursor) ?? NO_LAG }));
    return viewOf(ctx, row, {
      placed: known,
      parked: parked.get(row.no) ?? 0,
      tokens: budgets.get(row.budget?.name ?? "") ?? 0,
    });
  });
}

const NO_LAG: Lag = { entries: 0, oldestAt: null, head: 0 };

/** Cursors by the database that they are in, each asked once. */
const byDatabase = (placed: readonly PlacedCursor[]) => [...Map.groupBy(placed, ({ db }) => db)];

async function readLags(placed: readonly PlacedCursor[]): Promise<Map<KnownCursor, Lag>> {
  const read = async ([db, here]: [D1Database, PlacedCursor[]]) => {
    const lags = await lagsOf(
      db,
      here.map(({ cursor }) => cursor),
    );
    return here.map(({ cursor }, i) => [cursor, lags[i] ?? NO_LAG] as const);
  };
  return new Map((await Promise.all(byDatabase(placed).map(read))).flat());
}

async function readParked(placed: readonly PlacedCursor[]): Promise<Map<number, number>> {
  const sums = new Map<number, number>();
  for (const [db, here] of byDatabase(placed)) {
    const counts = await countParked(db, [...new Set(here.map(({ cursor }) => cursor.integration))]);
    for (const [no, n] of counts) sums.set(no, Math.min(PARKED_COUNT_MAX, (sums.get(no) ?? 0) + n));
  }
  return sums;
}

interface Known {
  readonly placed: readonly (PlacedCursor & { readonly lag: Lag })[];
  readonly parked: number;
  /** Of its budget. */
  readonly tokens: number;
}

function viewOf(ctx: Context, row: IntegrationRow, { placed, parked, tokens }: Known): IntegrationView {
  const all = placed.map(({ cursor }) => cursor);
  const oldest = Math.min(...placed.map(({ lag }) => lag.oldestAt ?? Number.POSITIVE_INFINITY));
  const latest = Math.max(0, ...all.map((cursor) => cursor.lastSuccessAt ?? 0));
  const next = Math.max(0, ...all.map((cursor) => cursor.nextAt));
  return {
    id: row.id,
    form: row.form,
    kind: row.kind,
    // Told by its row already while a cursor is not.
    state: row.paused === 1 ? "paused" : (WORST_FIRST.find((s) => all.some(({ state }) => state === s)) ?? "active"),
    config: row.config,
    filter: row.filter,
    lag: {
      entries: placed.reduce((sum, { lag }) => sum + lag.entries, 0),
      seconds: Number.isFinite(oldest) ? Math.max(0, Math.round((ctx.now() - oldest) / 1000)) : 0,
    },
    positions: placed.map(({ cursor, lag }) => viewPosition(cursor, lag.head)),
    parked,
    budget: row.budget && {
      left: Math.floor(tokens),
      capacity: row.budget.capacity,
      perMinute: Math.round(row.budget.perSecond * 60),
    },
    lastError: all.find((cursor) => cursor.lastError !== null)?.lastError ?? null,
    failing: viewFailing(all),
    lastDay: sumAttempts(all.map(({ tally }) => attemptsSince(tally, ctx.now()))),
    lastSuccessAt: latest > 0 ? new Date(latest).toISOString() : null,
    nextAttemptAt: next > ctx.now() ? new Date(next).toISOString() : null,
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}

const viewPosition = (cursor: KnownCursor, head: number): PositionView => ({
  segment: cursor.segment,
  position: seqOf(cursor.position),
  high: seqOf(Math.max(cursor.high, cursor.position)),
  head: seqOf(head),
});

/** The stretch of failures that began first. */
function viewFailing(cursors: readonly KnownCursor[]): IntegrationView["failing"] {
  const failing = cursors.flatMap((cursor) =>
    cursor.failing === null || cursor.failures === 0 ? [] : [{ ...cursor.failing, attempts: cursor.failures }],
  );
  const [first] = failing.toSorted((a, b) => a.since - b.since);
  return first ? { since: new Date(first.since).toISOString(), attempts: first.attempts } : null;
}
