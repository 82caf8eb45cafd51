/** Open alerts, in the control database, and where a workspace wants to be told of its own. */

import type { OpenAlert } from "../core/alert/alert";
import type { Course } from "../core/alert/course";
import type { LogEntry } from "../core/log";
import { logStatement } from "./logs";

/** Alerts that are open at once and looked after; more say nothing new. */
export const OPEN_MAX = 2_000;

const COLUMNS =
  "nullif(workspace, '') AS workspace, cause, rule, subject, text, form, about AS integration, since, told, told_at AS toldAt, gone_at AS goneAt";

/** All alerts that are open. */
export async function readOpenAlerts(db: D1Database): Promise<OpenAlert[]> {
  const { results } = await db.prepare(`SELECT ${COLUMNS} FROM alerts LIMIT ?`).bind(OPEN_MAX).all<OpenAlert>();
  return results;
}

/** What needs somebody in a workspace now, oldest first; of one form alone, if told. */
export async function listAlerts(
  db: D1Database,
  workspace: string,
  { form, limit }: { readonly form: string | null; readonly limit: number },
): Promise<OpenAlert[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM alerts WHERE workspace = ?1 AND gone_at IS NULL AND (?2 IS NULL OR form = ?2) ORDER BY since, cause LIMIT ?3`,
    )
    .bind(workspace, form, limit)
    .all<OpenAlert>();
  return results;
}

interface Noting {
  /** Milliseconds. */
  readonly now: number;
  /** What the log tells of it. */
  readonly logs: readonly LogEntry[];
}

/** Notes what begins, what was not seen and what is back. Nothing is written when nothing changes. */
export async function noteCourse(db: D1Database, { begun, back, gone }: Course, { now, logs }: Noting): Promise<void> {
  const statements = [
    ...(logs.length > 0 ? [logStatement(db, logs)] : []),
    ...(begun.length > 0 ? [insertStatement(db, begun)] : []),
    ...(back.length > 0 ? [forThese(db, "UPDATE alerts SET gone_at = NULL", back)] : []),
    ...(gone.length > 0 ? [forThese(db, "UPDATE alerts SET gone_at = ?2", gone, now)] : []),
  ];
  if (statements.length > 0) await db.batch(statements);
}

/** Notes that these were told, in the words that they were told in. */
export async function noteTold(db: D1Database, alerts: readonly OpenAlert[], { now, logs }: Noting): Promise<void> {
  const told = db
    .prepare(
      `UPDATE alerts SET told = told + 1, told_at = ?2, subject = e.value->>2, text = e.value->>3 FROM json_each(?1) e
       WHERE alerts.workspace = e.value->>0 AND alerts.cause = e.value->>1`,
    )
    .bind(
      JSON.stringify(
        alerts.map(({ workspace, cause, subject, text }) => [
          workspace ?? "",
          cause,
          subject.toWellFormed(),
          text.toWellFormed(),
        ]),
      ),
      now,
    );
  await db.batch([told, ...(logs.length > 0 ? [logStatement(db, logs)] : [])]);
}

/** Deletes alerts that are over. */
export async function deleteAlerts(
  db: D1Database,
  alerts: readonly OpenAlert[],
  logs: readonly LogEntry[],
): Promise<void> {
  await db.batch([forThese(db, "DELETE FROM alerts", alerts), ...(logs.length > 0 ? [logStatement(db, logs)] : [])]);
}

function insertStatement(db: D1Database, alerts: readonly OpenAlert[]): D1PreparedStatement {
  const rows = alerts.map((one) => ({ ...one, workspace: one.workspace ?? "", text: one.text.toWellFormed() }));
  return db
    .prepare(
      `INSERT INTO alerts (workspace, cause, rule, subject, text, form, about, since)
       SELECT value->>'workspace', value->>'cause', value->>'rule', value->>'subject', value->>'text', value->>'form',
         value->>'integration', value->>'since' FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
    )
    .bind(JSON.stringify(rows));
}

/** A change of these alerts; `?2` is `value`, if there is one. */
function forThese(
  db: D1Database,
  change: string,
  alerts: readonly OpenAlert[],
  ...value: readonly number[]
): D1PreparedStatement {
  const names = JSON.stringify(alerts.map(({ workspace, cause }) => [workspace ?? "", cause]));
  const these = "(workspace, cause) IN (SELECT value->>0, value->>1 FROM json_each(?1))";
  return db.prepare(`${change} WHERE ${these}`).bind(names, ...value);
}

/** Where the alerts of a workspace go: responses of a form, and the numbers that stand in its answers, by question. */
export interface AlertTarget {
  readonly form: string;
  readonly phones: Readonly<Record<string, string>>;
}

/** The form that alerts go to is not deleted. */
const LIVING = "SELECT 1 FROM forms f WHERE f.id = workspaces.alerts->>'form' AND f.deleted_at IS NULL";

/** Where alerts of these workspaces go; of one that is told nowhere there is none. */
export async function readAlertTargets(
  db: D1Database,
  workspaces: readonly string[],
): Promise<Map<string, AlertTarget>> {
  if (workspaces.length === 0) return new Map();
  const { results } = await db
    .prepare(`SELECT id, alerts FROM workspaces WHERE id IN (SELECT value FROM json_each(?)) AND EXISTS (${LIVING})`)
    .bind(JSON.stringify(workspaces))
    .all<{ id: string; alerts: string }>();
  return new Map(results.map(({ id, alerts }) => [id, JSON.parse(alerts) as AlertTarget]));
}

/** Says where the alerts of a workspace go, unless that is said already: then false. */
export async function startAlertTarget(db: D1Database, workspace: string, target: AlertTarget): Promise<boolean> {
  const { meta } = await db
    .prepare(`UPDATE workspaces SET alerts = ?2 WHERE id = ?1 AND NOT EXISTS (${LIVING})`)
    .bind(workspace, JSON.stringify(target))
    .run();
  return meta.changes > 0;
}

/** Puts a number into a question of the alert form, from the next alert on. */
export async function setAlertPhone(
  db: D1Database,
  workspace: string,
  { question, number }: { readonly question: string; readonly number: string },
): Promise<void> {
  await db
    .prepare("UPDATE workspaces SET alerts = json_set(alerts, '$.phones.' || ?2, ?3) WHERE id = ?1")
    .bind(workspace, question, number)
    .run();
}
