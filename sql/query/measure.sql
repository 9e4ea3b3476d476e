-- Measures beyond the register: states, further findings, expected evidence.

-- :name measure_row
-- unscoped: commands check the permission themselves
SELECT m.id, m.finding_id, m.no AS item_no, f.no, m.text, m.text AS title, m.phase, m.due, m.cause_id, m.kinds, m.finish_mark, m.weight, m.state, m.progress_bp,
       m.yearly_goal, m.rev, f.unit_id, f.label, f.source_id, f.status AS finding_status
FROM measure m JOIN finding f ON f.id = m.finding_id WHERE m.id = $id

-- :name measure_set_state
-- unscoped: apply
UPDATE measure SET state = $to, completed_on = CASE WHEN $to = 'completed' THEN $day WHEN $to = 'verified' THEN completed_on ELSE NULL END, changed_seq = $seq, rev = rev + 1
WHERE id = $id

-- :name measure_serves_insert
-- unscoped: apply
INSERT INTO measure_serves (measure_id, finding_id) VALUES ($measure_id, $finding_id)

-- :name measure_serves_delete
-- unscoped: apply
DELETE FROM measure_serves WHERE measure_id = $measure_id AND finding_id = $finding_id

-- :name measure_is_serving
-- unscoped: a guard
SELECT count(*) FROM measure_serves WHERE measure_id = $measure_id AND finding_id = $finding_id

-- :name expected_insert
-- unscoped: apply
INSERT INTO expected_evidence (id, measure_id, class, text, is_dropped) VALUES ($seq, $measure_id, $class, $text, 0)

-- :name expected_drop
-- unscoped: apply
UPDATE expected_evidence SET is_dropped = 1 WHERE id = $expected_id

-- :name expected_get
-- unscoped: commands check the permission themselves
SELECT id, text FROM expected_evidence WHERE id = $id AND measure_id = $measure_id AND is_dropped = 0

-- :name expected_of_measure
-- unscoped: of a measure that was read through its scope
SELECT id, class, text FROM expected_evidence WHERE measure_id = $id AND is_dropped = 0 ORDER BY id

-- :name measure_served
-- scope: f
SELECT f.id, f.no, f.title, f.status FROM measure_serves s JOIN finding f ON f.id = s.finding_id
WHERE s.measure_id = $id AND {scope f.unit_id f.label} ORDER BY f.id LIMIT 200

-- Measures of other findings that serve this one; shown where the other finding may be seen.
-- :name measure_serving
-- scope: o
SELECT m.id, m.no, m.text, m.state, m.progress_bp, o.id AS other_id, o.no AS other_no
FROM measure_serves s JOIN measure m ON m.id = s.measure_id JOIN finding o ON o.id = m.finding_id
WHERE s.finding_id = $id AND {scope o.unit_id o.label} ORDER BY m.id

-- :name task_of_measure
-- scope: t
SELECT t.id, t.no, t.title, t.state, t.due, t.progress_bp, t.weight, t.child_count, t.unit_id, u.short_name AS unit_short, u.name AS unit_name
FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.measure_id = $id AND t.parent_id IS NULL AND {scope t.unit_id t.label} ORDER BY t.id LIMIT 500

-- :name duty_end
-- unscoped: apply
UPDATE duty SET until = $day WHERE id = $duty_id

-- :name guard_measure_open_tasks
-- unscoped: a guard
SELECT t.id, t.title FROM task t WHERE t.measure_id = $id AND t.state NOT IN ('done', 'cancelled') ORDER BY t.id

-- :name guard_measure_no_task
-- unscoped: a guard
SELECT m.id, f.no AS title FROM measure m JOIN finding f ON f.id = m.finding_id
WHERE m.id = $id AND NOT EXISTS (SELECT 1 FROM task t WHERE t.measure_id = m.id AND t.state <> 'cancelled')
