-- The statuses of texts are read in pages (docs/decisions/026): every delivery of a response up to here has been asked for, or has a time of its own.
ALTER TABLE cursors ADD COLUMN checked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN check_at INTEGER; -- when those after it are asked for; NULL: there are none
