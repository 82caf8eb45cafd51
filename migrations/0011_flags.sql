-- Flags of responses, and their event in the feed of changes.

ALTER TABLE responses ADD COLUMN flags TEXT CHECK (json_valid(flags)); -- core/flag.ts; NULL: there are none

-- SQLite can't change a CHECK: the table is made anew, with its rows, and takes the old one's name.
CREATE TABLE revisions_next (
  id INTEGER PRIMARY KEY,
  response INTEGER NOT NULL,
  event TEXT NOT NULL CHECK (event IN ('updated', 'flagged', 'reviewed', 'erased')),
  revision INTEGER NOT NULL, -- the response's revision after the event
  previous TEXT CHECK (json_valid(previous)), -- the state before; NULL once the response is erased, and of a row that only says: flagged
  created_at INTEGER NOT NULL,
  review TEXT, -- the state of review after the event
  comment TEXT, -- of a review; NULL once the response is erased
  author TEXT -- id of the key or integration, or collector; NULL: not known
) STRICT;
INSERT INTO revisions_next (id, response, event, revision, previous, created_at, review, comment, author)
  SELECT id, response, event, revision, previous, created_at, review, comment, author FROM revisions;
DROP TABLE revisions;
ALTER TABLE revisions_next RENAME TO revisions;
CREATE INDEX revisions_response ON revisions (response);
