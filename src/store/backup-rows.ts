/**
 * The rows of a backup: read in the order of their primary key as lines of JSON, made and taken apart by SQLite itself,
 * and written.
 */
import type { BackupBounds, RowKey } from "../core/backup";
import type { BackupTable } from "./backup-tables";

/** What a table is read with. */
export interface Reading {
  readonly bounds: BackupBounds;
  readonly shard: number;
  /** Kinds that keep an index. */
  readonly indexKinds: readonly string[];
}

export interface RowRange {
  readonly after: RowKey;
  /** The last key; absent: to the end. */
  readonly through?: RowKey;
}

export interface RowLimits {
  readonly rows: number;
  /** Characters; the first row may have more. */
  readonly size: number;
}

export interface RowPage {
  /** A row each: a JSON array of the table's columns in their order. */
  readonly lines: readonly string[];
  /** Of the last row. */
  readonly last: RowKey;
  /** The sum of revisions, of responses; else 0. */
  readonly revisions: number;
}

/** The condition of a range, whose ends are bound as JSON at ?1 and ?2. */
function within({ key }: BackupTable, { after, through }: RowRange): string {
  const columns = `(${key.join(", ")})`;
  const end = (parameter: string) => `(${key.map((_, i) => `${parameter}->>${i}`).join(", ")})`;
  const begins = after.length > 0 ? `${columns} > ${end("?1")}` : "?1 IS NOT NULL";
  return `${begins} AND ${through ? `${columns} <= ${end("?2")}` : "?2 IS NULL"}`;
}

const endsOf = ({ after, through }: RowRange) => [JSON.stringify(after), through ? JSON.stringify(through) : null];
const quote = (text: string) => `'${text}'`;

function lineOf({ columns, instead }: BackupTable, { bounds, indexKinds }: Reading): string {
  const kinds = indexKinds.map(quote).join(", ");
  const fill = (sql: string) =>
    sql.replaceAll("{startedAt}", String(bounds.startedAt)).replaceAll("{indexKinds}", kinds);
  return `json_array(${columns.map((column) => fill(instead[column] ?? column)).join(", ")})`;
}

const revisionsOf = ({ name }: BackupTable) => (name === "responses" ? "revision" : "0");

/** The rows of a backup in a range, up to the limits. Null: there are none. One round trip. */
export async function readBackupRows(
  db: D1Database,
  table: BackupTable,
  { reading, range, limits }: { reading: Reading; range: RowRange; limits: RowLimits },
): Promise<RowPage | null> {
  const key = table.key.join(", ");
  const { results } = await db
    .prepare(
      `SELECT place, line, revision FROM (
         SELECT *, sum(length(line)) OVER (ORDER BY n) AS size FROM (
           SELECT row_number() OVER () AS n, * FROM (
             SELECT json_array(${key}) AS place, ${lineOf(table, reading)} AS line, ${revisionsOf(table)} AS revision
             FROM ${table.name} WHERE ${within(table, range)} AND ${table.only(reading.bounds, reading.shard)}
             ORDER BY ${key} LIMIT ?3)))
       WHERE n = 1 OR size <= ?4 ORDER BY n`,
    )
    .bind(...endsOf(range), limits.rows, limits.size)
    .all<{ place: string; line: string; revision: number }>();
  const last = results.at(-1);
  if (!last) return null;
  const revisions = results.reduce((sum, { revision }) => sum + revision, 0);
  return { lines: results.map(({ line }) => line), last: JSON.parse(last.place) as RowKey, revisions };
}

/** How many rows are in a range, and the sum of their revisions: another one when any of them came, went or changed. */
export async function countBackupRows(
  db: D1Database,
  table: BackupTable,
  { reading, range }: { reading: Reading; range: RowRange },
): Promise<{ rows: number; revisions: number }> {
  const row = await db
    .prepare(
      `SELECT count(*) AS rows, coalesce(sum(${revisionsOf(table)}), 0) AS revisions FROM ${table.name}
       WHERE ${within(table, range)} AND ${table.only(reading.bounds, reading.shard)}`,
    )
    .bind(...endsOf(range))
    .first<{ rows: number; revisions: number }>();
  return row ?? { rows: 0, revisions: 0 };
}

/** Rows as they were read, without the bounds of a backup: what was restored, to compare it. */
export async function readRestoredRows(
  db: D1Database,
  table: BackupTable,
  { range, limits }: { range: RowRange; limits: RowLimits },
): Promise<RowPage | null> {
  const everything: BackupTable = { ...table, instead: {}, only: () => "true" };
  const bounds = { startedAt: 0, forms: 0, integrations: 0, segments: [] };
  return readBackupRows(db, everything, { reading: { bounds, shard: 0, indexKinds: [] }, range, limits });
}

/** Characters of the lines of a statement: D1 takes 2 MB a value, and a character may need three bytes. */
const STATEMENT_SIZE = 500_000;

/**
 * Writes rows; those that are there already are replaced, so that it may be repeated. One batch: all of them or none.
 */
export async function writeBackupRows(db: D1Database, { name, columns }: BackupTable, lines: readonly string[]) {
  const into = `INSERT OR REPLACE INTO ${name} (${columns.join(", ")})`;
  const values = columns.map((_, i) => `value->>${i}`).join(", ");
  const many = db.prepare(`${into} SELECT ${values} FROM json_each(?)`);
  const one = db.prepare(`${into} VALUES (${columns.map(() => "?").join(", ")})`);
  const statements: D1PreparedStatement[] = [];
  for (const group of groupsOf(lines)) {
    const [line = "[]"] = group;
    // A row of its own whose line may be too long for one value, though its columns are not.
    if (line.length > STATEMENT_SIZE) statements.push(one.bind(...(JSON.parse(line) as (string | number | null)[])));
    else statements.push(many.bind(`[${group.join(",")}]`));
  }
  if (statements.length > 0) await db.batch(statements);
}

function groupsOf(lines: readonly string[]): string[][] {
  const groups: string[][] = [];
  let size = STATEMENT_SIZE;
  for (const line of lines) {
    if (size + line.length > STATEMENT_SIZE) {
      groups.push([]);
      size = 0;
    }
    size += line.length;
    groups.at(-1)?.push(line);
  }
  return groups;
}

/** The statement that counts the rows of a range, as `n`, up to a limit. */
export const countUpToStatement = (
  db: D1Database,
  table: BackupTable,
  { range, limit }: { range: RowRange; limit: number },
): D1PreparedStatement =>
  db
    .prepare(`SELECT count(*) AS n FROM (SELECT 1 FROM ${table.name} WHERE ${within(table, range)} LIMIT ?3)`)
    .bind(...endsOf(range), limit);

/** The statement that says whether a table has rows after a key: `more`, 0 or 1. */
export const hasMoreStatement = (db: D1Database, table: BackupTable, after: RowKey): D1PreparedStatement =>
  db
    .prepare(`SELECT EXISTS (SELECT 1 FROM ${table.name} WHERE ${within(table, { after })}) AS more`)
    .bind(...endsOf({ after }));

/** A condition for the rows of a part: its ends are bound at ?1 and ?2. */
export const ofPart = (table: BackupTable, range: Required<RowRange>) => ({
  sql: within(table, range),
  values: endsOf(range),
});
