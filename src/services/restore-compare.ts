/** What is in the databases, held against a manifest: some parts at a time, so that no query grows with a table. */
import type { Context } from "../context";
import type { BackupManifest, BackupPart, RowKey } from "../core/backup";
import { AppError } from "../core/errors";
import { countUpToStatement, hasMoreStatement } from "../store/backup-rows";
import { type BackupTable, backupTable, CONTROL_TABLES, SHARD_TABLES } from "../store/backup-tables";

/** Parts whose rows are counted in a piece. */
const PARTS = 5;

export interface Compared {
  /** Which tables. */
  readonly of: (table: string) => boolean;
  /** How many of their parts were compared before. */
  readonly place: number;
}

/**
 * Counts the rows of the next parts, and those between two of them. Returns the next place; null: all is there, and no
 * more. Throws `conflict`.
 */
export async function compareRows(
  ctx: Context,
  manifest: BackupManifest,
  { of, place }: Compared,
): Promise<number | null> {
  const parts = manifest.parts.filter(({ table }) => of(table));
  const some = parts.slice(place, place + PARTS).map((part, i) => ({ ...part, after: endBefore(parts, place + i) }));
  for (const [shard, own] of Map.groupBy(some, (part) => part.shard)) {
    const { db } = ctx.shards.get(shard);
    const counts = await db.batch<{ n: number }>(
      own.map(({ table, after, last, rows }) =>
        countUpToStatement(db, backupTable(table), { range: { after, through: last }, limit: rows + 1 }),
      ),
    );
    const wrong = own.find(({ rows }, i) => counts[i]?.results[0]?.n !== rows);
    if (wrong) throw refuseRows(wrong.table, shard);
  }
  if (place + PARTS < parts.length) return place + PARTS;
  await refuseMore(ctx, parts, of);
  return null;
}

/** Where the part before this one of the same table ends: what lies between the two is in neither. */
function endBefore(parts: readonly BackupPart[], at: number): RowKey {
  const [part, before] = [parts[at], parts[at - 1]];
  return part && before?.table === part.table && before.shard === part.shard ? before.last : [];
}

/** Throws when a table has rows behind its last part. */
async function refuseMore({ shards }: Context, parts: readonly BackupPart[], of: Compared["of"]): Promise<void> {
  for (const { no, db } of shards.all) {
    const tables: readonly BackupTable[] = [...SHARD_TABLES, ...(no === 0 ? CONTROL_TABLES : [])];
    const compared = tables.filter(({ name }) => of(name));
    const ends = new Map(parts.filter(({ shard }) => shard === no).map(({ table, last }) => [table, last]));
    const more = await db.batch<{ more: number }>(
      compared.map((table) => hasMoreStatement(db, table, ends.get(table.name) ?? [])),
    );
    const wrong = compared.find((_, i) => more[i]?.results[0]?.more !== 0);
    if (wrong) throw refuseRows(wrong.name, no);
  }
}

const refuseRows = (table: string, shard: number) =>
  new AppError("conflict", {
    detail:
      `${table} of shard ${shard} has more or fewer rows than the manifest says: somebody else writes there. ` +
      "Begin anew with empty databases.",
  });
