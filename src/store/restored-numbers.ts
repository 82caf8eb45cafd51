/**
 * What was given to responses, changes and integrations that a restore has lost is never given again: others know them
 * by it (a row of a sheet, a webhook-id). How far the lost ones went nobody knows, so a stretch of numbers is left out,
 * wide enough for any loss (docs/decisions/028).
 */
import { SEGMENT_NUMBERS, SEGMENT_SIZE } from "../core/ids";
import type { Shards } from "./shards";

/**
 * Segments opened in an installation, changes and notices in a segment, and integrations made, since the backup that
 * was restored.
 */
export const LEFT_OUT_NUMBERS = { segments: 2 ** 14, changes: 2 ** 20, integrations: 2 ** 14 };

/**
 * Retires every segment, so that its form goes on in a new one with its next response, and leaves out numbers. The same
 * on every shard, because a form's segments have numbers that grow over all of them. May be repeated. Two statements
 * for each shard.
 */
export async function leaveNumbersOut({ control, all }: Shards, restoredAt: number): Promise<void> {
  const mark = { form: "", version: -1, openedAt: Math.trunc(restoredAt) };
  const marked = `form = '${mark.form}' AND version = ${mark.version} AND opened_at = ${mark.openedAt}`;
  const highest = await Promise.all(
    all.map(({ db }) => db.prepare(`SELECT max(no) AS no FROM segments WHERE NOT (${marked})`).first<number>("no")),
  );
  const last = Math.max(0, ...highest.map((no) => no ?? 0));
  // A shard that is nearly out of numbers keeps half of what it has.
  const floor = last + Math.min(LEFT_OUT_NUMBERS.segments, Math.floor((SEGMENT_NUMBERS - last) / 2));
  const newest = `SELECT v.id FROM revisions v WHERE v.id > no * ${SEGMENT_SIZE} AND v.id < (no + 1) * ${SEGMENT_SIZE} ORDER BY v.id DESC LIMIT 1`;
  for (const { db } of all) {
    await db.batch([
      db
        .prepare(
          `UPDATE segments SET retired_at = coalesce(retired_at, ?1), notices = notices + ?2,
             changes_after = coalesce((${newest}), no * ${SEGMENT_SIZE}) + ?2 WHERE form <> ''`,
        )
        .bind(mark.openedAt, LEFT_OUT_NUMBERS.changes),
      // A segment that no form has: numbers go on after it.
      db
        .prepare("INSERT OR IGNORE INTO segments (no, form, version, state, opened_at) VALUES (?, ?, ?, 'closed', ?)")
        .bind(floor, mark.form, mark.version, mark.openedAt),
    ]);
  }
  // As if one had been deleted, and erased.
  await control
    .prepare(
      `INSERT INTO deleted_integrations (no, deleted_at, erased_at)
       SELECT ?2 + max(coalesce((SELECT max(no) FROM integrations), 0), coalesce((SELECT max(no) FROM deleted_integrations), 0)), ?1, ?1
       WHERE NOT EXISTS (SELECT 1 FROM deleted_integrations WHERE deleted_at = ?1 AND erased_at = ?1)`,
    )
    .bind(mark.openedAt, LEFT_OUT_NUMBERS.integrations)
    .run();
}
