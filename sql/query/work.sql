-- My work: what waits for me, and what I have asked of others.  Both read the table wait; see loop/lifecycle.h.

-- A role held for much of the group may have tens of thousands of waits. Such roles are named in $wide (",office,"): they are left out of
-- work_count and wait_mine, and looked up one by one along the due dates instead, counted up to $most.
-- :name work_reach
-- unscoped: for how many units I hold each role
SELECT g.role, count(*) AS units, max(CASE WHEN u.parent_id IS NULL THEN 1 ELSE 0 END) AS is_whole
FROM role_grant g JOIN unit u ON u.id = g.unit_id JOIN unit_anc a ON a.ancestor = g.unit_id WHERE g.account_id = $me GROUP BY g.role

-- How much waits for me, by when it is due.
-- :name work_count
-- scope: w
WITH self AS (
  SELECT a.person_id AS id FROM account a WHERE a.id = $me AND a.person_id IS NOT NULL
  UNION
  SELECT d.from_person FROM account a JOIN delegation d ON d.to_person = a.person_id
  WHERE a.id = $me AND d.is_taken_back = 0 AND d.valid_from <= $today AND d.valid_to >= $today
), mine AS (
  SELECT 'person' AS kind, id FROM self
  UNION SELECT 'post', t.post_id FROM tenure t JOIN self ON self.id = t.person_id
        WHERE t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today)
  UNION SELECT 'team', t.team_id FROM team_member t JOIN self ON self.id = t.person_id
        WHERE t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today)
  UNION SELECT 'unit', g.unit_id FROM role_grant g
        WHERE g.account_id = $me AND g.role IN ('unit_reporter', 'unit_approver', 'lead_department')
  UNION SELECT g.role, a.unit FROM role_grant g JOIN unit_anc a ON a.ancestor = g.unit_id
        WHERE g.account_id = $me AND coalesce(CAST($wide AS text), '') NOT LIKE '%,' || g.role || ',%'
)
SELECT count(*) AS total, coalesce(sum(CASE WHEN w.due_key < $today THEN 1 ELSE 0 END), 0) AS overdue,
       coalesce(sum(CASE WHEN w.due_key = $today THEN 1 ELSE 0 END), 0) AS today,
       coalesce(sum(CASE WHEN w.due_key > $today AND w.due_key <= $week THEN 1 ELSE 0 END), 0) AS week
FROM mine JOIN wait w ON w.actor_kind = mine.kind AND w.actor_id = mine.id
WHERE {scope w.unit_id w.label}

-- The same for one wide role, each group counted up to $most.
-- :name work_count_role
-- scope: w
WITH mine AS (SELECT a.unit FROM role_grant g JOIN unit_anc a ON a.ancestor = g.unit_id WHERE g.account_id = $me AND g.role = $role)
SELECT (SELECT count(*) FROM (SELECT 1 AS one FROM wait w WHERE w.actor_kind = $role AND w.due_key < $today AND w.actor_id IN (SELECT unit FROM mine) AND {scope w.unit_id w.label} LIMIT $most) x) AS overdue,
       (SELECT count(*) FROM (SELECT 1 AS one FROM wait w WHERE w.actor_kind = $role AND w.due_key = $today AND w.actor_id IN (SELECT unit FROM mine) AND {scope w.unit_id w.label} LIMIT $most) x) AS today,
       (SELECT count(*) FROM (SELECT 1 AS one FROM wait w WHERE w.actor_kind = $role AND w.due_key > $today AND w.due_key <= $week AND w.actor_id IN (SELECT unit FROM mine) AND {scope w.unit_id w.label} LIMIT $most) x) AS week,
       (SELECT count(*) FROM (SELECT 1 AS one FROM wait w WHERE w.actor_kind = $role AND w.due_key > $week AND w.actor_id IN (SELECT unit FROM mine) AND {scope w.unit_id w.label} LIMIT $most) x) AS later

-- The same for a role that is held for the whole organisation.
-- :name work_count_whole
-- scope: w
SELECT (SELECT count(*) FROM (SELECT 1 AS one FROM wait w WHERE w.actor_kind = $role AND w.due_key < $today AND {scope w.unit_id w.label} LIMIT $most) x) AS overdue,
       (SELECT count(*) FROM (SELECT 1 AS one FROM wait w WHERE w.actor_kind = $role AND w.due_key = $today AND {scope w.unit_id w.label} LIMIT $most) x) AS today,
       (SELECT count(*) FROM (SELECT 1 AS one FROM wait w WHERE w.actor_kind = $role AND w.due_key > $today AND w.due_key <= $week AND {scope w.unit_id w.label} LIMIT $most) x) AS week,
       (SELECT count(*) FROM (SELECT 1 AS one FROM wait w WHERE w.actor_kind = $role AND w.due_key > $week AND {scope w.unit_id w.label} LIMIT $most) x) AS later

-- :name work_of_role
-- scope: w
SELECT w.id, w.subject_kind, w.subject_id, w.what, w.since, w.due, w.no, w.title, w.unit_id, u.short_name AS unit_short
FROM wait w JOIN unit u ON u.id = w.unit_id
WHERE w.actor_kind = $role AND w.due_key >= '' AND {scope w.unit_id w.label}
  AND EXISTS (SELECT 1 FROM unit_anc a JOIN role_grant g ON g.unit_id = a.ancestor WHERE a.unit = w.actor_id AND g.account_id = $me AND g.role = $role)
ORDER BY w.due_key, w.id LIMIT $limit

-- What I set in motion and others must go on with, the most urgent first.
-- :name work_asked
-- scope: w
SELECT w.id, w.subject_kind, w.subject_id, w.what, w.since, w.due, w.no, w.title, coalesce(p.name, t.title, m.name, u.short_name, '') AS actor_name, w.actor_kind, w.actor_id
FROM wait w
LEFT JOIN person p ON w.actor_kind = 'person' AND p.id = w.actor_id
LEFT JOIN post t ON w.actor_kind = 'post' AND t.id = w.actor_id
LEFT JOIN team m ON w.actor_kind = 'team' AND m.id = w.actor_id
LEFT JOIN unit u ON w.actor_kind <> 'person' AND w.actor_kind <> 'post' AND w.actor_kind <> 'team' AND u.id = w.actor_id
WHERE w.asked_by = $me AND $me <> 0 AND {scope w.unit_id w.label}
  AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = $me AND w.actor_kind = 'person' AND a.person_id = w.actor_id)
  AND NOT EXISTS (SELECT 1 FROM role_grant g WHERE g.account_id = $me AND w.actor_kind = 'unit' AND g.unit_id = w.actor_id
                  AND g.role IN ('unit_reporter', 'unit_approver', 'lead_department'))
ORDER BY w.due_key, w.id LIMIT $limit
