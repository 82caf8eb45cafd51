-- Reconciliations: what a provider has, compared with what the log says. A cursor has at most one under way.
ALTER TABLE cursors ADD COLUMN reconcile_at INTEGER; -- when the next one is due; NULL: this kind has none
ALTER TABLE cursors ADD COLUMN compare_from INTEGER NOT NULL DEFAULT 0; -- what is not after it was never to be delivered there
CREATE TABLE reconciliations (
  no INTEGER PRIMARY KEY,
  segment INTEGER NOT NULL,
  integration INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER, -- NULL: under way, or its worker died
  checked INTEGER NOT NULL DEFAULT 0,
  missing INTEGER NOT NULL DEFAULT 0,
  doubled INTEGER NOT NULL DEFAULT 0,
  strangers INTEGER NOT NULL DEFAULT 0, -- looks like ours, and no delivery accounts for it
  changed INTEGER NOT NULL DEFAULT 0, -- the provider's word was another than ours
  repaired INTEGER NOT NULL DEFAULT 0,
  examples TEXT NOT NULL CHECK (json_valid(examples)), -- ids of the first responses of each sort
  error TEXT -- why it could not be done, or what it left to a person
) STRICT;
CREATE INDEX reconciliations_integration ON reconciliations (integration, segment, no);
