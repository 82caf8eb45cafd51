-- Links that take so many responses, whose link a response came by, and an end to receipts.
ALTER TABLE links ADD COLUMN responses_max INTEGER; -- NULL: no limit. Never changed: an INSERT may rely on it
ALTER TABLE responses ADD COLUMN link TEXT; -- id of the collector link that it came by; NULL: none, or it is erased

-- Responses that came by a link that has a maximum, written in the transaction that stores them (store/link-uses.ts). On the
-- shard of the segment.
CREATE TABLE link_uses (
  segment INTEGER NOT NULL,
  link TEXT NOT NULL,
  used INTEGER NOT NULL, -- erased ones count
  counted INTEGER NOT NULL, -- position of the last response that is counted
  PRIMARY KEY (segment, link)
) STRICT, WITHOUT ROWID;

-- The sweeper finds old receipts by it.
CREATE INDEX receipts_settled ON receipts (settled_at);
