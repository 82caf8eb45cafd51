/** Events of backups and restores. */
import { logEvent, type Traced } from "../log";

/** A backup is complete: its parts and their bytes in the bucket. */
export function backedUp(fields: Traced & { backup: string; parts: number; bytes: number }): void {
  logEvent("info", "backed_up", fields);
}

/** A piece of a backup failed; the next sweep goes on with it. */
export function backupFailed(fields: Traced & { error: unknown }): void {
  logEvent("error", "backup_failed", fields);
}

/** A backup did not end within its time; the next night begins another one. */
export function backupGivenUp(fields: Traced & { backup: string; parts: number }): void {
  logEvent("error", "backup_given_up", fields);
}

/** An erasure could not be marked beside older backups; the next backup knows of it. */
export function erasureNotMarked(
  fields: Traced & { form?: string; shard?: number; position?: number; error: unknown },
): void {
  logEvent("error", "erasure_not_marked", fields);
}

/** A backup was restored and agrees with its hashes. */
export function restored(fields: Traced & { backup: string; parts: number; rows: number }): void {
  logEvent("info", "backup_restored", fields);
}
