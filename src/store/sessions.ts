/** Sessions of the console that were ended before their time. All that is kept of a session. */

/** Rows of one call of the sweeper. */
const DELETE_MAX = 1_000;

/** `until`: when the session would have ended anyway, in milliseconds; the row is of no use afterwards. */
export interface EndedSession {
  readonly id: string;
  readonly until: number;
}

/** Ends a session. May be repeated. */
export async function endSession(db: D1Database, { id, until }: EndedSession): Promise<void> {
  await db.prepare("INSERT INTO ended_sessions (until, id) VALUES (?, ?) ON CONFLICT DO NOTHING").bind(until, id).run();
}

export async function isEnded(db: D1Database, { id, until }: EndedSession): Promise<boolean> {
  const row = await db
    .prepare("SELECT 1 AS ended FROM ended_sessions WHERE until = ? AND id = ?")
    .bind(until, id)
    .first();
  return row !== null;
}

/** Deletes what is of no use any more, a bounded number at a time. Costs no write when there is none. */
export async function deleteOldSessions(db: D1Database, now: number): Promise<void> {
  await db
    .prepare(
      `DELETE FROM ended_sessions WHERE (until, id) IN (SELECT until, id FROM ended_sessions WHERE until < ? LIMIT ${DELETE_MAX})`,
    )
    .bind(now)
    .run();
}
