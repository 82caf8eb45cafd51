/** Accepted submissions that could not be stored yet, in backups: none is lost, none comes back that was erased. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, it, vi } from "vitest";
import { type Context, makeContext } from "../../src/context";
import { type LogAddress, responseId } from "../../src/core/ids";
import { spoolName } from "../../src/core/spool";
import { resendDead } from "../../src/dispatch/dead-letters";
import { eraseResponse } from "../../src/services/responses";
import { keepLetters } from "../../src/store/dead-letters";
import { call, newForm, newWorkspace } from "../support/api";
import { createBackups, createRestore, empty, prepareOthers, SMALL, SOURCE, TARGET } from "../support/backup";
import { everywhere } from "../support/shards";

const ctx = () => makeContext(env, { waitUntil: () => {} }, "test");

beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  await prepareOthers();
  await empty(SOURCE);
  await empty(TARGET);
});

/** A form with a dead letter; where a copy of the letter's response would be. */
async function createScene() {
  const key = await newWorkspace();
  const form = await newForm(key);
  const made = await call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name: "warm" } } });
  expect(made.status).toBe(201);
  const directory = env.DB.prepare("SELECT segment FROM directory WHERE form = ?").bind(form);
  const segment = (await directory.first<number>("segment")) ?? 0;
  const nonce = "abc+def/ghi01234";
  const now = Date.now();
  const rest = { receivedAt: now, metadata: "{}", idempotencyKey: null, fingerprint: null };
  const body = {
    form,
    shard: 0,
    segment,
    nonce,
    version: 1,
    since: segment * 2 ** 33,
    answers: '{"name":"Asha"}',
    ...rest,
  };
  await keepLetters(env.DB, [{ id: spoolName(body), form, body: JSON.stringify(body) }], now);
  return { key, form, nonce };
}

/** How often a submission is in the restored installation: as a response, and as a letter. */
async function countRestored(nonce: string): Promise<{ responses: number; letters: number }> {
  const count = async (sql: string, value: string) =>
    (await Promise.all(TARGET.all.map(({ db }) => db.prepare(sql).bind(value).first<number>("n"))))
      .map(Number)
      .reduce((a, b) => a + b);
  return {
    responses: await count("SELECT count(*) AS n FROM responses WHERE nonce = ? AND erased_at IS NULL", nonce),
    letters: await count("SELECT count(*) AS n FROM dead_letters WHERE id = ?", spoolName({ nonce })),
  };
}

/** The first try opens the next segment of the form: a restore retires those that it brings. */
async function resendTwice(on: Context): Promise<void> {
  for (const later of [0, 120_000]) await resendDead({ ...on, wake: async () => {} }, Date.now() + later);
}

it("one that is stored while a backup is made is in it, and stored once after the restore", async () => {
  const { nonce } = await createScene();
  const backups = createBackups({ ...SMALL, parts: 1 });
  await backups.begin();
  // One part at a time, past the responses: what is stored there is not read any more.
  const has = "SELECT count(*) AS n FROM backup_parts WHERE name = 'segments'";
  while ((await env.DB.prepare(has).first<number>("n")) === 0) await backups.goOn();
  await resendDead(ctx(), Date.now());
  expect(await env.DB.prepare("SELECT count(*) AS n FROM dead_letters").first("n")).toBe(0);
  while (await backups.goOn());
  const backup = String(await env.DB.prepare("SELECT id FROM backups").first("id"));
  const restore = createRestore({ backup });
  await restore.finish();
  await resendTwice(restore.ctx());
  expect(await countRestored(nonce)).toEqual({ responses: 1, letters: 0 });
});

it("one that was stored and erased after the backup does not come back with it", async () => {
  const { form, nonce } = await createScene();
  const backup = await createBackups().make();
  await resendDead(ctx(), Date.now());
  const workspace = String(
    await env.DB.prepare("SELECT workspace FROM forms WHERE id = ?").bind(form).first("workspace"),
  );
  const where = "SELECT $shard AS shard, id AS position FROM responses WHERE nonce = ?";
  const [place, ...others] = await everywhere<LogAddress>(where, nonce);
  expect([place, others]).toEqual([expect.anything(), []]);
  if (place) await eraseResponse(ctx(), workspace, { form, response: responseId(place) });
  const restore = createRestore({ backup });
  await restore.finish();
  await resendTwice(restore.ctx());
  expect(await countRestored(nonce)).toEqual({ responses: 0, letters: 0 });
});
