/** Looks through every table of the database for what belongs to a form. */
import { env } from "cloudflare:workers";

/** The names of all tables of the migrations. */
export async function tableNames(db = env.DB): Promise<string[]> {
  const { results } = await db
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name <> 'd1_migrations'",
    )
    .all<{ name: string }>();
  return results.map(({ name }) => name);
}

/** How many rows lie under the number of an integration, by table: every one that names integrations so. */
export async function rowsUnder(integration: number, db = env.DB): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of await tableNames(db)) {
    const columns = await db.prepare("SELECT name, type FROM pragma_table_info(?)").bind(table).raw<[string, string]>();
    if (!columns.some(([name, type]) => name === "integration" && type === "INTEGER")) continue;
    const row = await db
      .prepare(`SELECT count(*) AS n FROM ${table} WHERE integration = ?`)
      .bind(integration)
      .first<{ n: number }>();
    counts[table] = row?.n ?? -1;
  }
  return counts;
}

export async function segmentOf(form: string): Promise<number> {
  const row = await env.DB.prepare("SELECT segment FROM directory WHERE form = ?")
    .bind(form)
    .first<{ segment: number }>();
  return row?.segment ?? 0;
}

const SEGMENT = 2 ** 33;

/** How many rows of each table are of a form: they name it, its segment, or a position in it. */
export async function rowsOf({ form, segment }: { form: string; segment: number }): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of await tableNames()) {
    const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all();
    const isOf = ([column, value]: [string, unknown]) => {
      if (typeof value === "string") return value.includes(form);
      if (typeof value !== "number") return false;
      // There it is a number on another shard as well, and the form stands beside it.
      if (table === "directory") return false;
      if (column === "segment" || (table === "segments" && column === "no")) return value === segment;
      return value > segment * SEGMENT && value < (segment + 1) * SEGMENT;
    };
    counts[table] = results.filter((row) => Object.entries(row).some(isOf)).length;
  }
  return counts;
}
