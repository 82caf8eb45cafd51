-- Daily counts (store/quotas.ts): how often something was done today for a recipient or a workspace. Used in DB only.
-- `key` is a digest: no number is kept. The day leads the key, so that old days are deleted without an index.
CREATE TABLE quotas (
  day INTEGER NOT NULL, -- days since the epoch, UTC
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  count INTEGER NOT NULL,
  granted INTEGER NOT NULL, -- what the last take got
  PRIMARY KEY (day, scope, key)
) STRICT, WITHOUT ROWID;
