-- The kind slang. Numbers of terms and words stand in `counts`, the texts with their terms in `contributions`.

-- Which responses have a term, so that those of one are found in their order, of all cities or of one.
CREATE TABLE slang_terms (
  integration INTEGER NOT NULL,
  question TEXT NOT NULL, -- a ref; empty: in any answer
  term TEXT NOT NULL, -- folded, as lexicon_entries.term_key of DB
  city TEXT NOT NULL, -- as subject of `counts`
  position INTEGER NOT NULL, -- responses.id
  shard INTEGER NOT NULL,
  PRIMARY KEY (integration, question, term, city, position, shard)
) STRICT, WITHOUT ROWID;

CREATE INDEX slang_terms_everywhere ON slang_terms (integration, question, term, position, shard);
-- What a response has is taken back by it, and a deleted integration is forgotten, through the primary key.

-- The most frequent words of a city, so that a look for what is special there reads so many and no more. Most words of any text
-- come once or twice: they are not in it.
CREATE INDEX counts_slang_words ON counts (integration, subject, n) WHERE facet = 'slang.word' AND n >= 3 AND subject <> '*';
