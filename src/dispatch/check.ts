/**
 * Checks: deliveries whose status was not final are asked for again, so that a report that never came is made good. Nothing
 * in here can send: whatever the kind answers is written to the row, or the row is asked about again later.
 */
import type { Entry, Outcome } from "../core/integration";
import { type CheckWrite, writeChecks } from "../store/checks";
import type { Cursor } from "../store/cursors";
import type { DeliveryRow } from "../store/deliveries";
import * as events from "../telemetry/events";
import { type Holder, OWN_FAILURE, underLease } from "./lease";
import type { PageWork } from "./page";

/** When the provider can't be asked, it is asked again an hour later, for about a day. */
const AGAIN_MS = 3_600_000;
const CHECKS_MAX = 24;

/** Asks the kind for the status of each entry and writes what it says. An outage stops nothing: the checks are put off. */
export async function checkOff(holder: Holder, cursor: Cursor, work: PageWork): Promise<void> {
  const { engine, place, deps } = holder;
  const { kind } = engine;
  const result = await underLease(holder, cursor, () => kind.reconcile(work.page, deps));
  const outcomes = result?.outcomes ?? new Map<number, Outcome>();
  const halt = result ? result.halt : { reason: OWN_FAILURE };
  const now = engine.now();
  const checks = work.page.entries.flatMap((entry) => {
    const row = work.rows.get(entry.position);
    return row ? [checked(entry, { row, outcome: outcomes.get(entry.position), now })] : [];
  });
  await writeChecks(place.shard.db, cursor, checks);
  const counts = { checked: checks.length, learned: checks.filter(({ rank }) => rank >= 0).length };
  events.statusesChecked({ trace: engine.trace, kind: kind.manifest.kind, ...counts, reason: halt?.reason });
}

interface Answer {
  readonly row: DeliveryRow;
  /** Undefined: the kind could not ask. */
  readonly outcome: Outcome | undefined;
  readonly now: number;
}

/** What an answer means for a row. Pure. */
export function checked({ position }: Entry, { row, outcome, now }: Answer): CheckWrite {
  const { feed, reference } = row;
  const asked = { feed, position, reference };
  switch (outcome?.type) {
    case "delivered": {
      const { status = null, rank = 0, checkAfterSeconds } = outcome;
      const nextAt = checkAfterSeconds === undefined ? null : now + checkAfterSeconds * 1000;
      return { ...asked, state: "delivered", status, rank, reason: null, nextAt };
    }
    case "rejected": {
      const { status = null, rank = 0, reason } = outcome;
      return { ...asked, state: "parked", status, rank, reason, nextAt: null };
    }
    default: {
      const nextAt = row.looks + 1 < CHECKS_MAX ? now + AGAIN_MS : null;
      return { ...asked, state: "delivered", status: null, rank: -1, reason: null, nextAt };
    }
  }
}
