-- Plans: the plan of a source, its versions with their rows, and what the source's findings are planned to do now.

-- :name plan_insert
-- unscoped: apply
INSERT INTO plan (id, source_id, no, title, state, unit_id, label, report_due, concentrated_end, sent_on, pledge, version, last_version, created_at, created_by, changed_at, changed_seq, rev)
VALUES ($seq, $source_id, $no, $title, 'drafting', $unit_id, $label, $report_due, $concentrated_end, NULL, $pledge, 0, 0, $at, $actor, $at, $seq, 1)

-- :name plan_update
-- unscoped: apply
UPDATE plan SET title = $new_title, report_due = $report_due, concentrated_end = $concentrated_end, pledge = $pledge, changed_at = $at, changed_seq = $seq, rev = rev + 1
WHERE id = $id

-- :name plan_set_state
-- unscoped: apply
UPDATE plan SET state = $to, changed_at = $at, changed_seq = $seq, rev = rev + 1 WHERE id = $id

-- :name plan_version_insert
-- unscoped: apply
INSERT INTO plan_version (id, plan_id, n, state, submitted_on, submitted_by, basis, decided_on, decided_by, meeting, meeting_on, meeting_id, decision_id, opinion, row_count)
VALUES ($seq, $id, $version, 'submitted', $day, $actor, $basis, NULL, 0, '', NULL, NULL, NULL, '', $row_count)

-- :name plan_count_version
-- unscoped: apply
UPDATE plan SET last_version = $version WHERE id = $id

-- :name plan_row_insert
-- unscoped: apply
INSERT INTO plan_row (version_id, row_n, kind, subject_id, finding_id, depth, no, title, unit_name, start, due, phase, sort, weight, goal, finish_mark,
  lead_leader, lead_dept, assist, supervisor, doer, preds)
VALUES ($seq, $row_n, $row_kind, $row_subject, $row_finding, $depth, $row_no, $row_title, $unit_name, $start, $due, $phase, $sort, $weight, $goal, $finish_mark,
  $lead_leader, $lead_dept, $assist, $supervisor, $doer, $preds)

-- :name plan_version_decide
-- unscoped: apply
UPDATE plan_version SET state = $decided, decided_on = $day, decided_by = $actor, meeting = $meeting, meeting_on = $meeting_on, meeting_id = $meeting_id, decision_id = $decision_id,
  opinion = $opinion
WHERE plan_id = $id AND n = $version

-- :name plan_set_version
-- unscoped: apply
UPDATE plan SET version = $version WHERE id = $id

-- :name plan_source
-- unscoped: commands check the permission themselves
SELECT s.id, s.id AS source_id, s.no, s.title, s.unit_id, s.label, s.fed_back, (SELECT p.id FROM plan p WHERE p.source_id = s.id) AS plan_id FROM source s WHERE s.id = $id

-- Nobody approves what they submitted.
-- :name guard_plan_own
-- unscoped: a guard
SELECT p.id, p.title FROM plan p JOIN plan_version v ON v.plan_id = p.id AND v.n = p.last_version WHERE p.id = $id AND v.submitted_by = $me AND $me <> 0

-- :name plan_get_any
-- unscoped: commands check the permission themselves
SELECT p.* FROM plan p WHERE p.id = $id

-- :name plan_get
-- scope: p
SELECT p.*, u.name AS unit_name, s.no AS source_no, s.title AS source_title, coalesce(a.name, '') AS created_by_name
FROM plan p JOIN unit u ON u.id = p.unit_id JOIN source s ON s.id = p.source_id LEFT JOIN account a ON a.id = p.created_by
WHERE p.id = $id AND {scope p.unit_id p.label}

-- :name plan_of_source
-- scope: p
SELECT p.id, p.no, p.title, p.state, p.version, p.last_version, p.report_due, p.concentrated_end, p.unit_id, p.label FROM plan p WHERE p.source_id = $id AND {scope p.unit_id p.label}

-- :list plan_list
-- scope: p
SELECT p.id, p.no, p.title, p.state, p.version, p.last_version, p.report_due, p.concentrated_end, p.sent_on, p.source_id, s.no AS source_no, s.title AS source_title, u.short_name AS unit_short,
       CASE WHEN p.sent_on IS NOT NULL THEN 1 ELSE 0 END AS is_over
FROM plan p JOIN source s ON s.id = p.source_id JOIN unit u ON u.id = p.unit_id
WHERE {scope p.unit_id p.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter open p.state <> 'approved'
-- :filter submitted p.state = 'submitted'
-- :filter approved p.state = 'approved'
-- :sort newest p.id DESC

-- :name plan_missing_sources
-- scope: s
SELECT s.id, s.no, s.title FROM source s
WHERE NOT EXISTS (SELECT 1 FROM plan p WHERE p.source_id = s.id) AND {scope s.unit_id s.label} ORDER BY s.id DESC LIMIT 500

-- :name plan_versions
-- unscoped: of a plan that was read through its scope
SELECT v.*, coalesce(a.name, '') AS submitted_by_name, coalesce(d.name, '') AS decided_by_name
FROM plan_version v LEFT JOIN account a ON a.id = v.submitted_by LEFT JOIN account d ON d.id = v.decided_by WHERE v.plan_id = $id ORDER BY v.n DESC

-- :name plan_version_get
-- unscoped: of a plan that was read through its scope, or of one that a command may move
SELECT v.* FROM plan_version v WHERE v.plan_id = $id AND v.n = $version

-- The rows of a version, for the plan's page and for papers that are made from it.
-- :name plan_rows
-- scope: f
SELECT r.*, r.kind AS row_kind, r.subject_id AS row_subject, r.finding_id AS row_finding, r.no AS row_no, r.title AS row_title
FROM plan_row r JOIN finding f ON f.id = r.finding_id
WHERE r.version_id = $id AND {scope f.unit_id f.label} ORDER BY r.row_n

-- :name plan_rows_any
-- unscoped: a guard compares what was submitted with what is
SELECT r.*, r.kind AS row_kind, r.subject_id AS row_subject, r.finding_id AS row_finding, r.no AS row_no, r.title AS row_title FROM plan_row r
WHERE r.version_id = $id ORDER BY r.row_n

-- ---- the source as it is planned now: of findings below the plan's unit, up to its label -----------------------
-- :name plan_now_findings
-- unscoped: what a plan holds; pages keep the rows of findings that the reader may see
SELECT f.id, f.no, f.title, f.status, f.due, f.phase, f.main_id, u.name AS unit_name FROM finding f JOIN unit u ON u.id = f.unit_id
WHERE f.source_id = $source AND f.status <> 'withdrawn' AND f.label <= $label AND (CAST($unit AS bigint) = 0 OR f.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $unit)) ORDER BY f.item_no, f.id

-- :name plan_now_causes
-- unscoped: see plan_now_findings
SELECT k.id, k.text, k.level, c.finding_id FROM finding f JOIN finding_cause c ON c.finding_id = f.id JOIN cause k ON k.id = c.cause_id
WHERE f.source_id = $source AND k.is_dropped = 0 ORDER BY f.item_no, f.id, k.id

-- :name plan_now_measures
-- unscoped: see plan_now_findings
SELECT m.id, m.no, m.text, m.phase, m.due, m.kinds, m.finish_mark, m.weight, q.finding_id, m.finding_id AS own_finding
FROM (SELECT f.item_no, f.id AS finding_id, m1.id AS measure_id, m1.no FROM finding f JOIN measure m1 ON m1.finding_id = f.id WHERE f.source_id = $source AND m1.cycle_n = f.cycle_n
      UNION SELECT f.item_no, f.id, s.measure_id, 1000000 FROM finding f JOIN measure_serves s ON s.finding_id = f.id WHERE f.source_id = $source) q
JOIN measure m ON m.id = q.measure_id WHERE m.state <> 'dropped' ORDER BY q.item_no, q.finding_id, q.no, m.id

-- :name plan_now_expected
-- unscoped: see plan_now_findings
SELECT e.measure_id, e.class, e.text FROM expected_evidence e JOIN measure m ON m.id = e.measure_id JOIN finding f ON f.id = m.finding_id
WHERE f.source_id = $source AND e.is_dropped = 0 ORDER BY e.measure_id, e.id

-- :name plan_now_tasks
-- unscoped: see plan_now_findings
SELECT t.id, t.no, t.title, t.goal, t.finish_mark, t.phase, t.start, t.due, t.weight, t.measure_id, t.parent_id, t.depth, t.finding_id, t.state, t.progress_bp, u.name AS unit_name
FROM task t JOIN finding f ON f.id = t.finding_id JOIN measure m ON m.id = t.measure_id JOIN unit u ON u.id = t.unit_id
WHERE t.source_id = $source AND t.state <> 'cancelled' AND m.cycle_n = f.cycle_n ORDER BY f.item_no, f.id, t.measure_id, t.id

-- :name plan_now_nodes
-- unscoped: see plan_now_findings
SELECT n.id, n.no, n.name, n.deliverable, n.start, n.due, n.weight, n.task_id FROM node n JOIN task t ON t.id = n.task_id
WHERE t.source_id = $source AND t.state <> 'cancelled' AND n.is_dropped = 0 ORDER BY n.task_id, n.start, n.no

-- :name plan_now_preds
-- unscoped: see plan_now_findings
SELECT p.node_id, o.name FROM node_pred p JOIN node n ON n.id = p.node_id JOIN node o ON o.id = p.pred_id JOIN task t ON t.id = n.task_id
WHERE t.source_id = $source AND o.is_dropped = 0 ORDER BY p.node_id, o.start, o.no

-- :name plan_now_duties
-- unscoped: see plan_now_findings
SELECT d.subject_kind, d.subject_id, d.role, coalesce(p.name, t.title, m.name, u.short_name, '') AS actor_name
FROM (SELECT 'finding' AS kind, f.id FROM finding f WHERE f.source_id = $source
      UNION ALL SELECT 'measure', s.id FROM finding f JOIN measure s ON s.finding_id = f.id WHERE f.source_id = $source
      UNION ALL SELECT 'task', k.id FROM task k WHERE k.source_id = $source) q
JOIN duty d ON d.subject_kind = q.kind AND d.subject_id = q.id
LEFT JOIN person p ON d.actor_kind = 'person' AND p.id = d.actor_id
LEFT JOIN post t ON d.actor_kind = 'post' AND t.id = d.actor_id
LEFT JOIN team m ON d.actor_kind = 'team' AND m.id = d.actor_id
LEFT JOIN unit u ON d.actor_kind NOT IN ('person', 'post', 'team') AND u.id = d.actor_id
WHERE d.until IS NULL ORDER BY d.subject_kind, d.subject_id, d.role, d.id

-- :name plan_seen_findings
-- scope: f
SELECT f.id FROM finding f WHERE f.source_id = $source AND {scope f.unit_id f.label}

-- ---- what is missing -------------------------------------------------------------------------------------------
-- :name plan_gaps
-- unscoped: pages keep the rows of findings that the reader may see
SELECT g.finding_id, g.gap, g.row_id, g.title, 1 AS is_needed FROM finding_gap g WHERE g.source_id = $source AND g.status IN ('registered', 'disputed', 'confirmed', 'planned', 'doing', 'returned')
UNION ALL SELECT f.id, 'confirm', f.id, f.title, 1 FROM finding f WHERE f.source_id = $source AND f.status IN ('registered', 'disputed')

-- :name plan_warnings
-- unscoped: pages keep the rows of findings that the reader may see
SELECT g.finding_id, g.gap, g.row_id, g.title, 0 AS is_needed FROM finding_warning g WHERE g.source_id = $source

-- What a whole plan lacks: for each kind how many of its findings; the page of the link names them all.
-- :name guard_plan_all_empty
-- unscoped: a guard
SELECT p.id, '' AS title FROM plan p WHERE p.id = $id AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.source_id = p.source_id AND f.status <> 'withdrawn' AND f.label <= p.label
  AND f.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = p.unit_id))

-- :name guard_plan_all_confirm
-- unscoped: a guard
SELECT q.plan_id AS id, CAST(count(*) AS text) AS title FROM plan_finding q WHERE q.plan_id = $id AND q.status IN ('registered', 'disputed') GROUP BY q.plan_id

-- :name guard_plan_all_cause
-- unscoped: a guard
SELECT q.plan_id AS id, CAST(count(*) AS text) AS title FROM plan_finding q WHERE q.plan_id = $id AND EXISTS (SELECT 1 FROM finding_gap g WHERE g.finding_id = q.finding_id AND g.gap = 'cause') GROUP BY q.plan_id

-- :name guard_plan_all_measure
-- unscoped: a guard
SELECT q.plan_id AS id, CAST(count(*) AS text) AS title FROM plan_finding q WHERE q.plan_id = $id AND EXISTS (SELECT 1 FROM finding_gap g WHERE g.finding_id = q.finding_id AND g.gap = 'measure') GROUP BY q.plan_id

-- :name guard_plan_all_due
-- unscoped: a guard
SELECT q.plan_id AS id, CAST(count(*) AS text) AS title FROM plan_finding q WHERE q.plan_id = $id AND EXISTS (SELECT 1 FROM finding_gap g WHERE g.finding_id = q.finding_id AND g.gap = 'due') GROUP BY q.plan_id

-- :name guard_plan_all_leader
-- unscoped: a guard
SELECT q.plan_id AS id, CAST(count(*) AS text) AS title FROM plan_finding q WHERE q.plan_id = $id AND EXISTS (SELECT 1 FROM finding_gap g WHERE g.finding_id = q.finding_id AND g.gap = 'leader') GROUP BY q.plan_id

-- :name guard_plan_all_task
-- unscoped: a guard
SELECT q.plan_id AS id, CAST(count(*) AS text) AS title FROM plan_finding q WHERE q.plan_id = $id AND EXISTS (SELECT 1 FROM finding_gap g WHERE g.finding_id = q.finding_id AND g.gap = 'task') GROUP BY q.plan_id

-- :name guard_plan_all_node
-- unscoped: a guard
SELECT q.plan_id AS id, CAST(count(*) AS text) AS title FROM plan_finding q WHERE q.plan_id = $id AND EXISTS (SELECT 1 FROM finding_gap g WHERE g.finding_id = q.finding_id AND g.gap = 'node') GROUP BY q.plan_id

-- :name plan_to_work
-- unscoped: the command's own plan
SELECT f.id, f.status FROM plan p JOIN finding f ON f.source_id = p.source_id
WHERE p.id = $id AND f.status IN ('confirmed', 'planned') AND f.label <= p.label AND f.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = p.unit_id) ORDER BY f.item_no, f.id

-- Findings under way whose nodes have no baseline yet: planned after the version before.
-- :name plan_unfrozen
-- unscoped: the command's own plan
SELECT f.id FROM plan p JOIN finding f ON f.source_id = p.source_id
WHERE p.id = $id AND f.status IN ('doing', 'returned') AND f.label <= p.label AND f.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = p.unit_id)
  AND EXISTS (SELECT 1 FROM task t JOIN node n ON n.task_id = t.id WHERE t.finding_id = f.id AND t.state <> 'cancelled' AND n.is_dropped = 0 AND n.base_due IS NULL) ORDER BY f.id

-- Meetings that may have decided about a plan.
-- :name plan_meeting_options
-- scope: m
SELECT m.id, m.held_on AS no, m.title FROM meeting m WHERE m.state = 'held' AND {scope m.unit_id m.label} ORDER BY m.held_on DESC, m.id DESC LIMIT 100

-- :name plan_meeting
-- unscoped: commands check the permission themselves
SELECT m.id, m.no, m.title, m.state, m.held_on, m.unit_id, m.label FROM meeting m WHERE m.id = $id

-- :name plan_decision
-- unscoped: of a meeting that the command may read
SELECT d.id FROM decision d WHERE d.id = $decision_id AND d.meeting_id = $id

-- :name plan_set_sent
-- unscoped: apply
UPDATE plan SET sent_on = $sent_on, changed_at = $at, changed_seq = $seq, rev = rev + 1 WHERE id = $id

-- :name plan_decision_options
-- scope: m
SELECT d.id, d.no, d.title FROM decision d JOIN meeting m ON m.id = d.meeting_id WHERE m.state = 'held' AND {scope m.unit_id m.label} ORDER BY m.held_on DESC, d.id DESC LIMIT 100
