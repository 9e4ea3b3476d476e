-- What nobody looks for is not indexed: each of these cost every new finding a page of the log.
-- No query goes from a source to its items; they are read from the finding.
DROP INDEX source_item_source;
-- Only closed cycles are looked for by the day, and only documents that lead to something else by what they lead to.
DROP INDEX cycle_closed;
CREATE INDEX cycle_closed ON cycle (closed_on) WHERE closed_on IS NOT NULL;
DROP INDEX search_doc_target;
CREATE INDEX search_doc_target ON search_doc (target) WHERE target <> id;

-- Boards ask which findings of a source hang.
CREATE INDEX hang_source ON hang (source_id, subject_kind, subject_id) WHERE state = 'open';

-- The light of a finding hangs on the earliest limit of who is waited for: found in the index alone, also for each row of a list.
DROP INDEX wait_subject;
CREATE INDEX wait_subject ON wait (subject_kind, subject_id, due_key);
