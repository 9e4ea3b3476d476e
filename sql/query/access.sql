-- Accounts, roles, scope, sessions.

-- :name account_insert
-- unscoped: apply
INSERT INTO account (id, login, name, person_id, is_disabled, changed_seq) VALUES ($seq, $login, $name, $person_id, 0, $seq)

-- :name account_update
-- unscoped: apply
UPDATE account SET name = $name, is_disabled = $is_disabled, changed_seq = $seq WHERE id = $id

-- :name account_set_person
-- unscoped: apply
UPDATE account SET person_id = $person_id, changed_seq = $seq WHERE id = $id

-- A person and the other account in use that belongs to them, if there is one.
-- :name account_person
-- unscoped: a guard
SELECT p.id, coalesce((SELECT min(a.login) FROM account a WHERE a.person_id = p.id AND a.is_disabled = 0 AND a.id <> $id), '') AS login
FROM person p WHERE p.id = $person_id

-- People whom an account may belong to; those with another account in use are left out.
-- :name account_people
-- unscoped: whoever makes accounts names any person; names, titles and units only
SELECT p.id, p.name, p.title, p.pinyin, u.short_name AS unit_short, u.name AS unit_name FROM person p JOIN unit u ON u.id = p.unit_id
WHERE u.valid_to IS NULL AND NOT EXISTS (SELECT 1 FROM account a WHERE a.person_id = p.id AND a.is_disabled = 0 AND a.id <> $id)
ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id, p.sort_key, p.id LIMIT 5000

-- :name account_find_login
-- unscoped: sign-in
SELECT a.id, a.name, a.is_disabled, c.password_hash, c.must_change
FROM account a LEFT JOIN credential c ON c.account_id = a.id WHERE a.login = $login

-- :name account_get
-- unscoped: administrators' page; the route names the permission
SELECT a.id, a.login, a.name, a.person_id, a.is_disabled, a.changed_seq, coalesce(p.name, '') AS person_name, coalesce(u.name, '') AS unit_name,
       coalesce(c.must_change, 0) AS must_change,
       coalesce((SELECT max(t.locked_until) FROM sign_in_try t WHERE t.account_id = a.id), 0) AS locked_until,
       (SELECT count(*) FROM session s WHERE s.account_id = a.id) AS session_count
FROM account a LEFT JOIN person p ON p.id = a.person_id LEFT JOIN unit u ON u.id = p.unit_id
LEFT JOIN credential c ON c.account_id = a.id WHERE a.id = $id

-- :name account_list
-- unscoped: administrators' page; the route names the permission
SELECT a.id, a.login, a.name, a.is_disabled, coalesce(c.must_change, 0) AS must_change, coalesce(p.name, '') AS person_name, coalesce(u.short_name, '') AS person_unit,
       coalesce((SELECT max(t.locked_until) FROM sign_in_try t WHERE t.account_id = a.id), 0) AS locked_until,
       (SELECT count(*) FROM session s WHERE s.account_id = a.id) AS session_count,
       (SELECT max(s.seen_at) FROM session s WHERE s.account_id = a.id) AS seen_at
FROM account a LEFT JOIN credential c ON c.account_id = a.id LEFT JOIN person p ON p.id = a.person_id LEFT JOIN unit u ON u.id = p.unit_id
ORDER BY a.is_disabled, a.login LIMIT 5000

-- :name grant_list_all
-- unscoped: administrators' page; the route names the permission
SELECT g.account_id, g.role, g.clearance, u.short_name AS unit_name FROM role_grant g JOIN unit u ON u.id = g.unit_id ORDER BY g.account_id, g.id

-- :name grant_units
-- unscoped: whoever gives roles names any unit; names and codes only
SELECT u.id, u.code, u.name, u.mgmt_level FROM unit u WHERE u.valid_to IS NULL ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id

-- :name account_count
-- unscoped: first start
SELECT count(*) FROM account

-- :name grant_insert
-- unscoped: apply
INSERT INTO role_grant (id, account_id, role, unit_id, clearance) VALUES ($seq, $account_id, $role, $unit_id, $clearance)

-- :name grant_delete
-- unscoped: apply
DELETE FROM role_grant WHERE id = $id

-- :name grant_get
-- unscoped: commands check the permission themselves
SELECT id, account_id, role, unit_id, clearance FROM role_grant WHERE id = $id

-- :name grant_list
-- unscoped: administrators' page; the route names the permission
SELECT g.id, g.role, g.unit_id, g.clearance, u.name AS unit_name
FROM role_grant g JOIN unit u ON u.id = g.unit_id WHERE g.account_id = $id ORDER BY g.id

-- :name grant_roles
-- unscoped: a guard: administrators exclude each other and business roles
SELECT role, unit_id FROM role_grant WHERE account_id = $account_id

-- :name role_permission_clear
-- unscoped: program start
DELETE FROM role_permission

-- :name role_permission_insert
-- unscoped: program start
INSERT INTO role_permission (role, perm) VALUES ($role, $perm)

-- :name user_scope_clear
-- unscoped: derived again
DELETE FROM user_scope WHERE user_id = $account_id

-- :name user_scope_fill
-- unscoped: derived again
INSERT INTO user_scope (user_id, perm, unit_id, clearance)
SELECT g.account_id, r.perm, a.unit, max(g.clearance)
FROM role_grant g JOIN role_permission r ON r.role = g.role JOIN unit_anc a ON a.ancestor = g.unit_id
WHERE g.account_id = $account_id GROUP BY g.account_id, r.perm, a.unit

-- :name user_scope_clear_all
-- unscoped: derived again
DELETE FROM user_scope

-- :name user_scope_fill_all
-- unscoped: derived again
INSERT INTO user_scope (user_id, perm, unit_id, clearance)
SELECT g.account_id, r.perm, a.unit, max(g.clearance)
FROM role_grant g JOIN role_permission r ON r.role = g.role JOIN unit_anc a ON a.ancestor = g.unit_id
GROUP BY g.account_id, r.perm, a.unit

-- :name user_scope_clear_unit
-- unscoped: derived again
DELETE FROM user_scope WHERE unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $id)

-- :name user_scope_fill_unit
-- unscoped: derived again
INSERT INTO user_scope (user_id, perm, unit_id, clearance)
SELECT g.account_id, r.perm, a.unit, max(g.clearance)
FROM unit_anc moved JOIN unit_anc a ON a.unit = moved.unit JOIN role_grant g ON g.unit_id = a.ancestor
JOIN role_permission r ON r.role = g.role
WHERE moved.ancestor = $id GROUP BY g.account_id, r.perm, a.unit

-- :name scope_get
-- unscoped: this is the scope
SELECT clearance FROM user_scope WHERE user_id = $me AND perm = $perm AND unit_id = $unit_id

-- :name scope_grants
-- unscoped: this is the scope
SELECT g.role, g.clearance, CASE WHEN u.parent_id IS NULL THEN 1 ELSE 0 END AS is_root
FROM role_grant g JOIN unit u ON u.id = g.unit_id WHERE g.account_id = $me

-- :name role_permission_list
-- unscoped: program start
SELECT role, perm FROM role_permission

-- :name credential_set
-- unscoped: sign-in
INSERT INTO credential (account_id, password_hash, must_change, changed_at)
VALUES ($account_id, $password_hash, $must_change, $at)
ON CONFLICT (account_id) DO UPDATE SET password_hash = excluded.password_hash, must_change = excluded.must_change,
  changed_at = excluded.changed_at

-- :name sign_in_try_get
-- unscoped: sign-in
SELECT locked_until FROM sign_in_try WHERE login_digest = $login_digest

-- :name sign_in_try_count
-- unscoped: sign-in; a lock that is over and tries before $since begin again
INSERT INTO sign_in_try (login_digest, account_id, failed_count, locked_until, at) VALUES ($login_digest, $account_id, 1, 0, $now)
ON CONFLICT (login_digest) DO UPDATE SET account_id = excluded.account_id, at = excluded.at,
  failed_count = CASE WHEN sign_in_try.locked_until BETWEEN 1 AND $now OR sign_in_try.locked_until = 0 AND sign_in_try.at < $since THEN 1
                      ELSE sign_in_try.failed_count + 1 END,
  locked_until = CASE WHEN sign_in_try.locked_until BETWEEN 1 AND $now OR sign_in_try.locked_until = 0 AND sign_in_try.at < $since THEN 0
                      WHEN sign_in_try.failed_count + 1 = $tries_max THEN CAST($lock_until AS bigint)
                      ELSE sign_in_try.locked_until END
RETURNING failed_count

-- :name sign_in_try_clear
-- unscoped: sign-in
DELETE FROM sign_in_try WHERE account_id = $account_id

-- :name sign_in_try_delete_old
-- unscoped: housekeeping
DELETE FROM sign_in_try WHERE at < $since AND locked_until < $now

-- :name sign_in_failure_count
-- unscoped: sign-in
INSERT INTO sign_in_failure (account_id, hour_at, failures, remote) VALUES ($account_id, $hour_at, 0, $remote)
ON CONFLICT (account_id) DO UPDATE SET failures = sign_in_failure.failures + 1, remote = excluded.remote
RETURNING failures

-- :name sign_in_failure_is_due
-- unscoped: sign-in
SELECT count(*) FROM sign_in_failure WHERE hour_at < $hour_at

-- :name sign_in_failure_take
-- unscoped: sign-in; those of hours that are over
DELETE FROM sign_in_failure WHERE account_id IN
  (SELECT account_id FROM sign_in_failure WHERE hour_at < $hour_at ORDER BY account_id LIMIT 100)
RETURNING account_id, hour_at, failures, remote

-- :name session_insert
-- unscoped: sign-in
INSERT INTO session (token_hash, account_id, csrf, created_at, seen_at, remote, agent)
VALUES ($token_hash, $account_id, $csrf, $at, $at, $remote, $agent)

-- :name session_get
-- unscoped: sign-in
SELECT s.account_id, s.csrf, s.created_at, s.seen_at, a.name, a.login, a.is_disabled, a.changed_seq, c.must_change
FROM session s JOIN account a ON a.id = s.account_id LEFT JOIN credential c ON c.account_id = a.id
WHERE s.token_hash = $token_hash

-- :name session_touch
-- unscoped: sign-in
UPDATE session SET seen_at = $at WHERE token_hash = $token_hash

-- :name session_delete
-- unscoped: sign-out
DELETE FROM session WHERE token_hash = $token_hash

-- :name session_delete_account
-- unscoped: revoking
DELETE FROM session WHERE account_id = $account_id

-- :name session_delete_others
-- unscoped: a new password
DELETE FROM session WHERE account_id = $account_id AND token_hash <> $token_hash

-- :name session_delete_old
-- unscoped: housekeeping
DELETE FROM session WHERE seen_at < $seen_before OR created_at < $created_before

-- :name session_count
-- unscoped: the state of the program; a number
SELECT count(*) FROM session
