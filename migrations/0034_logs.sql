-- What happened to deliveries and to the installation in the last days, on each shard: written by the worker that did it, in a batch
-- that it makes anyway, and pruned by the sweeper. The key is the only index: an entry is one row written.
CREATE TABLE logs (
  workspace TEXT NOT NULL, -- '' : of the whole installation
  at INTEGER NOT NULL,
  n INTEGER NOT NULL, -- tells entries of one moment apart
  level TEXT NOT NULL CHECK (level IN ('info', 'warn', 'error')),
  event TEXT NOT NULL,
  form TEXT,
  integration TEXT, -- its id
  request TEXT, -- the request, or run of the sweeper, that it goes back to
  trace TEXT, -- trace-id of W3C Trace Context
  first INTEGER, -- the responses that it is about lie from this position of the log to
  last INTEGER, -- this one
  detail TEXT NOT NULL CHECK (json_valid(detail)), -- counts, codes and reasons; never an answer or a secret
  PRIMARY KEY (workspace, at, n)
) STRICT, WITHOUT ROWID;
