/**
 * What a piece of a backup and of a restore reads does not grow with what there is: D1 ends a statement after 30
 * seconds.
 */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openShards } from "../../src/store/shards";
import { call, newForm, newWorkspace } from "../support/api";
import { createBackups, createRestore, empty, prepareOthers, SOURCE, TARGET } from "../support/backup";
import { countRows } from "../support/meter";

const ROWS_OF_PART = 25;
/** Of the smaller one, of responses and of deliveries each: more than a restore looks through at once. */
const PARTS = 6;
const LIMITS = { rows: ROWS_OF_PART, size: 4_000_000, parts: 1, time: 60_000 };

beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  await prepareOthers();
  await empty(SOURCE);
  await empty(TARGET);
});
afterEach(() => vi.restoreAllMocks());

/** A form with so many responses, each delivered once. */
async function fill(responses: number): Promise<void> {
  const key = await newWorkspace();
  const form = await newForm(key);
  const sheets = { kind: "google-sheets", config: { spreadsheetId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgVE2upms" } };
  await call("POST", `/v1/forms/${form}/integrations`, { key, body: sheets });
  const numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)";
  await env.DB.batch([
    env.DB.prepare("UPDATE directory SET shard = 0, segment = 1"),
    env.DB.prepare("DELETE FROM segments"),
    env.DB.prepare("DELETE FROM cursors"),
    env.DB.prepare("INSERT INTO segments (no, form, version, state, opened_at) VALUES (1, ?, 1, 'open', 1)").bind(form),
    env.DB.prepare(
      `${numbers} INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata)
       SELECT (1 << 33) + i, 'n' || i, 1, 1, i, '{"name":"x"}', '{}' FROM n`,
    ).bind(responses),
    env.DB.prepare(
      `${numbers} INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, content)
       SELECT no, 0, (1 << 33) + i, 'delivered', 1, i, '{"text":"x"}' FROM n CROSS JOIN integrations`,
    ).bind(responses),
  ]);
}

/** Of the dearest pieces of a backup, of the next one, and of a restore of it: rows read. */
async function dearest(responses: number): Promise<{ backup: number; next: number; restore: number }> {
  await fill(responses);
  const shards = openShards({ ...env, DB: env.DB, DB_1: SOURCE.get(1).db });
  const backups = createBackups(LIMITS);
  const most = async (piece: () => Promise<boolean>, db: D1Database) => {
    let found = 0;
    for (let more = true; more; ) {
      const rows = countRows(db);
      more = await piece();
      found = Math.max(found, rows.stop().read);
    }
    return found;
  };
  const whole = async () => {
    await backups.begin();
    return most(() => backups.goOn(shards), env.DB);
  };
  const [backup, next] = [await whole(), await whole()];
  const id = await env.DB.prepare("SELECT id FROM backups ORDER BY no DESC LIMIT 1").first<string>("id");
  const restore = createRestore({ backup: id ?? "" });
  const piece = async () => (await restore.piece(TARGET, 1)).state !== "complete";
  return { backup, next, restore: await most(piece, TARGET.control) };
}

it("of twice as many responses a piece reads as much, but for a row for each part", async () => {
  const small = await dearest(PARTS * ROWS_OF_PART);
  await empty(SOURCE);
  await empty(TARGET);
  await env.DB.batch(["backups", "backup_parts"].map((name) => env.DB.prepare(`DELETE FROM ${name}`)));
  const large = await dearest(2 * PARTS * ROWS_OF_PART);
  // Those of the responses and those of the deliveries.
  const more = 2 * PARTS;
  expect(large.backup).toBeLessThanOrEqual(small.backup + more);
  expect(large.next).toBeLessThanOrEqual(small.next + more);
  expect(large.restore).toBeLessThanOrEqual(small.restore + more);
}, 120_000);
