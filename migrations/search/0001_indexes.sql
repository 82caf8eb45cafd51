-- SEARCH_DB: what kinds that keep an index make of responses (docs/decisions/013). A database of its own, because FTS5 tables
-- make one unexportable; all of it can be built anew by a replay. Only the workers of such kinds are bound to it. Everything lies
-- under the number of its integration (integrations.no of DB, which never comes again). No migration of migrations/ applies here.

-- The newest holder of each cursor that wrote here: one with a lower epoch changes nothing any more.
CREATE TABLE fences (
  integration INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  segment INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  PRIMARY KEY (integration, shard, segment)
) STRICT, WITHOUT ROWID;

-- Deleted integrations, so that nobody writes under their numbers again.
CREATE TABLE forgotten (
  integration INTEGER PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;

-- What the index holds of each response, to be taken back when the response changes.
CREATE TABLE contributions (
  integration INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  position INTEGER NOT NULL, -- responses.id
  content TEXT NOT NULL CHECK (json_valid(content)),
  PRIMARY KEY (integration, shard, position)
) STRICT, WITHOUT ROWID;

-- The sums of what contributions count.
CREATE TABLE counts (
  integration INTEGER NOT NULL,
  subject TEXT NOT NULL,
  facet TEXT NOT NULL,
  key ANY NOT NULL, -- numbers have their order
  n INTEGER NOT NULL,
  PRIMARY KEY (integration, subject, facet, key)
) STRICT, WITHOUT ROWID;
