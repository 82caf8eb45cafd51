-- Changed rules look at old responses again.

-- Control: what was asked for, until the sweeper has begun it on every segment of the form. Written with the version itself.
CREATE TABLE recheck_requests (
  form TEXT PRIMARY KEY,
  version INTEGER NOT NULL, -- whose rules
  asked_at INTEGER NOT NULL,
  start_at INTEGER NOT NULL -- not before: from then on no isolate judges by an older version
) STRICT, WITHOUT ROWID;

-- Shard: how far a re-check has come in a segment, and who is at it. The last one stays, so that people see what it came to.
CREATE TABLE rechecks (
  segment INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  position INTEGER NOT NULL, -- every response up to here is looked at
  through INTEGER NOT NULL, -- what came later was judged by this version when it came
  flagged INTEGER NOT NULL DEFAULT 0, -- responses that got flags by it
  cleared INTEGER NOT NULL DEFAULT 0, -- and those that have none left by it
  epoch INTEGER NOT NULL DEFAULT 0, -- raised by each claim; every later write names it
  lease_until INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL, -- not before this time: a share of the work each minute
  asked_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX rechecks_open ON rechecks (next_at) WHERE finished_at IS NULL;
