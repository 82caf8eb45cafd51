/** An integration as people see it: its config, and how far its cursors have come. */
import type { Context } from "../context";
import { findCursor, lagOf } from "../store/cursor-control";
import type { Cursor, CursorState } from "../store/cursors";
import { countParked } from "../store/deliveries";
import type { IntegrationRow } from "../store/integrations";
import { listSegments } from "../store/shards";

export interface IntegrationView {
  readonly id: string;
  readonly form: string;
  readonly kind: string;
  readonly state: CursorState;
  readonly config: Readonly<Record<string, unknown>>;
  readonly filter: string | null;
  /** Entries that are not settled yet, and for how long the oldest has been waiting. */
  readonly lag: { readonly entries: number; readonly seconds: number };
  /** Deliveries that wait for a person. */
  readonly parked: number;
  readonly lastError: string | null;
  readonly lastSuccessAt: string | null;
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface PlacedCursor {
  readonly shard: number;
  readonly db: D1Database;
  readonly cursor: Cursor;
}

/** The cursors of an integration, one a segment, oldest segment first. */
export async function readCursors(ctx: Context, row: IntegrationRow): Promise<PlacedCursor[]> {
  const placed: PlacedCursor[] = [];
  for (const segment of await listSegments(ctx.shards, row.form)) {
    const { db } = ctx.shards.get(segment.shard);
    const cursor = await findCursor(db, segment.no, row.no);
    if (cursor) placed.push({ shard: segment.shard, db, cursor });
  }
  return placed;
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
  const placed = await readCursors(ctx, row);
  const lags = await Promise.all(placed.map(({ db, cursor }) => lagOf(db, cursor)));
  const dbs = new Map(placed.map(({ shard, db }) => [shard, db]));
  const parked = await Promise.all([...dbs.values()].map((db) => countParked(db, row.no)));
  const oldest = Math.min(...lags.map((lag) => lag.oldestAt ?? Number.POSITIVE_INFINITY));
  const all = placed.map(({ cursor }) => cursor);
  const latest = Math.max(0, ...all.map((cursor) => cursor.lastSuccessAt ?? 0));
  const next = Math.max(0, ...all.map((cursor) => cursor.nextAt));
  const state = WORST_FIRST.find((s) => all.some((cursor) => cursor.state === s)) ?? "active";
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    id: row.id,
    form: row.form,
    kind: row.kind,
    state,
    config: row.config,
    filter: row.filter,
    lag: {
      entries: sum(lags.map((lag) => lag.entries)),
      seconds: Number.isFinite(oldest) ? Math.max(0, Math.round((ctx.now() - oldest) / 1000)) : 0,
    },
    parked: sum(parked),
    lastError: all.find((cursor) => cursor.lastError !== null)?.lastError ?? null,
    lastSuccessAt: latest > 0 ? new Date(latest).toISOString() : null,
    nextAttemptAt: next > ctx.now() ? new Date(next).toISOString() : null,
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}
