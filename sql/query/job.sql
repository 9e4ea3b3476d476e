-- Long work.

-- :name job_next_id
-- unscoped: numbering
SELECT coalesce(max(id), 0) + 1 FROM job

-- :name job_insert
-- unscoped: local
INSERT INTO job (id, kind, state, account_id, input, result, done_count, total_count, created_at, changed_at)
VALUES ($id, $kind, 'waiting', $account_id, $input, '{}', 0, 0, $at, $at)

-- :name job_update
-- unscoped: local
UPDATE job SET state = $state, result = $result, done_count = $done_count, total_count = $total_count, changed_at = $at WHERE id = $id

-- :name job_get
-- unscoped: a person's own; the page compares the account
SELECT * FROM job WHERE id = $id
