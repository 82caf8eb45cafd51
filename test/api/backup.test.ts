/**
 * The drill: an installation with something in every table is backed up by pieces, and restored into other databases.
 */
import { describe, expect, it } from "vitest";
import type { BackupManifest } from "../../src/core/backup";
import { advanceIndexes } from "../../src/store/answer-index";
import { listSegments } from "../../src/store/shards";
import { call, submit } from "../support/api";
import { createBackups, createRestore, rowsOfAll, SMALL, SOURCE, TARGET } from "../support/backup";
import { asRestored, dying, manifestOf, newest, prepareDrill, rowsRestored } from "../support/drill";
import { databases, everywhere, onlyOnOneShard } from "../support/shards";

const drill = prepareDrill();

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
      const at = `/v1/forms/${drill.filled.form}/responses/${drill.filled.ids[6]}`;
      await call("PATCH", at, { key: drill.filled.key, body: { answers: { age: 77 } }, headers: { "if-match": "*" } });
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
      await submit(drill.filled.form, { name: `Late ${i}` });
      await everywhere(
        `UPDATE cursors SET position = coalesce((SELECT max(id) FROM responses WHERE id >> 33 = segment), segment << 33)
         WHERE kind = 'google-sheets'`,
      );
      if (i === 3)
        await call("POST", `/v1/forms/${drill.filled.form}/versions`, { key: drill.filled.key, body: title });
    }
    const made = await newest();
    await createRestore({ backup: made }).finish();
    const { results: versions } = await TARGET.control
      .prepare("SELECT version FROM form_versions WHERE form = ?")
      .bind(drill.filled.form)
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
        .bind(drill.filled.form, JSON.stringify(versions.map(({ version }) => version)))
        .first("n");
      expect([beyond, versionless]).toEqual([0, 0]);
    }
    const open = (await listSegments(TARGET, drill.filled.form)).at(-1);
    const told = await TARGET.get(open?.shard ?? 0)
      .db.prepare("SELECT version FROM segments WHERE no = ?")
      .bind(open?.no)
      .first<number>("version");
    expect(told).toBe(Math.max(...versions.map(({ version }) => version)));
  });
});
