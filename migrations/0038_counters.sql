-- What the isolates have counted (core/counters.ts): a row for each series. Without a rowid, an addition is one row written.
CREATE TABLE counters (
  name TEXT NOT NULL,
  labels TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (name, labels)
) STRICT, WITHOUT ROWID;
