-- What all nouns of the loop share: waits, duties, actors.

-- :name wait_end
-- unscoped: apply
DELETE FROM wait WHERE subject_kind = $noun AND subject_id = $id

-- :name wait_begin
-- unscoped: apply
INSERT INTO wait (id, subject_kind, subject_id, what, actor_kind, actor_id, since, due, due_key, unit_id, label, source_id, no, title, asked_by)
VALUES (CAST($seq AS bigint) * 16 + $wait_n, $noun, coalesce(CAST($id AS bigint), CAST($seq AS bigint)), $what, $actor_kind, $actor_id, $at, $wait_due, coalesce($wait_due, '9999-12-31'),
        $unit_id, $label, $source_id, $no, $title, $actor)

-- :name wait_end_moved
-- unscoped: apply; the unit that a finding left is not waited for any more
DELETE FROM wait WHERE id = $wait_id AND subject_kind = 'finding' AND subject_id = $id

-- :name wait_of_subject
-- unscoped: of a subject that was read through its scope; commands check the permission themselves
SELECT w.id, w.what, w.actor_kind, w.actor_id, w.since, w.due FROM wait w WHERE w.subject_kind = $noun AND w.subject_id = $id ORDER BY w.id

-- :name wait_names
-- unscoped: of a subject that was read through its scope: who is waited for, by name
SELECT w.id, w.what, w.actor_kind, w.actor_id, w.since, w.due,
       coalesce(p.name, t.title, m.name, CASE WHEN w.actor_kind = 'unit' THEN u.name ELSE u.short_name END, '') AS actor_name,
       (SELECT x.name FROM delegation d JOIN person x ON x.id = d.to_person
        WHERE w.actor_kind = 'person' AND d.from_person = w.actor_id AND d.is_taken_back = 0 AND d.valid_from <= $today AND d.valid_to >= $today ORDER BY d.id DESC LIMIT 1) AS deputy
FROM wait w
LEFT JOIN person p ON w.actor_kind = 'person' AND p.id = w.actor_id
LEFT JOIN post t ON w.actor_kind = 'post' AND t.id = w.actor_id
LEFT JOIN team m ON w.actor_kind = 'team' AND m.id = w.actor_id
LEFT JOIN unit u ON w.actor_kind <> 'person' AND w.actor_kind <> 'post' AND w.actor_kind <> 'team' AND u.id = w.actor_id
WHERE w.subject_kind = $noun AND w.subject_id = $id ORDER BY w.id

-- The unit whose account acts in a role for a unit: the nearest at or above it.
-- :name role_keeper
-- unscoped: the name of a unit above one that was read through its scope
SELECT k.id, k.short_name FROM unit_anc a JOIN role_grant g ON g.unit_id = a.ancestor AND g.role = $role
JOIN account c ON c.id = g.account_id AND c.is_disabled = 0 JOIN unit k ON k.id = a.ancestor
WHERE a.unit = $unit_id ORDER BY a.depth LIMIT 1

-- An account that can do what waits for a unit or a person.
-- :name wait_account
-- unscoped: whether there is one, of a subject that was read through its scope
SELECT c.id FROM role_grant g JOIN account c ON c.id = g.account_id AND c.is_disabled = 0
WHERE $actor_kind = 'unit' AND g.unit_id = $actor_id AND g.role IN ('unit_reporter', 'unit_approver', 'lead_department')
UNION ALL SELECT c.id FROM account c WHERE $actor_kind = 'person' AND c.person_id = $actor_id AND c.is_disabled = 0
LIMIT 1

-- :name wait_place_finding
-- unscoped: apply; a finding's waits go with its unit and label
UPDATE wait SET label = $label, unit_id = $unit_id WHERE subject_kind = 'finding' AND subject_id = $id

-- :name wait_due_finding
-- unscoped: apply; the work waits until the new date
UPDATE wait SET due = $work_due, due_key = coalesce($work_due, '9999-12-31') WHERE subject_kind = 'finding' AND subject_id = $id AND what = 'work_finding'

-- :name wait_relabel_tasks
-- unscoped: apply
UPDATE wait SET label = $label WHERE subject_kind = 'task' AND subject_id IN (SELECT id FROM task WHERE finding_id = $id AND label <> $label)

-- Who an account is today.  person: itself; post: by tenure; team: by membership; unit: its reporters, approvers and
-- departments; a role's name: the units below the grant.  Persons who delegated to it count as itself but for roles.
-- :name actor_is_account
-- unscoped: a guard
SELECT count(*) FROM account a
WHERE a.id = $me AND CASE $actor_kind
  WHEN 'person' THEN a.person_id = $actor_id
    OR EXISTS (SELECT 1 FROM delegation d WHERE d.to_person = a.person_id AND d.from_person = $actor_id AND d.is_taken_back = 0 AND d.valid_from <= $today AND d.valid_to >= $today)
  WHEN 'post' THEN EXISTS (SELECT 1 FROM tenure t WHERE t.post_id = $actor_id AND t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today) AND (t.person_id = a.person_id
    OR EXISTS (SELECT 1 FROM delegation d WHERE d.to_person = a.person_id AND d.from_person = t.person_id AND d.is_taken_back = 0 AND d.valid_from <= $today AND d.valid_to >= $today)))
  WHEN 'team' THEN EXISTS (SELECT 1 FROM team_member t WHERE t.team_id = $actor_id AND t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today) AND (t.person_id = a.person_id
    OR EXISTS (SELECT 1 FROM delegation d WHERE d.to_person = a.person_id AND d.from_person = t.person_id AND d.is_taken_back = 0 AND d.valid_from <= $today AND d.valid_to >= $today)))
  WHEN 'unit' THEN EXISTS (SELECT 1 FROM role_grant g WHERE g.account_id = a.id AND g.unit_id = $actor_id AND g.role IN ('unit_reporter', 'unit_approver', 'lead_department'))
  ELSE EXISTS (SELECT 1 FROM role_grant g JOIN unit_anc u ON u.ancestor = g.unit_id AND u.unit = $actor_id WHERE g.account_id = a.id AND g.role = $actor_kind)
  END

-- My open waits by due date: home, inbox, reminders.
-- :name wait_mine
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
SELECT w.id, w.subject_kind, w.subject_id, w.what, w.since, w.due, w.no, w.title, w.unit_id, u.short_name AS unit_short
FROM mine CROSS JOIN wait w JOIN unit u ON u.id = w.unit_id -- CROSS: from who I am to what waits, never through all waits by date
WHERE w.actor_kind = mine.kind AND w.actor_id = mine.id AND {scope w.unit_id w.label}
ORDER BY w.due_key, w.id LIMIT $limit

-- :name duty_begin
-- unscoped: apply
INSERT INTO duty (id, subject_kind, subject_id, role, actor_kind, actor_id, since, until)
VALUES (CAST($seq AS bigint) * 16 + $duty_n, $noun, coalesce(CAST($id AS bigint), CAST($seq AS bigint)), $role, $actor_kind, $actor_id, $day, NULL)

-- :name duty_end_all
-- unscoped: apply
UPDATE duty SET until = $day WHERE subject_kind = $noun AND subject_id = $id AND until IS NULL

-- :name duty_of_subject
-- unscoped: of a subject that was read through its scope
SELECT d.id, d.role, d.actor_kind, d.actor_id, d.since, coalesce(p.name, t.title, m.name, u.name, '') AS actor_name
FROM duty d
LEFT JOIN person p ON d.actor_kind = 'person' AND p.id = d.actor_id
LEFT JOIN post t ON d.actor_kind = 'post' AND t.id = d.actor_id
LEFT JOIN team m ON d.actor_kind = 'team' AND m.id = d.actor_id
LEFT JOIN unit u ON d.actor_kind <> 'person' AND d.actor_kind <> 'post' AND d.actor_kind <> 'team' AND u.id = d.actor_id
WHERE d.subject_kind = $noun AND d.subject_id = $id AND d.until IS NULL ORDER BY d.role, d.id

-- :name cycle_first
-- unscoped: apply; a finding's first cycle has the finding's id
INSERT INTO cycle (id, finding_id, n, state, started, due, original_due, basis, reason, closed_on, result, is_on_time, certificate_no, returned_count, changed_seq)
VALUES ($seq, $seq, 1, $status, $day, $due, $due, '', '', NULL, '', NULL, '', 0, $seq)

-- Who asked for closure and takes that back is not returned anything, though the finding may stand where it was returned to.
-- :name cycle_set_state
-- unscoped: apply
UPDATE cycle SET state = $to, returned_count = returned_count + CASE WHEN $to = 'returned' AND coalesce(CAST($is_taken_back AS bigint), 0) = 0 THEN 1 ELSE 0 END, changed_seq = $seq WHERE id = (SELECT cycle_id FROM finding WHERE id = $id)

-- :name cycle_set_due
-- unscoped: apply; until the plan is approved the first date stays open to correction; after that a date that has passed is not made good by a later one
-- (events without keeps_late were accepted when it still was)
UPDATE cycle SET original_due = CASE WHEN state IN ('registered', 'disputed', 'confirmed') THEN $due ELSE original_due END,
  due = CASE WHEN state NOT IN ('registered', 'disputed', 'confirmed') AND due < $day AND coalesce($due, '9999-12-31') > due
    AND coalesce(CAST($keeps_late AS bigint), 0) = 1 THEN due ELSE $due END
WHERE id = (SELECT cycle_id FROM finding WHERE id = $id) AND closed_on IS NULL

-- :name finding_set_state
-- unscoped: apply
UPDATE finding SET status = $to, changed_at = $at, changed_seq = $seq, rev = rev + 1 WHERE id = $id

-- :name cycle_list
-- unscoped: of a finding that was read through its scope
SELECT c.* FROM cycle c WHERE c.finding_id = $id ORDER BY c.n

-- :name cycle_set_status
-- unscoped: apply
UPDATE cycle SET state = $status, changed_seq = $seq WHERE id = (SELECT cycle_id FROM finding WHERE id = $id)

-- :name wait_end_finding
-- unscoped: apply
DELETE FROM wait WHERE subject_kind = 'finding' AND subject_id = $id
