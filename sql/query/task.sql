-- Tasks: measures handed to units and people; a tree down the organisation.

-- :name task_insert
-- unscoped: apply
INSERT INTO task (id, measure_id, finding_id, source_id, parent_id, depth, no, title, goal, finish_mark, phase, state, unit_id, label, start, due, due_key,
  original_due, extension_count, weight, own_bp, progress_bp, child_count, open_children, report_cycle, last_report_at, accepted_at, done_on, is_on_time,
  returned_count, created_at, created_by, changed_at, changed_seq, rev)
VALUES ($seq, $measure_id, $finding_id, $source_id, $parent_id, $depth, $no, $title, $goal, $finish_mark, $phase, 'assigned', $unit_id, $label, $start, $due,
  coalesce($due, '9999-12-31'), $due, 0, $weight, 0, 0, 0, 0, $report_cycle, NULL, NULL, NULL, NULL, 0, $at, $actor, $at, $seq, 1)

-- :name finding_count_task
-- unscoped: apply
UPDATE finding SET last_task_no = last_task_no + 1, changed_at = $at, changed_seq = $seq WHERE id = $finding_id

-- :name task_set_state
-- unscoped: apply
UPDATE task SET state = $to, changed_at = $at, changed_seq = $seq, rev = rev + 1,
  accepted_at = CASE WHEN $to = 'doing' AND accepted_at IS NULL THEN $at ELSE accepted_at END,
  returned_count = returned_count + CASE WHEN $to = 'returned' THEN 1 ELSE 0 END,
  done_on = CASE WHEN $to = 'done' THEN $day WHEN $to = 'doing' THEN NULL ELSE done_on END,
  is_on_time = CASE WHEN $to = 'done' THEN CASE WHEN due IS NULL OR due >= $day THEN 1 ELSE 0 END WHEN $to = 'doing' THEN NULL ELSE is_on_time END
WHERE id = $id

-- Counters of a parent are counted anew from its children, so that no path of moves can make them drift.
-- :name task_recount_parent
-- unscoped: apply
UPDATE task SET child_count = (SELECT count(*) FROM task c WHERE c.parent_id = $parent_id AND c.state <> 'cancelled'),
  open_children = (SELECT count(*) FROM task c WHERE c.parent_id = $parent_id AND c.state NOT IN ('done', 'cancelled'))
WHERE id = $parent_id

-- :name task_set_unit
-- unscoped: apply
UPDATE task SET unit_id = $unit_id WHERE id = $id

-- :name task_set_own
-- unscoped: apply
UPDATE task SET own_bp = $own_bp, last_report_at = $at, changed_at = $at, changed_seq = $seq WHERE id = $id

-- A leaf has what it reported, a parent the weighted mean of its children; run from the task itself upwards.
-- :name task_sum
-- unscoped: apply
UPDATE task SET progress_bp = CASE
    WHEN state = 'done' THEN 10000
    WHEN child_count = 0 THEN own_bp
    ELSE coalesce((SELECT sum(c.progress_bp * c.weight) / sum(c.weight) FROM task c WHERE c.parent_id = task.id AND c.state <> 'cancelled'), own_bp) END
WHERE id = $sum_id

-- :name measure_sum
-- unscoped: apply
UPDATE measure SET progress_bp = CASE WHEN state IN ('completed', 'verified') THEN 10000
    ELSE coalesce((SELECT sum(t.progress_bp * t.weight) / sum(t.weight) FROM task t WHERE t.measure_id = measure.id AND t.parent_id IS NULL AND t.state <> 'cancelled'), 0) END
WHERE id = $measure_id

-- :name finding_sum
-- unscoped: apply
UPDATE finding SET progress_bp = coalesce((SELECT sum(m.progress_bp * m.weight) / sum(m.weight) FROM measure m WHERE m.finding_id = finding.id AND m.state <> 'dropped'), 0)
WHERE id = $finding_id

-- :name task_relabel
-- unscoped: apply
UPDATE task SET label = $label WHERE finding_id = $id AND label <> $label

-- :name task_get_any
-- unscoped: commands check the permission themselves
SELECT t.* FROM task t WHERE t.id = $id

-- :name task_measure_get
-- unscoped: commands check the permission themselves
SELECT m.id AS measure_id, m.phase, m.text, m.state AS measure_state, m.due, m.finish_mark, f.id AS finding_id, f.no AS finding_no, f.source_id, f.unit_id, f.label, f.status,
       f.last_task_no
FROM measure m JOIN finding f ON f.id = m.finding_id WHERE m.id = $measure_id

-- The task itself and all above it, from the bottom: the order in which sums are made.
-- :name task_ancestors
-- unscoped: for sums; ids only
WITH RECURSIVE up (id, parent_id, level) AS (
  SELECT t.id, t.parent_id, 0 FROM task t WHERE t.id = $id
  UNION ALL SELECT p.id, p.parent_id, up.level + 1 FROM up JOIN task p ON p.id = up.parent_id
)
SELECT id AS sum_id FROM up ORDER BY level

-- :name guard_task_open_children
-- unscoped: a guard
SELECT t.id, t.title FROM task t WHERE t.parent_id = $id AND t.state NOT IN ('done', 'cancelled') ORDER BY t.id
