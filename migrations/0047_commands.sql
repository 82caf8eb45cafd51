-- What people want of an integration, until each of its cursors knows (docs/decisions/036).

-- Control: commands are numbered. One is given by creating, changing, pausing and resuming, and to all integrations of a form by deleting and restoring it.
ALTER TABLE integrations ADD COLUMN command INTEGER NOT NULL DEFAULT 0; -- the newest
ALTER TABLE integrations ADD COLUMN obeyed INTEGER NOT NULL DEFAULT 0; -- the newest that all cursors know
ALTER TABLE integrations ADD COLUMN paused INTEGER CHECK (paused IN (0, 1)); -- NULL: as its cursors say, since before this was kept
ALTER TABLE integrations ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0; -- the newest that let it go on
ALTER TABLE integrations ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0; -- the newest that changed config or filter
ALTER TABLE integrations ADD COLUMN places TEXT CHECK (json_valid(places)); -- where its cursors begin, while some may be missing
CREATE INDEX integrations_untold ON integrations (form) WHERE obeyed < command;

-- Of the request that made it.
ALTER TABLE integrations ADD COLUMN idempotency_key TEXT;
ALTER TABLE integrations ADD COLUMN fingerprint TEXT;
CREATE UNIQUE INDEX integrations_idempotency ON integrations (form, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- Shard: the newest command that this cursor knows.
ALTER TABLE cursors ADD COLUMN obeyed INTEGER NOT NULL DEFAULT 0;
