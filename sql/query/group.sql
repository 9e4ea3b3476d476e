-- Special working groups: a team with its finding, one to one.

-- :name group_team_insert
-- unscoped: apply
INSERT INTO team (id, kind, name, unit_id, label, valid_from, valid_to, sort_key, pinyin, changed_seq)
VALUES ($seq, 'task_force', $name, $unit_id, $label, $day, NULL, $sort_key, $pinyin, $seq)

-- :name group_member_insert
-- unscoped: apply
INSERT INTO team_member (team_id, person_id, role, valid_from, valid_to) VALUES ($seq, $person_id, $role, $day, NULL)

-- :name group_insert
-- unscoped: apply
INSERT INTO task_force (id, no, title, finding_id, unit_id, label, source_id, head_id, stationed_id, plan, cycle_days, state, set_up, ended_on, last_met, next_meeting, met_count, changed_seq)
VALUES ($seq, $no, $name, $finding_id, $unit_id, $label, $source_id, $head_id, $stationed_id, $plan, $cycle_days, 'active', $day, NULL, NULL, $next_meeting, 0, $seq)

-- :name group_update
-- unscoped: apply
UPDATE task_force SET stationed_id = $stationed_id, plan = $plan, cycle_days = $cycle_days, next_meeting = $next_meeting, changed_seq = $seq WHERE id = $id

-- :name group_meet
-- unscoped: apply
UPDATE task_force SET last_met = CASE WHEN last_met IS NULL OR last_met < $on_day THEN $on_day ELSE last_met END, next_meeting = $next_meeting, met_count = met_count + 1,
  changed_seq = $seq WHERE id = $id

-- :name group_brief_insert
-- unscoped: apply
INSERT INTO task_force_brief (id, task_force_id, n, on_day, title, text)
VALUES ($seq, $id, (SELECT count(*) + 1 FROM task_force_brief b WHERE b.task_force_id = $id), $on_day, $brief, $text)

-- :name group_touch
-- unscoped: apply
UPDATE task_force SET changed_seq = $seq WHERE id = $id

-- :name group_end
-- unscoped: apply
UPDATE task_force SET state = 'ended', ended_on = $day, changed_seq = $seq WHERE id = $id

-- :name group_end_team
-- unscoped: apply
UPDATE team SET valid_to = $day, changed_seq = $seq WHERE id = $id AND valid_to IS NULL

-- :name group_end_members
-- unscoped: apply
UPDATE team_member SET valid_to = $day WHERE team_id = $id AND valid_to IS NULL

-- :name group_get_any
-- unscoped: commands check the permission themselves
SELECT g.* FROM task_force g WHERE g.id = $id

-- :name group_active_of
-- unscoped: one finding, one group; commands check the permission themselves
SELECT count(*) FROM task_force g WHERE g.finding_id = $finding_id AND g.state = 'active'

-- Groups whose finding is over.
-- :name group_over
-- unscoped: the tick
SELECT g.* FROM task_force g JOIN finding f ON f.id = g.finding_id WHERE g.state = 'active' AND f.status IN ('closed', 'ended', 'withdrawn') ORDER BY g.id LIMIT $limit

-- ---- pages ----------------------------------------------------------------------------------------------------
-- :list group_list
-- scope: g
SELECT g.id, g.no, g.title, g.finding_id, g.unit_id, g.label, g.state, g.set_up, g.last_met, g.next_meeting, g.met_count, g.cycle_days, p.name AS head_name, u.short_name AS unit_short,
       CASE WHEN EXISTS (SELECT 1 FROM tenure n JOIN post b ON b.id = n.post_id AND b.is_board = 1 WHERE n.person_id = g.head_id AND n.valid_from <= $today
         AND (n.valid_to IS NULL OR n.valid_to >= $today)) THEN 1 ELSE 0 END AS is_board_head
FROM task_force g JOIN unit u ON u.id = g.unit_id JOIN person p ON p.id = g.head_id
WHERE {scope g.unit_id g.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter active g.state = 'active'
-- :filter ended g.state = 'ended'
-- :filter late (g.state = 'active' AND g.next_meeting < $today)
-- :filter headless (g.state = 'active' AND NOT EXISTS (SELECT 1 FROM tenure n JOIN post b ON b.id = n.post_id AND b.is_board = 1 WHERE n.person_id = g.head_id AND n.valid_from <= $today AND (n.valid_to IS NULL OR n.valid_to >= $today)))
-- :filter finding g.finding_id = $finding
-- :sort next g.next_meeting, g.id

-- :name group_figures
-- scope: g
SELECT count(CASE WHEN g.state = 'active' THEN 1 END) AS active_count, count(CASE WHEN g.state = 'active' AND g.next_meeting < $today THEN 1 END) AS late_count,
       count(CASE WHEN g.state = 'active' AND NOT EXISTS (SELECT 1 FROM tenure n JOIN post b ON b.id = n.post_id AND b.is_board = 1 WHERE n.person_id = g.head_id
         AND n.valid_from <= $today AND (n.valid_to IS NULL OR n.valid_to >= $today)) THEN 1 END) AS headless_count
FROM task_force g WHERE {scope g.unit_id g.label}

-- :name group_get
-- scope: g
SELECT g.*, u.name AS unit_name, p.name AS head_name, coalesce(s.name, '') AS stationed_name, f.title AS finding_title, f.no AS finding_no,
       CASE WHEN EXISTS (SELECT 1 FROM tenure n JOIN post b ON b.id = n.post_id AND b.is_board = 1 WHERE n.person_id = g.head_id AND n.valid_from <= $today
         AND (n.valid_to IS NULL OR n.valid_to >= $today)) THEN 1 ELSE 0 END AS is_board_head
FROM task_force g JOIN unit u ON u.id = g.unit_id JOIN person p ON p.id = g.head_id JOIN finding f ON f.id = g.finding_id LEFT JOIN unit s ON s.id = g.stationed_id
WHERE g.id = $id AND {scope g.unit_id g.label}

-- :name group_members
-- unscoped: of a group that was read through its scope
SELECT m.person_id, m.role, m.valid_from, m.valid_to, p.name, p.title FROM team_member m JOIN person p ON p.id = m.person_id WHERE m.team_id = $id ORDER BY m.role, p.sort_key, p.id

-- :name group_briefs
-- unscoped: of a group that was read through its scope
SELECT b.n, b.on_day, b.title, b.text FROM task_force_brief b WHERE b.task_force_id = $id ORDER BY b.n DESC
