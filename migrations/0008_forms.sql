-- Forms: settings, drafts, archived and deleted ones (docs/forms.md).
ALTER TABLE forms ADD COLUMN settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)); -- not versioned
ALTER TABLE forms ADD COLUMN archived_at INTEGER;
ALTER TABLE forms ADD COLUMN deleted_at INTEGER; -- invisible from then on
ALTER TABLE forms ADD COLUMN erase_at INTEGER; -- may be restored until the sweeper comes after this time
ALTER TABLE forms ADD COLUMN erasing_at INTEGER; -- the sweeper has begun: it can't be restored any more
CREATE INDEX forms_erase ON forms (erase_at) WHERE erase_at IS NOT NULL;

-- A definition that is being worked on. The row stays without content, so that a revision is never given out twice.
CREATE TABLE form_drafts (
  form TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  content TEXT CHECK (json_valid(content)), -- any JSON; NULL: there is no draft
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE segments ADD COLUMN responses_max INTEGER; -- an INSERT stores nothing beyond it; NULL: no limit
ALTER TABLE cursors ADD COLUMN state_before TEXT; -- of a cursor that is paused because its form is deleted
