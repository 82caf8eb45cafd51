import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";

const db = env.DB_OLD as D1Database;

/** Brings the old database up to a migration, that one included. */
async function migrate(upTo: string): Promise<void> {
  const at = env.TEST_MIGRATIONS.findIndex(({ name }) => name.startsWith(upTo));
  await applyD1Migrations(db, env.TEST_MIGRATIONS.slice(0, at + 1));
}

it("0006 keeps the forms and keys that are there, with the access that they had", async () => {
  await migrate("0005");
  const form = db.prepare(
    `INSERT INTO forms (id, workspace, title, state, access, version, metadata, created_at, updated_at)
     VALUES (?1, 'ws', 'T', 'open', ?1, 1, '{}', 1, 1)`,
  );
  const key = "INSERT INTO keys (id, hash, workspace, name, scopes, created_at) VALUES ('k', 'h', 'ws', 'K', '[]', 1)";
  await db.batch([form.bind("public"), form.bind("key"), db.prepare(key)]);
  await migrate("0006");
  const forms = await db.prepare("SELECT id, access, turnstile FROM forms ORDER BY no").all();
  expect(forms.results).toEqual([
    { id: "public", access: "public", turnstile: null },
    { id: "key", access: "key", turnstile: null },
  ]);
  const keys = await db.prepare("SELECT id, form, expires_at, last_used_at FROM keys").all();
  expect(keys.results).toEqual([{ id: "k", form: null, expires_at: null, last_used_at: null }]);
  await expect(db.prepare("UPDATE forms SET access = 'other'").run()).rejects.toThrow(/CHECK/);
});

it("0010 finds what was left by integrations that were deleted before, where the control tables are used", async () => {
  await migrate("0008");
  const delivery =
    "INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at) VALUES (?, 0, ?, 'parked', 1, 1)";
  const deliver = (integration: number, position: number) => db.prepare(delivery).bind(integration, position);
  await db.batch([
    db.prepare("INSERT INTO workspaces (id, name, created_at) VALUES ('ws', 'W', 1)"),
    db.prepare(
      `INSERT INTO integrations (no, id, workspace, form, kind, config, created_at, updated_at)
       VALUES (2, 'int_2', 'ws', 'form_a', 'k', '{}', 1, 1)`,
    ),
    ...[1, 2, 2, 5, 5].map((integration, i) => deliver(integration, i)),
    db.prepare("INSERT INTO reconciliations (segment, integration, started_at, examples) VALUES (1, 7, 1, '{}')"),
    db.prepare(
      "INSERT INTO cursors (segment, integration, kind, state, position, high) VALUES (1, 2, 'k', 'active', 0, 0), (1, 4, 'k', 'active', 0, 0)",
    ),
  ]);
  await migrate("0010");
  const found = await db.prepare("SELECT no, deleted_at, erased_at FROM deleted_integrations ORDER BY no").raw();
  expect(found).toEqual([1, 4, 5, 7].map((no) => [no, 0, null]));
});

it("0011 keeps the revisions that are there, and knows flags", async () => {
  await migrate("0010");
  const response = `INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata, review)
    VALUES (8589934593, 'n', 1, 2, 1, '{}', '{}', 'flagged')`;
  const revision = [8589934593, 8589934593, "reviewed", 2, '{"review":"received"}', 5, "flagged", "Look.", "key_1"];
  const insert = "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
  await db.batch([db.prepare(response), db.prepare(insert).bind(...revision)]);
  await migrate("0011");
  expect(await db.prepare("SELECT * FROM revisions").raw()).toEqual([revision]);
  expect((await db.prepare("SELECT flags FROM responses").all()).results).toEqual([{ flags: null }]);
  const { results } = await db.prepare("SELECT name FROM pragma_index_list('revisions')").all();
  expect(results).toEqual([{ name: "revisions_response" }]);
  const flagged = (at: number, event: string) =>
    db.prepare(insert).bind(at, 8589934593, event, 2, null, 6, "flagged", null, null).run();
  await flagged(8589934594, "flagged");
  await expect(flagged(8589934595, "other")).rejects.toThrow(/CHECK/);
  await expect(db.prepare("UPDATE responses SET flags = 'no JSON'").run()).rejects.toThrow(/CHECK/);
});

it("0005 of SEARCH_DB keeps the keys of rules, and whom they have judged again, with where these lie", async () => {
  const search = env.BACKUP_TARGET_2 as D1Database;
  const at = env.TEST_SEARCH_MIGRATIONS.findIndex(({ name }) => name.startsWith("0005"));
  await applyD1Migrations(search, env.TEST_SEARCH_MIGRATIONS.slice(0, at));
  await search.batch([
    search.prepare("INSERT INTO rule_keys VALUES (1, 0, 'k', 5, 6, 7), (1, 2, 'k', 5, 6, 9)"),
    search.prepare("INSERT INTO rule_pending VALUES (1, 2, 9)"),
  ]);
  await applyD1Migrations(search, env.TEST_SEARCH_MIGRATIONS.slice(0, at + 1));
  const [keys, pending] = await search.batch([
    search.prepare("SELECT * FROM rule_keys ORDER BY position"),
    search.prepare("SELECT * FROM rule_pending"),
  ]);
  const key = { integration: 1, key: "k", at: 5, received_at: 6 };
  expect(keys?.results).toEqual([
    { ...key, position: 7, shard: 0 },
    { ...key, position: 9, shard: 2 },
  ]);
  expect(pending?.results).toEqual([{ integration: 1, position: 9, shard: 2, times: 1 }]);
});
