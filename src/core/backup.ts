/**
 * What a backup is made of: parts, each some rows of a table as lines of JSON, gzipped; and a manifest that names them
 * all.
 */

/** What came after a backup was begun and is left out, by the numbers that are given in order. */
export interface BackupBounds {
  readonly startedAt: number;
  /** The last numbers then of forms and of integrations. */
  readonly forms: number;
  readonly integrations: number;
  /** The last number of a segment then, by shard. */
  readonly segments: readonly number[];
}

/** The values of a primary key, in its order; empty: before the first row. */
export type RowKey = readonly (string | number)[];

export interface BackupPart {
  readonly shard: number;
  readonly table: string;
  /** Its name in the bucket; of an earlier backup where nothing changed since. */
  readonly object: string;
  /** It holds the rows after this key, up to and with the other. */
  readonly first: RowKey;
  readonly last: RowKey;
  readonly rows: number;
  /** Of responses: the sum of their revisions; else 0. */
  readonly revisions: number;
  readonly bytes: number;
  /** Of the object, and of the lines in it; hexadecimal. */
  readonly sha256: string;
  readonly contentSha256: string;
}

export interface BackupManifest {
  readonly format: "formlog-backup-1";
  readonly id: string;
  /** The newest migration. */
  readonly schema: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly shards: number;
  /** The columns of a line, by table. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Ids of the encryption keys that sealed what is sealed in it. The keys themselves are not in it. */
  readonly encryptionKeys: readonly string[];
  /** Rows by `shard/table`. */
  readonly counts: Readonly<Record<string, number>>;
  /** In the order in which they are restored. */
  readonly parts: readonly BackupPart[];
  /** Over the names, counts and hashes of all parts: `wholeOf`. */
  readonly sha256: string;
}

/** All objects of the bucket that are of backups. */
export const OBJECTS = "backups/";
/** One object for each erased response, so that no earlier backup brings it back. */
export const ERASURES = "erased/";
/** And for each erased form. */
export const ERASED_FORMS = `${ERASURES}form-`;

export const manifestName = (id: string): string => `${id}.manifest.json`;

/** The epoch is of the claim that wrote it: a holder that was taken for dead can't overwrite what another one wrote. */
export const partName = (id: string, part: number, epoch: number): string =>
  `${id}.${String(part).padStart(6, "0")}-${epoch}.ndjson.gz`;

/** A name of an object, as these make them. */
export const OBJECT_NAME = /^bak_[0-9a-z]{4,40}\.(manifest\.json|[0-9]{6,9}-[0-9]{1,9}\.ndjson\.gz)$/;

/** What the hash of a whole backup is made of: a line for each part. */
export const wholeOf = (parts: readonly BackupPart[]): string =>
  parts.map(({ shard, table, rows, sha256 }) => `${shard} ${table} ${rows} ${sha256}\n`).join("");

/** Rows by `shard/table`. */
export function countsOf(parts: readonly BackupPart[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { shard, table, rows } of parts) {
    const name = `${shard}/${table}`;
    counts[name] = (counts[name] ?? 0) + rows;
  }
  return counts;
}

/** An erased response: `nonce` tells it from another one that got its position after a restore. */
export interface Erasure {
  readonly shard: number;
  readonly position: number;
  readonly nonce: string;
}

/** What must not come back with an earlier backup. */
export interface Erasures {
  /** Ids of forms. */
  readonly forms: readonly string[];
  readonly responses: readonly Erasure[];
}
