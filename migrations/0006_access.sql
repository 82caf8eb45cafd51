-- Access: keys of one form, keys that expire, signed collector links, Turnstile.
ALTER TABLE keys ADD COLUMN form TEXT; -- the only form that the key is for; NULL: all of its workspace
ALTER TABLE keys ADD COLUMN expires_at INTEGER;
ALTER TABLE keys ADD COLUMN last_used_at INTEGER; -- to the hour

-- A CHECK can't be changed in place: the column is made anew under its name.
ALTER TABLE forms ADD COLUMN admits TEXT NOT NULL DEFAULT 'key' CHECK (admits IN ('public', 'key', 'link'));
UPDATE forms SET admits = access;
ALTER TABLE forms DROP COLUMN access;
ALTER TABLE forms RENAME COLUMN admits TO access;
ALTER TABLE forms ADD COLUMN turnstile TEXT CHECK (turnstile IS NULL OR json_valid(turnstile)); -- site key, and the secret sealed

-- Collector links. The link itself is not kept: it is this row's id, signed.
CREATE TABLE links (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  form TEXT NOT NULL,
  name TEXT NOT NULL, -- the collector; stamped on each response as metadata.collector
  metadata TEXT NOT NULL CHECK (json_valid(metadata)),
  expires_at INTEGER,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX links_form ON links (form);
