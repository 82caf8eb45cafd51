-- Notices: what integrations are told about the other integrations of their form (docs/decisions/015).

-- Since when a cursor has been stopped, and by which causes, as JSON {since, causes}; NULL: it delivered after the last one.
ALTER TABLE cursors ADD COLUMN blocked TEXT CHECK (json_valid(blocked));

ALTER TABLE segments ADD COLUMN notices INTEGER NOT NULL DEFAULT 0; -- how many there were: no number comes again

-- Written with the cursor that it is about, and deleted with the deliveries (feed 2) that it becomes for those who are told.
CREATE TABLE notices (
  id INTEGER PRIMARY KEY, -- segment * 2^33 + its number
  integration INTEGER NOT NULL, -- the one that was stopped, or delivers again
  event TEXT NOT NULL CHECK (event IN ('blocked', 'recovered')),
  reason TEXT NOT NULL,
  since INTEGER NOT NULL, -- when it was stopped
  created_at INTEGER NOT NULL
) STRICT;
