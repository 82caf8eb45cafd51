/** The control tables that backups and restores keep their place in, as store/schema.ts mirrors the others. */
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const backups = sqliteTable("backups", {
  no: integer("no").primaryKey(),
  id: text("id").notNull(),
  schema: text("schema").notNull(),
  startedAt: integer("started_at").notNull(),
  finishedAt: integer("finished_at"),
  failedAt: integer("failed_at"),
  bounds: text("bounds").notNull(),
  step: integer("step").notNull(),
  after: text("after").notNull(),
  parts: integer("parts").notNull(),
  rows: integer("rows").notNull(),
  bytes: integer("bytes").notNull(),
  epoch: integer("epoch").notNull(),
  leaseUntil: integer("lease_until").notNull(),
});

export const backupParts = sqliteTable(
  "backup_parts",
  {
    backup: integer("backup").notNull(),
    part: integer("part").notNull(),
    shard: integer("shard").notNull(),
    name: text("name").notNull(),
    object: text("object").notNull(),
    first: text("first").notNull(),
    last: text("last").notNull(),
    rows: integer("rows").notNull(),
    revisions: integer("revisions").notNull(),
    bytes: integer("bytes").notNull(),
    sha256: text("sha256").notNull(),
    contentSha256: text("content_sha256").notNull(),
  },
  (t) => [primaryKey({ columns: [t.backup, t.part] })],
);

export const restores = sqliteTable("restores", {
  backup: text("backup").primaryKey(),
  startedAt: integer("started_at").notNull(),
  finishedAt: integer("finished_at"),
  phase: text("phase", {
    enum: ["parts", "counts", "numbers", "recounts", "erasures", "traces", "orphans", "forms", "cursors"],
  }).notNull(),
  place: integer("place").notNull(),
  parts: integer("parts").notNull(),
  rows: integer("rows").notNull(),
  leaseUntil: integer("lease_until").notNull(),
});
