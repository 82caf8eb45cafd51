-- Integrations that were deleted. Used in DB only. A number is never given again: under it lies what was delivered, which the
-- sweeper erases by and by.
CREATE TABLE deleted_integrations (
  no INTEGER PRIMARY KEY,
  deleted_at INTEGER NOT NULL,
  erased_at INTEGER -- when nothing was left under the number; NULL: there may be something
) STRICT;
CREATE INDEX deleted_integrations_left ON deleted_integrations (deleted_at) WHERE erased_at IS NULL;

-- What was deleted before this was kept, as far as it left rows. Where there are workspaces the control tables are used.
INSERT INTO deleted_integrations (no, deleted_at)
WITH RECURSIVE delivered (n) AS (
  SELECT min(integration) FROM deliveries
  UNION ALL SELECT (SELECT min(integration) FROM deliveries WHERE integration > n) FROM delivered WHERE n IS NOT NULL)
SELECT n, 0 FROM (SELECT n FROM delivered UNION SELECT integration FROM cursors UNION SELECT integration FROM reconciliations)
WHERE n IS NOT NULL AND n NOT IN (SELECT no FROM integrations) AND EXISTS (SELECT 1 FROM workspaces);
