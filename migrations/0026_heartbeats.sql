-- Written at the end of each sweep, on each shard: that it ran, and for how long the oldest unsettled entry had been waiting then.
CREATE TABLE heartbeats (
  name TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  oldest_at INTEGER
) STRICT, WITHOUT ROWID;
