/**
 * Which tables are in a backup and which are not, in the order in which they are read. Writes go on meanwhile, so each
 * table is read after those that point to it: cursors before the log that they are positions of, revisions before the
 * responses that they are of, responses before the versions that they were answered against. What was made after the
 * beginning is left out by its number (`only`). Docs: decision 028.
 */
import { getTableColumns } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { BackupBounds } from "../core/backup";
import { SEGMENT_SIZE } from "../core/ids";
import * as control from "./schema";
import * as shard from "./schema-shard";

export interface BackupTable {
  readonly name: string;
  /** The primary key. */
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** What is kept of a column instead of what stands in it, as SQL in which `fill` puts what it names in braces. */
  readonly instead: Readonly<Record<string, string>>;
  /** Which rows are in it, as SQL. */
  readonly only: (bounds: BackupBounds, shard: number) => string;
}

type Options = Partial<Pick<BackupTable, "instead" | "only">>;

function table(name: string, key: string, of: SQLiteTable, { instead = {}, only = () => "true" }: Options = {}) {
  const columns = Object.values(getTableColumns(of)).map((column) => column.name);
  return { name, key: key.split(" "), columns, instead, only } satisfies BackupTable;
}

const inSegments: BackupTable["only"] = ({ segments }, no) => `segment <= ${segments[no] ?? 0}`;
const before = (column: string): BackupTable["only"] => {
  return ({ segments }, no) => `${column} < ${((segments[no] ?? 0) + 1) * SEGMENT_SIZE}`;
};
const ofIntegrations: BackupTable["only"] = ({ integrations }) => `integration <= ${integrations}`;
const both =
  (one: BackupTable["only"], other: BackupTable["only"]): BackupTable["only"] =>
  (bounds, no) =>
    `${one(bounds, no)} AND ${other(bounds, no)}`;

const START = `segment * ${SEGMENT_SIZE}`;
/**
 * Nobody holds a cursor, and nobody was woken for it. A page in flight stays in flight: it is in doubt. SEARCH_DB is in
 * no backup, so what fills an index begins anew, as a replay from the beginning does.
 */
const FREE = {
  lease_until: "0",
  wake_at: "0",
  position: `CASE WHEN kind IN ({indexKinds}) THEN ${START} ELSE position END`,
  compare_from: `CASE WHEN kind IN ({indexKinds}) THEN ${START} ELSE compare_from END`,
  flight: "CASE WHEN kind NOT IN ({indexKinds}) THEN flight END",
};

/** Of each shard, first to last. */
export const SHARD_TABLES: readonly BackupTable[] = [
  table("cursors", "segment integration", shard.cursors, { instead: FREE, only: both(inSegments, ofIntegrations) }),
  table("deliveries", "integration feed position", shard.deliveries, {
    only: both(before("position"), ofIntegrations),
  }),
  table("attempts", "integration feed position at", shard.attempts, { only: both(before("position"), ofIntegrations) }),
  table("notices", "id", shard.notices, { only: both(before("id"), ofIntegrations) }),
  table("reconciliations", "no", shard.reconciliations, { only: both(inSegments, ofIntegrations) }),
  table("link_uses", "segment link", shard.linkUses, { only: inSegments }),
  table("rechecks", "segment", shard.rechecks, { instead: { lease_until: "0" }, only: inSegments }),
  table("receipts", "nonce", shard.receipts, { only: before("response") }),
  // Its entries are made anew from the beginning; those of a question that is no longer indexed are not there to be
  // deleted.
  table("indexed_questions", "segment ref", shard.indexedQuestions, {
    instead: { position: START },
    only: both(inSegments, () => "dropped = 0"),
  }),
  table("revisions", "id", shard.revisions, { only: before("id") }),
  table("responses", "id", shard.responses, { only: before("id") }),
  table("segments", "no", shard.segments, { only: ({ segments }, no) => `no <= ${segments[no] ?? 0}` }),
];

/**
 * Before all others: what is stored while a backup is made goes from here to the responses, and is in it twice rather
 * than not at all.
 */
const DEAD_LETTERS = table("dead_letters", "id", control.deadLetters);

/** Of the control database, after those of all shards but for the first. */
export const CONTROL_TABLES: readonly BackupTable[] = [
  DEAD_LETTERS,
  table("forms", "no", control.forms, { only: ({ forms }) => `no <= ${forms}` }),
  table("directory", "form ordinal", control.directory, {
    only: ({ segments }) => `(${segments.map((last, no) => `(shard = ${no} AND segment <= ${last})`).join(" OR ")})`,
  }),
  table("form_versions", "form version", control.formVersions),
  table("form_drafts", "form", control.formDrafts),
  table("links", "no", control.links),
  table("recheck_requests", "form", control.recheckRequests),
  table("connections", "no", control.connections),
  table("integrations", "no", control.integrations, {
    only: ({ integrations }) => `no <= ${integrations}`,
    // Cursors were read before: what was commanded in between they are told when they are restored.
    instead: { obeyed: "-1" },
  }),
  // What the shards had of one that was deleted meanwhile may be in the backup: it is looked through again.
  table("deleted_integrations", "no", control.deletedIntegrations, {
    instead: { erased_at: "CASE WHEN deleted_at < {startedAt} THEN erased_at END" },
    only: ({ integrations }) => `no <= ${integrations}`,
  }),
  table("workspaces", "id", control.workspaces),
  table("keys", "no", control.keys),
  table("lexicons", "workspace", control.lexicons),
  table("lexicon_entries", "no", control.lexiconEntries),
  table("suppressions", "scope recipient", control.suppressions),
  table("quotas", "day scope key", control.quotas),
  table("budgets", "name", control.budgets),
  table("ended_sessions", "until id", control.endedSessions),
  table("audit", "no", control.audit),
];

/** Tables that are in no backup, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  alerts: "what needs somebody is found anew by the sweeper",
  answer_index: "made anew of the responses by the sweeper, for indexed_questions",
  counters: "what the isolates counted, for metrics",
  heartbeats: "when this installation was swept",
  logs: "what happened there in the last days; nothing goes on from it",
  shards: "about the databases themselves, which are others after a restore",
  backups: "about backups themselves; the manifest is in the bucket",
  backup_parts: "the same",
  restores: "the same",
};

/** The table that is read at each step of a backup; shards as there were at its beginning. */
export function backupSteps(shards: number): { readonly shard: number; readonly table: BackupTable }[] {
  const ofShards = Array.from({ length: shards }, (_, shard) => SHARD_TABLES.map((of) => ({ shard, table: of })));
  const ofControl = CONTROL_TABLES.filter((of) => of !== DEAD_LETTERS).map((of) => ({ shard: 0, table: of }));
  return [{ shard: 0, table: DEAD_LETTERS }, ...ofShards.flat(), ...ofControl];
}

/** A table by its name. Throws a RangeError for one that is in no backup. */
export function backupTable(name: string): BackupTable {
  const found = [...SHARD_TABLES, ...CONTROL_TABLES].find((one) => one.name === name);
  if (!found) throw new RangeError(`the table ${name} is in no backup`);
  return found;
}
