/** Takes all rows out of a database, and leaves its tables. Most are empty already: they are only looked at. */
export async function emptyDatabase(db: D1Database): Promise<void> {
  const { results } = await db
    .prepare(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') AND name <> 'd1_migrations'
       AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'`,
    )
    .all<{ name: string }>();
  if (results.length === 0) return;
  const look = results.map(({ name }) => `EXISTS (SELECT 1 FROM ${name}) AS ${name}`);
  const found = (await db.prepare(`SELECT ${look.join(", ")}`).first<Record<string, number>>()) ?? {};
  const filled = results.filter(({ name }) => found[name] === 1);
  if (filled.length > 0) await db.batch(filled.map(({ name }) => db.prepare(`DELETE FROM ${name}`)));
}
