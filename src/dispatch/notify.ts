/**
 * Delivering notices: always due deliveries, told at least once each, by their ids. What it came to is settled by
 * drain.ts.
 */
import type { NoticePage, PageResult } from "../core/integration";
import { type Cursor, extendLease } from "../store/cursors";
import { LEASE_MS } from "./engine";
import type { Holder } from "./lease";
import type { NoticeWork } from "./page";
import { attempt, type Worked } from "./work";

/** Delivers a page of notices. Null: nothing was sent, because the lease was lost. */
export async function notify(holder: Holder, cursor: Cursor, { page }: NoticeWork): Promise<Worked | null> {
  const { engine, place, deps } = holder;
  const { kind } = engine;
  if (!(await extendLease(place.shard.db, cursor, engine.now() + LEASE_MS))) return null;
  const tell = async (): Promise<PageResult> => (await kind.notify?.(page, deps)) ?? skipAll(page);
  const { outcomes, halt = null, attempts } = await attempt(holder, cursor, tell);
  return {
    outcomes,
    halt,
    flight: null,
    marked: new Map(),
    waitSeconds: null,
    spare: 1,
    ...(attempts && { attempts }),
  };
}

const skipAll = ({ entries }: NoticePage): PageResult => ({
  outcomes: new Map(
    entries.map(({ position }) => [position, { type: "skipped", reason: "This kind takes no notices any more." }]),
  ),
});
