/** What the isolates have counted, summed up: one row for each series, however many isolates there are. */
import type { Counted } from "../core/counters";

/** Adds these counts; one row written for each. */
export async function addCounts(db: D1Database, counted: readonly Counted[]): Promise<void> {
  const rows = counted.map(({ name, labels, value }) => [name, JSON.stringify(labels), value]);
  await db
    .prepare(
      `INSERT INTO counters (name, labels, value) SELECT value->>0, value->>1, value->>2 FROM json_each(?1) WHERE true
       ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value`,
    )
    .bind(JSON.stringify(rows))
    .run();
}

/** All series. A few dozen rows. */
export async function readCounts(db: D1Database): Promise<Counted[]> {
  const { results } = await db
    .prepare("SELECT name, labels, value FROM counters ORDER BY name, labels")
    .all<{ name: string; labels: string; value: number }>();
  return results.map(({ name, labels, value }) => ({ name, labels: JSON.parse(labels), value }));
}
