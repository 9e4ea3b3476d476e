-- Posts with their holders, teams with their members, who acts in whose place.

-- ---- posts ------------------------------------------------------------------------------------------------------
-- :name post_insert
-- unscoped: apply
INSERT INTO post (id, unit_id, title, kind, is_board, sort_no, is_closed, changed_seq) VALUES ($seq, $unit_id, $title, $kind, $is_board, $sort_no, 0, $seq)

-- :name post_update
-- unscoped: apply
UPDATE post SET title = $new_title, kind = $kind, is_board = $is_board, sort_no = $sort_no, changed_seq = $seq WHERE id = $id

-- :name post_close
-- unscoped: apply
UPDATE post SET is_closed = 1, changed_seq = $seq WHERE id = $id

-- :name post_touch
-- unscoped: apply
UPDATE post SET changed_seq = $seq WHERE id = $id

-- :name tenure_insert
-- unscoped: apply
INSERT INTO tenure (id, post_id, person_id, valid_from, valid_to) VALUES ($seq, $id, $person_id, $valid_from, NULL)

-- :name tenure_end
-- unscoped: apply
UPDATE tenure SET valid_to = $last_day WHERE id = $tenure_id

-- :name post_get_any
-- unscoped: commands check the permission themselves
SELECT p.*, 1 AS label, '' AS no, 0 AS source_id, CASE WHEN p.is_closed = 1 THEN 'closed' ELSE 'open' END AS state FROM post p WHERE p.id = $id

-- :name post_get
-- scope: p
SELECT p.*, 1 AS label, '' AS no, 0 AS source_id, CASE WHEN p.is_closed = 1 THEN 'closed' ELSE 'open' END AS state, u.name AS unit_name
FROM post p JOIN unit u ON u.id = p.unit_id WHERE p.id = $id AND {scope p.unit_id 1}

-- Holders who are there on the day or come after it.
-- :name tenure_from
-- unscoped: commands check the permission themselves
SELECT n.id, n.person_id, n.valid_from, n.valid_to, p.name FROM tenure n JOIN person p ON p.id = n.person_id
WHERE n.post_id = $id AND (n.valid_to IS NULL OR n.valid_to >= $day) ORDER BY n.valid_from, n.id

-- :name tenure_get_any
-- unscoped: commands check the permission themselves
SELECT n.id, n.post_id, n.person_id, n.valid_from, n.valid_to FROM tenure n WHERE n.id = $id

-- :name guard_post_holders
-- unscoped: a guard
SELECT n.id, p.name AS title FROM tenure n JOIN person p ON p.id = n.person_id WHERE n.post_id = $id AND (n.valid_to IS NULL OR n.valid_to > $today) ORDER BY n.id

-- :name post_of_unit
-- scope: p
SELECT p.id, p.title, p.kind, p.is_board, p.is_closed FROM post p WHERE p.unit_id = $id AND {scope p.unit_id 1} ORDER BY p.is_closed, p.sort_no, p.id

-- :name post_holders_of_unit
-- scope: p
SELECT n.post_id, n.person_id, n.valid_from, n.valid_to, q.name FROM post p JOIN tenure n ON n.post_id = p.id JOIN person q ON q.id = n.person_id
WHERE p.unit_id = $id AND n.valid_from <= $today AND (n.valid_to IS NULL OR n.valid_to >= $today) AND {scope p.unit_id 1} ORDER BY n.post_id, n.valid_from, n.id

-- :name post_tenures
-- unscoped: of a post that was read through its scope
SELECT n.id, n.person_id, n.valid_from, n.valid_to, p.name, u.short_name AS unit_short FROM tenure n JOIN person p ON p.id = n.person_id JOIN unit u ON u.id = p.unit_id
WHERE n.post_id = $id ORDER BY n.valid_from DESC, n.id DESC

-- :name tenure_options
-- unscoped: of a post that was read through its scope
SELECT n.id, p.name AS no, n.valid_from AS title FROM tenure n JOIN person p ON p.id = n.person_id WHERE n.post_id = $id AND n.valid_to IS NULL ORDER BY n.valid_from, n.id

-- ---- teams ------------------------------------------------------------------------------------------------------
-- :name team_insert
-- unscoped: apply
INSERT INTO team (id, kind, name, unit_id, label, valid_from, valid_to, sort_key, pinyin, changed_seq)
VALUES ($seq, $kind, $name, $unit_id, $label, $day, NULL, $sort_key, $pinyin, $seq)

-- :name team_update
-- unscoped: apply
UPDATE team SET name = $name, kind = $kind, sort_key = $sort_key, pinyin = $pinyin, changed_seq = $seq WHERE id = $id

-- :name team_touch
-- unscoped: apply
UPDATE team SET changed_seq = $seq WHERE id = $id

-- :name team_member_insert
-- unscoped: apply
INSERT INTO team_member (team_id, person_id, role, valid_from, valid_to) VALUES ($id, $person_id, $role, $valid_from, NULL)

-- :name team_member_end
-- unscoped: apply
UPDATE team_member SET valid_to = $last_day WHERE team_id = $id AND person_id = $person_id AND valid_to IS NULL

-- :name team_end
-- unscoped: apply
UPDATE team SET valid_to = $day, changed_seq = $seq WHERE id = $id

-- :name team_end_members
-- unscoped: apply
UPDATE team_member SET valid_to = $day WHERE team_id = $id AND valid_to IS NULL

-- :name team_get_any
-- unscoped: commands check the permission themselves
SELECT t.*, t.name AS title, '' AS no, 0 AS source_id, CASE WHEN t.valid_to IS NULL THEN 'active' ELSE 'ended' END AS state FROM team t WHERE t.id = $id

-- :name team_get
-- scope: t
SELECT t.*, t.name AS title, '' AS no, 0 AS source_id, CASE WHEN t.valid_to IS NULL THEN 'active' ELSE 'ended' END AS state, u.name AS unit_name,
       (SELECT g.id FROM task_force g WHERE g.id = t.id) AS group_id
FROM team t JOIN unit u ON u.id = t.unit_id WHERE t.id = $id AND {scope t.unit_id t.label}

-- :name team_member_now
-- unscoped: commands check the permission themselves
SELECT m.person_id, m.role, m.valid_from FROM team_member m WHERE m.team_id = $id AND m.person_id = $person_id AND (m.valid_to IS NULL OR m.valid_to >= $day) ORDER BY m.valid_from DESC

-- :name guard_team_group
-- unscoped: a guard
SELECT g.id, g.title FROM task_force g WHERE g.id = $id AND g.state = 'active'

-- :list team_list
-- scope: t
SELECT t.id, t.kind, t.name, t.valid_from, t.valid_to, u.short_name AS unit_short, CASE WHEN t.valid_to IS NULL THEN 'active' ELSE 'ended' END AS state,
       (SELECT count(*) FROM team_member m WHERE m.team_id = t.id AND m.valid_to IS NULL) AS member_count,
       (SELECT min(p.name) FROM team_member m JOIN person p ON p.id = m.person_id WHERE m.team_id = t.id AND m.role = 'head' AND m.valid_to IS NULL) AS head_name
FROM team t JOIN unit u ON u.id = t.unit_id WHERE {scope t.unit_id t.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter active t.valid_to IS NULL
-- :filter ended t.valid_to IS NOT NULL
-- :sort name t.sort_key, t.id

-- :name team_members
-- unscoped: of a team that was read through its scope
SELECT m.person_id, m.role, m.valid_from, m.valid_to, p.name, p.title, u.short_name AS unit_short
FROM team_member m JOIN person p ON p.id = m.person_id JOIN unit u ON u.id = p.unit_id WHERE m.team_id = $id
ORDER BY CASE WHEN m.valid_to IS NULL THEN 0 ELSE 1 END, CASE m.role WHEN 'head' THEN 0 WHEN 'deputy' THEN 1 ELSE 2 END, p.sort_key, p.id

-- :name team_member_options
-- unscoped: of a team that was read through its scope
SELECT m.person_id AS id, p.name AS no, p.title FROM team_member m JOIN person p ON p.id = m.person_id WHERE m.team_id = $id AND m.valid_to IS NULL ORDER BY p.sort_key, p.id

-- :name team_options
-- scope: t
SELECT t.id, t.name AS title, u.short_name AS unit_short FROM team t JOIN unit u ON u.id = t.unit_id
WHERE t.valid_to IS NULL AND {scope t.unit_id t.label} ORDER BY t.sort_key, t.id LIMIT 500

-- :name person_teams
-- scope: t
SELECT t.id, t.name, m.role, m.valid_from, m.valid_to FROM team_member m JOIN team t ON t.id = m.team_id WHERE m.person_id = $id AND {scope t.unit_id t.label} ORDER BY m.valid_from DESC, t.id

-- ---- delegations -------------------------------------------------------------------------------------------------
-- :name delegation_insert
-- unscoped: apply
INSERT INTO delegation (id, from_person, to_person, valid_from, valid_to, is_taken_back, reason) VALUES ($seq, $from_person, $to_person, $valid_from, $valid_to, 0, $why)

-- :name delegation_take_back
-- unscoped: apply
UPDATE delegation SET is_taken_back = 1 WHERE id = $id

-- :name delegation_get_any
-- unscoped: commands check whose it is
SELECT d.* FROM delegation d WHERE d.id = $id

-- :name delegation_self
-- unscoped: the account's own person
SELECT p.id, p.name FROM account a JOIN person p ON p.id = a.person_id WHERE a.id = $me

-- :name delegation_running
-- unscoped: the account's own
SELECT count(*) FROM delegation d WHERE d.from_person = $from_person AND d.to_person = $to_person AND d.is_taken_back = 0 AND d.valid_to >= $valid_from AND d.valid_from <= $valid_to

-- Whether a person has an account that may do anything in the business: nobody else can act in another's place.
-- :name delegation_able
-- unscoped: a guard
SELECT count(*) FROM account a JOIN user_scope s ON s.user_id = a.id AND s.perm = $perm WHERE a.person_id = $to_person AND a.is_disabled = 0

-- What waits for a person and is out of the other's sight or, if it is to be signed, not theirs to sign.
-- :name delegation_unreached
-- unscoped: the account's own work, counted
SELECT count(*) FROM wait w
WHERE ((w.actor_kind = 'person' AND w.actor_id = $from_person)
    OR (w.actor_kind = 'post' AND w.actor_id IN (SELECT t.post_id FROM tenure t WHERE t.person_id = $from_person AND t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today)))
    OR (w.actor_kind = 'team' AND w.actor_id IN (SELECT t.team_id FROM team_member t WHERE t.person_id = $from_person AND t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today))))
  AND NOT EXISTS (SELECT 1 FROM account a JOIN user_scope s ON s.user_id = a.id WHERE a.person_id = $to_person AND a.is_disabled = 0
                  AND s.perm = CASE WHEN w.what = 'review_step' THEN CAST($sign AS bigint) ELSE CAST($perm AS bigint) END AND s.unit_id = w.unit_id AND s.clearance >= w.label)

-- :name delegation_mine
-- unscoped: a person's own
SELECT d.id, d.from_person, d.to_person, d.valid_from, d.valid_to, d.is_taken_back, d.reason, f.name AS from_name, t.name AS to_name,
       CASE WHEN a.person_id = d.from_person THEN 1 ELSE 0 END AS is_given
FROM account a JOIN delegation d ON d.from_person = a.person_id OR d.to_person = a.person_id JOIN person f ON f.id = d.from_person JOIN person t ON t.id = d.to_person
WHERE a.id = $me ORDER BY d.id DESC LIMIT 200

-- ---- people -----------------------------------------------------------------------------------------------------
-- :name person_get
-- scope: p
SELECT p.id, p.name, p.name AS no, p.title, p.party_post, p.portfolio, p.email, p.phone, p.unit_id FROM person p WHERE p.id = $id AND {scope p.unit_id 1}

-- By id, name, pinyin or initials.
-- :name person_named
-- scope: p
SELECT p.id, p.name FROM person p JOIN unit u ON u.id = p.unit_id
WHERE (p.id = $id OR p.name = $name OR p.pinyin LIKE lower($name) || ' %' OR p.pinyin LIKE '% ' || lower($name))
  AND ($unit = '' OR u.name = $unit OR u.short_name = $unit) AND {scope p.unit_id 1} ORDER BY p.id LIMIT 2

-- ---- plans of many findings at once -----------------------------------------------------------------------------
-- :name finding_to_plan
-- scope: f
SELECT f.id, f.no, f.title, f.due, f.phase, f.status, u.short_name AS unit_short, s.title AS source_title FROM finding f JOIN unit u ON u.id = f.unit_id JOIN source s ON s.id = f.source_id
WHERE f.status = 'confirmed' AND (CAST($source AS bigint) = 0 OR f.source_id = $source) AND {scope f.unit_id f.label} ORDER BY f.due_key, f.id LIMIT 200

-- :name finding_gaps
-- unscoped: of a finding that was read through its scope
SELECT g.gap, g.row_id, g.title FROM finding_gap g WHERE g.finding_id = $id

-- ---- what keeps something open ----------------------------------------------------------------------------------
-- :name guard_finding_open_sweeps
-- unscoped: a guard
SELECT s.id, s.no || ' ' || s.title AS title FROM sweep s WHERE s.finding_id = $id AND s.state = 'open'
  AND EXISTS (SELECT 1 FROM sweep_answer a WHERE a.sweep_id = s.id AND a.state IN ('asked', 'returned')) ORDER BY s.id

-- What the newest report says is in the way.
-- :name guard_task_open_blocker
-- unscoped: a guard
SELECT r.id, r.blockers AS title FROM report r WHERE r.task_id = $id AND r.state IN ('submitted', 'accepted') AND r.blockers <> ''
  AND NOT EXISTS (SELECT 1 FROM report o WHERE o.task_id = r.task_id AND o.state IN ('submitted', 'accepted') AND o.id > r.id)
