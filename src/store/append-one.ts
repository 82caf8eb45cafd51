/** Appending one response without ringing: one statement instead of a batch. */
import { type AppendResult, INSERT, type NewResponse, toRows } from "./append";
import { UNRUNG } from "./ring";

const INSERT_ONE = `${INSERT}, EXISTS (SELECT 1 FROM cursors WHERE segment = id >> 33 AND ${UNRUNG}) AS due`;

/** `due`: an integration of the segment is to be rung for (ring.ts). */
export interface AppendedOne extends Omit<AppendResult, "wakeUps"> {
  readonly due: boolean;
}

/**
 * Whether one statement does for an entry: with flags the feed is told besides, and of a link with a maximum its use is
 * counted.
 */
export const needsOne = ({ flags, link }: NewResponse): boolean =>
  flags === null && (link?.responsesMax ?? null) === null;

/** Appends an entry that needs one statement as `appendResponses` does, and says whether to ring instead of ringing. */
export async function appendOne(db: D1Database, entry: NewResponse, now: number): Promise<AppendedOne> {
  const { results, meta } = await db
    .prepare(INSERT_ONE)
    .bind(JSON.stringify(toRows([entry])), Math.trunc(now))
    .all<{ id: number; due: 0 | 1 }>();
  return {
    positions: [results[0]?.id ?? null],
    due: results[0]?.due === 1,
    rowsRead: meta.rows_read,
    rowsWritten: meta.rows_written,
    sizeAfter: meta.size_after,
  };
}
