-- What became of a cursor's attempts, by hour, of the last day: [[hour since the epoch, delivered, failed], …], oldest first.
ALTER TABLE cursors ADD COLUMN tally TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tally));
