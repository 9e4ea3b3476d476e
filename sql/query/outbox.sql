-- The outbox: one row for each reminder and channel.  All of it local; webhook alone is replayed.

-- Every reminder gets a row, those that cannot be mailed with the reason.
-- :name outbox_fill_mail
-- unscoped: local
INSERT INTO notice_send (id, notice_id, account_id, channel, state, reason, tries, next_at, claimed_at, sent_at)
SELECT (SELECT coalesce(max(id), 0) FROM notice_send) + row_number() OVER (ORDER BY n.id), n.id, n.account_id, 'mail',
  CASE WHEN n.skipped = '' AND $is_on = 1 AND coalesce(w.is_mail, 1) = 1 AND coalesce(p.email, '') <> '' THEN 'waiting' ELSE 'skipped' END,
  CASE WHEN n.skipped <> '' THEN n.skipped WHEN $is_on = 0 THEN 'channel_off' WHEN coalesce(w.is_mail, 1) = 0 THEN 'not_wanted' WHEN coalesce(p.email, '') = '' THEN 'no_address' ELSE '' END,
  0, $at, 0, 0
FROM notice n LEFT JOIN account a ON a.id = n.account_id LEFT JOIN person p ON p.id = a.person_id LEFT JOIN notice_wish w ON w.account_id = n.account_id
WHERE n.day >= $since AND n.id > coalesce((SELECT s.notice_id FROM notice_send s WHERE s.channel = 'mail' ORDER BY s.notice_id DESC LIMIT 1), 0)
ON CONFLICT (notice_id, channel) DO NOTHING

-- One message of a robot for a subject, rule and day, whoever else is told.
-- :name outbox_fill_hook
-- unscoped: local
INSERT INTO notice_send (id, notice_id, account_id, channel, state, reason, tries, next_at, claimed_at, sent_at)
SELECT (SELECT coalesce(max(id), 0) FROM notice_send) + row_number() OVER (ORDER BY n.id), n.id, 0, $channel,
  CASE WHEN n.label > $label_max THEN 'skipped' ELSE 'waiting' END, CASE WHEN n.label > $label_max THEN 'label' ELSE '' END, 0, $at, 0, 0
FROM notice n
WHERE n.day >= $since AND n.day >= $added_on AND n.id > coalesce((SELECT s.notice_id FROM notice_send s WHERE s.channel = $channel ORDER BY s.notice_id DESC LIMIT 1), 0)
  AND ($rules = '' OR ',' || CAST($rules AS text) || ',' LIKE '%,' || n.rule || ',%')
  AND EXISTS (SELECT 1 FROM unit_anc u WHERE u.unit = n.unit_id AND u.ancestor = $unit_id)
  AND NOT EXISTS (SELECT 1 FROM notice o WHERE o.subject_kind = n.subject_kind AND o.subject_id = n.subject_id AND o.rule = n.rule AND o.day = n.day AND o.no = n.no AND o.id < n.id)
ON CONFLICT (notice_id, channel) DO NOTHING

-- A server that claimed them is gone.
-- :name outbox_release
-- unscoped: local
UPDATE notice_send SET state = 'waiting' WHERE state = 'claimed' AND claimed_at <= $before

-- A robot that was disabled or taken away: what waits for it is not sent.
-- :name outbox_drop_disabled
-- unscoped: local
UPDATE notice_send SET state = 'skipped', reason = 'channel_off' WHERE state = 'waiting' AND channel <> 'mail'
  AND NOT EXISTS (SELECT 1 FROM webhook h JOIN webhook_secret x ON x.webhook_id = h.id WHERE h.is_enabled = 1 AND notice_send.channel = 'hook:' || CAST(h.id AS text))

-- The first that may go, of those nobody else holds.
-- :name outbox_next
-- unscoped: local
-- @sqlite
SELECT s.id, s.account_id, s.channel, s.batch FROM notice_send s WHERE s.state = 'waiting' AND s.next_at <= $at ORDER BY s.next_at, s.id LIMIT 1
-- @postgres
SELECT s.id, s.account_id, s.channel, s.batch FROM notice_send s WHERE s.state = 'waiting' AND s.next_at <= $at ORDER BY s.next_at, s.id LIMIT 1 FOR UPDATE SKIP LOCKED
-- @end

-- :name outbox_quiet_of
-- unscoped: local
SELECT coalesce(w.quiet_from, -1) AS quiet_from, coalesce(w.quiet_to, -1) AS quiet_to FROM notice_wish w WHERE w.account_id = $account_id

-- :name outbox_delay
-- unscoped: local
UPDATE notice_send SET next_at = $next_at WHERE state = 'waiting' AND next_at < $next_at AND account_id = $account_id AND channel = $channel

-- The whole channel waits: nobody answers there.
-- :name outbox_delay_channel
-- unscoped: local
UPDATE notice_send SET next_at = $next_at WHERE state = 'waiting' AND next_at < $next_at AND channel = $channel

-- :name outbox_claim
-- unscoped: local
-- @sqlite
UPDATE notice_send SET state = 'claimed', claimed_at = $at, batch = $batch WHERE id IN (
  SELECT s.id FROM notice_send s WHERE s.state = 'waiting' AND s.next_at <= $at AND s.account_id = $account_id AND s.channel = $channel AND s.batch = $was ORDER BY s.next_at, s.id LIMIT $limit)
RETURNING id
-- @postgres
UPDATE notice_send SET state = 'claimed', claimed_at = $at, batch = $batch WHERE id IN (
  SELECT s.id FROM notice_send s WHERE s.state = 'waiting' AND s.next_at <= $at AND s.account_id = $account_id AND s.channel = $channel AND s.batch = $was ORDER BY s.next_at, s.id LIMIT $limit FOR UPDATE SKIP LOCKED)
RETURNING id
-- @end

-- What is said of a claimed row: its number and where it is; nothing else leaves the house.  Settled meanwhile, read, no longer
-- readable or overtaken by a later reminder of the same thing that goes the same way: the reason.
-- :name outbox_detail
-- unscoped: local; says for itself whether the account may still read it
SELECT s.id, s.tries, n.no, n.rule, n.what, n.due, n.day, n.subject_kind, n.subject_id, coalesce(p.email, '') AS email,
  CASE WHEN NOT EXISTS (SELECT 1 FROM wait x WHERE x.subject_kind = n.subject_kind AND x.subject_id = n.subject_id AND x.what = n.what) THEN 'settled'
       WHEN s.account_id <> 0 AND n.read_at <> 0 THEN 'read'
       WHEN s.account_id <> 0 AND NOT EXISTS (SELECT 1 FROM user_scope c WHERE c.user_id = s.account_id AND c.perm = $perm_read AND c.unit_id = n.unit_id AND c.clearance >= n.label) THEN 'no_access'
       WHEN s.account_id <> 0 AND a.is_disabled = 1 THEN 'nobody'
       WHEN s.account_id <> 0 AND coalesce(p.email, '') = '' THEN 'no_address'
       WHEN s.account_id <> 0 AND coalesce(w.is_mail, 1) = 0 THEN 'not_wanted'
       WHEN s.account_id = 0 AND n.label > $label_max THEN 'label'
       WHEN EXISTS (SELECT 1 FROM notice m JOIN notice_send o ON o.notice_id = m.id AND o.channel = s.channel
         WHERE m.no = n.no AND m.subject_kind = n.subject_kind AND m.subject_id = n.subject_id AND m.what = n.what AND m.id > n.id
           AND o.account_id = s.account_id AND o.state IN ('waiting', 'claimed', 'sent')) THEN 'overtaken'
       ELSE '' END AS reason
FROM notice_send s JOIN notice n ON n.id = s.notice_id LEFT JOIN account a ON a.id = s.account_id LEFT JOIN person p ON p.id = a.person_id
LEFT JOIN notice_wish w ON w.account_id = s.account_id
WHERE s.id = $id

-- Only who holds the row says what became of it.
-- :name outbox_settle
-- unscoped: local
UPDATE notice_send SET state = $state, reason = $reason, tries = $tries, next_at = $next_at, sent_at = $sent_at WHERE id = $id AND state = 'claimed'

-- An administrator asks once more for what was given up.
-- :name outbox_again
-- unscoped: local
UPDATE notice_send SET state = 'waiting', tries = 0, next_at = $at WHERE state = 'failed'

-- :name outbox_counts
-- unscoped: counts only; the route names the permission
SELECT s.state, count(*) AS n FROM notice_send s JOIN notice n ON n.id = s.notice_id WHERE n.day >= $since GROUP BY s.state

-- For administrators, who see no business data: who was told how many, not about which finding.  One row for each message; of what was
-- not sent, for each day and reason.
-- :list outbox_list
-- unscoped: no number, title or unit; the route names the permission
SELECT g.id, g.channel, g.state, g.reason, g.tries, g.next_at, g.sent_at, g.created_at, g.reminders, coalesce(a.name, '') AS account_name, coalesce(h.name, '') AS hook_name
FROM (SELECT max(s.id) AS id, s.account_id, s.channel, s.state, s.reason, max(s.tries) AS tries, max(s.next_at) AS next_at, max(s.sent_at) AS sent_at, max(n.created_at) AS created_at,
        count(*) AS reminders FROM notice_send s JOIN notice n ON n.id = s.notice_id WHERE n.day >= $since AND {filters} GROUP BY s.account_id, s.channel, s.state, s.reason, n.day, s.batch) AS g
LEFT JOIN account a ON a.id = g.account_id LEFT JOIN webhook h ON g.channel = 'hook:' || CAST(h.id AS text)
ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter failed s.state = 'failed'
-- :filter waiting s.state IN ('waiting', 'claimed')
-- :filter sent s.state = 'sent'
-- :filter skipped s.state = 'skipped'
-- :sort newest g.id DESC

-- ---- robots -----------------------------------------------------------------------------------------------------
-- :name webhook_insert
-- unscoped: apply
INSERT INTO webhook (id, name, kind, host, unit_id, label_max, rules, is_enabled, added_on, changed_seq)
VALUES ($seq, $name, $kind, $host, $unit_id, $label_max, $rules, 1, $day, $seq)

-- :name webhook_update
-- unscoped: apply
UPDATE webhook SET name = $name, kind = $kind, host = $host, unit_id = $unit_id, label_max = $label_max, rules = $rules, changed_seq = $seq WHERE id = $id

-- :name webhook_switch
-- unscoped: apply
UPDATE webhook SET is_enabled = $is_enabled, changed_seq = $seq WHERE id = $id

-- :name webhook_secret_set
-- unscoped: local
INSERT INTO webhook_secret (webhook_id, url, secret) VALUES ($id, $url, $secret) ON CONFLICT (webhook_id) DO UPDATE SET url = excluded.url, secret = excluded.secret

-- :name webhook_get
-- unscoped: administrators; the route or command names the permission
SELECT h.id, h.name, h.kind, h.host, h.unit_id, u.name AS unit_name, h.label_max, h.rules, h.is_enabled, h.changed_seq, CASE WHEN x.webhook_id IS NULL THEN 0 ELSE 1 END AS has_secret
FROM webhook h JOIN unit u ON u.id = h.unit_id LEFT JOIN webhook_secret x ON x.webhook_id = h.id WHERE h.id = $id

-- :name webhook_list
-- unscoped: administrators; the route names the permission
SELECT h.id, h.name, h.kind, h.host, u.name AS unit_name, h.label_max, h.rules, h.is_enabled, CASE WHEN x.webhook_id IS NULL THEN 0 ELSE 1 END AS has_secret
FROM webhook h JOIN unit u ON u.id = h.unit_id LEFT JOIN webhook_secret x ON x.webhook_id = h.id ORDER BY h.id

-- :name webhook_enabled
-- unscoped: the sender
SELECT h.id, h.unit_id, h.label_max, h.rules, h.added_on, 'hook:' || CAST(h.id AS text) AS channel FROM webhook h JOIN webhook_secret x ON x.webhook_id = h.id WHERE h.is_enabled = 1 ORDER BY h.id

-- :name webhook_secret_get
-- unscoped: the sender, and the test button
SELECT h.id, h.kind, h.label_max, x.url, x.secret FROM webhook h JOIN webhook_secret x ON x.webhook_id = h.id WHERE h.id = $id
