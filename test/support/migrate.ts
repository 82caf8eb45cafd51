/** All migrations of a folder at once: one round trip for a database instead of one for each file. */
import { applyD1Migrations, type D1Migration } from "cloudflare:test";

/** Brings an empty database to the newest schema, which it then says that it has. */
export async function migrate(db: D1Database, migrations: readonly D1Migration[]): Promise<void> {
  const queries = migrations.flatMap((one) => one.queries);
  await applyD1Migrations(
    db,
    migrations.slice(-1).map(({ name }) => ({ name, queries })),
  );
}
