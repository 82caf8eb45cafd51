-- Changes of a segment's responses go on after this position: up to it they may have been given to changes that were lost, when the
-- installation was restored to an earlier time (docs/decisions/028). 0: nothing was lost.
ALTER TABLE segments ADD COLUMN changes_after INTEGER NOT NULL DEFAULT 0;
