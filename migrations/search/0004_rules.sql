-- The kind rules: look-ups among the responses of a form. Its keys are digests of answers; they leave with their response.

-- What responses are found by: those with one key in the order of what their rule's window is over.
CREATE TABLE rule_keys (
  integration INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  key TEXT NOT NULL, -- digest of a rule's name and of the answers that are to be equal
  at INTEGER NOT NULL, -- what the window is over, in milliseconds; received_at without one
  received_at INTEGER NOT NULL,
  position INTEGER NOT NULL, -- responses.id
  PRIMARY KEY (integration, shard, key, at, received_at, position)
) STRICT, WITHOUT ROWID;

-- Responses that are to be judged again, because one before them came, changed or went.
CREATE TABLE rule_pending (
  integration INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  position INTEGER NOT NULL, -- responses.id
  PRIMARY KEY (integration, shard, position)
) STRICT, WITHOUT ROWID;
