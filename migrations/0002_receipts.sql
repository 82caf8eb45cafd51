-- What became of submissions that were answered 202: one row each, written by the intake consumer (docs/decisions/005).
-- On the shard of the response. A submission without a row is still on its way.
CREATE TABLE receipts (
  nonce TEXT PRIMARY KEY, -- of the submission; the receipt names it
  response INTEGER NOT NULL, -- where it is stored; when refused, the response that its key came with first
  refusal TEXT, -- the code of the error; NULL: stored
  settled_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
