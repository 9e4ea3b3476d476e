-- Lead cases: who of the leaders takes what up in person, and what was done about it.

-- :name lead_insert
-- unscoped: apply
INSERT INTO lead_case (id, no, title, kind, leader_kind, leader_id, subject_kind, subject_id, unit_id, label, source_id, difficulty, state, started, ended_on,
  deploy_count, visit_count, solve_count, hear_count, last_hear, next_hear, handed_on, changed_seq)
VALUES ($seq, $no, $title, $kind, $leader_kind, $leader_id, $subject_kind, $subject_id, $unit_id, $label, $source_id, $difficulty, 'active', $day, NULL,
  0, 0, 0, 0, NULL, $next_hear, NULL, $seq)

-- :name lead_update
-- unscoped: apply
UPDATE lead_case SET kind = $kind, difficulty = $difficulty, next_hear = $next_hear, changed_seq = $seq WHERE id = $id

-- :name lead_log_insert
-- unscoped: apply
INSERT INTO lead_log (id, case_id, on_day, kind, text, result) VALUES ($seq, $id, $on_day, $kind, $text, $result)

-- :name lead_count
-- unscoped: apply
UPDATE lead_case SET deploy_count = deploy_count + CASE WHEN $kind = 'deploy' THEN 1 ELSE 0 END, visit_count = visit_count + CASE WHEN $kind = 'visit' THEN 1 ELSE 0 END,
  solve_count = solve_count + CASE WHEN $kind = 'solve' THEN 1 ELSE 0 END, hear_count = hear_count + CASE WHEN $kind = 'hear' THEN 1 ELSE 0 END,
  last_hear = CASE WHEN $kind = 'hear' AND (last_hear IS NULL OR last_hear < $on_day) THEN $on_day ELSE last_hear END, next_hear = $next_hear, changed_seq = $seq
WHERE id = $id

-- :name lead_end
-- unscoped: apply
UPDATE lead_case SET state = 'ended', ended_on = $day, changed_seq = $seq WHERE id = $id

-- :name lead_get_any
-- unscoped: commands check the permission themselves
SELECT c.* FROM lead_case c WHERE c.id = $id

-- :name lead_count_of
-- unscoped: numbering
SELECT count(*) FROM lead_case c WHERE c.subject_kind = $subject_kind AND c.subject_id = $subject_id

-- :name lead_active_same
-- unscoped: nobody leads the same twice; commands check the permission themselves
SELECT count(*) FROM lead_case c WHERE c.subject_kind = $subject_kind AND c.subject_id = $subject_id AND c.leader_kind = $leader_kind AND c.leader_id = $leader_id AND c.state = 'active'

-- Active, though what they are about is done or given up.
-- :name lead_over
-- unscoped: the tick
SELECT c.* FROM lead_case c
WHERE c.state = 'active' AND (
  (c.subject_kind = 'task' AND EXISTS (SELECT 1 FROM task t WHERE t.id = c.subject_id AND t.state IN ('done', 'cancelled')))
  OR (c.subject_kind = 'finding' AND EXISTS (SELECT 1 FROM finding f WHERE f.id = c.subject_id AND f.status IN ('closed', 'kept', 'ended', 'withdrawn'))))
ORDER BY c.id LIMIT $limit

-- :name lead_post_get_any
-- unscoped: commands check the permission themselves
SELECT p.* FROM post p WHERE p.id = $id

-- ---- pages ----------------------------------------------------------------------------------------------------
-- A leader who left the post while the case is still his: nobody handed it over.
-- :list lead_list
-- scope: c
SELECT c.id, c.no, c.title, c.kind, c.leader_kind, c.leader_id, c.subject_kind, c.subject_id, c.unit_id, c.label, c.state, c.started, c.deploy_count, c.visit_count,
       c.solve_count, c.hear_count, c.last_hear, c.next_hear, coalesce(p.name, t.title, '') AS leader_name, u.short_name AS unit_short
FROM lead_case c JOIN unit u ON u.id = c.unit_id
LEFT JOIN person p ON c.leader_kind = 'person' AND p.id = c.leader_id
LEFT JOIN post t ON c.leader_kind = 'post' AND t.id = c.leader_id
WHERE {scope c.unit_id c.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter active c.state = 'active'
-- :filter ended c.state = 'ended'
-- :filter silent (c.state = 'active' AND coalesce(c.last_hear, c.started) < $silent_since)
-- :filter late (c.state = 'active' AND c.next_hear < $today)
-- :filter orphan (c.state = 'active' AND c.leader_kind = 'person' AND EXISTS (SELECT 1 FROM tenure n WHERE n.person_id = c.leader_id AND n.valid_to < $today) AND NOT EXISTS (SELECT 1 FROM tenure n WHERE n.person_id = c.leader_id AND n.valid_from <= $today AND (n.valid_to IS NULL OR n.valid_to >= $today)))
-- :filter person ((c.leader_kind = 'person' AND c.leader_id = $person) OR (c.leader_kind = 'post' AND c.leader_id IN (SELECT n.post_id FROM tenure n WHERE n.person_id = $person AND n.valid_from <= $today AND (n.valid_to IS NULL OR n.valid_to >= $today))))
-- :filter under EXISTS (SELECT 1 FROM unit_anc a WHERE a.ancestor = $under AND a.unit = c.unit_id)
-- :filter subject (c.subject_kind = $subject_kind AND c.subject_id = $subject_id)
-- :sort next c.next_hear, c.id
-- :sort newest c.id DESC

-- :name lead_figures
-- scope: c
SELECT count(CASE WHEN c.state = 'active' THEN 1 END) AS active_count,
       count(CASE WHEN c.state = 'active' AND coalesce(c.last_hear, c.started) < $silent_since THEN 1 END) AS silent_count,
       count(CASE WHEN c.state = 'active' AND c.next_hear < $today THEN 1 END) AS late_count,
       count(CASE WHEN c.state = 'active' AND c.leader_kind = 'person'
         AND EXISTS (SELECT 1 FROM tenure n WHERE n.person_id = c.leader_id AND n.valid_to < $today)
         AND NOT EXISTS (SELECT 1 FROM tenure n WHERE n.person_id = c.leader_id AND n.valid_from <= $today AND (n.valid_to IS NULL OR n.valid_to >= $today)) THEN 1 END) AS orphan_count
FROM lead_case c WHERE {scope c.unit_id c.label}

-- Members of the party board with the number of cases they lead, in person or by their post.
-- :name lead_coverage
-- scope: p
SELECT q.id, q.name, q.title, q.unit_id, q.unit_short, count(DISTINCT c.id) AS cases, max(c.last_hear) AS last_hear
FROM (
  SELECT DISTINCT p.id, p.name, p.title, p.unit_id, u.short_name AS unit_short, p.sort_key
  FROM post b JOIN tenure n ON n.post_id = b.id AND n.valid_from <= $today AND (n.valid_to IS NULL OR n.valid_to >= $today)
  JOIN person p ON p.id = n.person_id JOIN unit u ON u.id = p.unit_id
  WHERE b.is_board = 1 AND b.is_closed = 0 AND {scope p.unit_id 1}
) q
LEFT JOIN lead_case c ON c.state = 'active' AND ((c.leader_kind = 'person' AND c.leader_id = q.id)
  OR (c.leader_kind = 'post' AND c.leader_id IN (SELECT n2.post_id FROM tenure n2 WHERE n2.person_id = q.id AND n2.valid_from <= $today AND (n2.valid_to IS NULL OR n2.valid_to >= $today))))
  AND {scope c.unit_id c.label}
GROUP BY q.id, q.name, q.title, q.unit_id, q.unit_short, q.sort_key ORDER BY count(DISTINCT c.id), q.sort_key, q.id LIMIT 200

-- :name lead_get
-- scope: c
SELECT c.*, u.name AS unit_name, coalesce(p.name, t.title, '') AS leader_name
FROM lead_case c JOIN unit u ON u.id = c.unit_id
LEFT JOIN person p ON c.leader_kind = 'person' AND p.id = c.leader_id
LEFT JOIN post t ON c.leader_kind = 'post' AND t.id = c.leader_id
WHERE c.id = $id AND {scope c.unit_id c.label}

-- :name lead_logs
-- unscoped: of a case that was read through its scope
SELECT g.id, g.on_day, g.kind, g.text, g.result FROM lead_log g WHERE g.case_id = $id ORDER BY g.on_day DESC, g.id DESC

-- :name leader_get
-- scope: p
SELECT p.id, p.name, p.title, p.party_post, p.portfolio, p.unit_id, u.name AS unit_name FROM person p JOIN unit u ON u.id = p.unit_id
WHERE p.id = $id AND {scope p.unit_id 1}

-- :name lead_post_options
-- scope: p
SELECT p.id, p.title, u.short_name AS unit_short FROM post p JOIN unit u ON u.id = p.unit_id
WHERE p.is_closed = 0 AND {scope p.unit_id 1} ORDER BY u.mgmt_level, u.sort_no, p.sort_no, p.id LIMIT 500

-- :name leader_posts
-- unscoped: of a person who was read through the scope
SELECT n.post_id AS id, b.title, b.is_board, n.valid_from, n.valid_to FROM tenure n JOIN post b ON b.id = n.post_id WHERE n.person_id = $id ORDER BY n.valid_from DESC, n.id

-- What a person carries, in person or by a post: the list of duties on what is still open.
-- :name leader_duties
-- scope: q
SELECT q.* FROM (
  SELECT d.id, d.subject_kind, d.subject_id, d.role, d.since, d.actor_kind, coalesce(t.no, f.no) AS no, coalesce(t.title, m.text, f.title) AS title,
         CASE d.subject_kind WHEN 'task' THEN t.due WHEN 'measure' THEN m.due ELSE f.due END AS due, coalesce(t.state, m.state, f.status) AS state,
         coalesce(t.unit_id, f.unit_id) AS unit_id, coalesce(t.label, f.label) AS label
  FROM duty d
  LEFT JOIN task t ON d.subject_kind = 'task' AND t.id = d.subject_id
  LEFT JOIN measure m ON m.id = CASE d.subject_kind WHEN 'measure' THEN d.subject_id ELSE t.measure_id END
  JOIN finding f ON f.id = CASE d.subject_kind WHEN 'finding' THEN d.subject_id ELSE m.finding_id END
  WHERE d.until IS NULL AND ((d.actor_kind = 'person' AND d.actor_id = $id)
     OR (d.actor_kind = 'post' AND d.actor_id IN (SELECT n.post_id FROM tenure n WHERE n.person_id = $id AND n.valid_from <= $today AND (n.valid_to IS NULL OR n.valid_to >= $today))))
    AND f.status NOT IN ('closed', 'ended', 'withdrawn') AND coalesce(m.cycle_n, f.cycle_n) = f.cycle_n
    AND coalesce(t.state, '') NOT IN ('done', 'cancelled') AND coalesce(m.state, '') NOT IN ('verified', 'dropped')
) q WHERE {scope q.unit_id q.label} ORDER BY q.due, q.id LIMIT 500
