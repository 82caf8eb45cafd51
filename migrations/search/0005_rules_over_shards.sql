-- The kind rules compares over all databases of a form (docs/decisions/035). A position is unique in a form, so what is looked for by
-- key and order is one range whatever shard it lies on; the shard only says where to read it.

CREATE TABLE rule_keys_of_forms (
  integration INTEGER NOT NULL,
  key TEXT NOT NULL, -- digest of a rule's name and of the answers that are to be equal
  at INTEGER NOT NULL, -- what the window is over, in milliseconds; received_at without one
  received_at INTEGER NOT NULL,
  position INTEGER NOT NULL, -- responses.id
  shard INTEGER NOT NULL, -- where that lies
  PRIMARY KEY (integration, key, at, received_at, position)
) STRICT, WITHOUT ROWID;
INSERT INTO rule_keys_of_forms (integration, key, at, received_at, position, shard)
  SELECT integration, key, at, received_at, position, shard FROM rule_keys;
DROP TABLE rule_keys;
ALTER TABLE rule_keys_of_forms RENAME TO rule_keys;

CREATE TABLE rule_pending_of_forms (
  integration INTEGER NOT NULL,
  position INTEGER NOT NULL, -- responses.id
  shard INTEGER NOT NULL, -- where that lies
  times INTEGER NOT NULL DEFAULT 1, -- how often it was noted: whoever judged it strikes it out only if nobody has noted it since
  PRIMARY KEY (integration, position)
) STRICT, WITHOUT ROWID;
INSERT INTO rule_pending_of_forms (integration, position, shard) SELECT integration, position, shard FROM rule_pending;
DROP TABLE rule_pending;
ALTER TABLE rule_pending_of_forms RENAME TO rule_pending;
