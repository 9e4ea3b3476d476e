-- What boards and home pages need beside the loop's own tables.

-- Who set in motion what now waits: the account of the event that began the wait.
ALTER TABLE wait ADD COLUMN asked_by @int64 NOT NULL DEFAULT 0;
CREATE INDEX wait_asked ON wait (asked_by, due_key, id);
