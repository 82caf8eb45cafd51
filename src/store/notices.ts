/**
 * Notices: what happened to the integrations of a form, written with the cursor that each is about, until the sweeper
 * has made of it a delivery (feed 2) for each integration that is to be told.
 */
import { FEEDS, SEGMENT_SIZE, segmentOf, segmentStart } from "../core/ids";
import type { Blocked, Incident, Notice } from "../core/notice";
import { blockedText } from "./cursors";

/** Deliveries of a segment's newest notices are kept, so many; older ones once they are delivered are not. */
const KEPT = 100;

interface Noted {
  readonly segment: number;
  readonly integration: number;
  /** Of its holder; null: noted by one who does not hold it. */
  readonly epoch: number | null;
  readonly blocked: Blocked | null;
}

/**
 * The statements that note what happened to a cursor's integration. They hold only for the holder's epoch, and while it
 * is blocked as is said here: a worker of another segment may have told the same meanwhile.
 */
export function noticeStatements(
  db: D1Database,
  { segment, integration, epoch, blocked }: Noted,
  { event, reason, since }: Incident,
  now: number,
): D1PreparedStatement[] {
  const held = `EXISTS (SELECT 1 FROM cursors WHERE segment = ?1 AND integration = ?2 AND (?3 IS NULL OR epoch = ?3)
    AND blocked IS ?4)`;
  const named = [segment, integration, epoch, blockedText(blocked)];
  return [
    db.prepare(`UPDATE segments SET notices = notices + 1 WHERE no = ?1 AND ${held}`).bind(...named),
    db
      .prepare(
        `INSERT INTO notices (id, integration, event, reason, since, created_at)
         SELECT ?1 * ${SEGMENT_SIZE} + notices, ?2, ?5, ?6, ?7, ?8 FROM segments WHERE no = ?1 AND ${held}`,
      )
      .bind(...named, event, reason, since, now),
  ];
}

/**
 * Notes with a cursor that somebody else may hold what happened to its integration. False: it is not blocked as it was
 * any more.
 */
export async function noteIncident(
  db: D1Database,
  cursor: Omit<Noted, "epoch">,
  { blocked, incident, now }: { readonly blocked: Blocked | null; readonly incident: Incident; readonly now: number },
): Promise<boolean> {
  const { segment, integration } = cursor;
  const results = await db.batch([
    ...noticeStatements(db, { ...cursor, epoch: null }, incident, now),
    db
      .prepare("UPDATE cursors SET blocked = ?3 WHERE segment = ?1 AND integration = ?2 AND blocked IS ?4")
      .bind(segment, integration, blockedText(blocked), blockedText(cursor.blocked)),
  ]);
  return results.at(-1)?.meta.changes === 1;
}

/** A notice that is not passed on yet. */
export interface OpenNotice extends Incident {
  readonly id: number;
  /** Number of the integration that it is about. */
  readonly about: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The first notices of a shard that are not passed on yet; those of one segment in their order. */
export async function readOpenNotices(db: D1Database, limit: number): Promise<OpenNotice[]> {
  const { results } = await db
    .prepare("SELECT id, integration AS about, event, reason, since, created_at AS at FROM notices ORDER BY id LIMIT ?")
    .bind(limit)
    .all<OpenNotice>();
  return results;
}

/**
 * Makes a notice due at these integrations and deletes it, in one batch that may be repeated; forgets what was told
 * long ago.
 */
export async function passOnNotice(
  db: D1Database,
  { id, notice, to }: { readonly id: number; readonly notice: Notice; readonly to: readonly number[] },
  now: number,
): Promise<void> {
  const segment = segmentOf(id);
  const due = db
    .prepare(
      `INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, next_at, content)
       SELECT c.integration, ${FEEDS.notices}, ?1, 'retrying', 0, ?2, ?2, ?3 FROM cursors c
       WHERE c.segment = ?4 AND c.integration IN (SELECT value FROM json_each(?5))
         AND EXISTS (SELECT 1 FROM notices WHERE id = ?1)
       ON CONFLICT DO NOTHING`,
    )
    .bind(id, now, JSON.stringify(notice), segment, JSON.stringify(to));
  await db.batch([due, deleteStatement(db, id), ...forget(db, segment, id - KEPT)]);
}

/** Deletes a notice about an integration that is gone. */
export async function dropNotice(db: D1Database, id: number): Promise<void> {
  await deleteStatement(db, id).run();
}

const deleteStatement = (db: D1Database, id: number) => db.prepare("DELETE FROM notices WHERE id = ?").bind(id);

/**
 * The statements that delete what was delivered of a segment's notices up to one. What is parked waits for a person.
 */
function forget(db: D1Database, segment: number, through: number): D1PreparedStatement[] {
  const of = `feed = ${FEEDS.notices} AND position > ?1 AND position <= ?2
    AND integration IN (SELECT integration FROM cursors WHERE segment = ?3)`;
  return [
    `DELETE FROM deliveries WHERE ${of} AND state IN ('delivered', 'skipped')`,
    `DELETE FROM attempts WHERE ${of} AND NOT EXISTS (SELECT 1 FROM deliveries d
       WHERE d.integration = attempts.integration AND d.feed = attempts.feed AND d.position = attempts.position)`,
  ].map((sql) => db.prepare(sql).bind(segmentStart(segment), through, segment));
}
