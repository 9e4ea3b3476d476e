-- More time for a task.

-- :name extension_insert
-- unscoped: apply
INSERT INTO extension (id, task_id, finding_id, source_id, n, no, state, old_due, new_due, reason, asked_at, asked_by, decided_at, decided_by, decision, changed_seq)
VALUES ($seq, $task_id, $finding_id, $source_id, $n, $no, 'asked', $old_due, $new_due, $why, $at, $actor, NULL, NULL, '', $seq)

-- :name extension_set_decided
-- unscoped: apply
UPDATE extension SET state = $to, new_due = coalesce($new_due, new_due), decided_at = $at, decided_by = $actor, decision = $decision, changed_seq = $seq WHERE id = $id

-- :name extension_move_task
-- unscoped: apply; the first date stays
UPDATE task SET due = $new_due, due_key = $new_due, original_due = coalesce(original_due, due), extension_count = extension_count + 1, changed_at = $at, changed_seq = $seq, rev = rev + 1
WHERE id = $task_id AND $to = 'approved'

-- :name extension_move_wait
-- unscoped: apply; the work itself now waits until the new date
UPDATE wait SET due = $new_due, due_key = $new_due WHERE subject_kind = 'task' AND subject_id = $task_id AND what = 'work_task' AND $to = 'approved'

-- :name extension_end
-- unscoped: apply; a task that ends needs no more time
UPDATE extension SET state = 'withdrawn', decided_at = $at, decided_by = $actor, changed_seq = $seq
WHERE task_id = $id AND state = 'asked' AND $to IN ('done', 'cancelled')

-- :name extension_end_waits
-- unscoped: apply; runs before extension_end
DELETE FROM wait WHERE subject_kind = 'extension' AND $to IN ('done', 'cancelled') AND subject_id IN (SELECT x.id FROM extension x WHERE x.task_id = $id AND x.state = 'asked')

-- :name extension_relabel_waits
-- unscoped: apply
UPDATE wait SET label = $label WHERE subject_kind = 'extension' AND label <> $label AND subject_id IN (SELECT x.id FROM extension x WHERE x.finding_id = $id AND x.state = 'asked')

-- :name extension_move_waits
-- unscoped: apply; the task went to another unit
UPDATE wait SET unit_id = $unit_id WHERE subject_kind = 'extension' AND subject_id IN (SELECT x.id FROM extension x WHERE x.task_id = $id AND x.state = 'asked')

-- :name extension_get_any
-- unscoped: commands check the permission themselves
SELECT x.*, t.unit_id, t.label, t.title, t.no AS task_no, t.parent_id FROM extension x JOIN task t ON t.id = x.task_id WHERE x.id = $id

-- :name extension_asked_of_task
-- unscoped: of a task that was read for a command
SELECT x.id, x.no FROM extension x WHERE x.task_id = $task_id AND x.state = 'asked'

-- :name extension_count_of_task
-- unscoped: of a task that was read for a command
SELECT count(*) FROM extension x WHERE x.task_id = $task_id

-- :name extension_get
-- scope: t
SELECT x.*, t.unit_id, t.label, t.title, t.no AS task_no, t.due AS task_due, t.original_due, t.extension_count, u.name AS unit_name, a.name AS asked_name, d.name AS decided_name
FROM extension x JOIN task t ON t.id = x.task_id JOIN unit u ON u.id = t.unit_id
LEFT JOIN account a ON a.id = x.asked_by LEFT JOIN account d ON d.id = x.decided_by
WHERE x.id = $id AND {scope t.unit_id t.label}

-- :name extension_of_task
-- unscoped: of a task that was read through its scope
SELECT x.*, a.name AS asked_name, d.name AS decided_name FROM extension x LEFT JOIN account a ON a.id = x.asked_by LEFT JOIN account d ON d.id = x.decided_by
WHERE x.task_id = $id ORDER BY x.n
