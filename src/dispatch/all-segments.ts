/**
 * What kinds that keep an index do beyond the segment whose cursor they hold: read responses of the form wherever they
 * lie, and have other cursors deliver what is noted for them. A database that can't be asked now is said, not thrown:
 * the page waits for it.
 */
import { type LogAddress, segmentOf } from "../core/ids";
import type { ResponseRecord } from "../core/response";
import { askCursors } from "../store/asks";
import { isUnavailable } from "../store/failure";
import { readOfForm } from "../store/responses";
import type { Engine } from "./engine";

type Group = [shard: number, here: readonly LogAddress[]];

/** Does something on each shard of these, side by side; null: one of them can't be asked now. */
async function onEach<T>(places: readonly LogAddress[], act: (group: Group) => Promise<T>): Promise<T[] | null> {
  try {
    return await Promise.all([...Map.groupBy(places, ({ shard }) => shard)].map(act));
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return null;
  }
}

/**
 * Responses of a form as they are now, by position; null: a shard can't be asked now. One round trip for each shard.
 */
export async function readPlaces(
  { shards }: Pick<Engine, "shards">,
  form: string,
  places: readonly LogAddress[],
): Promise<ReadonlyMap<number, ResponseRecord> | null> {
  const read = ([shard, here]: Group) =>
    readOfForm(shards.get(shard), form, [...new Set(here.map(({ position }) => position))]);
  const found = await onEach(places, read);
  return found && new Map(found.flatMap((responses) => [...responses]));
}

/**
 * Who asks has settled by then: else one whose kind delivers in order would give its turn back, and look again later.
 */
const TURN_AFTER_MS = 1_000;

/**
 * Asks the cursors of the segments that these responses lie in. False: a shard can't be asked now. One round trip for
 * each shard.
 */
export async function askForTurns(
  { shards, now, wake }: Pick<Engine, "shards" | "now" | "wake">,
  integration: number,
  waiting: readonly LogAddress[],
): Promise<boolean> {
  const ask = ([shard, here]: Group) => {
    const segments = [...new Set(here.map(({ position }) => segmentOf(position)))];
    return askCursors(shards.get(shard), { segments, integration, now: now() });
  };
  const rung = await onEach(waiting, ask);
  if (rung)
    await wake(rung.flat().map((one) => ({ ...one, notBefore: Math.max(one.notBefore, now() + TURN_AFTER_MS) })));
  return rung !== null;
}
