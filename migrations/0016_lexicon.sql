-- Lexicons: the terms that people of a city or a language use, of a workspace. Used in DB only.

-- Each change of a lexicon names the revision that it was made on. No row: an empty lexicon that was never changed.
CREATE TABLE lexicons (
  workspace TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  spellings INTEGER NOT NULL, -- terms and variants of all entries
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lexicon_entries (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace TEXT NOT NULL,
  term TEXT NOT NULL,
  term_key TEXT NOT NULL, -- folded, as core/lexicon does
  language TEXT NOT NULL, -- BCP 47
  city TEXT, -- NULL: everywhere
  city_key TEXT NOT NULL, -- folded; empty: everywhere
  variants TEXT NOT NULL CHECK (json_valid(variants)), -- JSON array of texts
  meaning TEXT,
  part_of_speech TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
-- What makes an entry one, and the order of lists.
CREATE UNIQUE INDEX lexicon_entries_key ON lexicon_entries (workspace, term_key, language, city_key);
