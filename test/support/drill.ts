/**
 * What the tests of backups share: an installation with something in every table, a backup of it, and what that is to
 * be restored as.
 */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, vi } from "vitest";
import { type BackupManifest, manifestName, OBJECTS } from "../../src/core/backup";
import { listBackupRows } from "../../src/store/backups";
import { LEFT_OUT_NUMBERS } from "../../src/store/restored-numbers";
import type { Shards } from "../../src/store/shards";
import {
  bucket,
  createBackups,
  empty,
  type Filled,
  fill,
  prepareOthers,
  rowsOfAll,
  SMALL,
  SOURCE,
  TARGET,
} from "./backup";
import { gatedD1 } from "./gated-d1";

export interface Drill {
  filled: Filled;
  /** A backup of all of it as it was filled. */
  id: string;
  /** What that is to be restored as: the rows of each table. */
  whole: Record<string, unknown[]>;
}

/**
 * For a whole file: fills an installation and backs it up; each test begins with nothing restored and no backup listed.
 */
export function prepareDrill(): Drill {
  const drill = { id: "", whole: {} } as Drill;
  beforeAll(async () => {
    await prepareOthers();
    drill.filled = await fill();
    drill.id = await createBackups({ ...SMALL, parts: 100 }).make();
    drill.whole = asRestored(await rowsOfAll(SOURCE));
  }, 60_000);
  beforeEach(async () => {
    for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
    await empty(TARGET);
    await env.DB.batch(["backups", "backup_parts"].map((name) => env.DB.prepare(`DELETE FROM ${name}`)));
  });
  return drill;
}

/** Id of the newest backup. */
export const newest = async () => (await listBackupRows(env.DB, 1))[0]?.id ?? "";
export const manifestOf = async (id: string) =>
  (await (await bucket.get(OBJECTS + manifestName(id)))?.json()) as BackupManifest;

/** What becomes of a table's rows, on each shard. */
const onEach = (rows: Record<string, unknown[]>, table: string, change: (rows: unknown[]) => unknown[]) =>
  Object.fromEntries(SOURCE.all.map(({ no }) => [`${no}/${table}`, change(rows[`${no}/${table}`] ?? [])]));

/**
 * The numbers that a restore leaves out, left out of what is compared: test/api/backup-earlier.test.ts is about them.
 */
export async function rowsRestored(): Promise<Record<string, unknown[]>> {
  const rows = await rowsOfAll(TARGET);
  const segments = (all: unknown[]) =>
    (all as { form: string; notices: number }[])
      .filter(({ form }) => form !== "")
      .map((row) => ({ ...row, retired_at: null, notices: row.notices - LEFT_OUT_NUMBERS.changes, changes_after: 0 }));
  const deleted = (rows["0/deleted_integrations"] as { deleted_at: number; erased_at: number }[]).filter(
    ({ deleted_at, erased_at }) => deleted_at !== erased_at,
  );
  return { ...rows, ...onEach(rows, "segments", segments), "0/deleted_integrations": deleted };
}

/** What a restore is to come to: nobody holds a cursor, and what fills an index begins anew. */
export function asRestored(rows: Record<string, unknown[]>): Record<string, unknown[]> {
  const startOf = (row: unknown) => (row as { segment: number }).segment * 2 ** 33;
  const cursor = (row: unknown) => {
    const start = { position: startOf(row), compare_from: startOf(row), flight: null };
    const isIndex = (row as { kind: string }).kind === "summary";
    return { ...(row as object), wake_at: 0, lease_until: 0, ...(isIndex && start) };
  };
  const indexed = (row: unknown) => ({ ...(row as object), position: startOf(row) });
  // Of forms that span shards all but the last segment are retired already, which what is compared leaves out.
  const segment = (row: unknown) => ({ ...(row as object), retired_at: null });
  // Its cursors are told again.
  const integration = (row: unknown) => ({ ...(row as object), obeyed: -1 });
  return {
    ...rows,
    "0/integrations": (rows["0/integrations"] ?? []).map(integration),
    ...onEach(rows, "cursors", (all) => all.map(cursor)),
    ...onEach(rows, "indexed_questions", (all) => all.map(indexed)),
    ...onEach(rows, "segments", (all) => all.map(segment)),
  };
}

/** Shards whose calls die at the n-th of them, before or after it was done; `died` tells whether it came to that. */
export function dying(shards: Shards, nth: number, when: "before" | "after") {
  const state = { calls: 0, died: false };
  const gate = (db: D1Database) =>
    gatedD1(db, async (run) => {
      state.calls += 1;
      if (state.calls !== nth) return run();
      if (when === "after") await run();
      state.died = true;
      throw new Error("the worker died");
    });
  const all = shards.all.map(({ no, db }) => ({ no, db: gate(db) }));
  const get = (no: number) => all[no] ?? shards.get(no);
  return { state, shards: { all, get, control: all[0]?.db ?? shards.control } };
}
