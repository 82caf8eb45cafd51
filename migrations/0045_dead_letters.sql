-- Control: submissions that were answered 202 and that the intake consumer could not store in all its tries (docs/decisions/033). The
-- sweeper tries them again; a row goes once its response is stored or its form erased.
CREATE TABLE dead_letters (
  id TEXT PRIMARY KEY, -- made of the nonce of the submission; of one that can't be read, the id of its message
  form TEXT NOT NULL, -- '': it can't be read
  body TEXT NOT NULL, -- the message as JSON: the answers are in it
  kept_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, -- since it is kept here
  next_at INTEGER NOT NULL,
  reason TEXT -- why the last attempt failed
) STRICT;
CREATE INDEX dead_letters_due ON dead_letters (next_at);
CREATE INDEX dead_letters_form ON dead_letters (form, kept_at);
