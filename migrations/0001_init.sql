-- Formlog's tables. The same file applies to every database (DESIGN.md section 3): the control tables are used in DB only,
-- the shard tables in each shard (DB is the first). Hand-written; src/store/schema.ts mirrors it and a test compares.
-- Times are milliseconds since the epoch. Row keys of the log are segment * 2^33 + seq (8589934592 = 2^33).

-- Control -------------------------------------------------------------------------------------------------------------

CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL UNIQUE, -- SHA-256 of the key; the key itself is shown once and not kept
  workspace TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX keys_workspace ON keys (workspace);

CREATE TABLE forms (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  access TEXT NOT NULL CHECK (access IN ('public', 'key')),
  version INTEGER NOT NULL,
  metadata TEXT NOT NULL CHECK (json_valid(metadata)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX forms_workspace ON forms (workspace);

CREATE TABLE form_versions (
  form TEXT NOT NULL,
  version INTEGER NOT NULL,
  definition TEXT NOT NULL CHECK (json_valid(definition)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (form, version)
) STRICT, WITHOUT ROWID;

-- Which segments a form has, oldest first, and where each one lives.
CREATE TABLE directory (
  form TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  segment INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  PRIMARY KEY (form, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE connections (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  sealed TEXT NOT NULL, -- AES-GCM: base64 of nonce and ciphertext
  key_id TEXT NOT NULL, -- which encryption key sealed it
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX connections_workspace ON connections (workspace);

CREATE TABLE integrations (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace TEXT NOT NULL,
  form TEXT NOT NULL,
  kind TEXT NOT NULL,
  config TEXT NOT NULL CHECK (json_valid(config)),
  connection TEXT,
  filter TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX integrations_form ON integrations (form);

-- Token buckets shared by all consumers. `granted` is what the last take got.
CREATE TABLE budgets (
  name TEXT PRIMARY KEY,
  tokens REAL NOT NULL,
  granted INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Recipients that asked to be left alone, by kind and account. Only a digest of the address is kept.
CREATE TABLE suppressions (
  scope TEXT NOT NULL,
  recipient TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, recipient)
) STRICT, WITHOUT ROWID;

-- Shard ---------------------------------------------------------------------------------------------------------------

-- `version` and `state` are what an INSERT checks: the form's current version, and whether it takes responses.
CREATE TABLE segments (
  no INTEGER PRIMARY KEY,
  form TEXT NOT NULL,
  version INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  opened_at INTEGER NOT NULL
) STRICT;
CREATE INDEX segments_form ON segments (form);

CREATE TABLE responses (
  id INTEGER PRIMARY KEY,
  nonce TEXT NOT NULL, -- tells whether a batch whose answer was lost did commit
  version INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  erased_at INTEGER,
  answers TEXT NOT NULL CHECK (json_valid(answers)),
  metadata TEXT NOT NULL CHECK (json_valid(metadata)),
  idempotency_key TEXT,
  fingerprint TEXT -- of the content that came with the key
) STRICT;
-- Costs a written row only for responses that bring a key (docs/decisions/001).
CREATE UNIQUE INDEX responses_key ON responses (id >> 33, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- Edits and erasures, append-only: the history of a response and the feed of changes.
CREATE TABLE revisions (
  id INTEGER PRIMARY KEY,
  response INTEGER NOT NULL,
  event TEXT NOT NULL CHECK (event IN ('updated', 'erased')),
  revision INTEGER NOT NULL, -- the response's revision after the event
  previous TEXT CHECK (json_valid(previous)), -- the state before; NULL once the response is erased
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX revisions_response ON revisions (response);

CREATE TABLE cursors (
  segment INTEGER NOT NULL,
  integration INTEGER NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'waiting', 'blocked')),
  position INTEGER NOT NULL, -- every response up to here is settled
  revision_position INTEGER, -- the same for revisions; NULL: this kind does not follow them
  high INTEGER NOT NULL, -- furthest position ever settled: at or below it, an entry is a replay
  epoch INTEGER NOT NULL DEFAULT 0, -- raised by each claim; every later write names it
  lease_until INTEGER NOT NULL DEFAULT 0,
  wake_at INTEGER NOT NULL DEFAULT 0, -- when the last wake-up was sent; in the future: do not ring before
  next_at INTEGER NOT NULL DEFAULT 0, -- not before this time
  failures INTEGER NOT NULL DEFAULT 0,
  flight TEXT CHECK (json_valid(flight)), -- the page whose effect may be under way
  last_error TEXT,
  last_success_at INTEGER,
  PRIMARY KEY (segment, integration)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  integration INTEGER NOT NULL,
  feed INTEGER NOT NULL, -- 0 responses, 1 revisions
  position INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sending', 'unknown', 'retrying', 'delivered', 'skipped', 'parked')),
  attempts INTEGER NOT NULL,
  looks INTEGER NOT NULL DEFAULT 0,
  tried_at INTEGER NOT NULL,
  next_at INTEGER,
  reference TEXT, -- the provider's id
  status TEXT, -- the provider's word for its state
  rank INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  content TEXT CHECK (json_valid(content)), -- what is sent, fixed at the first attempt
  PRIMARY KEY (integration, feed, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (integration, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_parked ON deliveries (integration, position) WHERE state = 'parked';
