/**
 * Running a kind's code while a cursor is held: the lease is made longer, and what is thrown is a bug that tells
 * nothing.
 */
import type { Deps } from "../core/integration";
import { type Cursor, extendLease } from "../store/cursors";
import * as events from "../telemetry/events";
import { type Engine, HEARTBEAT_MS, LEASE_MS } from "./engine";
import type { Place } from "./page";

/** Who works on a cursor, where, and with what. */
export interface Holder {
  readonly engine: Engine;
  readonly place: Place;
  readonly deps: Deps;
}

/** Its message could hold anything that the kind had in hand; its name and place cannot. */
const nameOf = (thrown: unknown) =>
  thrown instanceof Error ? { error: thrown.name, where: events.placeOf(thrown) } : { error: typeof thrown };

/** What people are told when the kind's code threw. */
export const OWN_FAILURE = "Formlog's own code failed; see its log.";

/** Runs the kind's code and keeps the lease meanwhile. Null: it threw, which is logged. */
export async function underLease<T>(
  { engine, place }: Holder,
  cursor: Cursor,
  run: () => Promise<T>,
): Promise<T | null> {
  const beat = setInterval(() => {
    // A beat that fails is made good by the next one, or the lease runs out: both are safe.
    extendLease(place.shard.db, cursor, engine.now() + LEASE_MS).catch(() => {});
  }, HEARTBEAT_MS);
  try {
    return await run();
  } catch (error) {
    const { kind } = engine.kind.manifest;
    events.integrationThrew({ trace: engine.trace, kind, ...nameOf(error) });
    return null;
  } finally {
    clearInterval(beat);
  }
}
