/** Apart from store/restores.ts, which knows every table: the submission path asks this, and its worker is small. */

/** Whether a backup is being put into this installation: until it is, the sweeper leaves everything as it is. */
export async function isRestoring(db: D1Database): Promise<boolean> {
  return (await db.prepare("SELECT 1 FROM restores WHERE finished_at IS NULL").first()) !== null;
}
