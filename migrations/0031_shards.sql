-- Forms over several shards (docs/decisions/025).

-- Control: what is known of each shard, written by the sweeper. One without a row is open. Full is what is larger than the cap.
CREATE TABLE shards (
  no INTEGER PRIMARY KEY,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')), -- closed by an operator: no segment is opened here
  size_bytes INTEGER NOT NULL DEFAULT 0,
  measured_at INTEGER NOT NULL DEFAULT 0
) STRICT;

-- 0: a further segment that was opened just now; its integrations and indexes are looked at once more.
ALTER TABLE directory ADD COLUMN settled INTEGER NOT NULL DEFAULT 1;
CREATE INDEX directory_unsettled ON directory (form) WHERE settled = 0;

-- Nothing is stored here any more, not even what was promised: the form goes on in its next segment.
ALTER TABLE segments ADD COLUMN retired_at INTEGER;

-- Of what was moved on to another shard, or refused because of a response there; NULL: `response` is on this one.
ALTER TABLE receipts ADD COLUMN shard INTEGER;

-- [shard, segment] that the form wrote to before: kinds whose order matters deliver that first. NULL: its first segment.
ALTER TABLE cursors ADD COLUMN follows TEXT CHECK (json_valid(follows));
