-- A finding hangs by itself or by a task: which one, so that lists and boards find it along one small index.
ALTER TABLE hang ADD COLUMN finding_id @int64 NOT NULL DEFAULT 0;
UPDATE hang SET finding_id = CASE WHEN subject_kind = 'finding' THEN subject_id ELSE (SELECT t.finding_id FROM task t WHERE t.id = hang.subject_id) END;
CREATE INDEX hang_finding ON hang (finding_id) WHERE state = 'open';
