-- Since when a cursor owes what had come in before: its start, a replay, being resumed. What came in later is owed since then (docs/decisions/027).

ALTER TABLE cursors ADD COLUMN owed_at INTEGER NOT NULL DEFAULT 0;
