import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Env, makeContext } from "../../src/context";
import { DefinitionSchema } from "../../src/core/form-schema";
import { eraseDeletedForms } from "../../src/dispatch/erase";
import { sweep } from "../../src/dispatch/sweep";
import { advanceIndexes, setIndexedQuestions } from "../../src/store/answer-index";
import { saveDraft } from "../../src/store/drafts";
import { insertVersion } from "../../src/store/forms";
import { appendLogs } from "../../src/store/logs";
import { appendSpooled } from "../../src/store/spooled";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";
import { rowsOf, segmentOf, tableNames } from "../support/rows";
import { onlyOnOneShard } from "../support/shards";

let key = "";
beforeAll(async () => {
  key = await newWorkspace();
});

const ctx = makeContext(env as Env, { waitUntil: () => {} }, "test");
const { shards } = ctx;
const post = (form: string, verb: string, body?: unknown) =>
  call("POST", `/v1/forms/${form}/${verb}`, { key, ...(body !== undefined && { body }) });
const remove = (form: string, query = "") => call("DELETE", `/v1/forms/${form}${query}`, { key });
const db = env.DB;

/** Of these a form has no rows. A new table is named here, or filled below and erased in store/erasure.ts. */
const OF_NO_FORM = [
  "workspaces",
  "connections",
  "budgets",
  "suppressions",
  "quotas",
  "deleted_integrations",
  "ended_sessions",
  "heartbeats",
  "shards",
  "backups",
  "backup_parts",
  "restores",
  "lexicons",
  "lexicon_entries",
  "counters",
];
/**
 * Rows that stay: who did what to a form is told after it too, and for the days that the log is kept what happened to
 * it.
 */
const STAY = ["audit", "logs"];
const SHEETS = { kind: "google-sheets", config: { spreadsheetId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgVE2upms" } };
const ANSWER = "what-a-person-told";

/** A form with rows in every table that can have some of a form. */
async function makeFull(): Promise<{ form: string; segment: number }> {
  const questions = QUESTIONS.map((question) => (question.ref === "name" ? { ...question, indexed: true } : question));
  const form = await newForm(key, { questions });
  const segment = await segmentOf(form);
  await post(form, "integrations", SHEETS);
  const [integration] = (await db.prepare("SELECT no FROM integrations WHERE form = ?").bind(form).raw())[0] ?? [];
  for (let i = 0; i < 6; i += 1) await submit(form, { name: `${ANSWER} ${i}` });
  const link = await post(form, "links", { name: "Asha", responsesMax: 9 });
  const token = new URL(link.body.url).searchParams.get("link") ?? "";
  await submit(form, { name: `${ANSWER} by link` }, { headers: { "formlog-link": token } });
  const first = (await call("GET", `/v1/forms/${form}/responses`, { key })).body.items[0];
  const edit = { answers: { name: `${ANSWER} edited` } };
  await call("PATCH", `/v1/forms/${form}/responses/${first.id}`, { key, body: edit, headers: { "if-match": '"1"' } });
  await advanceIndexes(db);
  await call("PUT", `/v1/forms/${form}/draft`, { key, body: { title: "x" } });
  await call("POST", "/v1/keys", { key, body: { name: "K", scopes: ["admin"], form } });
  const row = segment * 2 ** 33 + 1;
  const content = JSON.stringify({ text: ANSWER });
  await db.batch([
    db
      .prepare(
        "INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, content) VALUES (?1, 0, ?2, 'parked', 1, 1, ?3), (99, 1, ?2, 'delivered', 1, 1, ?3), (99, 2, ?2, 'delivered', 1, 1, ?3)",
      )
      .bind(integration, row, content),
    db
      .prepare(
        "INSERT INTO attempts (integration, feed, position, at, milliseconds, answer) VALUES (?1, 0, ?2, 1, 1, ?3), (99, 1, ?2, 1, 1, ?3)",
      )
      .bind(integration, row, content),
    db
      .prepare("INSERT INTO receipts (nonce, response, settled_at) SELECT nonce, id, 1 FROM responses WHERE id = ?")
      .bind(row),
    db
      .prepare("INSERT INTO receipts (nonce, response, refusal, settled_at) VALUES (?, ?, 'idempotency_key_reused', 1)")
      .bind(`other ${segment}`, row),
    db
      .prepare(
        "INSERT INTO notices (id, integration, event, reason, since, created_at) VALUES (?, ?, 'blocked', 'r', 1, 1)",
      )
      .bind(row, integration),
    db
      .prepare("INSERT INTO reconciliations (segment, integration, started_at, examples) VALUES (?, ?, 1, '{}')")
      .bind(segment, integration),
    db
      .prepare(
        "INSERT INTO rechecks (segment, version, position, through, next_at, asked_at) VALUES (?, 1, ?, ?, 1, 1)",
      )
      .bind(segment, row, row),
    db
      .prepare(
        "INSERT INTO alerts (workspace, cause, rule, subject, text, form, since) SELECT workspace, 'lag/' || id, 'lag', 's', 't', id, 1 FROM forms WHERE id = ?",
      )
      .bind(form),
    db.prepare("INSERT INTO recheck_requests (form, version, asked_at, start_at) VALUES (?, 1, 1, 1)").bind(form),
    db
      .prepare("INSERT INTO dead_letters (id, form, body, kept_at, next_at) VALUES (?1, ?1, ?2, 9e15, 9e15)")
      .bind(form, content),
  ]);
  await appendLogs(db, [{ workspace: "ws", at: 1, level: "info", event: "page_settled", form }]);
  return { form, segment };
}

describe("the erasure of a form", () => {
  onlyOnOneShard("counts the rows of one segment").it(
    "comes when the time is over, in bounded steps that may be repeated, and leaves nothing and spares others",
    async () => {
      const [own, neighbour] = [await makeFull(), await makeFull()];
      const { form, segment } = own;
      const before = { own: await rowsOf(own), neighbour: await rowsOf(neighbour) };
      const filled = Object.keys(before.own).filter((table) => (before.own[table] ?? 0) > 0);
      expect(filled.toSorted()).toEqual((await tableNames()).filter((table) => !OF_NO_FORM.includes(table)).toSorted());

      const eraseAt = Date.parse((await remove(form, "?retentionDays=1")).body.eraseAt);
      await eraseDeletedForms({ shards }, eraseAt - 1);
      const responses = async () => {
        const range = [segment * 2 ** 33, (segment + 1) * 2 ** 33];
        return (
          await db
            .prepare("SELECT id FROM responses WHERE id > ? AND id < ?")
            .bind(...range)
            .raw()
        ).length;
      };
      expect(await responses()).toBe(7);
      // Two rows a statement and one statement a sweep.
      const sizes: number[] = [];
      for (let sweeps = 0; sweeps < 40; sweeps += 1) {
        await eraseDeletedForms({ shards }, eraseAt, { rows: 2, steps: 1 });
        await advanceIndexes(db);
        sizes.push(await responses());
        if (sweeps === 0) expect((await post(form, "restore")).status).toBe(404);
      }
      expect(new Set(sizes)).toEqual(new Set([7, 5, 3, 1, 0]));
      const left = Object.entries(await rowsOf(own)).filter(([table, count]) => count > 0 && !STAY.includes(table));
      // The bare number of the segment: given again, it would find what a late writer left.
      expect(left).toEqual([["segments", 1]]);
      expect(await db.prepare("SELECT form, version FROM segments WHERE no = ?").bind(segment).first()).toEqual({
        form: "",
        version: -1,
      });
      expect(await segmentOf(await newForm(key))).toBeGreaterThan(segment);
      expect(await rowsOf(neighbour)).toEqual(before.neighbour);
      expect((await submit(neighbour.form, { name: "still here" })).status).toBe(201);
      expect((await remove(form)).status).toBe(404);
    },
  );

  it("lets nothing in once it has begun: not what was promised, no draft, version or index", async () => {
    const form = await newForm(key);
    const segment = await segmentOf(form);
    await remove(form, "?retentionDays=0");
    await eraseDeletedForms({ shards }, Date.now());
    const late = {
      nonce: "late-late-late-1",
      segment,
      version: 1,
      receivedAt: 1,
      submittedAt: null,
      answers: "{}",
      metadata: "{}",
      flags: null,
      idempotencyKey: null,
      fingerprint: null,
      since: segment * 2 ** 33,
    };
    expect((await appendSpooled(shards.get(0), [late], Date.now())).settled).toEqual([]);
    await setIndexedQuestions(db, segment, [{ ref: "name", type: "short_text" }]);
    const entry = { id: "aud_z", workspace: "w", at: 1, actor: "k", object: form, detail: {} };
    const draft = { form, seen: 0, content: "{}", now: 1 };
    expect(await saveDraft(db, draft, { ...entry, action: "form.draft_saved" })).toBeNull();
    const definition = DefinitionSchema.parse({ title: "Late", questions: QUESTIONS });
    const version = { form, version: 2, definition, now: 1 };
    expect(await insertVersion(db, version, { ...entry, action: "form.version_published" })).toBe(false);
    const left = Object.entries(await rowsOf({ form, segment })).filter(([, count]) => count > 0);
    expect(left.map(([table]) => table).toSorted()).toEqual(["audit", "segments"]);
  });

  it("is part of the sweep", async () => {
    const form = await newForm(key);
    await remove(form, "?retentionDays=0");
    await sweep({ ...ctx, wake: async () => {} }, Date.now());
    const { items } = (await call("GET", "/v1/forms?deleted=true", { key })).body;
    expect(items.map((one: { id: string }) => one.id)).not.toContain(form);
  });
});
