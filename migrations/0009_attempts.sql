-- Attempts of kinds that keep a log of them: each call for a delivery and the first bytes of its answer. Kept are the newest ten of
-- a delivery; of those that were delivered, the newest thousand of a cursor's feed.
CREATE TABLE attempts (
  integration INTEGER NOT NULL,
  feed INTEGER NOT NULL, -- 0 responses, 1 revisions
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  milliseconds INTEGER NOT NULL,
  status INTEGER, -- HTTP; NULL: there was no answer
  answer TEXT, -- NULL once the response is erased
  PRIMARY KEY (integration, feed, position, at)
) STRICT, WITHOUT ROWID;

-- A stretch in which every attempt failed: when it began, and its newest failure. NULL: the newest attempt was good.
ALTER TABLE cursors ADD COLUMN failing_since INTEGER;
ALTER TABLE cursors ADD COLUMN failed_at INTEGER;
