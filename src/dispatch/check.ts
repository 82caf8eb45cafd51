/**
 * Checks: deliveries whose status was not final are asked for again, many at once. Nothing in here can send: whatever
 * the kind answers is written to the row, or the row is asked about again later. The cursor moves on over those that
 * have been answered, in the order of the log, and only over them.
 */
import type { Outcome, PageResult, Unchecked } from "../core/integration";
import type { Policy } from "../core/manifest";
import { DELIVERED } from "../core/status";
import { type CheckRow, type CheckWrite, readDueChecks, readUnchecked, writeChecks } from "../store/checks";
import type { Cursor } from "../store/cursors";
import * as events from "../telemetry/events";
import { type Holder, OWN_FAILURE, underLease } from "./lease";

/**
 * When the provider can't be asked, it is asked again an hour later. One with a time of its own is asked for about a
 * day.
 */
const AGAIN_MS = 3_600_000;
const CHECKS_MAX = 24;

/**
 * Checks one page of what is due. Undefined: nothing is; null: the lease was lost. An outage stops nothing: the checks
 * are put off.
 */
export async function checkOff(holder: Holder, cursor: Cursor): Promise<Cursor | null | undefined> {
  const { kind, now } = holder.engine;
  const { checks } = kind.manifest.policy;
  if (!kind.check || !checks) return undefined;
  const isDue = cursor.checkAt !== null && cursor.checkAt <= now();
  return isDue ? checkNext(holder, cursor, checks) : checkDue(holder, cursor, checks);
}

/** Those that have no time of their own, from where the cursor has come to. */
async function checkNext(holder: Holder, cursor: Cursor, checks: NonNullable<Policy["checks"]>) {
  const { db } = holder.place.shard;
  const rows = await readUnchecked(db, cursor, checks.pageSize);
  const { ripe, nextAt } = ripeOf(rows, { checks, now: holder.engine.now() });
  const result = await ask(holder, cursor, ripe.filter(isOpen));
  const now = holder.engine.now();
  const firstSilent = ripe.findIndex((row) => isOpen(row) && !result.outcomes.has(row.position));
  const passed = firstSilent === -1 ? ripe : ripe.slice(0, firstSilent);
  const writes = passed.flatMap((row): CheckWrite[] => {
    const outcome = result.outcomes.get(row.position);
    return !isOpen(row) || isDelivered(outcome) ? [] : [checked(row, outcome, now)];
  });
  const moved = {
    checked: passed.at(-1)?.position ?? cursor.checked,
    checkAt: firstSilent === -1 ? nextAt : now + AGAIN_MS,
  };
  return (await writeChecks(db, cursor, writes, moved)) ? { ...cursor, ...moved } : null;
}

/** Those whose own time has come. */
async function checkDue(holder: Holder, cursor: Cursor, { pageSize }: NonNullable<Policy["checks"]>) {
  const { db } = holder.place.shard;
  const rows = await readDueChecks(db, cursor, holder.engine.now(), pageSize);
  if (rows.length === 0) return undefined;
  const { outcomes } = await ask(holder, cursor, rows);
  const now = holder.engine.now();
  const writes = rows.map((row) => checked(row, outcomes.get(row.position), now));
  return (await writeChecks(db, cursor, writes, cursor)) ? cursor : null;
}

/** Whether nobody has heard the last word for it yet, and no time of its own is there for it. */
const isOpen = ({ state, nextAt, looks, reference, rank }: CheckRow): boolean =>
  state === "delivered" && nextAt === null && looks === 0 && reference !== null && rank < DELIVERED.rank;

/** What a check says most often, and what needs no row. */
const isDelivered = (outcome: Outcome | undefined): boolean =>
  outcome?.type === "delivered" && outcome.status === DELIVERED.status && outcome.checkAfterSeconds === undefined;

/**
 * The rows up to the first one that is too young to be asked for, and when the next ones are to be; null: there are
 * none. Pure.
 */
export function ripeOf(
  rows: readonly CheckRow[],
  { checks, now }: { checks: NonNullable<Policy["checks"]>; now: number },
): { ripe: readonly CheckRow[]; nextAt: number | null } {
  const { afterSeconds, everySeconds, pageSize } = checks;
  const at = rows.findIndex((row) => isOpen(row) && row.triedAt > now - afterSeconds * 1000);
  const young = rows[at];
  if (young) return { ripe: rows.slice(0, at), nextAt: young.triedAt + (afterSeconds + everySeconds) * 1000 };
  return { ripe: rows, nextAt: rows.length < pageSize ? null : now };
}

async function ask(holder: Holder, cursor: Cursor, rows: readonly CheckRow[]): Promise<PageResult> {
  const { engine, deps } = holder;
  const { kind } = engine;
  if (rows.length === 0 || !kind.check) return { outcomes: new Map() };
  const asked = rows.flatMap(({ position, reference, looks, triedAt }): Unchecked[] =>
    reference === null ? [] : [{ position, reference, checks: looks, triedAt }],
  );
  const result = await underLease(holder, cursor, async () => kind.check?.(asked, deps));
  const outcomes = result?.outcomes ?? new Map<number, Outcome>();
  const said = [...outcomes.values()].filter(({ type }) => type === "delivered" || type === "rejected");
  const reason = result ? result.halt?.reason : OWN_FAILURE;
  const counts = { checked: rows.length, learned: said.length };
  events.statusesChecked({ trace: engine.trace, kind: kind.manifest.kind, ...counts, reason });
  return { outcomes: new Map([...outcomes].filter(([, { type }]) => type === "delivered" || type === "rejected")) };
}

/** What an answer means for a row; undefined: the kind could not ask. Pure. */
export function checked(row: CheckRow, outcome: Outcome | undefined, now: number): CheckWrite {
  const { feed, position, reference, looks } = row;
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
      const nextAt = looks + 1 < CHECKS_MAX ? now + AGAIN_MS : null;
      return { ...asked, state: "delivered", status: null, rank: -1, reason: null, nextAt };
    }
  }
}
