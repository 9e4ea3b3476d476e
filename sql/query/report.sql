-- Progress reports.

-- :name report_insert
-- unscoped: apply
INSERT INTO report (id, task_id, finding_id, source_id, no, n, kind, state, period_from, period_to, due, progress_bp, done_text, blockers, next_text, recovered_fen,
  rules_made, people_handled, drafted_at, submitted_at, submitted_by, decided_at, decided_by, decision, returned_count, changed_seq, rev)
VALUES ($seq, $task_id, $finding_id, $source_id, $no, $n, $kind, 'due', $period_from, $period_to, $due, NULL, '', '', '', NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', 0, $seq, 1)

-- :name report_count_task
-- unscoped: apply
UPDATE task SET report_count = $n, report_from = coalesce($report_from, report_from), report_next = coalesce($report_next, report_next) WHERE id = $task_id

-- :name report_set_plan
-- unscoped: apply
UPDATE task SET report_planned = $report_planned, report_from = $report_from, report_next = $report_next WHERE id = $task_id

-- :name report_set_text
-- unscoped: apply
UPDATE report SET progress_bp = $progress_bp, done_text = $done_text, blockers = $blockers, next_text = $next_text, recovered_fen = $recovered_fen,
  rules_made = $rules_made, people_handled = $people_handled, drafted_at = $at, changed_seq = $seq, rev = rev + 1 WHERE id = $id

-- :name report_set_submitted
-- unscoped: apply
UPDATE report SET state = $to, submitted_at = $at, submitted_by = $actor, decided_at = NULL, decided_by = NULL, changed_seq = $seq WHERE id = $id

-- :name report_touch_task
-- unscoped: apply
UPDATE task SET last_report_at = $at, changed_at = $at, changed_seq = $seq WHERE id = $task_id

-- :name report_set_decided
-- unscoped: apply
UPDATE report SET state = $to, decided_at = $at, decided_by = $actor, decision = coalesce($decision, ''), changed_seq = $seq, rev = rev + 1,
  returned_count = returned_count + CASE WHEN $to = 'returned' THEN 1 ELSE 0 END
WHERE id = $id

-- :name report_add_outcome_task
-- unscoped: apply
UPDATE task SET recovered_fen = recovered_fen + coalesce(CAST($recovered_fen AS bigint), 0), rules_made = rules_made + coalesce(CAST($rules_made AS bigint), 0),
  people_handled = people_handled + coalesce(CAST($people_handled AS bigint), 0), own_bp = coalesce(CAST($own_bp AS bigint), own_bp), changed_at = $at, changed_seq = $seq
WHERE id = $task_id

-- :name report_add_outcome_finding
-- unscoped: apply
UPDATE finding SET recovered_fen = recovered_fen + coalesce(CAST($recovered_fen AS bigint), 0), rules_made = rules_made + coalesce(CAST($rules_made AS bigint), 0),
  people_handled = people_handled + coalesce(CAST($people_handled AS bigint), 0), changed_at = $at, changed_seq = $seq
WHERE id = $finding_id

-- What finance confirmed counts in place of what was reported.
-- :name report_set_money
-- unscoped: apply
UPDATE report SET confirmed_fen = $confirmed_fen, confirmed_at = $at, confirmed_by = $actor, changed_seq = $seq, rev = rev + 1 WHERE id = $id

-- :name report_add_money_task
-- unscoped: apply
UPDATE task SET recovered_fen = recovered_fen + $more_fen, changed_at = $at, changed_seq = $seq WHERE id = $task_id

-- :name report_add_money_finding
-- unscoped: apply
UPDATE finding SET recovered_fen = recovered_fen + $more_fen, changed_at = $at, changed_seq = $seq WHERE id = $finding_id

-- What is closed, or belongs to a cycle that is over, is not confirmed any more.
-- :name report_end_money_waits
-- unscoped: apply
DELETE FROM wait WHERE subject_kind = 'report' AND what = 'confirm_money' AND $to <> 'kept' AND subject_id IN (SELECT id FROM report WHERE finding_id = $id)

-- A task that ends takes the reports with it that were still to be written.
-- :name report_end_waits
-- unscoped: apply
DELETE FROM wait WHERE subject_kind = 'report' AND $to IN ('done', 'cancelled')
  AND subject_id IN (SELECT id FROM report WHERE task_id = $id AND state IN ('due', 'returned', 'submitted'))

-- :name report_drop
-- unscoped: apply
UPDATE report SET state = 'dropped', changed_seq = $seq WHERE task_id = $id AND state IN ('due', 'returned', 'submitted') AND $to IN ('done', 'cancelled')

-- :name report_relabel_waits
-- unscoped: apply; runs before the tasks get the new label
UPDATE wait SET label = $label WHERE subject_kind = 'report' AND label <> $label
  AND subject_id IN (SELECT r.id FROM report r WHERE r.finding_id = $id AND r.state IN ('due', 'returned', 'submitted', 'accepted'))

-- :name report_move_waits
-- unscoped: apply; what a unit had to write, and what finance has to confirm of it, goes with the task to the other unit
UPDATE wait SET unit_id = $unit_id, actor_id = CASE WHEN actor_kind IN ('unit', 'unit_approver', 'finance') THEN $unit_id ELSE actor_id END
WHERE subject_kind = 'report' AND subject_id IN (SELECT r.id FROM report r WHERE r.task_id = $id AND r.state IN ('due', 'returned', 'submitted', 'accepted'))

-- :name report_get_any
-- unscoped: commands check the permission themselves
SELECT r.*, t.unit_id, t.label, t.title, t.no AS task_no, t.state AS task_state, t.child_count, t.own_bp, t.measure_id
FROM report r JOIN task t ON t.id = r.task_id WHERE r.id = $id

-- :name report_open_of_task
-- unscoped: of a task that was read through its scope
SELECT r.id FROM report r WHERE r.task_id = $task_id AND r.state IN ('due', 'returned') ORDER BY r.n DESC LIMIT 1

-- :name report_last_period
-- unscoped: of a task that was read through its scope
SELECT r.period_to FROM report r WHERE r.task_id = $task_id ORDER BY r.period_to DESC, r.n DESC LIMIT 1

-- :name report_unplanned
-- unscoped: the program
SELECT t.id FROM task t WHERE t.report_planned <> t.report_cycle AND t.state || '' IN ('doing', 'returned') ORDER BY t.id LIMIT $limit

-- :name report_opening
-- unscoped: the program
SELECT t.id FROM task t WHERE t.report_next <= $today AND t.state || '' IN ('doing', 'returned') ORDER BY t.report_next, t.id LIMIT $limit

-- An ended task plans no reports; one that goes on plans anew.
-- :name report_forget
-- unscoped: apply
UPDATE task SET report_planned = CASE WHEN $to IN ('done', 'cancelled') THEN report_cycle ELSE '' END, report_from = NULL, report_next = NULL
WHERE id = $id AND ($to IN ('done', 'cancelled') OR $from IN ('done', 'cancelled'))

-- :name report_overtaken
-- unscoped: the program
SELECT r.*, t.unit_id, t.label, t.title FROM report r JOIN task t ON t.id = r.task_id
WHERE r.task_id = $task_id AND r.kind = 'cycle' AND r.state = 'due' ORDER BY r.n

-- :name guard_task_open_reports
-- unscoped: a guard
SELECT r.id, r.no AS title FROM report r WHERE r.task_id = $id AND r.state = 'submitted' ORDER BY r.id

-- :name report_band_clear
-- unscoped: apply
DELETE FROM report_band WHERE report_id = $id

-- :name report_band_insert
-- unscoped: apply
INSERT INTO report_band (band, report_id) VALUES ($band, $id) ON CONFLICT (band, report_id) DO NOTHING

-- Reports that share a key with these words, those that share most of them first.  Of one key only the newest are looked at: some
-- phrases stand in thousands of reports.
-- :name report_candidates
-- unscoped: the program compares; a page shows only what its reader may see
SELECT r.id, r.done_text FROM (
  SELECT c.report_id, count(*) AS shared FROM (
    SELECT * FROM (SELECT report_id FROM report_band WHERE band = $b0 AND report_id <> $id ORDER BY report_id DESC LIMIT 100) AS k0
    UNION ALL SELECT * FROM (SELECT report_id FROM report_band WHERE band = $b1 AND report_id <> $id ORDER BY report_id DESC LIMIT 100) AS k1
    UNION ALL SELECT * FROM (SELECT report_id FROM report_band WHERE band = $b2 AND report_id <> $id ORDER BY report_id DESC LIMIT 100) AS k2
    UNION ALL SELECT * FROM (SELECT report_id FROM report_band WHERE band = $b3 AND report_id <> $id ORDER BY report_id DESC LIMIT 100) AS k3
    UNION ALL SELECT * FROM (SELECT report_id FROM report_band WHERE band = $b4 AND report_id <> $id ORDER BY report_id DESC LIMIT 100) AS k4
    UNION ALL SELECT * FROM (SELECT report_id FROM report_band WHERE band = $b5 AND report_id <> $id ORDER BY report_id DESC LIMIT 100) AS k5
    UNION ALL SELECT * FROM (SELECT report_id FROM report_band WHERE band = $b6 AND report_id <> $id ORDER BY report_id DESC LIMIT 100) AS k6
    UNION ALL SELECT * FROM (SELECT report_id FROM report_band WHERE band = $b7 AND report_id <> $id ORDER BY report_id DESC LIMIT 100) AS k7
  ) AS c GROUP BY c.report_id ORDER BY shared DESC, c.report_id DESC LIMIT 20
) AS found JOIN report r ON r.id = found.report_id WHERE r.state IN ('submitted', 'accepted') ORDER BY found.shared DESC, r.id DESC

-- :name report_get
-- scope: t
SELECT r.*, t.unit_id, t.label, t.title, t.no AS task_no, t.state AS task_state, t.child_count, t.own_bp, t.progress_bp AS task_progress_bp, t.measure_id, t.due AS task_due,
       t.finish_mark, u.name AS unit_name, s.name AS submitted_name, d.name AS decided_name, m.name AS confirmed_name
FROM report r JOIN task t ON t.id = r.task_id JOIN unit u ON u.id = t.unit_id
LEFT JOIN account s ON s.id = r.submitted_by LEFT JOIN account d ON d.id = r.decided_by LEFT JOIN account m ON m.id = r.confirmed_by
WHERE r.id = $id AND {scope t.unit_id t.label}

-- :name report_before
-- unscoped: of a report that was read through its scope
SELECT r.id, r.no, r.period_from, r.period_to, r.progress_bp, r.done_text, r.blockers, r.next_text FROM report r
WHERE r.task_id = $task_id AND r.n < $n AND r.state IN ('submitted', 'accepted') ORDER BY r.n DESC LIMIT 1

-- :name report_of_task
-- unscoped: of a task that was read through its scope
SELECT r.id, r.no, r.n, r.kind, r.state, r.period_from, r.period_to, r.due, r.progress_bp, r.done_text, r.blockers, r.submitted_at, r.recovered_fen, r.rules_made, r.people_handled,
       s.name AS submitted_name
FROM report r LEFT JOIN account s ON s.id = r.submitted_by WHERE r.task_id = $id ORDER BY r.n DESC LIMIT $limit
