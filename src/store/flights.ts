/**
 * Pages in flight: one row says what is about to be sent, however many entries it is. A page of a kind with a ledger
 * whose holder died lands: each of its entries gets the row that says so, and is looked for before anything is sent.
 */
import type { Cursor, Flight } from "./cursors";
import { type DeliveryWrite, writeStatement } from "./deliveries";

interface Place {
  readonly segment: number;
  readonly integration: number;
}
type Holder = Place & { readonly epoch: number };

/**
 * Commits that a page is about to be sent, and with it the rows of entries that have one already. False: nothing may be
 * sent. The lease was lost, or the provider has reported one of them meanwhile: it was sent after all.
 */
export async function markPage(
  db: D1Database,
  holder: Holder,
  { flight, rows }: { flight: Flight | null; rows: readonly DeliveryWrite[] },
): Promise<boolean> {
  const { segment, integration, epoch } = holder;
  const mark = db
    .prepare("UPDATE cursors SET flight = ?1 WHERE segment = ?2 AND integration = ?3 AND epoch = ?4")
    .bind(JSON.stringify(flight), segment, integration, epoch);
  const results = await db.batch([
    ...(flight ? [mark] : []),
    ...(rows.length > 0 ? [writeStatement(db, holder, rows, "unreported")] : []),
  ]);
  const changes = results.reduce((sum, { meta }) => sum + meta.changes, 0);
  return changes >= rows.length + (flight ? 1 : 0);
}

/**
 * Makes rows of the marks of a page in flight, those that `which` names (`?3`, with the mark as `m`). One that has a
 * row keeps it.
 */
const land = (which: string) => `
INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, content)
SELECT c.integration, CASE c.flight->>'feed' WHEN 'responses' THEN 0 ELSE 1 END, m.value->>0, 'sending', 1, c.flight->>'markedAt',
  nullif(m.value->1, 'null')
FROM cursors c CROSS JOIN json_each(c.flight, '$.marks') m
WHERE c.segment = ?1 AND c.integration = ?2 AND ${which} ON CONFLICT DO NOTHING`;

/** The statement that lands what is in flight under an epoch; the flight itself stays. */
export const landStatement = (db: D1Database, { segment, integration, epoch }: Holder) =>
  db.prepare(land("c.epoch = ?3")).bind(segment, integration, epoch);

/**
 * The statement that lands the delivery of one entry, if it is in flight: whoever holds the page learns of the row when
 * it settles.
 */
export const landOneStatement = (
  db: D1Database,
  { segment, integration }: Place,
  at: Pick<DeliveryWrite, "feed" | "position">,
) =>
  db
    .prepare(land("m.value->>0 = ?3 AND (c.flight->>'feed' = 'responses') = (?4 = 0)"))
    .bind(segment, integration, at.position, at.feed);

/** Lands the page that a holder left in flight. Null: the lease was lost. Else the cursor as it is then. */
export async function landFlight(db: D1Database, cursor: Cursor): Promise<Cursor | null> {
  if (!cursor.flight?.marks) return cursor;
  const { segment, integration, epoch } = cursor;
  const [, ended] = await db.batch([
    landStatement(db, cursor),
    db
      .prepare("UPDATE cursors SET flight = NULL WHERE segment = ?1 AND integration = ?2 AND epoch = ?3")
      .bind(segment, integration, epoch),
  ]);
  return ended?.meta.changes === 1 ? { ...cursor, flight: null } : null;
}

/** The response that a mark (`m`) of a flight is about was erased. */
const ERASED = `EXISTS (SELECT 1 FROM responses r WHERE r.erased_at IS NOT NULL AND r.id = CASE flight->>'feed'
  WHEN 'responses' THEN m.value->>0 ELSE (SELECT v.response FROM revisions v WHERE v.id = m.value->>0) END)`;

/** Empties what is in flight of erased responses, in all cursors that a further condition names. */
export const EMPTY_FLIGHTS = `
UPDATE cursors SET flight = json_set(flight, '$.marks', (SELECT json_group_array(json(
    CASE WHEN ${ERASED} THEN json_array(m.value->>0, NULL) ELSE m.value END)) FROM json_each(flight, '$.marks') m))
WHERE flight->'marks' IS NOT NULL
  AND EXISTS (SELECT 1 FROM json_each(flight, '$.marks') m WHERE m.value->1 <> 'null' AND ${ERASED})`;

/** The statement that empties what is in flight of erased responses in one segment. */
export const emptyFlightsStatement = (db: D1Database, segment: number) =>
  db.prepare(`${EMPTY_FLIGHTS} AND segment = ?`).bind(segment);
