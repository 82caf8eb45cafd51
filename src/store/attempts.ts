/**
 * The log of attempts, of kinds that keep one: what was answered to each call. Written with the page's settlement, so
 * that it costs no round trip, and pruned there.
 */
import { type DeliveryAddress, type FeedNumber, segmentOf } from "../core/ids";
import type { AttemptRecord } from "../core/integration";

/** Attempts of one delivery that are kept. */
const OF_A_DELIVERY = 10;
/** Deliveries behind the cursor whose attempts are kept although they were delivered. */
const BEHIND_CURSOR = 1_000;

interface Holder {
  readonly segment: number;
  readonly integration: number;
  readonly epoch: number;
}

interface PageAttempts {
  readonly feed: FeedNumber;
  readonly made: ReadonlyMap<number, AttemptRecord>;
  /** The stretch of the feed that the page covers. */
  readonly after: number;
  readonly through: number;
}

/**
 * The response that an attempt was about (a notice is about none): it may have been erased while the call was under
 * way.
 */
const RESPONSE =
  "CASE ?5 WHEN 0 THEN e.value->>0 WHEN 1 THEN (SELECT response FROM revisions WHERE id = e.value->>0) END";

/** The statements that write a page's attempts and prune; they hold only for the holder's epoch. */
export function attemptStatements(
  db: D1Database,
  { segment, integration, epoch }: Holder,
  { feed, made, after, through }: PageAttempts,
): D1PreparedStatement[] {
  const held = "EXISTS (SELECT 1 FROM cursors WHERE segment = ?3 AND integration = ?2 AND epoch = ?4)";
  const rows = [...made].map(([position, one]) => [position, one.at, one.milliseconds, one.status, one.answer]);
  return [
    db
      .prepare(
        `INSERT INTO attempts (integration, feed, position, at, milliseconds, status, answer)
         SELECT ?2, ?5, e.value->>0, e.value->>1, e.value->>2, e.value->>3,
           CASE WHEN (SELECT erased_at FROM responses WHERE id = ${RESPONSE}) IS NULL THEN e.value->>4 END
         FROM json_each(?1) e WHERE ${held} ON CONFLICT DO NOTHING`,
      )
      .bind(JSON.stringify(rows), integration, segment, epoch, feed),
    db
      .prepare(
        `DELETE FROM attempts WHERE integration = ?2 AND feed = ?5 AND position IN (SELECT value FROM json_each(?1))
           AND at <= (SELECT a.at FROM attempts a WHERE a.integration = ?2 AND a.feed = ?5 AND a.position = attempts.position
             ORDER BY a.at DESC LIMIT 1 OFFSET ${OF_A_DELIVERY}) AND ${held}`,
      )
      .bind(JSON.stringify([...made.keys()]), integration, segment, epoch, feed),
    // What falls out behind the cursor as it moves over this page; a delivery that waits or is parked keeps its
    // attempts.
    db
      .prepare(
        `DELETE FROM attempts WHERE integration = ?2 AND feed = ?5 AND position > ?1 - ${BEHIND_CURSOR}
           AND position <= ?6 - ${BEHIND_CURSOR} AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.integration = ?2
             AND d.feed = ?5 AND d.position = attempts.position AND d.state <> 'delivered') AND ${held}`,
      )
      .bind(after, integration, segment, epoch, feed, through),
  ];
}

/** The attempts of a delivery, newest first. */
export async function readAttempts(
  db: D1Database,
  address: DeliveryAddress,
): Promise<(Omit<AttemptRecord, "answer"> & { readonly answer: string | null })[]> {
  const { results } = await db
    .prepare(
      `SELECT at, milliseconds, status, answer FROM attempts WHERE integration = ? AND feed = ? AND position = ?
       ORDER BY at DESC`,
    )
    .bind(address.integration, address.feed, address.position)
    .all<Omit<AttemptRecord, "answer"> & { answer: string | null }>();
  return results;
}

/**
 * The statements that empty what was answered about an erased response: a receiver may have repeated its answers. They
 * do nothing for one that is not erased: the change that they belong to may have been refused.
 */
export function eraseAnswersStatements(db: D1Database, response: number): D1PreparedStatement[] {
  const where = `integration IN (SELECT integration FROM cursors WHERE segment = ?2) AND answer IS NOT NULL
    AND EXISTS (SELECT 1 FROM responses r WHERE r.id = ?1 AND r.erased_at IS NOT NULL)`;
  const empty = (at: string) =>
    db.prepare(`UPDATE attempts SET answer = NULL WHERE ${where} AND ${at}`).bind(response, segmentOf(response));
  return [
    empty("feed = 0 AND position = ?1"),
    empty("feed = 1 AND position IN (SELECT id FROM revisions WHERE response = ?1)"),
  ];
}
