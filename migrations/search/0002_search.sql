-- The kind search: one document for each response that has text, found by its words. What it says stands in `contributions`;
-- the words alone are here, so that nothing is kept twice.

-- Numbers of documents grow in the order in which responses came, and lie apart for each integration
-- (integration * 2^31 + n): a look for words reads one integration's, the newest first, and may stop anywhere.
CREATE TABLE search_documents (
  document INTEGER PRIMARY KEY,
  integration INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  position INTEGER NOT NULL, -- responses.id
  UNIQUE (integration, shard, position)
) STRICT;

-- The kind makes the words (src/integrations/search/words.ts) and folds them; the tokenizer has only to take them as they are: marks
-- (Mn, Mc) belong to words, or vowel signs of Indic scripts would cut them into pieces. Private-use characters (Co) do too: one
-- stands between two answers, so that no phrase reaches from one into the other.
CREATE VIRTUAL TABLE search_words USING fts5 (
  text,
  content = '',
  contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"
);
