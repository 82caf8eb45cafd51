-- Reviews, the device's own time, and an index over chosen questions.

ALTER TABLE responses ADD COLUMN submitted_at INTEGER; -- when the device says it was filled in
ALTER TABLE responses ADD COLUMN stored_at INTEGER; -- when D1 took it, where it had waited in the spool; NULL: when it was received
ALTER TABLE responses ADD COLUMN review TEXT NOT NULL DEFAULT 'received'
  CHECK (review IN ('received', 'flagged', 'corrected', 'approved', 'rejected'));
-- Costs a written row only for responses that somebody reviewed. Leads to rows by id: it is the rowid.
CREATE INDEX responses_review ON responses (review) WHERE review <> 'received';

-- SQLite can't change a CHECK: the table is made anew, with its rows, and takes the old one's name.
CREATE TABLE revisions_next (
  id INTEGER PRIMARY KEY,
  response INTEGER NOT NULL,
  event TEXT NOT NULL CHECK (event IN ('updated', 'reviewed', 'erased')),
  revision INTEGER NOT NULL, -- the response's revision after the event
  previous TEXT CHECK (json_valid(previous)), -- the state before; NULL once the response is erased
  created_at INTEGER NOT NULL,
  review TEXT, -- the state of review after the event
  comment TEXT, -- of a review; NULL once the response is erased
  author TEXT -- id of the key; NULL: not known
) STRICT;
INSERT INTO revisions_next (id, response, event, revision, previous, created_at)
  SELECT id, response, event, revision, previous, created_at FROM revisions;
DROP TABLE revisions;
ALTER TABLE revisions_next RENAME TO revisions;
CREATE INDEX revisions_response ON revisions (response);

-- Which questions of a segment are indexed, and how far: every response up to `position` has its entries.
CREATE TABLE indexed_questions (
  segment INTEGER NOT NULL,
  ref TEXT NOT NULL,
  type TEXT NOT NULL,
  position INTEGER NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0, -- 1: the form asks for it no more; its entries are being deleted
  PRIMARY KEY (segment, ref)
) STRICT, WITHOUT ROWID;

-- One entry for an answer, for multiple_choice one for each choice.
CREATE TABLE answer_index (
  segment INTEGER NOT NULL,
  ref TEXT NOT NULL,
  value ANY NOT NULL, -- store/answer-values.ts says how an answer becomes a value
  id INTEGER NOT NULL, -- of the response
  PRIMARY KEY (segment, ref, value, id)
) STRICT, WITHOUT ROWID;
