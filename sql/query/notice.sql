-- Reminders: from what waits for whom to who is told.  All tables here are local.

-- Everybody who is waited for between two dates, with the reason when one cannot be told.
-- :name notice_make
-- unscoped: local; who may not read the subject is not shown the row
INSERT INTO notice (id, account_id, rule, subject_kind, subject_id, what, no, title, due, unit_id, label, day, created_at, read_at, skipped)
WITH hit AS (
  SELECT w.* FROM wait w WHERE w.due_key >= $from AND w.due_key <= $to AND w.since < $since_before
), holder AS (
  SELECT h.id, h.actor_id AS person_id FROM hit h WHERE h.actor_kind = 'person'
  UNION SELECT h.id, n.person_id FROM hit h JOIN tenure n ON n.post_id = h.actor_id WHERE h.actor_kind = 'post' AND n.valid_from <= $today AND (n.valid_to IS NULL OR n.valid_to >= $today)
  UNION SELECT h.id, m.person_id FROM hit h JOIN team_member m ON m.team_id = h.actor_id WHERE h.actor_kind = 'team' AND m.valid_from <= $today AND (m.valid_to IS NULL OR m.valid_to >= $today)
), person_told AS (
  SELECT id, person_id FROM holder
  UNION SELECT o.id, d.to_person FROM holder o JOIN delegation d ON d.from_person = o.person_id WHERE d.is_taken_back = 0 AND d.valid_from <= $today AND d.valid_to >= $today
), who AS (
  SELECT p.id, a.id AS account_id FROM person_told p JOIN account a ON a.person_id = p.person_id AND a.is_disabled = 0
  UNION SELECT h.id, g.account_id FROM hit h JOIN role_grant g ON g.unit_id = h.actor_id AND g.role IN ('unit_reporter', 'unit_approver', 'lead_department')
        JOIN account a ON a.id = g.account_id AND a.is_disabled = 0 WHERE h.actor_kind = 'unit'
  UNION SELECT h.id, g.account_id FROM hit h JOIN unit_anc u ON u.unit = h.actor_id JOIN role_grant g ON g.unit_id = u.ancestor AND g.role = h.actor_kind
        JOIN account a ON a.id = g.account_id AND a.is_disabled = 0 WHERE h.actor_kind NOT IN ('person', 'post', 'team', 'unit')
), told AS (
  SELECT h.id AS wait_id, h.subject_kind, h.subject_id, h.what, h.no, h.title, h.due, h.due_key, h.unit_id, h.label, coalesce(who.account_id, 0) AS account_id,
    CASE WHEN who.account_id IS NULL THEN 'nobody'
         WHEN NOT EXISTS (SELECT 1 FROM user_scope s WHERE s.user_id = who.account_id AND s.perm = $perm_read AND s.unit_id = h.unit_id AND s.clearance >= h.label) THEN 'no_access'
         WHEN EXISTS (SELECT 1 FROM notice_mute q WHERE q.account_id = who.account_id AND q.subject_kind = h.subject_kind AND q.subject_id = h.subject_id AND q.until >= $today) THEN 'muted'
         ELSE '' END AS skipped
  FROM hit h LEFT JOIN who ON who.id = h.id
)
SELECT (SELECT coalesce(max(id), 0) FROM notice) + row_number() OVER (ORDER BY t.due_key, t.wait_id, t.account_id),
  t.account_id, $rule, t.subject_kind, t.subject_id, t.what, t.no, t.title, t.due, t.unit_id, t.label, $today, $at, 0, t.skipped
FROM told t WHERE 1 = 1
ON CONFLICT (account_id, subject_kind, subject_id, rule, day) DO NOTHING

-- Reminders of long ago, with what became of them. The newest of each table stays, so that no number is given twice, and what is still to be sent.
-- A reminder is made for the day of its tick alone, so what is gone is not told again.
-- :name notice_old_sends_delete
-- unscoped: local
DELETE FROM notice_send WHERE notice_id IN (SELECT n.id FROM notice n
  WHERE n.day < $before AND n.id < (SELECT max(m.id) FROM notice m) AND NOT EXISTS (SELECT 1 FROM notice_send s
    WHERE s.notice_id = n.id AND (s.state IN ('waiting', 'claimed') OR s.id = (SELECT max(x.id) FROM notice_send x)))
  ORDER BY n.day, n.id LIMIT $limit)

-- :name notice_old_delete
-- unscoped: local
DELETE FROM notice WHERE id IN (SELECT n.id FROM notice n
  WHERE n.day < $before AND n.id < (SELECT max(m.id) FROM notice m) AND NOT EXISTS (SELECT 1 FROM notice_send s
    WHERE s.notice_id = n.id AND (s.state IN ('waiting', 'claimed') OR s.id = (SELECT max(x.id) FROM notice_send x)))
  ORDER BY n.day, n.id LIMIT $limit)

-- :name notice_waits_of
-- unscoped: the command has checked the subject
SELECT w.what, w.actor_kind, w.actor_id, w.due, w.unit_id, w.label, w.no, w.title FROM wait w WHERE w.subject_kind = $subject_kind AND w.subject_id = $subject_id ORDER BY w.id

-- :name notice_accounts
-- unscoped: the command has checked the subject
WITH holder AS (
  SELECT CAST($actor_id AS bigint) AS person_id WHERE $actor_kind = 'person'
  UNION SELECT n.person_id FROM tenure n WHERE $actor_kind = 'post' AND n.post_id = $actor_id AND n.valid_from <= $today AND (n.valid_to IS NULL OR n.valid_to >= $today)
  UNION SELECT m.person_id FROM team_member m WHERE $actor_kind = 'team' AND m.team_id = $actor_id AND m.valid_from <= $today AND (m.valid_to IS NULL OR m.valid_to >= $today)
), person_told AS (
  SELECT person_id FROM holder
  UNION SELECT d.to_person FROM holder o JOIN delegation d ON d.from_person = o.person_id WHERE d.is_taken_back = 0 AND d.valid_from <= $today AND d.valid_to >= $today
), who AS (
  SELECT a.id AS account_id FROM person_told p JOIN account a ON a.person_id = p.person_id AND a.is_disabled = 0
  UNION SELECT g.account_id FROM role_grant g JOIN account a ON a.id = g.account_id AND a.is_disabled = 0
        WHERE $actor_kind = 'unit' AND g.unit_id = $actor_id AND g.role IN ('unit_reporter', 'unit_approver', 'lead_department')
  UNION SELECT g.account_id FROM unit_anc u JOIN role_grant g ON g.unit_id = u.ancestor AND g.role = $actor_kind JOIN account a ON a.id = g.account_id AND a.is_disabled = 0
        WHERE u.unit = $actor_id
)
SELECT who.account_id,
  CASE WHEN NOT EXISTS (SELECT 1 FROM user_scope s WHERE s.user_id = who.account_id AND s.perm = $perm_read AND s.unit_id = $unit_id AND s.clearance >= $label) THEN 'no_access'
       WHEN EXISTS (SELECT 1 FROM notice_mute q WHERE q.account_id = who.account_id AND q.subject_kind = $subject_kind AND q.subject_id = $subject_id AND q.until >= $today) THEN 'muted'
       ELSE '' END AS skipped
FROM who ORDER BY who.account_id

-- :name notice_insert
-- unscoped: local
INSERT INTO notice (id, account_id, rule, subject_kind, subject_id, what, no, title, due, unit_id, label, day, created_at, read_at, skipped)
VALUES ((SELECT coalesce(max(n.id), 0) + 1 FROM notice n), $account_id, $rule, $subject_kind, $subject_id, $what, $no, $title, $due, $unit_id, $label, $day, $at, 0, $skipped)
ON CONFLICT (account_id, subject_kind, subject_id, rule, day) DO NOTHING

-- :name notice_set_read
-- unscoped: a person's own
UPDATE notice SET read_at = $at WHERE id = $id AND account_id = $account_id AND read_at = 0

-- :name notice_set_all_read
-- unscoped: a person's own
UPDATE notice SET read_at = $at WHERE account_id = $account_id AND read_at = 0

-- :name notice_mute_clear
-- unscoped: a person's own
DELETE FROM notice_mute WHERE account_id = $account_id
  AND EXISTS (SELECT 1 FROM notice n WHERE n.id = $id AND n.account_id = $account_id AND n.subject_kind = notice_mute.subject_kind AND n.subject_id = notice_mute.subject_id)

-- :name notice_mute_set
-- unscoped: a person's own
INSERT INTO notice_mute (account_id, subject_kind, subject_id, until)
SELECT n.account_id, n.subject_kind, n.subject_id, $until FROM notice n WHERE n.id = $id AND n.account_id = $account_id

-- :name notice_wish_set
-- unscoped: a person's own
INSERT INTO notice_wish (account_id, is_mail, quiet_from, quiet_to) VALUES ($account_id, $is_mail, $quiet_from, $quiet_to)
ON CONFLICT (account_id) DO UPDATE SET is_mail = excluded.is_mail, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to

-- :name notice_wish_get
-- unscoped: a person's own
SELECT w.is_mail, w.quiet_from, w.quiet_to, coalesce(p.email, '') AS email FROM account a LEFT JOIN person p ON p.id = a.person_id LEFT JOIN notice_wish w ON w.account_id = a.id
WHERE a.id = $account_id

-- What an account is shown; of what it may no longer read nothing.
-- :list notice_inbox
-- scope: n
SELECT n.id, n.rule, n.subject_kind, n.subject_id, n.what, n.no, n.title, n.due, n.day, n.created_at, n.read_at, u.short_name AS unit_short,
       CASE WHEN EXISTS (SELECT 1 FROM wait w WHERE w.subject_kind = n.subject_kind AND w.subject_id = n.subject_id AND w.what = n.what) THEN 0 ELSE 1 END AS is_settled,
       (SELECT q.until FROM notice_mute q WHERE q.account_id = n.account_id AND q.subject_kind = n.subject_kind AND q.subject_id = n.subject_id AND q.until >= $today) AS muted_until
FROM notice n JOIN unit u ON u.id = n.unit_id
WHERE n.account_id = $me AND n.skipped = '' AND {scope n.unit_id n.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter unread n.read_at = 0
-- :filter overdue n.rule IN ('overdue', 'urged')
-- :filter soon n.rule IN ('t30', 't15', 't7', 't3', 'due')
-- :filter waiting n.rule = 'waiting'
-- :sort newest n.id DESC

-- :name notice_unread_count
-- scope: n
SELECT count(*) FROM (SELECT 1 AS one FROM notice n WHERE n.account_id = $me AND n.read_at = 0 AND n.skipped = '' AND {scope n.unit_id n.label} LIMIT 100) AS unread
