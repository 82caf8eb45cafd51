/**
 * Brings the databases of a state folder up to date, as `wrangler d1 migrations apply` does and in the same table,
 * without its processes.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_readConfig, unstable_splitSqlQuery } from "wrangler";
import { furtherShards } from "../cloud/shards";
import { databases } from "../databases";
import { persistencePath } from "../serve/workers";

const NOBODY = "export default { fetch: () => new Response(null, { status: 404 }) };";
const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

/**
 * Applies what is new, before any worker runs, to DB, SEARCH_DB and so many further shards; returns the names. Each
 * file is applied whole or not at all.
 */
export async function migrateState(
  root: string,
  state: string,
  shards = furtherShards(process.env),
): Promise<string[]> {
  const all = databases(shards).map(({ binding, name, config }) => {
    if (/^DB_\d+$/.test(binding)) return { binding, id: name, folder: path.join(root, "migrations") };
    const found = unstable_readConfig({ config: path.join(root, config) }).d1_databases.find(
      (one: { binding: string }) => one.binding === binding,
    );
    if (!found?.database_id || !found.migrations_dir) throw new TypeError(`${config} has no database ${binding}.`);
    return { binding, id: found.database_id, folder: path.resolve(root, path.dirname(config), found.migrations_dir) };
  });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: [{ type: "ESModule", path: "nobody.js", contents: NOBODY }],
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: persistencePath(state),
      d1Databases: Object.fromEntries(all.map(({ binding, id }) => [binding, id])),
    }),
  );
  try {
    const applied: string[] = [];
    for (const { binding, folder } of all) {
      const db = (await miniflare.getD1Database(binding)) as unknown as D1Database;
      for (const name of await applyNew(db, folder)) applied.push(`${binding}/${name}`);
    }
    return applied;
  } finally {
    await miniflare.dispose();
  }
}

async function applyNew(db: D1Database, folder: string): Promise<string[]> {
  await db.prepare(TABLE).run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const known = new Set(results.map(({ name }) => name));
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".sql") && !known.has(name))
    .toSorted();
  for (const name of files) {
    const statements = unstable_splitSqlQuery(readFileSync(path.join(folder, name), "utf8"));
    await db.batch([
      ...statements.map((sql) => db.prepare(sql)),
      db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
  return files;
}
