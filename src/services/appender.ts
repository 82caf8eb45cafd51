/**
 * Appends groups of responses and rings for their integrations in the same round trip. Where submissions come thick but
 * one by one, the bell is mostly rung already: right after an append that rang for nobody, a lone response goes in by
 * itself and only says whether to ring. Whoever is to be rung for after all, once in a wake-up, costs a second round
 * trip; when the worker dies before it, the sweeper rings.
 */
import { createLru } from "../core/lru";
import { type AppendResult, appendResponses, type NewResponse } from "../store/append";
import { appendOne, needsOne } from "../store/append-one";
import { ring } from "../store/ring";

/** After an append that rang for nobody. Milliseconds: where fewer than ten come in a second, they are rung with. */
const QUIET_MS = 100;

interface Appender {
  readonly db: D1Database;
  readonly shard: number;
  readonly now: () => number;
}

/** Appends entries to their segments, as `appendResponses` does: all or nothing on an error, and safe to repeat. */
export function createAppender({ db, shard, now }: Appender) {
  const quietUntil = createLru<number>(1_000);
  return async (entries: readonly NewResponse[]): Promise<AppendResult> => {
    const at = now();
    const [first] = entries;
    const isQuiet = first && (quietUntil.get(String(first.segment)) ?? 0) > at;
    if (isQuiet && entries.length === 1 && needsOne(first)) {
      const { due, ...appended } = await appendOne(db, first, at);
      return { ...appended, wakeUps: due ? await ring(db, shard, first.segment, at) : [] };
    }
    const appended = await appendResponses(db, shard, entries, at);
    if (appended.wakeUps.length === 0) {
      for (const { segment } of entries) quietUntil.set(String(segment), at + QUIET_MS);
    }
    return appended;
  };
}
