-- Control: backups of the whole installation to R2 (docs/decisions/028), and what is under way. None of it is in a backup itself.
CREATE TABLE backups (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  schema TEXT NOT NULL, -- the newest migration when it was begun
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  failed_at INTEGER, -- given up: it will never be finished
  bounds TEXT NOT NULL CHECK (json_valid(bounds)), -- what came after it was begun, and is left out
  step INTEGER NOT NULL DEFAULT 0, -- which table of which shard it is at
  after TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(after)), -- the key that it has come to there
  parts INTEGER NOT NULL DEFAULT 0,
  rows INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0, -- of all parts, as they lie in R2
  epoch INTEGER NOT NULL DEFAULT 0, -- raised by each claim; every later write names it
  lease_until INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE backup_parts (
  backup INTEGER NOT NULL,
  part INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  name TEXT NOT NULL, -- of the table
  object TEXT NOT NULL, -- in R2; of an earlier backup where nothing changed since
  first TEXT NOT NULL CHECK (json_valid(first)), -- the key that it begins after; empty: at the first row
  last TEXT NOT NULL CHECK (json_valid(last)), -- the key that it ends with
  rows INTEGER NOT NULL,
  revisions INTEGER NOT NULL, -- of responses: the sum of their revisions, which every change raises; else 0
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL, -- of the object
  content_sha256 TEXT NOT NULL, -- of the lines in it
  PRIMARY KEY (backup, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX backup_parts_object ON backup_parts (object);

-- Control: a backup that is being put into this installation, or was.
CREATE TABLE restores (
  backup TEXT PRIMARY KEY,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  phase TEXT NOT NULL, -- services/restore.ts says what is done in which
  place INTEGER NOT NULL DEFAULT 0, -- how far it is in that
  parts INTEGER NOT NULL DEFAULT 0, -- written and compared
  rows INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
