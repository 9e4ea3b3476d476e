-- Comments of the public on bulletins.

-- :name comment_store_put
-- unscoped: write-once intake
INSERT INTO comment_store (sha256, sealed, kept_at) VALUES ($sha256, $sealed, $now)

-- :name comment_store_wipe
-- unscoped: a lead that was handed over; the command has checked the permission
DELETE FROM comment_store WHERE sha256 = $sha256

-- Overwritten in place first, so that free pages hold nothing.
-- :name comment_store_blank
-- unscoped: a lead that was handed over; the command has checked the permission
UPDATE comment_store SET sealed = $blank WHERE sha256 = $sha256

-- :name comment_store_get
-- unscoped: of a comment that was read through its scope
SELECT k.sealed FROM comment_store k WHERE k.sha256 = $sha256

-- :name comment_form_use
-- unscoped: write-once intake
INSERT INTO comment_form (nonce, used_at) VALUES ($nonce, $now)

-- :name comment_form_tidy
-- unscoped: the tick
DELETE FROM comment_form WHERE used_at < $before

-- :name comment_insert
-- unscoped: apply
INSERT INTO comment (id, no, title, bulletin_id, channel, unit_id, label, source_id, received_on, receipt_sha256, sha256, has_contact, chars, state, kind, finding_id, check_id,
  ack_due, answer_due, accepted_on, answered_on, answer, reason, lead_no, lead_to, lead_on, lead_receipt, wiped_on, changed_seq)
VALUES ($seq, $no, $title, $bulletin_id, $channel, $unit_id, $label, $source_id, $received_on, $receipt_sha256, $sha256, $has_contact, $chars, 'new', '', NULL, NULL,
  $ack_due, $answer_due, NULL, NULL, '', '', '', '', NULL, '', NULL, $seq)

-- :name comment_set_state
-- unscoped: apply
UPDATE comment SET state = $to, changed_seq = $seq WHERE id = $id

-- :name comment_accept
-- unscoped: apply
UPDATE comment SET kind = $kind, finding_id = $finding_id, check_id = $check_id, accepted_on = $day WHERE id = $id

-- :name comment_link
-- unscoped: apply
UPDATE comment SET finding_id = $finding_id, check_id = coalesce($check_id, check_id), changed_seq = $seq WHERE id = $id

-- :name comment_set_answer
-- unscoped: apply
UPDATE comment SET answer = $answer, answered_on = $day WHERE id = $id

-- :name comment_set_reason
-- unscoped: apply
UPDATE comment SET reason = $why, answered_on = $day WHERE id = $id

-- :name comment_set_lead
-- unscoped: apply
UPDATE comment SET lead_no = $lead_no, lead_to = $lead_to, lead_on = $day WHERE id = $id

-- :name comment_set_wiped
-- unscoped: apply
UPDATE comment SET lead_receipt = $lead_receipt, wiped_on = $day, has_contact = 0, chars = 0 WHERE id = $id

-- :name comment_get_any
-- unscoped: commands check the permission themselves
SELECT c.* FROM comment c WHERE c.id = $id

-- :name comment_next_no
-- unscoped: numbering
SELECT count(*) + 1 FROM comment WHERE no LIKE $prefix

-- :name comment_next_lead
-- unscoped: numbering
SELECT count(*) + 1 FROM comment WHERE lead_no LIKE $prefix

-- :name comment_bulletin
-- unscoped: what everybody may read
SELECT b.id, b.no, b.title, b.state, b.unit_id, b.source_id FROM bulletin b WHERE b.no = $no AND b.state = 'published'

-- :name comment_by_receipt
-- unscoped: of who knows the receipt number
SELECT c.no, c.state, c.received_on, c.accepted_on, c.answered_on, c.answer, c.reason, c.answer_due, b.title AS bulletin_title
FROM comment c JOIN bulletin b ON b.id = c.bulletin_id WHERE c.receipt_sha256 = $receipt_sha256

-- :name comment_summary
-- unscoped: counts of a bulletin that was read through its scope, and the tick
SELECT count(*) AS comments, coalesce(sum(CASE WHEN c.channel = 'form' THEN 1 ELSE 0 END), 0) AS by_form, coalesce(sum(CASE WHEN c.channel = 'phone' THEN 1 ELSE 0 END), 0) AS by_phone,
       coalesce(sum(CASE WHEN c.channel = 'post' THEN 1 ELSE 0 END), 0) AS by_post, coalesce(sum(CASE WHEN c.channel = 'email' THEN 1 ELSE 0 END), 0) AS by_email,
       coalesce(sum(CASE WHEN c.state = 'answered' THEN 1 ELSE 0 END), 0) AS answered, coalesce(sum(CASE WHEN c.state = 'refused' THEN 1 ELSE 0 END), 0) AS refused,
       coalesce(sum(CASE WHEN c.state IN ('new', 'accepted') THEN 1 ELSE 0 END), 0) AS waiting, coalesce(sum(CASE WHEN c.lead_no <> '' THEN 1 ELSE 0 END), 0) AS leads,
       coalesce(sum(CASE WHEN c.kind = 'not_done' THEN 1 ELSE 0 END), 0) AS not_done, coalesce(sum(CASE WHEN c.check_id IS NOT NULL THEN 1 ELSE 0 END), 0) AS checks
FROM comment c WHERE c.bulletin_id = $id

-- ---- pages ----------------------------------------------------------------------------------------------------
-- :list comment_list
-- scope: c
SELECT c.id, c.no, c.title, c.channel, c.received_on, c.state, c.kind, c.ack_due, c.answer_due, c.finding_id, c.lead_no, b.no AS bulletin_no, c.bulletin_id, coalesce(f.no, '') AS finding_no,
       (SELECT min(w.due) FROM wait w WHERE w.subject_kind = 'comment' AND w.subject_id = c.id) AS due, CASE WHEN c.state IN ('new', 'accepted', 'lead') THEN 0 ELSE 1 END AS is_over
FROM comment c JOIN bulletin b ON b.id = c.bulletin_id LEFT JOIN finding f ON f.id = c.finding_id
WHERE {scope c.unit_id c.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter new c.state = 'new'
-- :filter accepted c.state = 'accepted'
-- :filter lead c.state = 'lead'
-- :filter over c.state IN ('answered', 'refused', 'wiped')
-- :filter late EXISTS (SELECT 1 FROM wait w WHERE w.subject_kind = 'comment' AND w.subject_id = c.id AND w.due < $today)
-- :filter bulletin c.bulletin_id = $bulletin
-- :sort newest c.id DESC

-- :name comment_figures
-- scope: c
SELECT count(CASE WHEN c.state = 'new' THEN 1 END) AS new_count, count(CASE WHEN c.state = 'accepted' THEN 1 END) AS accepted_count, count(CASE WHEN c.state = 'lead' THEN 1 END) AS lead_count,
       count(CASE WHEN EXISTS (SELECT 1 FROM wait w WHERE w.subject_kind = 'comment' AND w.subject_id = c.id AND w.due < $today) THEN 1 END) AS late_count
FROM comment c WHERE {scope c.unit_id c.label}

-- :name comment_get
-- scope: c
SELECT c.*, b.no AS bulletin_no, b.title AS bulletin_title, u.name AS unit_name, coalesce(f.no, '') AS finding_no, coalesce(f.title, '') AS finding_title
FROM comment c JOIN bulletin b ON b.id = c.bulletin_id JOIN unit u ON u.id = c.unit_id LEFT JOIN finding f ON f.id = c.finding_id
WHERE c.id = $id AND {scope c.unit_id c.label}

-- :name comment_finding_options
-- scope: f
SELECT f.id, f.no, f.title, f.status FROM finding f WHERE f.source_id = $source_id AND f.status <> 'withdrawn' AND {scope f.unit_id f.label} ORDER BY f.item_no, f.id LIMIT 1000
