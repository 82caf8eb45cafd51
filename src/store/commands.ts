/**
 * Commands: what people want of an integration, numbered, in its row; and how far each cursor knows it. A command is
 * written first and told to the cursors then, each of which takes none that is older than what it knows. So it may be
 * told twice, by several, late and in any order, and by the sweeper when whoever gave it has died
 * (docs/decisions/036).
 */
import { segmentStart } from "../core/ids";
import { rewindStatement } from "./cursor-control";
import { RING_RETURNING } from "./cursors";

/**
 * Where the cursors of a new integration begin: positions of responses and of revisions (null: it follows none), by
 * `segmentKey`. In a segment that is not in it they begin at the start.
 */
export type Places = Readonly<Record<string, readonly [responses: number, revisions: number | null]>>;

/** What people want of an integration, as its row says, and how far its cursors know. */
export interface Command {
  /** Number of the integration. */
  readonly no: number;
  readonly kind: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Number of the newest command. */
  readonly command: number;
  /** All cursors know the commands up to this one. */
  readonly obeyed: number;
  /** Null: each cursor as it is, since before this was kept. */
  readonly paused: 0 | 1 | null;
  /** 1: its form is deleted, and may be restored. */
  readonly held: 0 | 1;
  /** The newest command that let it go on. */
  readonly resumed: number;
  /** The newest command that changed config or filter. */
  readonly renewed: number;
  /** Null: no cursor is missing. */
  readonly places: Places | null;
}

const COLUMNS = `i.no, i.kind, i.created_at AS createdAt, i.command, i.obeyed, i.paused, i.resumed, i.renewed, i.places,
  f.deleted_at IS NOT NULL AS held`;

/** The commands of a form's integrations, oldest integration first. One round trip. */
export async function readCommands(control: D1Database, form: string): Promise<Command[]> {
  const { results } = await control
    .prepare(`SELECT ${COLUMNS} FROM integrations i JOIN forms f ON f.id = i.form WHERE i.form = ? ORDER BY i.no`)
    .bind(form)
    .all<Omit<Command, "places"> & { readonly places: string | null }>();
  return results.map((row) => ({ ...row, places: row.places === null ? null : (JSON.parse(row.places) as Places) }));
}

/** The statement that gives a command to all integrations of a form: it was deleted, or restored. */
export const commandAll = (control: D1Database, form: string): D1PreparedStatement =>
  control.prepare("UPDATE integrations SET command = command + 1 WHERE form = ?").bind(form);

/**
 * Notes that all cursors of these integrations know these commands. Returns the numbers of those that are there: the
 * others were deleted meanwhile. One round trip.
 */
export async function noteObeyed(control: D1Database, told: readonly Command[]): Promise<ReadonlySet<number>> {
  const { results } = await control
    .prepare(
      `UPDATE integrations SET obeyed = max(obeyed, e.value->>1), places = NULL FROM json_each(?) e
       WHERE no = e.value->>0 RETURNING no`,
    )
    .bind(JSON.stringify(told.map(({ no, command }) => [no, command])))
    .all<{ no: number }>();
  return new Set(results.map(({ no }) => no));
}

/** Which of these numbers are those of no integration: it was deleted, and none comes again. One round trip. */
export async function findGone(control: D1Database, numbers: readonly number[]): Promise<number[]> {
  const { results } = await control
    .prepare(
      `SELECT e.value AS no FROM json_each(?) e WHERE NOT EXISTS (SELECT 1 FROM integrations i WHERE i.no = e.value)`,
    )
    .bind(JSON.stringify(numbers))
    .all<{ no: number }>();
  return results.map(({ no }) => no);
}

/** What a cursor was before its form was deleted. */
const STATE = "coalesce(state_before, state)";
/** It is told for the first time to go on, or that what it waits for may be mended. */
const ANEW = `(obeyed < ?6 OR (obeyed < ?7 AND ${STATE} <> 'paused'))`;
const WANTED = `CASE WHEN ?4 = 1 THEN 'paused' WHEN ${ANEW} OR (?4 = 0 AND ${STATE} = 'paused') THEN 'active'
  ELSE ${STATE} END`;
const unlessAnew = (column: string, anew: string) => `${column} = CASE WHEN ${ANEW} THEN ${anew} ELSE ${column} END`;

export interface Told {
  readonly segment: number;
  /** Its kind keeps an index, which is made anew when config or filter change. */
  readonly isIndex: boolean;
  readonly now: number;
}

/**
 * The statements that tell a cursor everything that it does not know yet; the last one returns it, with its state,
 * unless it knew all. A holder finishes its page before it stops.
 */
export function tellStatements(
  db: D1Database,
  command: Command,
  { segment, isIndex, now }: Told,
): D1PreparedStatement[] {
  const { no, paused, held, resumed, renewed } = command;
  const tell = db
    .prepare(
      `UPDATE cursors SET obeyed = ?3, state = CASE WHEN ?5 THEN 'paused' ELSE ${WANTED} END,
         state_before = CASE WHEN ?5 THEN ${WANTED} END, wake_at = 0, ${unlessAnew("next_at", "0")},
         ${unlessAnew("failures", "0")}, ${unlessAnew("last_error", "NULL")}, ${unlessAnew("failing_since", "NULL")},
         ${unlessAnew("failed_at", "NULL")},
         owed_at = CASE WHEN ${ANEW} AND ${STATE} IN ('paused', 'blocked') THEN ?8 ELSE owed_at END
       WHERE segment = ?1 AND integration = ?2 AND obeyed < ?3 RETURNING state, ${RING_RETURNING}`,
    )
    .bind(segment, no, command.command, paused, held, resumed, renewed, Math.trunc(now));
  if (renewed <= command.obeyed) return [tell];
  // What was settled under the old config or filter is not compared with the new one.
  const compareFromHere = db
    .prepare(
      "UPDATE cursors SET compare_from = max(position, high) WHERE segment = ? AND integration = ? AND obeyed < ?",
    )
    .bind(segment, no, renewed);
  const anew = isIndex ? [rewindToStart(db, command, { segment, now })] : [];
  return [compareFromHere, ...anew, tell];
}

const rewindToStart = (
  db: D1Database,
  { no, renewed }: Command,
  { segment, now }: { segment: number; now: number },
): D1PreparedStatement =>
  rewindStatement(db, { segment, integration: no }, { position: segmentStart(segment), now, unlessObeyed: renewed });
