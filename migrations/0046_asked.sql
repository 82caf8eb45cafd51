-- How often a cursor was asked since it last answered: another cursor of its integration has noted work for it (docs/decisions/035). 0: nobody has.
ALTER TABLE cursors ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
