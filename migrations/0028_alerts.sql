-- Alerts: what needs somebody, told once and again while it lasts, and once more when it is over (docs/decisions/027).

ALTER TABLE workspaces ADD COLUMN alerts TEXT CHECK (json_valid(alerts)); -- {form, phones}: where alerts go; NULL: nobody is told

-- Control: a row while a cause lasts.
CREATE TABLE alerts (
  workspace TEXT NOT NULL, -- '': of the installation itself
  cause TEXT NOT NULL, -- the rule, and what it is about
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL, -- as it was told last
  form TEXT,
  about TEXT, -- an integration
  since INTEGER NOT NULL, -- when it was seen first
  told INTEGER NOT NULL DEFAULT 0, -- how often
  told_at INTEGER, -- when last
  gone_at INTEGER, -- not seen since then: over, once that has lasted
  PRIMARY KEY (workspace, cause)
) STRICT, WITHOUT ROWID;

CREATE INDEX keys_expiring ON keys (expires_at) WHERE expires_at IS NOT NULL AND revoked_at IS NULL;
