/** What is no longer kept of backups, and the marks that keep erased responses from coming back with those that are. */
import { ERASED_FORMS, ERASURES, manifestName, OBJECTS } from "../core/backup";
import { findShared, forgetBackup, listKept, listOldBackups } from "../store/backups";
import { erasureName } from "../store/restores";
import type { Shards } from "../store/shards";
import * as events from "../telemetry/events";

const DAY_MS = 86_400_000;
const FORGOTTEN_MAX = 50;

interface Dropping {
  readonly shards: Shards;
  readonly bucket: R2Bucket;
  readonly days: number;
  readonly now: number;
}

/**
 * Deletes the objects of the bucket that are older than so many days and belong to no backup that is kept: whatever put
 * them there. The newest finished backup is kept whatever its age. A mark of an erasure is kept for as long as a backup
 * may be older than it.
 */
export async function dropOld({ shards: { control }, bucket, days, now }: Dropping): Promise<void> {
  const before = now - days * DAY_MS;
  for (const { no } of await listOldBackups(control, before, FORGOTTEN_MAX)) await forgetBackup(control, no);
  const kept = await listKept(control);
  const manifests = new Set(kept.map(({ id }) => OBJECTS + manifestName(id)));
  await deleteObjects(
    bucket,
    OBJECTS,
    async (old) => {
      const shared = await findShared(
        control,
        old.map((key) => key.slice(OBJECTS.length)),
      );
      return old.filter((key) => !manifests.has(key) && !shared.has(key.slice(OBJECTS.length)));
    },
    before,
  );
  const oldest = Math.min(before, ...kept.map(({ startedAt }) => startedAt));
  await deleteObjects(bucket, ERASURES, async (old) => [...old], oldest - DAY_MS);
}

/** Deletes those objects under a prefix that were written before a time and that `which` picks. */
async function deleteObjects(
  bucket: R2Bucket,
  prefix: string,
  which: (old: readonly string[]) => Promise<string[]>,
  before: number,
): Promise<void> {
  for (let cursor: string | undefined; ; ) {
    const page: R2Objects = await bucket.list({ prefix, ...(cursor !== undefined && { cursor }) });
    const old = page.objects.filter(({ uploaded }) => uploaded.getTime() < before).map(({ key }) => key);
    const names = old.length > 0 ? await which(old) : [];
    if (names.length > 0) await bucket.delete(names);
    if (!page.truncated) return;
    cursor = page.cursor;
  }
}

/** Marks a response as erased beside the backups that still have it. Never fails: the next backup knows of it too. */
export async function markErasure(
  { shards, bucket }: { readonly shards: Shards; readonly bucket: R2Bucket | null },
  { shard, position }: { readonly shard: number; readonly position: number },
): Promise<void> {
  if (!bucket) return;
  try {
    const name = await erasureName(shards.get(shard).db, shard, position);
    if (name) await bucket.put(name, "");
  } catch (error) {
    events.erasureNotMarked({ shard, position, error });
  }
}

/** The same of a form. */
export async function markErasedForm(bucket: R2Bucket | null, form: string): Promise<void> {
  await bucket?.put(ERASED_FORMS + form, "").catch((error: unknown) => events.erasureNotMarked({ form, error }));
}
