-- Truth checks.

-- :name check_insert
-- unscoped: apply
INSERT INTO truth_check (id, rule, level, subject_kind, subject_id, other_id, task_id, finding_id, source_id, figure, words, state, raised_at, decided_at, decided_by, decision, changed_seq)
VALUES ($seq, $rule, $level, $subject_kind, $subject_id, $other_id, $task_id, $finding_id, $source_id, $figure, $words, 'raised', $at, NULL, NULL, '', $seq)

-- :name check_set_decided
-- unscoped: apply
UPDATE truth_check SET state = $to, decided_at = $at, decided_by = $actor, decision = $decision, changed_seq = $seq WHERE id = $id

-- :name check_relabel_waits
-- unscoped: apply
UPDATE wait SET label = $label WHERE subject_kind = 'check' AND label <> $label AND subject_id IN (SELECT c.id FROM truth_check c WHERE c.finding_id = $id AND c.state = 'raised')

-- :name check_exists
-- unscoped: the program
SELECT count(*) FROM truth_check c WHERE c.rule = $rule AND c.subject_kind = $subject_kind AND c.subject_id = $subject_id AND c.other_id = $other_id

-- :name check_get_any
-- unscoped: commands check the permission themselves
SELECT c.*, coalesce(t.unit_id, f.unit_id) AS unit_id, f.label, coalesce(t.no, f.no) AS no, coalesce(t.title, f.title) AS title
FROM truth_check c JOIN finding f ON f.id = c.finding_id LEFT JOIN task t ON t.id = c.task_id WHERE c.id = $id

-- Findings closed within fewer days of their beginning than their severity allows (ledgers A14 [P]).
-- :name check_fast_closings
-- unscoped: the program
-- @sqlite
SELECT y.id AS cycle_id, y.started, y.closed_on, CAST(julianday(y.closed_on) - julianday(y.started) AS integer) AS days, f.id AS id, f.id AS finding_id, f.source_id, f.unit_id, f.label, f.no, f.title
FROM cycle y JOIN finding f ON f.id = y.finding_id
WHERE y.closed_on >= date($today, '-60 days') AND y.closed_on <= $today AND julianday(y.closed_on) - julianday(y.started) < CASE f.severity WHEN 'major' THEN CAST($major_days AS bigint) WHEN 'serious' THEN CAST($serious_days AS bigint) ELSE CAST($days AS bigint) END
  AND NOT EXISTS (SELECT 1 FROM truth_check c WHERE c.rule = 'too_fast' AND c.subject_kind = 'finding' AND c.subject_id = f.id AND c.other_id = y.id)
ORDER BY y.id LIMIT $limit
-- @postgres
SELECT y.id AS cycle_id, y.started, y.closed_on, CAST(y.closed_on AS date) - CAST(y.started AS date) AS days, f.id AS id, f.id AS finding_id, f.source_id, f.unit_id, f.label, f.no, f.title
FROM cycle y JOIN finding f ON f.id = y.finding_id
WHERE y.closed_on >= to_char(CAST($today AS date) - 60, 'YYYY-MM-DD') AND y.closed_on <= CAST($today AS text) AND CAST(y.closed_on AS date) - CAST(y.started AS date) < CASE f.severity WHEN 'major' THEN CAST($major_days AS bigint) WHEN 'serious' THEN CAST($serious_days AS bigint) ELSE CAST($days AS bigint) END
  AND NOT EXISTS (SELECT 1 FROM truth_check c WHERE c.rule = 'too_fast' AND c.subject_kind = 'finding' AND c.subject_id = f.id AND c.other_id = y.id)
ORDER BY y.id LIMIT $limit
-- @end

-- :name check_get
-- scope: f
SELECT c.*, coalesce(t.unit_id, f.unit_id) AS unit_id, f.label, f.no AS finding_no, CASE WHEN {scope f.unit_id f.label} THEN f.title ELSE '' END AS finding_title, t.no AS task_no, t.title AS task_title, u.name AS unit_name, d.name AS decided_name
FROM truth_check c JOIN finding f ON f.id = c.finding_id LEFT JOIN task t ON t.id = c.task_id JOIN unit u ON u.id = coalesce(t.unit_id, f.unit_id)
LEFT JOIN account d ON d.id = c.decided_by
WHERE c.id = $id AND ({scope f.unit_id f.label} OR {scope t.unit_id t.label})

-- :name check_of_finding
-- scope: f
SELECT c.id, c.rule, c.level, c.state, c.figure, c.words, c.raised_at, t.no AS task_no FROM truth_check c JOIN finding f ON f.id = c.finding_id LEFT JOIN task t ON t.id = c.task_id
WHERE c.finding_id = $id AND c.state <> 'dismissed' AND ({scope f.unit_id f.label} OR {scope t.unit_id t.label}) ORDER BY c.id DESC LIMIT 20

-- :name check_of_task
-- unscoped: of a task that was read through its scope
SELECT c.id, c.rule, c.level, c.state, c.figure, c.words, c.raised_at, t.no AS task_no FROM truth_check c JOIN task t ON t.id = c.task_id
WHERE c.task_id = $id AND c.state <> 'dismissed' ORDER BY c.id DESC LIMIT 20

-- :name check_list
-- scope: f
SELECT c.id, c.rule, c.level, c.state, c.figure, c.words, c.raised_at, c.subject_kind, c.subject_id, t.no AS task_no, f.id AS finding_id, f.no AS finding_no, coalesce(t.title, f.title) AS title,
       u.name AS unit_name
FROM truth_check c JOIN finding f ON f.id = c.finding_id LEFT JOIN task t ON t.id = c.task_id JOIN unit u ON u.id = coalesce(t.unit_id, f.unit_id)
WHERE c.id < $before AND ($state = '' OR c.state = $state) AND ($rule = '' OR c.rule = $rule) AND ({scope f.unit_id f.label} OR {scope t.unit_id t.label})
ORDER BY c.id DESC LIMIT $limit
