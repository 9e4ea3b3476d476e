-- What boards and home pages need beside the loop's own tables.

-- Who set in motion what now waits: the account of the event that began the wait.
ALTER TABLE wait ADD COLUMN asked_by @int64 NOT NULL DEFAULT 0;
CREATE INDEX wait_asked ON wait (asked_by, due_key, id);

-- Waiting for a decision or an answer: boards show where and how long.  Work that simply goes on until its date is not waiting.
CREATE INDEX wait_board ON wait (what, since, unit_id, label, source_id) WHERE what <> 'work_task';
CREATE INDEX wait_since ON wait (since, id) WHERE what <> 'work_task';
