-- Closing of findings: guards, certificates, cycles, the two clocks.

-- ---- what must be true first --------------------------------------------------------------------------------
-- :name guard_finding_no_cause
-- unscoped: a guard
SELECT f.id, f.title FROM finding f
WHERE f.id = $id AND NOT EXISTS (SELECT 1 FROM finding_cause x JOIN cause c ON c.id = x.cause_id WHERE x.finding_id = f.id AND c.is_dropped = 0)

-- :name guard_finding_no_measure
-- unscoped: a guard
SELECT f.id, f.title FROM finding f
WHERE f.id = $id AND NOT EXISTS (SELECT 1 FROM measure m WHERE m.finding_id = f.id AND m.cycle_n = f.cycle_n AND m.state <> 'dropped')
  AND NOT EXISTS (SELECT 1 FROM measure_serves s JOIN measure m ON m.id = s.measure_id WHERE s.finding_id = f.id AND m.state <> 'dropped')

-- :name guard_finding_no_due
-- unscoped: a guard
SELECT f.id, f.title FROM finding f WHERE f.id = $id AND f.due IS NULL

-- :name guard_finding_no_node
-- unscoped: a guard
SELECT f.id, f.title FROM finding f
WHERE f.id = $id AND NOT EXISTS (SELECT 1 FROM node n JOIN task t ON t.id = n.task_id JOIN measure m ON m.id = t.measure_id
  WHERE t.finding_id = f.id AND m.cycle_n = f.cycle_n AND n.is_dropped = 0)

-- A measure is done when it was said to be, or when it has tasks and they all are.
-- :name guard_finding_open_measures
-- unscoped: a guard
SELECT m.id, m.text AS title FROM measure m JOIN finding f ON f.id = m.finding_id AND f.cycle_n = m.cycle_n
WHERE f.id = $id AND m.state = 'planned'
  AND (NOT EXISTS (SELECT 1 FROM task t WHERE t.measure_id = m.id AND t.state = 'done')
       OR EXISTS (SELECT 1 FROM task t WHERE t.measure_id = m.id AND t.state NOT IN ('done', 'cancelled')))
ORDER BY m.no

-- :name guard_finding_open_tasks
-- unscoped: a guard
SELECT t.id, t.title FROM task t JOIN measure m ON m.id = t.measure_id JOIN finding f ON f.id = t.finding_id AND f.cycle_n = m.cycle_n
WHERE f.id = $id AND t.state NOT IN ('done', 'cancelled') ORDER BY t.id

-- What goes on for the long term may be open when a finding is closed as basically completed.
-- :name guard_finding_open_short_measures
-- unscoped: a guard
SELECT m.id, m.text AS title FROM measure m JOIN finding f ON f.id = m.finding_id AND f.cycle_n = m.cycle_n
WHERE f.id = $id AND m.state = 'planned' AND m.phase <> 'long_term'
  AND (NOT EXISTS (SELECT 1 FROM task t WHERE t.measure_id = m.id AND t.state = 'done')
       OR EXISTS (SELECT 1 FROM task t WHERE t.measure_id = m.id AND t.phase <> 'long_term' AND t.state NOT IN ('done', 'cancelled')))
ORDER BY m.no

-- :name guard_finding_open_short_tasks
-- unscoped: a guard
SELECT t.id, t.title FROM task t JOIN measure m ON m.id = t.measure_id JOIN finding f ON f.id = t.finding_id AND f.cycle_n = m.cycle_n
WHERE f.id = $id AND t.phase <> 'long_term' AND t.state NOT IN ('done', 'cancelled') ORDER BY t.id

-- :name guard_finding_no_slow_report
-- unscoped: a guard
SELECT f.id, f.title FROM finding f
WHERE f.id = $id AND NOT EXISTS (SELECT 1 FROM task t JOIN measure m ON m.id = t.measure_id
  WHERE t.finding_id = f.id AND m.cycle_n = f.cycle_n AND t.phase = 'long_term' AND t.state = 'doing' AND t.report_cycle <> '')

-- Evidence that a measure is expected to bring: effective, of its class, linked to the measure or one of its tasks.
-- :name guard_finding_no_expected
-- unscoped: a guard
SELECT m.id, x.text AS title FROM expected_evidence x JOIN measure m ON m.id = x.measure_id JOIN finding f ON f.id = m.finding_id AND f.cycle_n = m.cycle_n
WHERE f.id = $id AND x.is_dropped = 0 AND m.state <> 'dropped' AND NOT EXISTS (SELECT 1 FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id
  WHERE l.finding_id = f.id AND l.measure_id = m.id AND e.class = x.class AND e.verdict = 'effective' AND (e.expires IS NULL OR e.expires >= $today))
ORDER BY m.no, x.id

-- :name guard_finding_no_short_expected
-- unscoped: a guard
SELECT m.id, x.text AS title FROM expected_evidence x JOIN measure m ON m.id = x.measure_id JOIN finding f ON f.id = m.finding_id AND f.cycle_n = m.cycle_n
WHERE f.id = $id AND x.is_dropped = 0 AND m.state <> 'dropped' AND m.phase <> 'long_term' AND NOT EXISTS (SELECT 1 FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id
  WHERE l.finding_id = f.id AND l.measure_id = m.id AND e.class = x.class AND e.verdict = 'effective' AND (e.expires IS NULL OR e.expires >= $today))
ORDER BY m.no, x.id

-- Nothing proves what is said to be done.  What was linked to the finding itself counts in the cycle in which it was made.
-- :name guard_finding_no_evidence
-- unscoped: a guard
SELECT f.id, f.title FROM finding f JOIN cycle c ON c.id = f.cycle_id
WHERE f.id = $id AND NOT EXISTS (SELECT 1 FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id LEFT JOIN measure m ON m.id = l.measure_id
  WHERE l.finding_id = f.id AND e.verdict = 'effective' AND (e.expires IS NULL OR e.expires >= $today)
    AND (m.cycle_n = f.cycle_n OR (m.id IS NULL AND (f.cycle_n = 1 OR e.made_on >= c.started))))

-- ---- cycles -------------------------------------------------------------------------------------------------
-- :name measure_set_cycle
-- unscoped: apply; a measure belongs to the cycle in which it was planned
UPDATE measure SET cycle_n = (SELECT cycle_n FROM finding WHERE id = $finding_id) WHERE id = $seq

-- :name finding_close
-- unscoped: apply
UPDATE finding SET closed_on = $day WHERE id = $id

-- The result of the first decision stays: whether the concentrated period was kept does not hang on a later review.
-- :name cycle_close
-- unscoped: apply
UPDATE cycle SET state = $to, closed_on = $day, result = $result, is_on_time = coalesce(is_on_time, CAST($is_on_time AS bigint)), certificate_no = $certificate_no,
  accept_owner = $accept_owner, accept_until = $accept_until, accept_reason = $accept_reason, changed_seq = $seq
WHERE id = $cycle_id

-- :name cycle_next
-- unscoped: apply
INSERT INTO cycle (id, finding_id, n, state, started, due, original_due, basis, reason, closed_on, result, is_on_time, certificate_no, returned_count, changed_seq)
VALUES ($seq, $id, $cycle_n, 'planned', $day, $due, $due, $basis, $cycle_reason, NULL, '', NULL, '', 0, $seq)

-- :name finding_next_cycle
-- unscoped: apply
UPDATE finding SET status = 'planned', cycle_id = $seq, cycle_n = $cycle_n, due = $due, due_key = $due, closed_on = NULL, progress_bp = 0,
  changed_at = $at, changed_seq = $seq, rev = rev + 1 WHERE id = $id

-- :name cycle_get_any
-- unscoped: commands check the permission themselves
SELECT c.* FROM cycle c WHERE c.id = $id

-- ---- certificates -------------------------------------------------------------------------------------------
-- :name certificate_insert
-- unscoped: apply
INSERT INTO certificate (id, review_id, finding_id, cycle_id, issuer_id, year, n, no, result, is_on_time, issued_on, unit_id, label, finding_no, title, content)
VALUES ($seq, $review_id, $finding_id, $cycle_id, $doc_issuer_id, $doc_year, $doc_n, $no, $result, $is_on_time, $day, $unit_id, $label, $finding_no, $title, $content)

-- :name certificate_causes
-- unscoped: of a finding whose case was approved
SELECT c.level, c.method, c.text FROM finding_cause x JOIN cause c ON c.id = x.cause_id WHERE x.finding_id = $finding_id AND c.is_dropped = 0 ORDER BY c.id

-- :name certificate_measures
-- unscoped: of a finding whose case was approved
SELECT m.no, m.text, m.phase, m.state, m.due, (SELECT count(*) FROM task t WHERE t.measure_id = m.id AND t.state = 'done') AS done_tasks,
       (SELECT count(*) FROM task t WHERE t.measure_id = m.id AND t.state = 'cancelled') AS cancelled_tasks,
       (SELECT count(*) FROM task t WHERE t.measure_id = m.id AND t.state NOT IN ('done', 'cancelled')) AS open_tasks,
       (SELECT max(t.done_on) FROM task t WHERE t.measure_id = m.id) AS done_on
FROM measure m JOIN finding f ON f.id = m.finding_id AND f.cycle_n = m.cycle_n WHERE f.id = $finding_id ORDER BY m.no

-- :name certificate_get
-- scope: c
SELECT c.*, u.name AS unit_name, i.name AS issuer_name, f.status AS finding_status
FROM certificate c JOIN unit u ON u.id = c.unit_id JOIN unit i ON i.id = c.issuer_id JOIN finding f ON f.id = c.finding_id
WHERE c.id = $id AND {scope c.unit_id c.label}

-- :list certificate_list
-- scope: c
SELECT c.id, c.no, c.result, c.is_on_time, c.issued_on, c.finding_id, c.finding_no, c.title, c.unit_id, u.short_name AS unit_short, u.name AS unit_name
FROM certificate c JOIN unit u ON u.id = c.unit_id WHERE {scope c.unit_id c.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter result c.result = $result
-- :filter late c.is_on_time = 0
-- :filter under c.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $under)
-- :filter before_id c.id < $key_id
-- :sort newest c.id DESC

-- :name certificate_totals
-- scope: c
SELECT c.result, count(*) AS certificates, sum(CASE WHEN c.is_on_time = 1 THEN 1 ELSE 0 END) AS on_time
FROM certificate c WHERE {scope c.unit_id c.label} GROUP BY c.result

-- :name certificate_of_finding
-- unscoped: of a finding that was read through its scope
SELECT c.id, c.no, c.result, c.is_on_time, c.issued_on, c.cycle_id FROM certificate c WHERE c.finding_id = $id ORDER BY c.id

-- ---- two clocks ---------------------------------------------------------------------------------------------
-- :name phase_change_insert
-- unscoped: apply
INSERT INTO phase_change (id, subject_kind, subject_id, finding_id, review_id, from_phase, due_was, due, yearly_goal, finish_mark, decided_on)
VALUES ($seq, $subject_kind, $subject_id, $finding_id, $review_id, $from_phase, $due_was, $due, $yearly_goal, $finish_mark, $day)

-- How a finding came to be kept up for the long term.
-- :name phase_change_of_finding
-- unscoped: of a finding that was read through its scope
SELECT p.due_was, p.due, p.yearly_goal, p.finish_mark, p.decided_on, p.review_id FROM phase_change p
WHERE p.finding_id = $id AND p.subject_kind = 'finding' ORDER BY p.id DESC LIMIT 1

-- :name finding_to_long_term
-- unscoped: apply
UPDATE finding SET phase = 'long_term', due = $due, due_key = $due, yearly_goal = $yearly_goal, finish_mark = $finish_mark, changed_at = $at, changed_seq = $seq, rev = rev + 1
WHERE $subject_kind = 'finding' AND id = $subject_id

-- :name cycle_to_long_term
-- unscoped: apply; the original date stays
UPDATE cycle SET due = $due, changed_seq = $seq WHERE $subject_kind = 'finding' AND id = (SELECT cycle_id FROM finding WHERE id = $subject_id)

-- :name measure_to_long_term
-- unscoped: apply
UPDATE measure SET phase = 'long_term', due = $due, yearly_goal = $yearly_goal, finish_mark = $finish_mark, changed_seq = $seq, rev = rev + 1
WHERE $subject_kind = 'measure' AND id = $subject_id

-- :name task_to_long_term
-- unscoped: apply
UPDATE task SET phase = 'long_term', due = $due, due_key = $due, yearly_goal = $yearly_goal, finish_mark = $finish_mark, changed_at = $at, changed_seq = $seq, rev = rev + 1
WHERE $subject_kind = 'task' AND id = $subject_id

-- :name measure_with_finding
-- unscoped: commands check the permission themselves
SELECT m.id, m.no, m.text AS title, m.phase, m.due, m.finish_mark, m.state, m.cycle_n AS measure_cycle, f.id AS finding_id FROM measure m JOIN finding f ON f.id = m.finding_id WHERE m.id = $id

-- Every open item of the second clock, with its next dated step.
-- :name long_term_list
-- scope: x
SELECT x.kind, x.id, x.no, x.title, x.due, x.yearly_goal, x.finish_mark, x.unit_id, u.short_name AS unit_short, u.name AS unit_name, x.next_node, x.finding_id
FROM (
  SELECT 'finding' AS kind, f.id, f.no, f.title, f.due, f.yearly_goal, f.finish_mark, f.unit_id, f.label, f.id AS finding_id,
         (SELECT min(n.due) FROM node n JOIN task t ON t.id = n.task_id WHERE t.finding_id = f.id AND n.is_dropped = 0 AND n.real_due IS NULL AND n.due >= $today) AS next_node
  FROM finding f WHERE f.phase = 'long_term' AND f.status NOT IN ('closed', 'ended', 'withdrawn')
  UNION ALL
  SELECT 'task', t.id, t.no, t.title, t.due, t.yearly_goal, t.finish_mark, t.unit_id, t.label, t.finding_id,
         (SELECT min(n.due) FROM node n WHERE n.task_id = t.id AND n.is_dropped = 0 AND n.real_due IS NULL AND n.due >= $today)
  FROM task t WHERE t.phase = 'long_term' AND t.state NOT IN ('done', 'cancelled')
) x JOIN unit u ON u.id = x.unit_id
WHERE {scope x.unit_id x.label} ORDER BY coalesce(x.due, '9999-12-31'), x.no LIMIT 1000

-- Findings by class: the long term has a class of its own and stays in the total.
-- :name clock_counts
-- scope: f
SELECT count(*) AS total,
       sum(CASE WHEN f.status = 'closed' THEN 1 ELSE 0 END) AS closed, sum(CASE WHEN f.status = 'kept' THEN 1 ELSE 0 END) AS kept, sum(CASE WHEN f.status = 'ended' THEN 1 ELSE 0 END) AS ended,
       sum(CASE WHEN f.status NOT IN ('closed', 'kept', 'ended') AND f.phase = 'long_term' THEN 1 ELSE 0 END) AS long_open,
       sum(CASE WHEN f.status NOT IN ('closed', 'kept', 'ended') AND f.phase <> 'long_term' THEN 1 ELSE 0 END) AS short_open
FROM finding f WHERE f.status <> 'withdrawn' AND {scope f.unit_id f.label}

-- Tasks of the long term that have no dated step in the six months to come, and whose unit was not yet told.
-- :name long_term_without_node
-- unscoped: tick
SELECT t.id FROM task t WHERE t.phase = 'long_term' AND t.state || '' = 'doing'
  AND NOT EXISTS (SELECT 1 FROM node n WHERE n.task_id = t.id AND n.is_dropped = 0 AND n.real_due IS NULL AND n.due >= $today AND n.due <= $until)
  AND NOT EXISTS (SELECT 1 FROM wait w WHERE w.subject_kind = 'task' AND w.subject_id = t.id AND w.what = 'plan_long_node')
ORDER BY t.id LIMIT $limit

-- :name long_term_with_node
-- unscoped: tick
SELECT t.id FROM wait w JOIN task t ON t.id = w.subject_id
WHERE w.subject_kind || '' = 'task' AND w.what = 'plan_long_node'
  AND EXISTS (SELECT 1 FROM node n WHERE n.task_id = t.id AND n.is_dropped = 0 AND n.real_due IS NULL AND n.due >= $today AND n.due <= $until)
ORDER BY t.id LIMIT $limit

-- :name wait_end_long_node
-- unscoped: apply
DELETE FROM wait WHERE subject_kind = 'task' AND subject_id = $id AND what = 'plan_long_node'

-- :name wait_set_due
-- unscoped: apply; the work waits until the new date
UPDATE wait SET due = $due, due_key = $due WHERE subject_kind = $subject_kind AND subject_id = $subject_id AND what IN ('work_task', 'work_finding')

-- Effective evidence of the cycle with its digest; what is above the label of the finding is not told to its readers.
-- :name certificate_evidence
-- unscoped: of a finding whose case was approved
SELECT e.id, e.no, e.class, e.title AS note, e.version_n, e.made_on, e.sha256, min(m.no) AS measure_no
FROM evidence e JOIN evidence_link l ON l.evidence_id = e.id JOIN finding f ON f.id = l.finding_id JOIN cycle c ON c.id = f.cycle_id
LEFT JOIN measure m ON m.id = l.measure_id
WHERE f.id = $finding_id AND e.verdict = 'effective' AND e.label <= f.label
  AND (m.cycle_n = f.cycle_n OR (m.id IS NULL AND (f.cycle_n = 1 OR e.made_on >= c.started)))
GROUP BY e.id, e.no, e.class, e.title, e.version_n, e.made_on, e.sha256 ORDER BY e.id

-- :name certificate_place
-- unscoped: apply; who may see the finding sees its certificates
UPDATE certificate SET unit_id = $unit_id, label = $label WHERE finding_id = $id
