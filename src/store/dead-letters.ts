/**
 * Dead letters (core/dead-letter.ts), in the control database: kept, tried again by the sweeper, and counted for
 * whoever looks after them.
 */
import type { DeadFacts } from "../core/alert/find";
import type { DeadLetter, IntakeFailure } from "../core/dead-letter";

/**
 * Keeps letters; one that is kept already stays as it is. False: a backup is being put into this installation, whose
 * tables may not change meanwhile, and nothing was kept. One round trip, four rows written a letter.
 */
export async function keepLetters(db: D1Database, letters: readonly DeadLetter[], now: number): Promise<boolean> {
  const restoring = "EXISTS (SELECT 1 FROM restores WHERE finished_at IS NULL)";
  const insert = db.prepare(
    `INSERT INTO dead_letters (id, form, body, kept_at, next_at) SELECT ?1, ?2, ?3, ?4, ?4 WHERE NOT ${restoring}
     ON CONFLICT (id) DO NOTHING`,
  );
  const [state] = await db.batch<{ readonly restoring: number }>([
    db.prepare(`SELECT ${restoring} AS restoring`),
    ...letters.map(({ id, form, body }) => insert.bind(id, form, body, Math.trunc(now))),
  ]);
  return state?.results[0]?.restoring === 0;
}

/** A letter that is to be tried. */
export interface DueLetter extends DeadLetter {
  /** How often it was tried since it is kept. */
  readonly attempts: number;
  /** Its form was erased: nobody could ever read the response. */
  readonly orphaned: boolean;
}

/** Letters whose time has come, longest due first. One round trip; of an empty table it reads a row at most. */
export async function readDueLetters(db: D1Database, now: number, limit: number): Promise<DueLetter[]> {
  const { results } = await db
    .prepare(
      `SELECT d.id, d.form, d.body, d.attempts, d.form <> '' AND f.id IS NULL AS orphaned
       FROM dead_letters d LEFT JOIN forms f ON f.id = d.form WHERE d.next_at <= ? ORDER BY d.next_at LIMIT ?`,
    )
    .bind(Math.trunc(now), limit)
    .all<Omit<DueLetter, "orphaned"> & { readonly orphaned: number }>();
  return results.map((row) => ({ ...row, orphaned: row.orphaned === 1 }));
}

/** A letter that could not be stored, and when it is tried next. */
export interface FailedTry {
  readonly id: string;
  readonly nextAt: number;
  readonly reason: IntakeFailure;
}

/** Deletes letters that are done with and notes what became of the others. One round trip. */
export async function noteTries(db: D1Database, done: readonly string[], failed: readonly FailedTry[]): Promise<void> {
  await db.batch([
    db.prepare("DELETE FROM dead_letters WHERE id IN (SELECT value FROM json_each(?))").bind(JSON.stringify(done)),
    db
      .prepare(
        `UPDATE dead_letters SET attempts = attempts + 1, next_at = e.value->>1, reason = e.value->>2
         FROM json_each(?) e WHERE dead_letters.id = e.value->>0`,
      )
      .bind(JSON.stringify(failed.map(({ id, nextAt, reason }) => [id, nextAt, reason]))),
  ]);
}

/** Letters are counted up to here. */
export const LETTERS_MAX = 10_000;

/**
 * How many letters each form has and since when, of the oldest in the order of forms up to LETTERS_MAX. Reads an index,
 * and each form.
 */
export async function countLetters(db: D1Database): Promise<DeadFacts[]> {
  const { results } = await db
    .prepare(
      `SELECT d.form, f.workspace, f.title AS formTitle, d.count, d.oldestAt FROM (
         SELECT form, count(*) AS count, min(kept_at) AS oldestAt
         FROM (SELECT form, kept_at FROM dead_letters ORDER BY form, kept_at LIMIT ${LETTERS_MAX}) GROUP BY form) d
       LEFT JOIN forms f ON f.id = d.form AND f.deleted_at IS NULL`,
    )
    .all<DeadFacts>();
  return results;
}

/** What is told of a letter; what is in it is not. Times in milliseconds. */
export interface LetterRow {
  readonly id: string;
  readonly form: string;
  readonly keptAt: number;
  readonly attempts: number;
  readonly nextAt: number;
  readonly reason: IntakeFailure | null;
}

/** Letters, those first that are tried next. */
export async function listLetters(db: D1Database, limit: number): Promise<LetterRow[]> {
  const { results } = await db
    .prepare(
      `SELECT id, form, kept_at AS keptAt, attempts, next_at AS nextAt, reason FROM dead_letters
       ORDER BY next_at LIMIT ?`,
    )
    .bind(limit)
    .all<LetterRow>();
  return results;
}

/** Makes all letters due. */
export async function hurryLetters(db: D1Database, now: number): Promise<void> {
  await db.prepare("UPDATE dead_letters SET next_at = ?1 WHERE next_at > ?1").bind(Math.trunc(now)).run();
}

/** Deletes a letter. Whose it was, as far as anybody knows; null: there is no such letter. */
export async function deleteLetter(
  db: D1Database,
  id: string,
): Promise<{ readonly form: string; readonly workspace: string | null } | null> {
  return db
    .prepare(
      `DELETE FROM dead_letters WHERE id = ?
       RETURNING form, (SELECT f.workspace FROM forms f WHERE f.id = dead_letters.form) AS workspace`,
    )
    .bind(id)
    .first();
}

/** Deletes letters of responses that were erased, by their nonces as ids: a restore must not store them again. */
export async function deleteLetters(db: D1Database, ids: readonly string[]): Promise<void> {
  await db
    .prepare("DELETE FROM dead_letters WHERE id IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(ids))
    .run();
}
