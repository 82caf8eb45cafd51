/** How the installation itself is: for a load balancer (ready or not) and for Prometheus (metrics). */
import type { Context } from "../context";
import type { DeadFacts } from "../core/alert/find";
import { LIMITS } from "../core/alert/limits";
import { counterFamilies } from "../core/counters";
import type { Family, Sample } from "../core/metrics";
import { type AskedIndex, type AskedShard, askShards } from "../dispatch/vitals";
import { readLastBackup } from "../store/backups";
import { readCounts } from "../store/counters";
import { countLetters } from "../store/dead-letters";
import { listAllIntegrations } from "../store/integrations";
import { INDEX_SCHEMA, SCHEMA, type Vitals } from "../store/vitals";
import { type IntegrationView, viewIntegrations } from "./integration-view";

/** More integrations are not shown one by one. */
export const INTEGRATIONS_MAX = 1_000;

export type ShardState = "ready" | "unreachable" | "old_schema" | "not_swept";

export interface ShardHealth {
  readonly shard: number;
  readonly state: ShardState;
  /** Seconds since the last sweep; null: there was none yet, as in the first minute of an installation. */
  readonly sweptSecondsAgo: number | null;
  /** For how long the oldest entry had been waiting at the last sweep that an integration could go on with. */
  readonly oldestLagSeconds: number;
}

export interface IndexHealth {
  /** 0 is SEARCH_DB. */
  readonly database: number;
  readonly state: Exclude<ShardState, "not_swept">;
}

export interface Readiness {
  readonly status: "ready" | "not_ready";
  readonly shards: readonly ShardHealth[];
  /** `status` does not depend on them: responses are taken and delivered without. */
  readonly indexes: readonly IndexHealth[];
}

/**
 * Whether every shard can be asked, has this code's schema and is swept. At most two round trips for each, side by
 * side; and how the databases of indexes are, one round trip for each.
 */
export async function readReadiness(ctx: Context): Promise<Readiness> {
  const [asked, indexes] = await Promise.all([askShards(ctx.shards, ctx.trace), ctx.askIndexes()]);
  const shards = asked.map((one) => healthOf(one, ctx.now()));
  const status = shards.every(({ state }) => state === "ready") ? "ready" : "not_ready";
  return { status, shards, indexes: indexes.map(indexHealthOf) };
}

function indexHealthOf({ no: database, vitals }: AskedIndex): IndexHealth {
  if (vitals === null) return { database, state: "unreachable" };
  return { database, state: vitals.schema === null || vitals.schema < INDEX_SCHEMA ? "old_schema" : "ready" };
}

function healthOf({ no: shard, vitals }: AskedShard, now: number): ShardHealth {
  const sweptAt = vitals?.sweptAt ?? null;
  const sweptSecondsAgo = sweptAt === null ? null : secondsSince(sweptAt, now);
  const oldestLagSeconds = sweptAt === null ? 0 : secondsSince(vitals?.oldestAt ?? sweptAt, sweptAt);
  const health = { shard, sweptSecondsAgo, oldestLagSeconds };
  if (vitals === null) return { ...health, state: "unreachable" };
  if (vitals.schema === null || vitals.schema < SCHEMA) return { ...health, state: "old_schema" };
  return { ...health, state: (sweptSecondsAgo ?? 0) > LIMITS.sweepSeconds ? "not_swept" : "ready" };
}

const secondsSince = (then: number, now: number): number => Math.max(0, Math.round((now - then) / 1000));

/**
 * The state of the installation as gauges: shards, and the newest integrations, up to INTEGRATIONS_MAX; and what was
 * counted. Reads what their views read: round trips do not grow with their number.
 */
export async function readMetrics(ctx: Context): Promise<Family[]> {
  const [shards, indexes, counts, rows, backup, dead] = await Promise.all([
    askShards(ctx.shards, ctx.trace),
    ctx.askIndexes(),
    readCounts(ctx.shards.control),
    listAllIntegrations(ctx.shards.control, INTEGRATIONS_MAX),
    ctx.bucket && readLastBackup(ctx.shards.control),
    countLetters(ctx.shards.control),
  ]);
  const views = await viewIntegrations(ctx, rows);
  const now = ctx.now();
  return [
    ...shardMetrics(shards, now),
    ...indexMetrics(indexes),
    ...backupMetrics(backup, now),
    ...deadMetrics(dead, now),
    ...integrationMetrics(views),
    ...counterFamilies(counts),
  ];
}

/** Of an installation that makes backups, and has a key. */
function backupMetrics(backup: { readonly at: number } | null, now: number): Family[] {
  if (backup === null) return [];
  const help = "Since the last good backup began; since the first key was made, if there is none.";
  const samples = [{ labels: {}, value: secondsSince(backup.at, now) }];
  return [{ name: "formlog_backup_age_seconds", type: "gauge", help, unit: "seconds", samples }];
}

/** Of all forms: which ones they are of is asked with GET /v1/dead-letters. */
function deadMetrics(dead: readonly DeadFacts[], now: number): Family[] {
  const count = dead.reduce((sum, one) => sum + one.count, 0);
  const oldestAt = Math.min(now, ...dead.map((one) => one.oldestAt));
  const samples = (value: number) => [{ labels: {}, value }];
  return [
    {
      name: "formlog_dead_letters",
      type: "gauge",
      help: "Accepted submissions that could not be stored yet, up to 10,000.",
      samples: samples(count),
    },
    {
      name: "formlog_dead_letter_age_seconds",
      type: "gauge",
      help: "Since the oldest of them is kept; 0: there is none.",
      unit: "seconds",
      samples: samples(secondsSince(oldestAt, now)),
    },
  ];
}

function shardMetrics(shards: readonly AskedShard[], now: number): Family[] {
  const gauge = (name: string, help: string, read: (health: ShardHealth, vitals: Vitals | null) => number | null) => ({
    name: `formlog_shard_${name}`,
    type: "gauge" as const,
    help,
    samples: shards.flatMap((asked): Sample[] => {
      const value = read(healthOf(asked, now), asked.vitals);
      return value === null ? [] : [{ labels: { shard: String(asked.no) }, value }];
    }),
  });
  return [
    gauge("ready", "1: it can be asked, has this code's schema and is swept.", ({ state }) =>
      Number(state === "ready"),
    ),
    { ...gauge("size_bytes", "Size of the database.", (_, vitals) => vitals?.sizeBytes ?? null), unit: "bytes" },
    {
      ...gauge("sweep_age_seconds", "Since the last sweep ended.", ({ sweptSecondsAgo }) => sweptSecondsAgo),
      unit: "seconds",
    },
    {
      ...gauge("oldest_lag_seconds", "Age of the oldest unsettled entry, at the last sweep.", (health) =>
        health.sweptSecondsAgo === null ? null : health.oldestLagSeconds,
      ),
      unit: "seconds",
    },
  ];
}

function indexMetrics(indexes: readonly AskedIndex[]): Family[] {
  const gauge = (name: string, help: string, read: (asked: AskedIndex) => number | null) => ({
    name: `formlog_index_${name}`,
    type: "gauge" as const,
    help,
    samples: indexes.flatMap((asked): Sample[] => {
      const value = read(asked);
      return value === null ? [] : [{ labels: { database: String(asked.no) }, value }];
    }),
  });
  return [
    gauge("ready", "1: the database of indexes can be asked and has this code's schema.", (asked) =>
      Number(indexHealthOf(asked).state === "ready"),
    ),
    {
      ...gauge("size_bytes", "Size of the database of indexes.", ({ vitals }) => vitals?.sizeBytes ?? null),
      unit: "bytes",
    },
  ];
}

const STATES: readonly IntegrationView["state"][] = ["active", "waiting", "paused", "blocked"];

function integrationMetrics(views: readonly IntegrationView[]): Family[] {
  const gauge = (name: string, help: string, read: (view: IntegrationView) => number | null) => ({
    name: `formlog_integration_${name}`,
    type: "gauge" as const,
    help,
    samples: views.flatMap((view): Sample[] => {
      const value = read(view);
      return value === null ? [] : [{ labels: labelsOf(view), value }];
    }),
  });
  return [
    {
      name: "formlog_integration_state",
      type: "gauge",
      help: "1 for the state that it is in.",
      samples: views.flatMap((view) =>
        STATES.map((state) => ({ labels: { ...labelsOf(view), state }, value: Number(view.state === state) })),
      ),
    },
    gauge("lag_entries", "Entries that are not settled.", ({ lag }) => lag.entries),
    { ...gauge("lag_seconds", "Age of the oldest unsettled entry.", ({ lag }) => lag.seconds), unit: "seconds" },
    gauge("parked", "Deliveries that wait for a person, up to 10,000.", ({ parked }) => parked),
    gauge("day_delivered", "Attempts of the last day that delivered.", ({ lastDay }) => lastDay.delivered),
    gauge("day_failed", "Attempts of the last day that failed.", ({ lastDay }) => lastDay.failed),
    gauge("budget_left_ratio", "Calls that may be made now, of those that may be made at once.", ({ budget }) =>
      budget === null ? null : budget.left / budget.capacity,
    ),
  ];
}

const labelsOf = ({ id, kind, form }: IntegrationView) => ({ integration: id, kind, form });
