/** What the database's failures say: of themselves, in words. */

/** The database refused or could not be reached. `message` is D1's own. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** D1 had too much to do and did not execute the query (platform.md 1.2). */
export function isOverloaded(error: unknown): boolean {
  return error instanceof Error && /overloaded|too many requests queued/i.test(error.message);
}

/** The database has D1's 10 GB: what needs room was not executed. Deleting makes room. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && /exceeded maximum db size|SQLITE_FULL|database or disk is full/i.test(error.message);
}

/**
 * D1 could not be asked, or its answer was lost; whether the query ran is not known. D1 says so in words only:
 * `D1_ERROR` and what its storage, network or runtime reports (platform.md 1.2).
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof TypeError) return false;
  return /D1_|network connection lost|object to be reset|internal error; reference|timed? ?out|overloaded/i.test(
    error.message,
  );
}
