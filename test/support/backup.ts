/**
 * An installation with something in every table, its backups and their restores into other databases, with the clock in
 * the test's hands.
 */
import { env } from "cloudflare:workers";
import { type Context, type Env, makeContext } from "../../src/context";
import { type Backuper, type BackupLimits, beginBackupNow, goOnBackingUp } from "../../src/dispatch/backup";
import { type RestoreInput, restoreBackup } from "../../src/services/restore";
import { CONTROL_TABLES, LEFT_OUT, SHARD_TABLES } from "../../src/store/backup-tables";
import { listBackupRows } from "../../src/store/backups";
import { openShards, type Shards } from "../../src/store/shards";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "./api";
import { emptyDatabase } from "./empty";
import { migrate } from "./migrate";
import { spanning } from "./shards";

type Name = "BACKUP_SOURCE_1" | "BACKUP_TARGET" | "BACKUP_TARGET_1" | "BACKUP_TARGET_2";
type Databases = Readonly<Record<Name, D1Database>>;
const other = env as unknown as Databases;
export const bucket = (env as unknown as { readonly BACKUP: R2Bucket }).BACKUP;

/** What the worker is bound to, and a further database if it knows one alone. */
export const SOURCE = openShards({ DB_1: other.BACKUP_SOURCE_1, ...(env as Env) });
const targets = {
  DB: other.BACKUP_TARGET,
  DB_1: other.BACKUP_TARGET_1,
  ...(spanning && { DB_2: other.BACKUP_TARGET_2 }),
};
export const TARGET = openShards(targets);

/** Small parts and short pieces. */
export const SMALL: BackupLimits = { rows: 4, size: 4_000_000, parts: 5, time: 60_000 };

/** Past every lease. */
const LATER_MS = 130_000;

/**
 * Before all tests of a file: the further databases and the bucket as they are when nothing was done yet, whatever file
 * came before.
 */
export async function prepareOthers(): Promise<void> {
  for (const db of [other.BACKUP_SOURCE_1, ...Object.values(targets)]) {
    await migrate(db, env.TEST_MIGRATIONS);
    await emptyDatabase(db);
  }
  const { objects } = await bucket.list();
  await bucket.delete(objects.map(({ key }) => key));
}

/** Empties databases of everything but their schema. */
export async function empty({ all }: Shards): Promise<void> {
  const names = [...Object.keys(LEFT_OUT), ...[...SHARD_TABLES, ...CONTROL_TABLES].map(({ name }) => name)];
  for (const { db } of all) await db.batch(names.map((name) => db.prepare(`DELETE FROM ${name}`)));
}

/** The backups of the source. */
export function createBackups(limits = SMALL, days = 30) {
  const clock = { now: Date.now() };
  const base = makeContext(env as Env, { waitUntil: () => {} }, "test");
  const on = (shards = SOURCE): Backuper => ({
    ...base,
    shards,
    config: { ...base.config, backupDays: days },
    now: () => clock.now,
  });
  return {
    clock,
    begin: () => beginBackupNow(on()),
    goOn: (shards?: Shards) => goOnBackingUp(on(shards), limits),
    on,
    /** A whole one; its id. */
    async make(shards?: Shards): Promise<string> {
      await beginBackupNow(on(shards));
      while (await goOnBackingUp(on(shards), limits));
      return (await listBackupRows(env.DB, 1))[0]?.id ?? "";
    },
  };
}

/** A restore into the target. */
export function createRestore(input: RestoreInput) {
  const clock = { now: Date.now() };
  const ctx = (shards = TARGET): Context => {
    const bindings = { ...env, ...targets } as unknown as Env;
    return { ...makeContext(bindings, { waitUntil: () => {} }, "test"), shards, now: () => clock.now };
  };
  const piece = (shards?: Shards, parts = 3) => restoreBackup(ctx(shards), input, { parts, time: 60_000 });
  return {
    clock,
    ctx,
    piece,
    async finish(shards?: Shards) {
      for (;;) {
        const view = await piece(shards, 50);
        if (view.state === "complete") return view;
      }
    },
    outlive: () => {
      clock.now += LATER_MS;
    },
  };
}

const SHEETS = { kind: "google-sheets", config: { spreadsheetId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgVE2upms" } };
const DEFINITION = QUESTIONS.map((question) => (question.ref === "name" ? { ...question, indexed: true } : question));

export interface Filled {
  readonly key: string;
  readonly form: string;
  readonly segment: number;
  readonly ids: readonly string[];
}

/** Two forms with all that a form may have; of the second one the log is on another shard. */
export async function fill(): Promise<Filled> {
  const key = await newWorkspace("Backed up");
  const as = (method: string, path: string, body?: unknown, headers = {}) =>
    call(method, path, { key, headers, ...(body !== undefined && { body }) });
  const form = await newForm(key, { questions: DEFINITION });
  const at = `/v1/forms/${form}`;
  await as("POST", `${at}/versions`, { title: "Visit, again", questions: DEFINITION });
  await as("PUT", `${at}/draft`, { title: "Next" });
  await as("POST", "/v1/lexicon", { term: "jugaad", language: "hi" });
  await as("POST", "/v1/keys", { name: "Tablet", scopes: ["responses:submit"], form });
  const twilio = { accountSid: `AC${"2".repeat(32)}`, authToken: "t" };
  await as("POST", "/v1/connections", { kind: "twilio-sms", name: "Ours", secrets: twilio });
  const link = await as("POST", `${at}/links`, { name: "Asha", responsesMax: 9 });
  const token = new URL(link.body.url).searchParams.get("link") ?? "";
  const sheets = await as("POST", `${at}/integrations`, SHEETS);
  await as("POST", `${at}/integrations`, { kind: "summary", config: {} });
  const gone = await as("POST", `${at}/integrations`, SHEETS);
  await as("DELETE", `${at}/integrations/${gone.body.id}`);
  const ids: string[] = [];
  for (let i = 0; i < 14; i += 1) {
    const headers = {
      ...(i === 3 && { "formlog-link": token }),
      ...(i === 4 && { "idempotency-key": "k".repeat(20) }),
    };
    const made = await submit(form, { name: `Person ${i} 'quoted' "so" ज`, age: i }, { headers });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    ids.push(made.body.id);
  }
  const loose = { "if-match": "*" };
  await as("PATCH", `${at}/responses/${ids[1]}`, { answers: { name: "Edited" } }, loose);
  await as("POST", `${at}/responses/${ids[2]}/review`, { state: "approved", comment: "Good" }, loose);
  await as("DELETE", `${at}/responses/${ids[5]}`);
  const second = await newForm(key);
  const { segment = 0 } = (await env.DB.prepare("SELECT segment FROM directory WHERE form = ?").bind(form).first()) as {
    segment: number;
  };
  await fillRest({ form, segment, second, integration: sheets.body.id });
  return { key, form, segment, ids };
}

/** What the engine, the sweeper and the intake leave. */
async function fillRest(of: { form: string; segment: number; second: string; integration: string }): Promise<void> {
  const row = of.segment * 2 ** 33 + 1;
  const { no } = (await env.DB.prepare("SELECT no FROM integrations WHERE id = ?").bind(of.integration).first()) as {
    no: number;
  };
  const run = (db: D1Database, sql: string, ...values: unknown[]) => db.prepare(sql).bind(...values);
  const shard = SOURCE.get(1).db;
  const D = "INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, reason, content) VALUES";
  const A = "INSERT INTO attempts (integration, feed, position, at, milliseconds, answer) VALUES";
  await env.DB.batch([
    run(env.DB, `${D} (?1, 0, ?2, 'parked', 3, 5, 'no number', '{"text":"x"}')`, no, row),
    run(env.DB, `${D} (?1, 0, ?2, 'delivered', 1, 5, NULL, NULL)`, no, row + 1),
    run(env.DB, `${A} (?1, 0, ?2, 5, 10, 'an answer')`, no, row),
    run(
      env.DB,
      `UPDATE cursors SET (position, high) = (SELECT max(id), max(id) FROM responses WHERE id >= ?3 AND id <= ?3 + 6),
         wake_at = 77, epoch = 4 WHERE integration = ?1 AND segment = ?2`,
      no,
      of.segment,
      row,
    ),
    run(env.DB, "INSERT INTO receipts (nonce, response, settled_at) VALUES ('r-1', ?, ?)", row, Date.now()),
    run(
      env.DB,
      "INSERT INTO notices (id, integration, event, reason, since, created_at) VALUES (?2, ?1, 'blocked', 'r', 1, 1)",
      no,
      row,
    ),
    run(
      env.DB,
      "INSERT INTO reconciliations (segment, integration, started_at, examples) VALUES (?2, ?1, 1, '{}')",
      no,
      of.segment,
    ),
    run(
      env.DB,
      "INSERT INTO rechecks (segment, version, position, through, next_at, asked_at) VALUES (?1, 1, ?2, ?2, 1, 1)",
      of.segment,
      row,
    ),
    run(env.DB, "INSERT INTO recheck_requests (form, version, asked_at, start_at) VALUES (?, 1, 1, 1)", of.form),
    run(env.DB, "INSERT INTO suppressions (scope, recipient, created_at) VALUES ('s', 'digest', 1)"),
    run(env.DB, "INSERT INTO quotas (day, scope, key, count, granted) VALUES (20000, 's', 'k', 2, 1)"),
    run(env.DB, "INSERT INTO budgets (name, tokens, granted, at) VALUES ('b', 2.5, 1, 1)"),
    run(
      env.DB,
      "INSERT INTO dead_letters (id, form, body, kept_at, next_at) VALUES ('letter', ?, '{}', 9e15, 9e15)",
      of.form,
    ),
    run(env.DB, "INSERT INTO ended_sessions (until, id) VALUES (9e15, 'session')"),
    run(env.DB, "UPDATE directory SET shard = 1, segment = 1 WHERE form = ?", of.second),
    run(env.DB, "DELETE FROM segments WHERE form = ?", of.second),
  ]);
  await shard.batch([
    run(shard, "INSERT INTO segments (no, form, version, state, opened_at) VALUES (1, ?, 1, 'open', 1)", of.second),
    run(
      shard,
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 13)
       INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata)
       SELECT ?1 + i, 'n' || i, 1, 1, 1000 + i, json_object('name', 'Elsewhere ' || i), '{}' FROM n`,
      2 ** 33,
    ),
  ]);
}

/** All rows of all tables that are in a backup, by `shard/table`. */
export async function rowsOfAll({ all }: Shards): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const { no, db } of all) {
    const tables = [...SHARD_TABLES, ...(no === 0 ? CONTROL_TABLES : [])];
    const results = await db.batch(
      tables.map(({ name, key }) => db.prepare(`SELECT * FROM ${name} ORDER BY ${key.join(", ")}`)),
    );
    for (const [i, { name }] of tables.entries()) found[`${no}/${name}`] = results[i]?.results ?? [];
  }
  return found;
}
