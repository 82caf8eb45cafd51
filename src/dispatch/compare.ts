/**
 * A reconciliation: the provider's inventory against the settled part of the log, under the cursor's lease, so that
 * nothing is delivered meanwhile. What is missing is delivered again where that is safe; the rest is reported.
 */
import { compileFilter } from "../core/expression";
import { responseId, segmentStart } from "../core/ids";
import type { Finding, Inventory, SettledDelivery } from "../core/inventory";
import { nextNight } from "../core/night";
import { EXAMPLES_MAX, type Found, ROUND_MS } from "../core/reconciliation";
import { findCursor, isPassed } from "../store/cursor-control";
import type { Cursor } from "../store/cursors";
import { scheduleDeliveries } from "../store/deliveries";
import type { IntegrationSetup } from "../store/integrations";
import { appendLogs } from "../store/logs";
import {
  finishReconciliation,
  readLedger,
  readSettled,
  type SettledRow,
  startReconciliation,
} from "../store/reconciliations";
import { reportDelivery } from "../store/reports";
import * as events from "../telemetry/events";
import { type Holder, OWN_FAILURE, underLease } from "./lease";

/** Rows of the log that are read at once. */
const PAGE = 2_000;
/** More than so many missing at once is no accident: the tab was emptied or replaced, and a person decides. */
const REPAIR_MAX = 10_000;
/** A ledger is compared over this time: later the provider's word does not change any more. */
const LEDGER_MS = 7 * 86_400_000;
/** When a reconciliation that could not be done, or whose worker died, is tried again. */
const AGAIN_MS = ROUND_MS;

/** Whether a reconciliation is to be done before anything else: its time has come and no page is in doubt. */
export const comparisonDue = (cursor: Cursor, now: number): boolean =>
  cursor.reconcileAt !== null && cursor.reconcileAt <= now && cursor.flight === null;

/** Compares and repairs. False: the lease was lost, and somebody else goes on. */
export async function compare(holder: Holder, cursor: Cursor): Promise<boolean> {
  const { engine, place } = holder;
  const { db } = place.shard;
  const now = engine.now();
  const no = await startReconciliation(db, cursor, { now, againAt: now + AGAIN_MS });
  if (no === null) return false;
  const found = (await underLease(holder, cursor, () => runComparison(holder, cursor, now))) ?? failed(OWN_FAILURE);
  const done = engine.now();
  const nextAt = found.error === null || found.checked > 0 ? nextNight(done, cursor.integration) : done + AGAIN_MS;
  await finishReconciliation(db, cursor, { no, found, now: done, nextAt });
  const { examples: _, error, ...counts } = found;
  const { integration, form } = place.setup;
  const about = { trace: engine.trace, kind: integration.kind, integration: integration.id, form: form.id };
  events.reconciled({ ...about, ...counts, reason: error });
  await appendLogs(db, [
    {
      workspace: integration.workspace,
      at: done,
      level: error === null ? "info" : "warn",
      event: "reconciled",
      form: form.id,
      integration: integration.id,
      trace: engine.trace,
      detail: { kind: integration.kind, ...counts, ...(error !== null && { reason: error }) },
    },
  ]);
  return true;
}

const NOTHING = { checked: 0, missing: 0, doubled: 0, strangers: 0, changed: 0, repaired: 0, examples: {} };
const failed = (error: string): Found => ({ ...NOTHING, error });

async function runComparison(holder: Holder, cursor: Cursor, now: number): Promise<Found> {
  const { kind } = holder.engine;
  const since = kind.manifest.policy.ledger ? now - LEDGER_MS : 0;
  const range = { segment: cursor.segment, through: cursor.position, since, isFirst: cursor.follows === null };
  const result = await kind.inventory?.(range, holder.deps);
  if (!result) return failed("This kind has nothing to compare with.");
  if ("halt" in result) return failed(result.halt.reason);
  const { inventory } = result;
  const walked = await walk(holder, cursor, { inventory, since });
  const { doubled, doubledCount, strangers } = inventory.surplus();
  const copies = doubledCount > 0 ? await inventory.removeCopies?.() : undefined;
  const removed = copies && "removed" in copies ? copies.removed : 0;
  const again = await deliverAgain(holder, cursor, walked.again);
  return {
    checked: walked.checked,
    missing: walked.missing,
    doubled: doubledCount,
    strangers,
    changed: walked.changed,
    repaired: again + removed + walked.changed,
    examples: { missing: walked.examples, doubled: doubled.slice(0, EXAMPLES_MAX) },
    error: walked.again.length > REPAIR_MAX ? TOO_MANY : copies && "halt" in copies ? copies.halt.reason : null,
  };
}

const TOO_MANY = `More than ${REPAIR_MAX} are missing, which looks like a decision and not like an accident: nothing was delivered again. Replay the integration from the beginning to bring them back.`;

interface Walked {
  checked: number;
  missing: number;
  changed: number;
  /** Positions that are missing and may be delivered again, up to one more than are repaired. */
  readonly again: number[];
  readonly examples: string[];
}

/** Asks the inventory for every settled delivery, and notes the provider's word where it is another. */
async function walk(
  { engine, place }: Holder,
  cursor: Cursor,
  { inventory, since }: { inventory: Inventory; since: number },
): Promise<Walked> {
  const { ledger } = engine.kind.manifest.policy;
  const { db, no: shard } = place.shard;
  const known = await findCursor(db, cursor.segment, cursor.integration);
  const toDelivery = deliveryOf(place.setup, { shard, ledger, given: (at) => known === null || !isPassed(known, at) });
  const walked: Walked = { checked: 0, missing: 0, changed: 0, again: [], examples: [] };
  const filtered = place.setup.integration.filter !== null;
  const read = (after: number): Promise<SettledRow[]> =>
    ledger
      ? readLedger(db, cursor, { after, limit: PAGE, since })
      : readSettled(db, cursor, { after, limit: PAGE, answers: filtered });
  let after = ledger ? segmentStart(cursor.segment) : cursor.compareFrom;
  for (let rows = await read(after); rows.length > 0; rows = await read(after)) {
    for (const row of rows) {
      const delivery = toDelivery(row);
      const finding = inventory.find(delivery);
      walked.checked += delivery.expected ? 1 : 0;
      if (finding.type === "missing" && delivery.expected) noteMissing(walked, delivery, finding.again);
      if (finding.type === "changed" && (await noteChanged(db, { shard, cursor, delivery, finding }))) {
        walked.changed += 1;
      }
    }
    after = rows.at(-1)?.position ?? after;
  }
  return walked;
}

/** How a row of the log is put to an inventory. */
function deliveryOf(
  { integration, definition }: IntegrationSetup,
  { shard, ledger, given }: { shard: number; ledger: boolean; given: (position: number) => boolean },
): (row: SettledRow) => SettledDelivery {
  const filter = integration.filter === null ? null : compileFilter(integration.filter, definition);
  const passes = (row: SettledRow) =>
    filter === null || (filter.ok && filter.evaluate(JSON.parse(row.answers), JSON.parse(row.metadata)));
  return (row) => ({
    position: row.position,
    response: responseId({ shard, position: row.position }),
    // A ledger knows what was sent, whatever the filter and the response have become since.
    expected: ledger
      ? row.state === "delivered"
      : row.erased === 0 && (row.state ?? "delivered") === "delivered" && given(row.position) && passes(row),
    row: row.state && {
      state: row.state,
      reference: row.reference,
      status: row.status,
      content: row.content === null ? null : (JSON.parse(row.content) as unknown),
      triedAt: row.triedAt ?? 0,
    },
  });
}

function noteMissing(walked: Walked, delivery: SettledDelivery, again: boolean): void {
  walked.missing += 1;
  if (walked.examples.length < EXAMPLES_MAX) walked.examples.push(delivery.response);
  if (again && walked.again.length <= REPAIR_MAX) walked.again.push(delivery.position);
}

interface ChangedNote {
  readonly shard: number;
  readonly cursor: Cursor;
  readonly delivery: SettledDelivery;
  readonly finding: Extract<Finding, { type: "changed" }>;
}

async function noteChanged(db: D1Database, { shard, cursor, delivery, finding }: ChangedNote): Promise<boolean> {
  const address = { shard, integration: cursor.integration, feed: 0 as const, position: delivery.position };
  const { reference, status, rank, failure } = finding;
  const state = failure === null ? "delivered" : "parked";
  return reportDelivery(db, address, { reference, status, rank, state, reason: failure });
}

/** Makes what is missing due, unless it is too much. The drain that called goes on with it at once. */
async function deliverAgain({ engine, place }: Holder, cursor: Cursor, positions: readonly number[]): Promise<number> {
  if (positions.length > REPAIR_MAX) return 0;
  let due = 0;
  for (let at = 0; at < positions.length; at += PAGE) {
    const { segment, integration } = cursor;
    const of = { segment, integration, keepDelivered: engine.kind.manifest.policy.ledger };
    due += await scheduleDeliveries(place.shard.db, of, positions.slice(at, at + PAGE), engine.now());
  }
  return due;
}
