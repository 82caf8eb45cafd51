/**
 * Erasing a deleted form for good, in pages of rows. Every statement finds for itself what is left, so that it is safe
 * to stop anywhere and to repeat.
 */
import { segmentStart } from "../core/ids";
import { noteDeleted } from "./integration-erasure";
import type { Segment, Shard } from "./shards";

/**
 * The deleted form whose time is over longest, now marked as being erased: nothing can restore it any more. Null: none.
 */
export async function takeErasable(db: D1Database, now: number): Promise<{ id: string } | null> {
  return db
    .prepare(
      `UPDATE forms SET erasing_at = coalesce(erasing_at, ?1)
       WHERE no = (SELECT no FROM forms WHERE erase_at <= ?1 AND deleted_at IS NOT NULL ORDER BY erase_at LIMIT 1)
         AND deleted_at IS NOT NULL
       RETURNING id`,
    )
    .bind(now)
    .first<{ id: string }>();
}

/**
 * Ends what could still write to a segment: its cursors change hands for ever, nothing is indexed, and no INSERT is let
 * in, not even one that was promised (version -1). The row stays, without its form: a number that came again would find
 * old rows under it.
 */
export async function sealSegment(db: D1Database, segment: number): Promise<void> {
  await db.batch([
    db
      .prepare("UPDATE segments SET form = '', version = -1, state = 'closed' WHERE no = ? AND version >= 0")
      .bind(segment),
    db
      .prepare(
        `UPDATE cursors SET state = 'paused', epoch = epoch + 1, lease_until = 0
         WHERE segment = ? AND (state <> 'paused' OR lease_until > 0)`,
      )
      .bind(segment),
    db.prepare("DELETE FROM indexed_questions WHERE segment = ?").bind(segment),
    db.prepare("DELETE FROM rechecks WHERE segment = ?").bind(segment),
  ]);
}

// Integrations that are gone may have left rows: all numbers are looked at, one seek for each.
const ofIntegrations = (table: "attempts" | "deliveries", key: string) => `
WITH RECURSIVE numbers (n) AS (
  SELECT min(integration) FROM ${table}
  UNION ALL SELECT (SELECT min(integration) FROM ${table} WHERE integration > n) FROM numbers WHERE n IS NOT NULL)
DELETE FROM ${table} WHERE (${key}) IN (
  SELECT ${key} FROM numbers CROSS JOIN ${table} d
  WHERE d.integration = n AND d.feed IN (0, 1, 2) AND d.position > ?1 AND d.position < ?2 LIMIT ?3)`;

const RECEIPTS_OF_RESPONSES = `
DELETE FROM receipts WHERE nonce IN (SELECT nonce FROM responses WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3)`;

const INDEX = `
DELETE FROM answer_index WHERE (segment, ref, value, id) IN (
  SELECT segment, ref, value, id FROM answer_index WHERE segment = ?1 LIMIT ?2)`;

const LINK_USES = `
DELETE FROM link_uses WHERE (segment, link) IN (SELECT segment, link FROM link_uses WHERE segment = ?1 LIMIT ?2)`;

const inRange = (table: string, column = "id") =>
  `DELETE FROM ${table} WHERE ${column} IN (SELECT ${column} FROM ${table} WHERE ${column} > ?1 AND ${column} < ?2 LIMIT ?3)`;

/** Deletes up to `limit` rows that a segment holds. Returns how many; 0: the segment is empty. */
export async function eraseRows(shard: Shard, segment: number, limit: number): Promise<number> {
  const bounds = [segmentStart(segment), segmentStart(segment + 1), limit];
  const within = (sql: string) => shard.db.prepare(sql).bind(...bounds);
  // Responses come last but one: receipts are found by the nonces of the same page of them, the few others by a whole
  // look.
  const pages = [
    [within(ofIntegrations("attempts", "integration, feed, position, at"))],
    [within(ofIntegrations("deliveries", "integration, feed, position"))],
    [shard.db.prepare(INDEX).bind(segment, limit)],
    [shard.db.prepare(LINK_USES).bind(segment, limit)],
    [within(inRange("revisions"))],
    [within(inRange("notices"))],
    [within(RECEIPTS_OF_RESPONSES), within(inRange("responses"))],
  ];
  for (const statements of pages) {
    const results = await shard.db.batch(statements);
    const deleted = results.at(-1)?.meta.changes ?? 0;
    if (deleted > 0) return deleted;
  }
  const rest = await shard.db.batch([
    shard.db
      .prepare(
        "DELETE FROM receipts WHERE nonce IN (SELECT nonce FROM receipts WHERE response > ?1 AND response < ?2 AND shard IS NULL LIMIT ?3)",
      )
      .bind(...bounds),
    shard.db
      .prepare("DELETE FROM reconciliations WHERE no IN (SELECT no FROM reconciliations WHERE segment = ? LIMIT ?)")
      .bind(segment, limit),
    shard.db.prepare("DELETE FROM cursors WHERE segment = ?").bind(segment),
  ]);
  return rest.reduce((sum, { meta }) => sum + meta.changes, 0);
}

/** Forgets where an empty segment is: so the next sweep need not look at it again. */
export async function forgetSegment(db: D1Database, form: string, { shard, no }: Segment): Promise<void> {
  await db.prepare("DELETE FROM directory WHERE form = ? AND shard = ? AND segment = ?").bind(form, shard, no).run();
}

/** Tables of which a form may have many rows, and what tells them apart. */
const MANY = [
  ["form_versions", "version"],
  ["links", "no"],
  // Accepted and not stored yet: their answers are in them.
  ["dead_letters", "id"],
];

/**
 * Deletes what the control tables know of a form whose segments are empty; the form itself last. False: there was more.
 */
export async function eraseControl(
  db: D1Database,
  form: string,
  { limit, now }: { limit: number; now: number },
): Promise<boolean> {
  const pages = MANY.map(([table, id]) =>
    db
      .prepare(
        `DELETE FROM ${table} WHERE form = ?1 AND ${id} IN (SELECT ${id} FROM ${table} WHERE form = ?1 ORDER BY ${id} LIMIT ?2)`,
      )
      .bind(form, limit),
  );
  const deleted = await db.batch(pages);
  if (deleted.some(({ meta }) => meta.changes >= limit)) return false;
  await db.batch([
    // Of keys for this form alone nothing is left that they could open.
    db
      .prepare("DELETE FROM keys WHERE workspace = (SELECT workspace FROM forms WHERE id = ?1) AND form = ?1")
      .bind(form),
    noteDeleted(db, "i.form = ?2", form, now),
    db.prepare("DELETE FROM integrations WHERE form = ?").bind(form),
    db
      .prepare("DELETE FROM alerts WHERE workspace = (SELECT workspace FROM forms WHERE id = ?1) AND form = ?1")
      .bind(form),
    db.prepare("DELETE FROM form_drafts WHERE form = ?").bind(form),
    db.prepare("DELETE FROM recheck_requests WHERE form = ?").bind(form),
    db.prepare("DELETE FROM forms WHERE id = ? AND erasing_at IS NOT NULL").bind(form),
  ]);
  return true;
}
