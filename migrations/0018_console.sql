-- Sessions of the console that were ended by signing out, until they would have ended anyway.
CREATE TABLE ended_sessions (
  until INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (until, id)
) STRICT, WITHOUT ROWID;

-- The health of a workspace: all its integrations.
CREATE INDEX integrations_workspace ON integrations (workspace);
