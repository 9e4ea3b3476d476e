-- Meetings, what they decided, and what a democratic-life meeting found.

-- :name meeting_insert
-- unscoped: apply
INSERT INTO meeting (id, no, kind, title, state, held_on, place, chair, observers, agenda, minutes, report_on, unit_id, label, source_id, team_id, last_decision, last_problem, changed_seq)
VALUES ($seq, $no, $kind, $title, 'planned', $held_on, $place, $chair, '', $agenda, '', NULL, $unit_id, $label, $source_id, $team_id, 0, 0, $seq)

-- :name meeting_update
-- unscoped: apply
UPDATE meeting SET title = $title, held_on = $held_on, place = $place, chair = $chair, agenda = $agenda, changed_seq = $seq WHERE id = $id

-- :name meeting_hold
-- unscoped: apply
UPDATE meeting SET state = 'held', held_on = $held_on, chair = $chair, observers = $observers, minutes = $minutes, changed_seq = $seq WHERE id = $id

-- :name meeting_person_insert
-- unscoped: apply
INSERT INTO meeting_person (meeting_id, person_id, role) VALUES ($id, $person_id, $role)

-- :name meeting_report
-- unscoped: apply
UPDATE meeting SET report_on = $report_on, changed_seq = $seq WHERE id = $id

-- :name meeting_void
-- unscoped: apply
UPDATE meeting SET state = 'void', changed_seq = $seq WHERE id = $id

-- :name meeting_next_no
-- unscoped: numbering
SELECT count(*) + 1 FROM meeting m WHERE m.no >= $prefix AND m.no < $prefix || '~'

-- :name meeting_get_any
-- unscoped: commands check the permission themselves
SELECT m.* FROM meeting m WHERE m.id = $id

-- :name decision_insert
-- unscoped: apply
INSERT INTO decision (id, no, meeting_id, title, unit_id, label, source_id, due, state, result, done_on, task_id, changed_seq)
VALUES ($seq, $no, $meeting_id, $title, $unit_id, $label, $source_id, $due, 'open', '', NULL, NULL, $seq)

-- :name meeting_count_decision
-- unscoped: apply
UPDATE meeting SET last_decision = last_decision + 1, changed_seq = $seq WHERE id = $meeting_id

-- :name decision_set_task
-- unscoped: apply
UPDATE decision SET task_id = $task_id, changed_seq = $seq WHERE id = $id

-- :name decision_finish
-- unscoped: apply
UPDATE decision SET state = $to, result = $result, done_on = $day, changed_seq = $seq WHERE id = $id

-- :name decision_get_any
-- unscoped: commands check the permission themselves
SELECT d.* FROM decision d WHERE d.id = $id

-- :name guard_decision_open_task
-- unscoped: a guard
SELECT t.id, t.no || ' ' || t.title AS title FROM decision d JOIN task t ON t.id = d.task_id WHERE d.id = $id AND t.state NOT IN ('done', 'cancelled')

-- Open, though the task that came of it is over.
-- :name decision_over
-- unscoped: the tick
SELECT d.*, t.state AS task_state, t.no AS task_no FROM decision d JOIN task t ON t.id = d.task_id WHERE d.state = 'open' AND t.state IN ('done', 'cancelled') ORDER BY d.id LIMIT $limit

-- :name problem_insert
-- unscoped: apply
INSERT INTO meeting_problem (id, meeting_id, n, person_id, text, cause, finding_id) VALUES ($seq, $id, $n, $person_id, $text, $cause, NULL)

-- :name meeting_count_problem
-- unscoped: apply
UPDATE meeting SET last_problem = last_problem + 1, changed_seq = $seq WHERE id = $id

-- :name problem_set_finding
-- unscoped: apply
UPDATE meeting_problem SET finding_id = $finding_id WHERE id = $problem_id

-- :name problem_get_any
-- unscoped: commands check the permission themselves
SELECT p.* FROM meeting_problem p WHERE p.id = $problem_id AND p.meeting_id = $id

-- ---- pages ----------------------------------------------------------------------------------------------------
-- :list meeting_list
-- scope: m
SELECT m.id, m.no, m.kind, m.title, m.state, m.held_on, m.place, m.chair, m.unit_id, m.label, m.last_decision, m.last_problem, u.short_name AS unit_short,
       (SELECT count(*) FROM decision d WHERE d.meeting_id = m.id AND d.state = 'open' AND {scope d.unit_id d.label}) AS open_decisions
FROM meeting m JOIN unit u ON u.id = m.unit_id
WHERE {scope m.unit_id m.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter kind m.kind = $kind
-- :filter state m.state = $state
-- :filter under EXISTS (SELECT 1 FROM unit_anc a WHERE a.ancestor = $under AND a.unit = m.unit_id)
-- :filter team m.team_id = $team
-- :sort newest m.held_on DESC, m.id DESC

-- :name meeting_figures
-- scope: m
SELECT count(CASE WHEN m.state = 'held' THEN 1 END) AS held_count, max(CASE WHEN m.kind = 'leading_group' AND m.state = 'held' THEN m.held_on END) AS last_group
FROM meeting m WHERE {scope m.unit_id m.label}

-- :name decision_figures
-- scope: d
SELECT count(CASE WHEN d.state = 'open' THEN 1 END) AS open_count, count(CASE WHEN d.state = 'open' AND d.due < $today THEN 1 END) AS late_count,
       count(CASE WHEN d.state = 'done' THEN 1 END) AS done_count
FROM decision d WHERE {scope d.unit_id d.label}

-- :name meeting_get
-- scope: m
SELECT m.*, u.name AS unit_name FROM meeting m JOIN unit u ON u.id = m.unit_id WHERE m.id = $id AND {scope m.unit_id m.label}

-- :name meeting_people
-- unscoped: of a meeting that was read through its scope
SELECT q.person_id, q.role, p.name, p.title FROM meeting_person q JOIN person p ON p.id = q.person_id WHERE q.meeting_id = $id ORDER BY q.role, p.sort_key, p.id

-- :name meeting_decisions
-- scope: d
SELECT d.id, d.no, d.title, d.unit_id, d.due, d.state, d.result, d.done_on, d.task_id, u.short_name AS unit_short FROM decision d JOIN unit u ON u.id = d.unit_id
WHERE d.meeting_id = $id AND {scope d.unit_id d.label} ORDER BY d.id

-- :name meeting_problems
-- unscoped: of a meeting that was read through its scope; a finding is named only to those who may read it
SELECT q.id, q.n, q.text, q.cause, q.finding_id, coalesce(p.name, '') AS person_name FROM meeting_problem q LEFT JOIN person p ON p.id = q.person_id
WHERE q.meeting_id = $id ORDER BY q.n

-- :list decision_list
-- scope: d
SELECT d.id, d.no, d.title, d.meeting_id, d.unit_id, d.label, d.due, d.state, d.result, d.done_on, d.task_id, m.held_on, m.kind AS meeting_kind, u.short_name AS unit_short
FROM decision d JOIN meeting m ON m.id = d.meeting_id JOIN unit u ON u.id = d.unit_id
WHERE {scope d.unit_id d.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter state d.state = $state
-- :filter late (d.state = 'open' AND d.due < $today)
-- :filter under EXISTS (SELECT 1 FROM unit_anc a WHERE a.ancestor = $under AND a.unit = d.unit_id)
-- :sort due coalesce(d.due, '9999-12-31'), d.id

-- :name decision_get
-- scope: d
SELECT d.*, u.name AS unit_name, m.no AS meeting_no, m.title AS meeting_title, m.held_on, m.kind AS meeting_kind,
       CASE WHEN {scope m.unit_id m.label} THEN 1 ELSE 0 END AS may_read_meeting, coalesce(t.no, '') AS task_no, coalesce(t.state, '') AS task_state
FROM decision d JOIN unit u ON u.id = d.unit_id JOIN meeting m ON m.id = d.meeting_id LEFT JOIN task t ON t.id = d.task_id
WHERE d.id = $id AND {scope d.unit_id d.label}

-- :name decision_measure_options
-- scope: f
SELECT m.id, m.text, f.no FROM measure m JOIN finding f ON f.id = m.finding_id
WHERE m.state <> 'dropped' AND f.status NOT IN ('closed', 'kept', 'ended', 'withdrawn') AND {scope f.unit_id f.label} ORDER BY m.id DESC LIMIT 300

-- :name meeting_plan_insert
-- unscoped: apply
INSERT INTO meeting_plan (meeting_id, finding_id, approved_on) VALUES ($meeting_id, $id, $meeting_on) ON CONFLICT DO NOTHING

-- The meetings that approved the plan of a finding; named to those who may read them, the day to all who see the finding.
-- :name meeting_of_finding
-- scope: m
SELECT p.approved_on, CASE WHEN {scope m.unit_id m.label} THEN m.id END AS meeting_id, CASE WHEN {scope m.unit_id m.label} THEN m.no ELSE '' END AS no,
       CASE WHEN {scope m.unit_id m.label} THEN m.title ELSE '' END AS title
FROM meeting_plan p JOIN meeting m ON m.id = p.meeting_id WHERE p.finding_id = $id ORDER BY p.approved_on, p.meeting_id

-- :name meeting_find_no
-- unscoped: commands check the permission themselves
SELECT m.id FROM meeting m WHERE m.no = $no

-- :name meeting_plans
-- scope: f
SELECT f.id, f.no, f.title, f.due, f.status, u.short_name AS unit_short FROM meeting_plan p JOIN finding f ON f.id = p.finding_id JOIN unit u ON u.id = f.unit_id
WHERE p.meeting_id = $id AND {scope f.unit_id f.label} ORDER BY f.no LIMIT 500
