/**
 * Cursors: how far an integration has come in a segment's log, who holds it, and when it is to be woken. Every write of
 * a holder names the epoch that its claim raised, so that a holder whose lease ran out changes nothing any more.
 */
import { SEGMENT_SIZE } from "../core/ids";
import type { Blocked } from "../core/notice";
import type { Tally } from "../core/tally";
import type { Trace } from "../core/trace";
import type { Segment } from "./shards";

/** A wake-up younger than this is still on its way: no second one is sent. */
export const WAKE_WINDOW_MS = 2_000;

/** "This integration has work in this segment": all that a queue message says. */
export interface WakeUp {
  readonly shard: number;
  readonly integration: number;
  readonly segment: number;
  readonly kind: string;
  /** Not before this time: the cursor cannot be claimed earlier. 0: at once. */
  readonly notBefore: number;
  /**
   * Of what rang, once it is sent; others that had work by then rang no more. Messages of before this was kept have
   * none.
   */
  readonly trace?: Trace | undefined;
}

/** A row that rang for a wake-up. */
export function toWakeUp(row: Readonly<Record<string, unknown>>, shard: number): WakeUp {
  return {
    shard,
    integration: Number(row.integration),
    segment: Number(row.segment),
    kind: String(row.kind),
    notBefore: Number(row.notBefore),
  };
}

/** SET and RETURNING of every statement that rings: `?2` is now. */
export const RING_SET = "wake_at = max(?2, next_at)";
export const RING_RETURNING = "integration, segment, kind, next_at AS notBefore";

export type CursorState = "active" | "paused" | "waiting" | "blocked";

/** The page whose effect may be under way or done although nothing is recorded. */
export interface Flight {
  readonly feed: "responses" | "revisions";
  readonly after: number;
  readonly through: number;
  readonly markedAt: number;
  /** What is sent, of a kind with a ledger: positions and contents. */
  readonly marks?: readonly (readonly [position: number, content: unknown])[];
}

export interface Cursor {
  readonly segment: number;
  readonly integration: number;
  readonly kind: string;
  readonly state: CursorState;
  readonly position: number;
  readonly revisionPosition: number | null;
  readonly high: number;
  readonly epoch: number;
  readonly leaseUntil: number;
  readonly nextAt: number;
  readonly failures: number;
  readonly flight: Flight | null;
  readonly lastError: string | null;
  readonly lastSuccessAt: number | null;
  /** When the next reconciliation is due; null: the kind has none. */
  readonly reconcileAt: number | null;
  /** Only entries after this position are compared: what came before was never to be delivered there. */
  readonly compareFrom: number;
  /** Since when it owes what had come in before, in milliseconds: its start, a replay, being resumed. */
  readonly owedAt: number;
  readonly failing: Failing | null;
  /** Stopped by causes that were told; null: it has delivered since. */
  readonly blocked: Blocked | null;
  /** What became of its attempts in the last day. */
  readonly tally: Tally;
  /** The segment that the form wrote to before; null: this is its first one. */
  readonly follows: Segment | null;
  /**
   * The deliveries of responses up to here have been asked for their status, or have a time of their own (kinds with a
   * ledger).
   */
  readonly checked: number;
  /** When those after it are asked for, in milliseconds; null: there are none. */
  readonly checkAt: number | null;
  /** How often it was asked since it last answered (asks.ts); 0: nobody has noted work for it. */
  readonly asked: number;
}

/** A stretch in which every attempt failed: its first failure and its newest, in milliseconds. */
export interface Failing {
  readonly since: number;
  readonly at: number;
}

export const CURSOR_COLUMNS = `segment, integration, kind, state, position, revision_position AS revisionPosition, high, epoch,
  lease_until AS leaseUntil, next_at AS nextAt, failures, flight, last_error AS lastError, last_success_at AS lastSuccessAt,
  reconcile_at AS reconcileAt, compare_from AS compareFrom, owed_at AS owedAt, failing_since AS failingSince, failed_at AS failedAt, blocked, tally,
  follows, checked, check_at AS checkAt, asked`;

export type CursorRow = Omit<Cursor, "flight" | "failing" | "blocked" | "tally" | "follows"> & {
  readonly flight: string | null;
  readonly follows: string | null;
  readonly blocked: string | null;
  readonly tally: string;
  readonly failingSince: number | null;
  readonly failedAt: number | null;
};

const toSegment = ([shard, no]: readonly [number, number]): Segment => ({ shard, no });

export const toCursor = ({ failingSince, failedAt, ...row }: CursorRow): Cursor => ({
  ...row,
  flight: row.flight === null ? null : (JSON.parse(row.flight) as Flight),
  blocked: row.blocked === null ? null : (JSON.parse(row.blocked) as Blocked),
  tally: JSON.parse(row.tally) as Tally,
  follows: row.follows === null ? null : toSegment(JSON.parse(row.follows) as [number, number]),
  failing: failingSince === null ? null : { since: failingSince, at: failedAt ?? failingSince },
});

/** `blocked` as its column has it. */
export const blockedText = (blocked: Blocked | null): string | null =>
  blocked === null ? null : JSON.stringify(blocked);

/** There is something after the cursor: responses, revisions that it follows, or a page in doubt. */
const BEHIND = `(EXISTS (SELECT 1 FROM responses r WHERE r.id > cursors.position AND r.id < (cursors.segment + 1) * ${SEGMENT_SIZE})
  OR (revision_position IS NOT NULL AND EXISTS (
    SELECT 1 FROM revisions v WHERE v.id > cursors.revision_position AND v.id < (cursors.segment + 1) * ${SEGMENT_SIZE})))`;

const DUE = `EXISTS (SELECT 1 FROM deliveries d WHERE d.integration = cursors.integration AND d.next_at <= ?1
  AND d.position > cursors.segment * ${SEGMENT_SIZE} AND d.position < (cursors.segment + 1) * ${SEGMENT_SIZE})`;

/**
 * Takes the lease, or returns null: somebody else has it, or the cursor is paused or waiting (clocks may differ by 500
 * ms).
 */
export async function claimCursor(
  db: D1Database,
  wakeUp: WakeUp,
  { now, leaseMs }: { now: number; leaseMs: number },
): Promise<Cursor | null> {
  const row = await db
    .prepare(
      `UPDATE cursors SET epoch = epoch + 1, lease_until = ?1 + ?2, wake_at = ?1 + ?2
       WHERE segment = ?3 AND integration = ?4 AND lease_until <= ?1 AND next_at <= ?1 + 500 AND state <> 'paused'
       RETURNING ${CURSOR_COLUMNS}`,
    )
    .bind(now, leaseMs, wakeUp.segment, wakeUp.integration)
    .first<CursorRow>();
  return row ? toCursor(row) : null;
}

/** Makes the lease longer while a call is under way. False: it was lost. */
export async function extendLease(db: D1Database, cursor: Cursor, leaseUntil: number): Promise<boolean> {
  const { meta } = await db
    .prepare("UPDATE cursors SET lease_until = ?1, wake_at = ?1 WHERE segment = ?2 AND integration = ?3 AND epoch = ?4")
    .bind(leaseUntil, cursor.segment, cursor.integration, cursor.epoch)
    .run();
  return meta.changes === 1;
}

/** What a page did to its cursor. */
export interface CursorChange {
  readonly position: number;
  readonly revisionPosition: number | null;
  readonly flight: Flight | null;
  readonly state: Exclude<CursorState, "paused">;
  readonly failures: number;
  readonly lastError: string | null;
  /** Not before this time; 0: at once. */
  readonly nextAt: number;
  readonly success: boolean;
  readonly failing: Failing | null;
  readonly blocked: Blocked | null;
  readonly tally: Tally;
  readonly checkAt: number | null;
  /** How many asks this answers: all that the holder knew of, or none. One that came since is not lost. */
  readonly answered: number;
  /** Keep the lease when there is more to do. */
  readonly hold: boolean;
}

/** What the settling left: whether `more` waits, asks that are open, and whether the lease is still held. */
export interface Settled {
  readonly more: 0 | 1;
  readonly asked: number;
  readonly held: 0 | 1;
}

/**
 * The statement that settles a page and, in the same breath, releases the cursor unless there is more: a response
 * committed at any moment is either seen here or rings the bell itself. Returns `Settled`, or no row when the lease was
 * lost. What was told meanwhile by a worker of another segment (dispatch/incident.ts) stays.
 */
export function settleStatement(
  db: D1Database,
  cursor: Cursor,
  change: CursorChange,
  now: number,
): D1PreparedStatement {
  const open = "(asked - ?20)";
  const more = (asked: string) => `(state <> 'paused' AND (${asked} > 0
    OR EXISTS (SELECT 1 FROM responses r WHERE r.id > ?1 AND r.id < (cursors.segment + 1) * ${SEGMENT_SIZE})
    OR (?2 IS NOT NULL AND EXISTS (
      SELECT 1 FROM revisions v WHERE v.id > ?2 AND v.id < (cursors.segment + 1) * ${SEGMENT_SIZE}))))`;
  return db
    .prepare(
      `UPDATE cursors SET position = ?1, revision_position = ?2, high = max(high, ?1), flight = ?3, failures = ?5,
         state = CASE WHEN state = 'paused' THEN state ELSE ?4 END, last_error = ?6, next_at = ?7,
         last_success_at = CASE WHEN ?8 THEN ?9 ELSE last_success_at END, failing_since = ?14, failed_at = ?15, tally = ?17, check_at = ?18,
         asked = ${open},
         blocked = CASE WHEN blocked IS ?19 THEN ?16 ELSE blocked END,
         lease_until = CASE WHEN ?13 AND ${more(open)} THEN lease_until ELSE 0 END,
         wake_at = CASE WHEN ?13 AND ${more(open)} THEN wake_at WHEN ?4 <> 'active' OR ${more(open)} THEN max(?7, ?9) ELSE 0 END
       WHERE segment = ?10 AND integration = ?11 AND epoch = ?12
       RETURNING lease_until > 0 AS held, asked, ${more("asked")} AS more`,
    )
    .bind(
      change.position,
      change.revisionPosition,
      change.flight === null ? null : JSON.stringify(change.flight),
      change.state,
      change.failures,
      change.lastError,
      change.nextAt,
      change.success ? 1 : 0,
      now,
      cursor.segment,
      cursor.integration,
      cursor.epoch,
      change.hold ? 1 : 0,
      change.failing?.since ?? null,
      change.failing?.at ?? null,
      blockedText(change.blocked),
      JSON.stringify(change.tally),
      change.checkAt,
      blockedText(cursor.blocked),
      change.answered,
    );
}

/**
 * Finds every cursor with work that nobody holds and whose bell was not rung lately, marks it as rung and returns it:
 * what keeps a lost queue message from losing work. Bounded: first those whose bell was rung longest ago, so that each
 * has its turn however many have work all the time.
 */
export async function sweepCursors(db: D1Database, shard: number, now: number, limit: number): Promise<WakeUp[]> {
  const { results } = await db
    .prepare(
      `UPDATE cursors SET wake_at = ?1 WHERE (segment, integration) IN (
         SELECT segment, integration FROM cursors
         WHERE state <> 'paused' AND lease_until <= ?1 AND next_at <= ?1 AND wake_at <= ?1 - ${WAKE_WINDOW_MS}
           AND (flight IS NOT NULL OR reconcile_at <= ?1 OR check_at <= ?1 OR asked > 0 OR ${BEHIND} OR ${DUE})
         ORDER BY wake_at LIMIT ?2)
       RETURNING ${RING_RETURNING}`,
    )
    .bind(now, limit)
    .all<Record<string, unknown>>();
  return results.map((row) => toWakeUp(row, shard));
}
