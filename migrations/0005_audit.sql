-- Who changed what through the API. Used in DB only; rows are never changed or deleted.
CREATE TABLE audit (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  workspace TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL, -- id of the key, or root
  action TEXT NOT NULL,
  object TEXT NOT NULL, -- id of what was changed
  detail TEXT NOT NULL CHECK (json_valid(detail)) -- ids, counts and names of what changed; never an answer or a secret
) STRICT;
CREATE INDEX audit_workspace ON audit (workspace, at);
CREATE INDEX audit_object ON audit (workspace, object, at);

-- The bucket that a consumer last took from for this integration, as JSON: only the kind's worker can name it.
ALTER TABLE integrations ADD COLUMN budget TEXT CHECK (json_valid(budget));

-- Positions that the cursor was put past without delivering them, as JSON [[after, through], ...]: it began later, or a
-- person gave a backlog up. [after, through, 1]: a replay is to deliver them after all, and has not come to all of them.
ALTER TABLE cursors ADD COLUMN passed TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(passed));
