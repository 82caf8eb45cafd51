-- What waits for a correction, by collector and by collector link. Both cost a written row only for responses that are flagged.

-- The text of an entry of metadata is that of store/answer-values.ts.
CREATE INDEX responses_collector ON responses (id >> 33, CASE json_type(metadata, '$.collector')
  WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(metadata->>'$.collector' AS TEXT) END)
  WHERE review = 'flagged' AND erased_at IS NULL;
-- By name nobody could be told from somebody who is called the same: a collector sees what came by the link itself.
CREATE INDEX responses_link ON responses (link) WHERE review = 'flagged' AND link IS NOT NULL;
