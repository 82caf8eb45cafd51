/** The drill: an installation with something in every table is backed up by pieces, and restored into other databases. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type BackupManifest, ERASED_FORMS, manifestName, OBJECTS } from "../../src/core/backup";
import { parseResponseId } from "../../src/core/ids";
import { backUpNightly } from "../../src/dispatch/backup";
import { markErasedForm } from "../../src/dispatch/backup-retention";
import { sweep } from "../../src/dispatch/sweep";
import { advanceIndexes } from "../../src/store/answer-index";
import { CONTROL_TABLES, LEFT_OUT, SHARD_TABLES } from "../../src/store/backup-tables";
import { listBackupRows } from "../../src/store/backups";
import { LEFT_OUT_NUMBERS } from "../../src/store/restored-numbers";
import { listSegments, type Shards } from "../../src/store/shards";
import { call, ROOT_KEY, submit } from "../support/api";
import {
  bucket,
  createBackups,
  createRestore,
  empty,
  type Filled,
  fill,
  migrateOthers,
  rowsOfAll,
  SMALL,
  SOURCE,
  TARGET,
} from "../support/backup";
import { createOutage } from "../support/failing-d1";
import { gatedD1 } from "../support/gated-d1";
import { tableNames } from "../support/rows";
import { databases, everywhere, onlyOnOneShard } from "../support/shards";

let filled: Filled;
/** A backup of all of it as it was filled, and what it is to be restored as. */
let id = "";
let whole: Record<string, unknown[]>;
beforeAll(async () => {
  await migrateOthers();
  filled = await fill();
  id = await createBackups({ ...SMALL, parts: 100 }).make();
  whole = asRestored(await rowsOfAll(SOURCE));
}, 60_000);
beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  await empty(TARGET);
  await env.DB.batch(["backups", "backup_parts"].map((name) => env.DB.prepare(`DELETE FROM ${name}`)));
});

const newest = async () => (await listBackupRows(env.DB, 1))[0]?.id ?? "";
const manifestOf = async (id: string) =>
  (await (await bucket.get(OBJECTS + manifestName(id)))?.json()) as BackupManifest;

/** What becomes of a table's rows, on each shard. */
const onEach = (rows: Record<string, unknown[]>, table: string, change: (rows: unknown[]) => unknown[]) =>
  Object.fromEntries(SOURCE.all.map(({ no }) => [`${no}/${table}`, change(rows[`${no}/${table}`] ?? [])]));

/** The numbers that a restore leaves out, left out of what is compared: test/api/backup-earlier.test.ts is about them. */
async function rowsRestored(): Promise<Record<string, unknown[]>> {
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
function asRestored(rows: Record<string, unknown[]>): Record<string, unknown[]> {
  const startOf = (row: unknown) => (row as { segment: number }).segment * 2 ** 33;
  const cursor = (row: unknown) => {
    const start = { position: startOf(row), compare_from: startOf(row), flight: null };
    const isIndex = (row as { kind: string }).kind === "summary";
    return { ...(row as object), wake_at: 0, lease_until: 0, ...(isIndex && start) };
  };
  const indexed = (row: unknown) => ({ ...(row as object), position: startOf(row) });
  // Of forms that span shards all but the last segment are retired already, which what is compared leaves out.
  const segment = (row: unknown) => ({ ...(row as object), retired_at: null });
  return {
    ...rows,
    ...onEach(rows, "cursors", (all) => all.map(cursor)),
    ...onEach(rows, "indexed_questions", (all) => all.map(indexed)),
    ...onEach(rows, "segments", (all) => all.map(segment)),
  };
}

/** Shards whose calls die at the n-th of them, before or after it was done; `died` tells whether it came to that. */
function dying(shards: Shards, nth: number, when: "before" | "after") {
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

describe("which tables are in a backup", () => {
  it("is decided for each of them", async () => {
    const decided = [...SHARD_TABLES, ...CONTROL_TABLES].map(({ name }) => name);
    expect([...decided, ...Object.keys(LEFT_OUT)].toSorted()).toEqual((await tableNames()).toSorted());
  });

  it("reads each in the order of its primary key, whole, in no more arguments than D1 allows a function", async () => {
    for (const { name, key, columns } of [...SHARD_TABLES, ...CONTROL_TABLES]) {
      const { results } = await env.DB.prepare("SELECT name, pk FROM pragma_table_info(?)")
        .bind(name)
        .all<{ name: string; pk: number }>();
      const keys = results.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
      expect([name, key]).toEqual([name, keys.map((one) => one.name)]);
      expect(columns).toEqual(results.map((one) => one.name));
      expect(columns.length).toBeLessThanOrEqual(32);
    }
  });

  it("is tried with rows in all of them", async () => {
    const rows = await rowsOfAll(SOURCE);
    const bare = [...SHARD_TABLES, ...CONTROL_TABLES].filter(({ name }) =>
      SOURCE.all.slice(0, databases.length).every(({ no }) => (rows[`${no}/${name}`] ?? []).length === 0),
    );
    expect(bare.map(({ name }) => name)).toEqual([]);
  });
});

describe("a drill", () => {
  it("comes to the same, whatever dies before or after any call of it", async () => {
    const before = await rowsOfAll(SOURCE);
    const backups = createBackups();
    await backups.begin();
    for (let nth = 1; nth < 30; nth += 1) {
      const { shards } = dying(SOURCE, nth, nth % 2 === 0 ? "before" : "after");
      await backups.goOn(shards).catch(() => {});
      backups.clock.now += 130_000;
    }
    while (await backups.goOn());
    const made = await newest();
    const { parts } = await manifestOf(made);
    expect(parts.filter(({ table }) => table === "responses").length).toBeGreaterThan(6);
    expect(new Set(parts.map(({ object }) => object)).size).toBe(parts.length);

    const restore = createRestore({ backup: made });
    for (let nth = 1; nth < 40; nth += 1) {
      const { shards } = dying(TARGET, nth, nth % 2 === 0 ? "after" : "before");
      const view = await restore.piece(shards).catch(() => null);
      restore.outlive();
      if (view?.state === "complete") break;
    }
    expect(await restore.finish()).toMatchObject({ state: "complete", parts: { done: parts.length } });
    const after = await rowsRestored();
    expect(after).toEqual(asRestored(before));
    // What is made anew of it.
    const index = async (db: D1Database) => {
      await advanceIndexes(db);
      return (await db.prepare("SELECT * FROM answer_index ORDER BY segment, ref, value, id").all()).results;
    };
    for (const [no, db] of databases.entries()) expect(await index(TARGET.get(no).db)).toEqual(await index(db));
  });

  onlyOnOneShard("a segment of one response is one part").it(
    "takes over the parts in which nothing changed, and makes those anew in which something did",
    async () => {
      const backups = createBackups({ ...SMALL, parts: 100 });
      const first = await manifestOf(await backups.make());
      const own = (manifest: BackupManifest) =>
        manifest.parts.filter(({ table, shard }) => table === "responses" && shard === 0).map(({ object }) => object);
      const still = own(await manifestOf(await backups.make()));
      expect(still).toEqual(own(first));
      const at = `/v1/forms/${filled.form}/responses/${filled.ids[6]}`;
      await call("PATCH", at, { key: filled.key, body: { answers: { age: 77 } }, headers: { "if-match": "*" } });
      const third = await backups.make();
      const now = own(await manifestOf(third));
      expect(now.filter((object) => !still.includes(object)).length).toBeGreaterThanOrEqual(1);
      expect(now.filter((object) => still.includes(object)).length).toBeGreaterThanOrEqual(2);
      await createRestore({ backup: third }).finish();
      expect(await rowsRestored()).toEqual(asRestored(await rowsOfAll(SOURCE)));
    },
  );

  it("while writes go on holds each cursor before the end of its log, and versions of all that was answered", async () => {
    const backups = createBackups({ ...SMALL, rows: 3, parts: 2 });
    await backups.begin();
    const title = { title: "Newer", questions: [{ ref: "name", type: "short_text", title: "Name", indexed: true }] };
    for (let i = 0; await backups.goOn(); i += 1) {
      await submit(filled.form, { name: `Late ${i}` });
      await everywhere(
        `UPDATE cursors SET position = coalesce((SELECT max(id) FROM responses WHERE id >> 33 = segment), segment << 33)
         WHERE kind = 'google-sheets'`,
      );
      if (i === 3) await call("POST", `/v1/forms/${filled.form}/versions`, { key: filled.key, body: title });
    }
    const made = await newest();
    await createRestore({ backup: made }).finish();
    const { results: versions } = await TARGET.control
      .prepare("SELECT version FROM form_versions WHERE form = ?")
      .bind(filled.form)
      .all<{ version: number }>();
    for (const { db } of TARGET.all) {
      const beyond = await db
        .prepare(
          "SELECT count(*) AS n FROM cursors WHERE position > (SELECT max(id) FROM responses WHERE id >> 33 = segment)",
        )
        .first("n");
      const versionless = await db
        .prepare(
          `SELECT count(*) AS n FROM responses WHERE id >> 33 IN (SELECT no FROM segments WHERE form = ?)
           AND version NOT IN (SELECT value FROM json_each(?))`,
        )
        .bind(filled.form, JSON.stringify(versions.map(({ version }) => version)))
        .first("n");
      expect([beyond, versionless]).toEqual([0, 0]);
    }
    const open = (await listSegments(TARGET, filled.form)).at(-1);
    const told = await TARGET.get(open?.shard ?? 0)
      .db.prepare("SELECT version FROM segments WHERE no = ?")
      .bind(open?.no)
      .first<number>("version");
    expect(told).toBe(Math.max(...versions.map(({ version }) => version)));
  });
});

describe("a restore refuses", () => {
  const failure = (input = {}) =>
    createRestore({ backup: id, ...input })
      .finish()
      .then(
        () => "nothing",
        (error: Error) => error.message,
      );
  const mended: [name: string, was: ArrayBuffer][] = [];
  const keep = async (name: string) => {
    const was = (await (await bucket.get(name))?.arrayBuffer()) ?? new ArrayBuffer(0);
    mended.push([name, was]);
    return new Uint8Array(was);
  };
  afterEach(async () => {
    for (const [name, was] of mended.splice(0)) await bucket.put(name, was);
  });

  it("an installation that is not empty, and one without the encryption key", async () => {
    await TARGET.get(1).db.prepare("INSERT INTO suppressions VALUES ('s', 'd', 1)").run();
    expect(await failure()).toContain("not empty: suppressions of shard 1");
    await empty(TARGET);
    const name = OBJECTS + manifestName(id);
    const manifest = await manifestOf(id);
    await keep(name);
    expect(manifest.encryptionKeys).toEqual(["test"]);
    await bucket.put(name, JSON.stringify({ ...manifest, encryptionKeys: ["lost"] }));
    expect(await failure()).toContain("does not have: lost");
    expect(await failure({ withoutKeys: true })).toBe("nothing");
  });

  it("a flipped byte and a missing part, and goes on where it stopped when they are mended", async () => {
    const name = OBJECTS + ((await manifestOf(id)).parts.find(({ table }) => table === "responses")?.object ?? "");
    const right = await keep(name);
    await bucket.put(name, right.with(-9, (right.at(-9) ?? 0) ^ 1));
    expect(await failure()).toContain("is not what was written");
    await bucket.delete(name);
    expect(await failure()).toContain("is missing in the bucket");
    expect((await TARGET.control.prepare("SELECT 1 FROM responses").all()).results).toEqual([]);
    await bucket.put(name, right);
    expect(await failure()).toBe("nothing");
    expect(await rowsRestored()).toEqual(whole);
  });

  it("a wrong count, a manifest that is damaged or of another schema, and a backup that is not there", async () => {
    const name = OBJECTS + manifestName(id);
    const manifest = await manifestOf(id);
    await keep(name);
    const counts = { ...manifest.counts, "0/responses": 1 };
    const sayings: string[] = [];
    for (const other of [
      { ...manifest, counts },
      { ...manifest, sha256: "0" },
      { ...manifest, schema: "0001_init.sql" },
    ]) {
      await bucket.put(name, JSON.stringify(other));
      sayings.push(await failure());
    }
    await bucket.delete(name);
    sayings.push(await failure());
    expect(sayings).toEqual([
      expect.stringContaining("manifest is damaged"),
      expect.stringContaining("manifest is damaged"),
      expect.stringContaining("schema 0001_init.sql"),
      expect.stringContaining("no finished backup"),
    ]);
  });

  it("to end while somebody else writes there", async () => {
    const restore = createRestore({ backup: id });
    await restore.piece();
    await TARGET.control.prepare("INSERT INTO suppressions VALUES ('s', 'somebody else', 1)").run();
    expect(await restore.finish().catch((error: Error) => error.message)).toMatch(
      /suppressions of shard 0 (has|is not)/,
    );
  });
});

describe("what was erased", () => {
  it("after the backup does not come back with it: a mark lies beside it; of a form all of it goes", async () => {
    const [erased = "", spared = ""] = filled.ids.slice(8);
    await call("DELETE", `/v1/forms/${filled.form}/responses/${erased}`, { key: filled.key });
    await markErasedForm(bucket, filled.form);
    const restore = createRestore({ backup: id });
    await restore.finish();
    await bucket.delete(ERASED_FORMS + filled.form);
    const on = (response: string) => TARGET.get(parseResponseId(response)?.shard ?? 0).db;
    const row = async (response: string) =>
      on(response)
        .prepare("SELECT answers, erased_at > 0 AS erased FROM responses WHERE id = ?")
        .bind(parseResponseId(response)?.position)
        .first();
    expect(await row(erased)).toEqual({ answers: "{}", erased: 1 });
    expect(await row(spared)).toMatchObject({ erased: null });
    const told = await on(erased).prepare("SELECT response FROM revisions WHERE event = 'erased'").all();
    expect(told.results).toContainEqual({ response: parseResponseId(erased)?.position });
    // A sweep takes some steps, and each segment one.
    for (let sweeps = 0; sweeps < 12; sweeps += 1) {
      await sweep({ ...restore.ctx(), wake: async () => {} }, Date.now() + 1_000);
    }
    expect(await row(spared)).toBeNull();
    expect(await TARGET.control.prepare("SELECT 1 FROM forms WHERE id = ?").bind(filled.form).first()).toBeNull();
  });
});

it("a long list of what was erased is worked through to its end, some thousand at a time", async () => {
  const wanted = filled.ids.slice(6, 8).map((response) => parseResponseId(response)?.position ?? 0);
  const there = await everywhere(
    "SELECT $shard AS shard, id AS position, nonce FROM responses WHERE id IN (?, ?)",
    ...wanted,
  );
  const others = Array.from({ length: 2_300 }, (_, i) => ({ shard: i % 3, position: 1e15 + i, nonce: "nobody's" }));
  const responses = [...others, ...(there as typeof others)];
  const restore = createRestore({ backup: id, erased: { forms: [], responses } });
  while ((await restore.piece(undefined, 1)).state !== "complete");
  const erased = await Promise.all(
    TARGET.all.map(({ db }) =>
      db
        .prepare("SELECT id FROM responses WHERE erased_at IS NOT NULL AND id IN (?, ?)")
        .bind(...wanted)
        .all<{ id: number }>(),
    ),
  );
  const ids = erased.flatMap(({ results }) => results.map((one) => one.id));
  expect(ids.toSorted((a, b) => a - b)).toEqual(wanted);
});

it("the sweeper leaves a half-restored installation as it is", async () => {
  const restore = createRestore({ backup: id });
  await restore.piece();
  const before = await rowsOfAll(TARGET);
  await sweep({ ...restore.ctx(), wake: async () => {} }, Date.now() + 90 * 86_400_000);
  expect(await rowsOfAll(TARGET)).toEqual(before);
});

describe("what is kept", () => {
  it("goes after its days, but for parts that a later backup took over, and the newest one; marks stay as long as they are needed", async () => {
    const backups = createBackups({ ...SMALL, parts: 100 }, 30);
    const names = async () =>
      (await bucket.list({ prefix: OBJECTS })).objects.map(({ key }) => key.slice(OBJECTS.length));
    const start = backups.clock.now;
    const first = await manifestOf(await backups.make());
    await bucket.put(`${OBJECTS}bak_nobodys.000001-1.ndjson.gz`, "left by a dead holder");
    // Objects are as old as they are: only the clock of the backups moves.
    backups.clock.now = start + 20 * 86_400_000;
    const second = await manifestOf(await backups.make());
    expect(await names()).toEqual(expect.arrayContaining(["bak_nobodys.000001-1.ndjson.gz", manifestName(first.id)]));
    backups.clock.now = start + 31 * 86_400_000;
    const third = await manifestOf(await backups.make());
    const left = new Set(await names());
    const needed = [second, third].flatMap(({ id: of, parts }) => [
      manifestName(of),
      ...parts.map(({ object }) => object),
    ]);
    expect([...left].toSorted()).toEqual([...new Set(needed)].toSorted());
    expect(third.parts.some(({ object }) => object.startsWith(first.id))).toBe(true);
    await createRestore({ backup: third.id }).finish();
    expect(await rowsRestored()).toEqual(asRestored(await rowsOfAll(SOURCE)));
  });

  it("is nothing without a bucket: the cron does nothing, and the list says so", async () => {
    const without = createOutage({ BACKUP: undefined });
    const headers = { authorization: `Bearer ${ROOT_KEY}` };
    await backUpNightly({ ...createBackups().on(), bucket: null });
    expect((await without.call("GET", "/v1/backups", { headers })).body).toEqual({ kept: false, items: [] });
    expect(await without.call("POST", "/v1/backups", { headers })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("bind BACKUP") },
    });
  });

  it("is made once a night, by the cron alone, and given up when it is not done in a day", async () => {
    const backups = createBackups({ ...SMALL, parts: 100 });
    const tick = (at: number, limits = { ...SMALL, parts: 200 }) => {
      backups.clock.now = at;
      return backUpNightly(backups.on(), limits);
    };
    const night = Math.floor(backups.clock.now / 86_400_000 + 2) * 86_400_000 + 2 * 3_600_000;
    for (const minutes of [0, 1, 90, 24 * 60 - 1]) await tick(night + minutes * 60_000);
    const states = async () =>
      (await listBackupRows(env.DB, 9)).map(({ finishedAt, failedAt }) => [finishedAt !== null, failedAt !== null]);
    expect(await states()).toEqual([[true, false]]);
    await tick(night + 86_400_000, { ...SMALL, parts: 1 });
    await tick(night + 2 * 86_400_000 + 60_000);
    expect(await states()).toEqual([
      [true, false],
      [false, true],
      [true, false],
    ]);
  });
});
