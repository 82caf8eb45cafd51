/** What alerts are made of: cursors that something is the matter with, whom they belong to, and keys that expire. */
import type { CursorFacts, IntegrationFacts, KeyFacts } from "../core/alert/find";
import { ERROR_HOURS, LIMITS } from "../core/alert/limits";
import { SEGMENT_SIZE } from "../core/ids";
import type { Blocked } from "../core/notice";
import type { Tally } from "../core/tally";

/** Cursors of one shard that one look takes in; with more than these, nobody needs another alert. */
export const FACTS_MAX = 1_000;

const HOUR_MS = 3_600_000;
const END = `(c.segment + 1) * ${SEGMENT_SIZE}`;

type Row = Omit<CursorFacts, "blocked" | "tally"> & {
  readonly integration: number;
  readonly blocked: string | null;
  readonly tally: string;
};

/**
 * The cursors of a shard with something that may be an alert, by the number of their integration. Reads the cursors, up
 * to four rows beside each, and up to 40 more for one that has parked deliveries. One round trip.
 */
export async function readCursorFacts(
  db: D1Database,
  now: number,
): Promise<{ readonly integration: number; readonly facts: CursorFacts }[]> {
  const { results } = await db
    .prepare(
      `WITH facts AS (
         SELECT c.integration, c.state, c.owed_at AS owedAt, c.blocked, c.last_error AS lastError, c.tally,
           coalesce((SELECT id FROM responses WHERE id > c.position AND id < ${END} ORDER BY id DESC LIMIT 1), c.position)
             - c.position AS behind,
           (SELECT received_at FROM responses WHERE id > c.position AND id < ${END} ORDER BY id LIMIT 1) AS responseAt,
           (SELECT created_at FROM revisions WHERE id > c.revision_position AND id < ${END} ORDER BY id LIMIT 1) AS revisionAt,
           (SELECT count(*) FROM (SELECT tried_at FROM deliveries WHERE integration = c.integration AND state = 'parked'
              AND position > c.segment * ${SEGMENT_SIZE} AND position < ${END} ORDER BY position DESC LIMIT ?2)
            WHERE tried_at > ?1 - ${HOUR_MS}) AS parkedLately,
           (SELECT coalesce(sum(value->>2), 0) FROM json_each(c.tally) WHERE value->>0 >= ?3) AS failed
         FROM cursors c WHERE c.state <> 'paused')
       SELECT integration, state, blocked, lastError, tally, CASE WHEN owedAt <= ?5 THEN behind ELSE 0 END AS behind, parkedLately,
         max(owedAt, coalesce(min(responseAt, revisionAt), responseAt, revisionAt)) AS oldestAt
       FROM facts
       WHERE state = 'blocked' OR parkedLately >= ?2 OR failed > 0
         OR (owedAt <= ?5 AND (behind >= ?4 OR responseAt <= ?5 OR revisionAt <= ?5))
       LIMIT ?6`,
    )
    .bind(
      now,
      LIMITS.parkedAnHour,
      Math.floor(now / HOUR_MS) - ERROR_HOURS,
      LIMITS.lagEntries,
      now - LIMITS.lagSeconds * 1000,
      FACTS_MAX,
    )
    .all<Row>();
  return results.map(({ integration, blocked, tally, ...rest }) => ({
    integration,
    facts: {
      ...rest,
      blocked: blocked === null ? null : (JSON.parse(blocked) as Blocked),
      tally: JSON.parse(tally) as Tally,
    },
  }));
}

/** Whose an integration is. */
export interface Owner extends Omit<IntegrationFacts, "kindTitle" | "cursors"> {
  readonly kind: string;
}

/** Whose integrations these are, by number. Those that are deleted are left out. */
export async function readOwners(db: D1Database, integrations: readonly number[]): Promise<Map<number, Owner>> {
  if (integrations.length === 0) return new Map();
  const { results } = await db
    .prepare(
      `SELECT i.no, i.id, i.workspace, i.form, f.title AS formTitle, i.kind FROM json_each(?) e
       CROSS JOIN integrations i ON i.no = e.value JOIN forms f ON f.id = i.form WHERE f.deleted_at IS NULL`,
    )
    .bind(JSON.stringify(integrations))
    .all<Owner & { readonly no: number }>();
  return new Map(results.map(({ no, ...owner }) => [no, owner]));
}

/** Keys that expire within the time of the limits and were used as lately. Reads them alone. */
export async function readExpiringKeys(db: D1Database, now: number): Promise<KeyFacts[]> {
  const span = LIMITS.keyDays * 86_400_000;
  const { results } = await db
    .prepare(
      `SELECT id, workspace, form, name, expires_at AS expiresAt FROM keys
       WHERE expires_at > ?1 AND expires_at <= ?1 + ?2 AND revoked_at IS NULL AND last_used_at > ?1 - ?2 LIMIT ?3`,
    )
    .bind(now, span, FACTS_MAX)
    .all<KeyFacts>();
  return results;
}
