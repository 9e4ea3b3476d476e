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
  submitted_by = CASE WHEN $to = 'submitted' THEN CAST($submitted_by AS bigint) ELSE submitted_by END,
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

-- A leaf has what it reported, a parent the weighted mean of its children; run from the task itself upwards.  Whole numbers on both
-- engines: PostgreSQL's sum of bigint is numeric, which would be rounded.
-- :name task_sum
-- unscoped: apply
UPDATE task SET progress_bp = CASE
    WHEN state = 'done' THEN 10000
    WHEN child_count = 0 THEN own_bp
    ELSE coalesce((SELECT CAST(sum(c.progress_bp * c.weight) AS bigint) / CAST(sum(c.weight) AS bigint) FROM task c WHERE c.parent_id = task.id AND c.state <> 'cancelled'), own_bp) END
WHERE id = $sum_id

-- :name measure_sum
-- unscoped: apply
UPDATE measure SET progress_bp = CASE WHEN state IN ('completed', 'verified') THEN 10000
    ELSE coalesce((SELECT CAST(sum(t.progress_bp * t.weight) AS bigint) / CAST(sum(t.weight) AS bigint) FROM task t WHERE t.measure_id = measure.id AND t.parent_id IS NULL AND t.state <> 'cancelled'), 0) END
WHERE id = $measure_id

-- :name finding_sum
-- unscoped: apply; the weighted mean of this cycle's measures and of those of others that serve it
UPDATE finding SET progress_bp = coalesce((SELECT CAST(sum(p.progress_bp * p.weight) AS bigint) / CAST(sum(p.weight) AS bigint) FROM (
    SELECT m.progress_bp, m.weight FROM measure m WHERE m.finding_id = finding.id AND m.cycle_n = finding.cycle_n AND m.state <> 'dropped'
    UNION ALL SELECT m.progress_bp, m.weight FROM measure_serves s JOIN measure m ON m.id = s.measure_id
      WHERE s.finding_id = finding.id AND m.state <> 'dropped' AND NOT (m.finding_id = finding.id AND m.cycle_n = finding.cycle_n)) p), 0)
WHERE id IN (SELECT CAST($finding_id AS bigint) UNION SELECT s.finding_id FROM measure_serves s WHERE s.measure_id = $measure_id)

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

-- More time is asked for before the date, which the row's title tells.
-- :name guard_task_no_due
-- unscoped: a guard
SELECT t.id, t.title FROM task t WHERE t.id = $id AND t.due IS NULL

-- :name guard_task_due_passed
-- unscoped: a guard
SELECT t.id, t.due AS title FROM task t WHERE t.id = $id AND t.due < $today

-- :name guard_task_open_children
-- unscoped: a guard
SELECT t.id, t.title FROM task t WHERE t.parent_id = $id AND t.state NOT IN ('done', 'cancelled') ORDER BY t.id

-- :name task_update
-- unscoped: apply
UPDATE task SET title = $title, goal = $goal, finish_mark = $finish_mark, phase = $phase, start = $start, due = $due, due_key = coalesce($due, '9999-12-31'),
  original_due = CASE WHEN accepted_at IS NULL THEN $due ELSE original_due END, weight = $weight, report_cycle = $report_cycle,
  changed_at = $at, changed_seq = $seq, rev = rev + 1
WHERE id = $id

-- :name wait_retitle
-- unscoped: apply
UPDATE wait SET title = $title WHERE subject_kind = $noun AND subject_id = $id

-- :name search_task_place
-- unscoped: apply; a task is found where its unit may be seen
UPDATE search_doc SET unit_id = $unit_id WHERE id = $id AND kind = 'task'

-- :name search_tasks_relabel
-- unscoped: apply
UPDATE search_doc SET label = $label WHERE kind = 'task' AND id IN (SELECT id FROM task WHERE finding_id = $id AND label <> $label)

-- A task with what is above it; finding and parent only when the reader may see them.
-- :name task_get
-- scope: t
SELECT t.*, CASE WHEN EXISTS (SELECT 1 FROM hang h WHERE h.subject_kind = 'task' AND h.subject_id = t.id AND h.state = 'open') THEN 1 ELSE 0 END AS hangs,
       u.name AS unit_name, u.short_name AS unit_short, f.no AS finding_no, f.title AS finding_title, m.no AS measure_no, m.text AS measure_text,
       s.title AS source_title, s.no AS source_no, coalesce(c.name, '') AS created_by_name
FROM task t JOIN unit u ON u.id = t.unit_id
LEFT JOIN finding f ON f.id = t.finding_id AND {scope f.unit_id f.label}
LEFT JOIN measure m ON m.id = t.measure_id AND f.id IS NOT NULL
LEFT JOIN source s ON s.id = t.source_id AND {scope s.unit_id s.label}
LEFT JOIN account c ON c.id = t.created_by
WHERE t.id = $id AND {scope t.unit_id t.label}

-- What stands above a task, from the top; a task that may not be seen is left out.
-- :name task_path
-- scope: t
WITH RECURSIVE up (id, parent_id, level) AS (
  SELECT t.id, t.parent_id, 0 FROM task t WHERE t.id = $id
  UNION ALL SELECT p.id, p.parent_id, up.level + 1 FROM up JOIN task p ON p.id = up.parent_id
)
SELECT t.id, t.no, t.title, t.state, t.due, t.progress_bp, t.unit_id, u.short_name AS unit_short, u.name AS unit_name
FROM up JOIN task t ON t.id = up.id JOIN unit u ON u.id = t.unit_id
WHERE up.level > 0 AND {scope t.unit_id t.label} ORDER BY up.level DESC

-- :name task_children
-- scope: t
SELECT t.id, t.no, t.title, t.state, t.due, t.progress_bp, t.weight, t.unit_id, u.short_name AS unit_short, u.name AS unit_name
FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.parent_id = $id AND {scope t.unit_id t.label} ORDER BY t.id LIMIT 500

-- The first level of a finding's tasks, for the finding's page; with $measure_id of one measure.
-- :name task_of_finding
-- scope: t
SELECT t.id, t.no, t.measure_id, t.title, t.state, t.due, t.progress_bp, t.weight, t.child_count, t.unit_id, u.short_name AS unit_short, u.name AS unit_name,
       CASE WHEN EXISTS (SELECT 1 FROM hang h WHERE h.subject_kind = 'task' AND h.subject_id = t.id AND h.state = 'open') THEN 1 ELSE 0 END AS hangs
FROM task t JOIN unit u ON u.id = t.unit_id
WHERE t.finding_id = $id AND t.parent_id IS NULL AND {scope t.unit_id t.label} ORDER BY t.id LIMIT 500

-- :list task_list
-- scope: t
SELECT t.id, t.no, t.title, t.state, t.phase, t.due, t.due_key, t.progress_bp, t.child_count, t.extension_count, t.changed_at, t.changed_seq, t.label,
       t.unit_id, u.short_name AS unit_short, u.name AS unit_name, CASE WHEN EXISTS (SELECT 1 FROM hang h WHERE h.subject_kind = 'task' AND h.subject_id = t.id AND h.state = 'open') THEN 1 ELSE 0 END AS hangs
FROM task t JOIN unit u ON u.id = t.unit_id
WHERE {scope t.unit_id t.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter unit t.unit_id = $unit
-- :filter under t.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $under)
-- :filter scope t.unit_id IN (SELECT unit_id FROM user_scope WHERE user_id = $me AND perm = $perm)
-- :filter state t.state = $state
-- :filter live t.state <> 'cancelled'
-- :filter open t.state NOT IN ('done', 'cancelled')
-- :filter phase t.phase = $phase
-- :filter source t.source_id = $source
-- :filter hung t.id IN (SELECT h.subject_id FROM hang h WHERE h.subject_kind = 'task' AND h.state = 'open')
-- :filter finding t.finding_id = $finding
-- :filter due_from t.due_key >= $due_from
-- :filter due_to t.due_key <= $due_to
-- @sqlite
-- :filter match t.id IN (SELECT rowid FROM search_fts WHERE search_fts MATCH $match)
-- @postgres
-- :filter match t.id IN (SELECT d.id FROM search_doc d WHERE d.tokens @@ CAST($match AS tsquery))
-- @end
-- :filter after_due (t.due_key, t.id) > ($key, CAST($key_id AS bigint))
-- :filter before_due (t.due_key, t.id) < ($key, CAST($key_id AS bigint))
-- :filter after_changed t.changed_seq > CAST($key AS bigint)
-- :filter before_changed t.changed_seq < CAST($key AS bigint)
-- :filter after_no t.no > $key
-- :filter before_no t.no < $key
-- :sort due t.due_key, t.id
-- :sort due_back t.due_key DESC, t.id DESC
-- :sort changed t.changed_seq
-- :sort changed_back t.changed_seq DESC
-- :sort no t.no
-- :sort no_back t.no DESC
-- :sort few_due t.due_key || '', t.id
-- :sort few_due_back t.due_key || '' DESC, t.id DESC
-- :sort few_changed t.changed_seq + 0
-- :sort few_changed_back t.changed_seq + 0 DESC
-- :sort few_no t.no || ''
-- :sort few_no_back t.no || '' DESC

-- :list task_count like task_list
-- scope: t
SELECT count(*) FROM (SELECT 1 AS one FROM task t WHERE {scope t.unit_id t.label} AND {filters} LIMIT $limit) AS counted

-- People for a choice: whoever belongs to a unit that the reader may see.
-- :name person_options
-- scope: p
SELECT p.id, p.name, p.title, p.pinyin, u.short_name AS unit_short, u.name AS unit_name FROM person p JOIN unit u ON u.id = p.unit_id
WHERE {scope p.unit_id 1} AND u.valid_to IS NULL ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id, p.sort_key, p.id LIMIT 2000

-- What a unit reports on, for its workbook.  revision: changes with the task and with what was reported since.
-- :name task_book_rows
-- scope: t
SELECT t.id, t.no, t.title, t.finish_mark, t.due, t.progress_bp, t.state AS task_state, f.no AS finding_no, f.title AS finding_title,
       CASE WHEN coalesce((SELECT max(r.changed_seq) FROM report r WHERE r.task_id = t.id AND r.state IN ('submitted', 'accepted')), 0) > t.changed_seq
            THEN (SELECT max(r.changed_seq) FROM report r WHERE r.task_id = t.id AND r.state IN ('submitted', 'accepted')) ELSE t.changed_seq END AS revision
FROM task t JOIN finding f ON f.id = t.finding_id
WHERE t.unit_id = $id AND t.state IN ('doing', 'returned') AND {scope t.unit_id t.label} ORDER BY t.due_key, t.id

-- :name task_book_row
-- unscoped: the caller checks the permission itself
SELECT t.id, t.no, t.title, t.state, t.unit_id, t.label, t.progress_bp, t.own_bp, t.child_count,
       CASE WHEN coalesce((SELECT max(r.changed_seq) FROM report r WHERE r.task_id = t.id AND r.state IN ('submitted', 'accepted')), 0) > t.changed_seq
            THEN (SELECT max(r.changed_seq) FROM report r WHERE r.task_id = t.id AND r.state IN ('submitted', 'accepted')) ELSE t.changed_seq END AS revision
FROM task t WHERE t.id = $id

-- Whether a task has a file already, in any version of any evidence.
-- :name task_sheet_file
-- unscoped: the caller has checked the permission for the task
SELECT l.evidence_id FROM evidence_link l JOIN evidence_version v ON v.evidence_id = l.evidence_id
WHERE l.subject_kind = 'task' AND l.subject_id = $id AND v.sha256 = $sha256 LIMIT 1

-- Whether a mail address is that of a person of the task's unit or of a unit above it.
-- :name task_sheet_sender
-- unscoped: what came by mail is judged by its sender
SELECT p.id FROM task t JOIN unit_anc a ON a.unit = t.unit_id JOIN person p ON p.unit_id = a.ancestor
WHERE t.id = $id AND $email <> '' AND lower(p.email) = $email LIMIT 1

-- Units that have something to report on.
-- :name task_book_units
-- scope: t
SELECT u.id, u.code, u.name, x.open_count, x.overdue_count
FROM (SELECT t.unit_id, count(*) AS open_count, nullif(sum(CASE WHEN t.due_key < $today THEN 1 ELSE 0 END), 0) AS overdue_count
      FROM task t WHERE t.state IN ('doing', 'returned') AND {scope t.unit_id t.label} GROUP BY t.unit_id) x
JOIN unit u ON u.id = x.unit_id ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id
