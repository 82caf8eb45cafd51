-- Which kind a deleted integration was: what its index holds in SEARCH_DB is erased by that kind's worker. NULL: deleted before this.
ALTER TABLE deleted_integrations ADD COLUMN kind TEXT;
