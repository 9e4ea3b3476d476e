-- Bulletins: the published account of a rectification, composed from the register.

-- :name source_section_insert
-- unscoped: apply
INSERT INTO source_section (source_id, n, level, role, mark, title, body) VALUES ($subject, $n, $level, $role, $mark, $title, $body)

-- :name bulletin_insert
-- unscoped: apply
INSERT INTO bulletin (id, no, source_id, title, unit_id, label, state, window_from, window_to, window_days, window_first_day, signatory, signed, contacts, version,
  postponed, postpone_reason, released_by, released_at, published_on, closed_on, withdrawn_on, withdraw_reason, summary, last_block, created_at, created_by, changed_seq)
VALUES ($seq, $no, $source_id, $title, $unit_id, $label, 'draft', $window_from, $window_to, $window_days, $window_first_day, $signatory, $signed, $contacts, 0,
  0, '', NULL, NULL, NULL, NULL, NULL, '', '', $last_block, $at, $actor, $seq)

-- :name bulletin_block_insert
-- unscoped: apply
INSERT INTO bulletin_block (bulletin_id, n, sort, kind, role, title, body, finding_id, is_withheld, reason, changed_seq)
VALUES (coalesce(CAST($id AS bigint), CAST($seq AS bigint)), $n, $sort, $kind, $role, $title, $body, $finding_id, $is_withheld, $why, $seq)

-- :name bulletin_hand_note
-- unscoped: apply
INSERT INTO bulletin_hand (bulletin_id, account_id, first_on) VALUES (coalesce(CAST($id AS bigint), CAST($seq AS bigint)), $actor, $day) ON CONFLICT DO NOTHING

-- :name bulletin_block_write
-- unscoped: apply
UPDATE bulletin_block SET title = $block_title, body = $body, changed_seq = $seq WHERE bulletin_id = $id AND n = $n

-- :name bulletin_block_withhold
-- unscoped: apply
UPDATE bulletin_block SET is_withheld = $is_withheld, reason = $why, changed_seq = $seq WHERE bulletin_id = $id AND n = $n

-- :name bulletin_block_sort_set
-- unscoped: apply
UPDATE bulletin_block SET sort = $sort WHERE bulletin_id = $id AND n = $n

-- :name bulletin_touch
-- unscoped: apply
UPDATE bulletin SET last_block = (SELECT coalesce(max(b.n), 0) FROM bulletin_block b WHERE b.bulletin_id = $id), changed_seq = $seq WHERE id = $id

-- :name bulletin_head
-- unscoped: apply
UPDATE bulletin SET title = $title, window_from = $window_from, window_to = $window_to, window_days = $window_days, window_first_day = $window_first_day,
  signatory = $signatory, signed = $signed, contacts = $contacts, doc_no = coalesce(CAST($doc_no AS text), ''), changed_seq = $seq WHERE id = $id

-- :name bulletin_set_state
-- unscoped: apply
UPDATE bulletin SET state = $to, changed_seq = $seq WHERE id = $id

-- :name bulletin_freeze
-- unscoped: apply
INSERT INTO bulletin_version (id, bulletin_id, n, content, sha256, made_by, made_at) VALUES ($seq, $id, $version, $content, $sha256, $actor, $at)

-- :name bulletin_set_version
-- unscoped: apply
UPDATE bulletin SET version = $version WHERE id = $id

-- :name bulletin_set_released
-- unscoped: apply
UPDATE bulletin SET released_by = $actor, released_at = $at, window_to = $window_to WHERE id = $id

-- :name bulletin_set_published
-- unscoped: apply
UPDATE bulletin SET published_on = $day WHERE id = $id

-- :name bulletin_set_window
-- unscoped: apply
UPDATE bulletin SET window_from = $window_from, window_to = $window_to, window_days = $window_days, postponed = postponed + 1, postpone_reason = $why, changed_seq = $seq WHERE id = $id

-- :name bulletin_set_closed
-- unscoped: apply
UPDATE bulletin SET closed_on = $day, summary = $summary WHERE id = $id

-- :name bulletin_set_withdrawn
-- unscoped: apply
UPDATE bulletin SET withdrawn_on = $day, withdraw_reason = $why WHERE id = $id

-- :name bulletin_rules_clear
-- unscoped: apply
DELETE FROM bulletin_rules

-- :name bulletin_rules_insert
-- unscoped: apply
INSERT INTO bulletin_rules (id, window_days, window_first_day, ack_days, answer_days, label_max, forbidden, changed_seq)
VALUES (1, $window_days, $window_first_day, $ack_days, $answer_days, $label_max, $forbidden, $seq)

-- ---- commands and composing -----------------------------------------------------------------------------------
-- :name bulletin_rules_get
-- unscoped: parameters for everybody
SELECT r.window_days, r.window_first_day, r.ack_days, r.answer_days, r.label_max, r.forbidden FROM bulletin_rules r WHERE r.id = 1

-- :name bulletin_get_any
-- unscoped: commands check the permission themselves
SELECT b.* FROM bulletin b WHERE b.id = $id

-- :name bulletin_next_no
-- unscoped: numbering
SELECT count(*) + 1 FROM bulletin WHERE no LIKE $prefix

-- :name bulletin_source
-- unscoped: commands check the permission themselves
SELECT s.* FROM source s WHERE s.id = $id

-- :name bulletin_sections
-- unscoped: of a source that was read through its scope or that a command may read
SELECT c.n, c.level, c.role, c.mark, c.title, c.body FROM source_section c WHERE c.source_id = $id ORDER BY c.n

-- :name bulletin_opening
-- unscoped: of a source that a command may read
SELECT p.text FROM source_paragraph p WHERE p.source_id = $id AND p.role = 'opening' AND p.dropped = '' ORDER BY p.n

-- :name bulletin_aspects
-- unscoped: of a source that a command may read
SELECT a.id, a.title FROM aspect a WHERE a.source_id = $id ORDER BY a.no, a.id

-- Under its source each finding counts, also one that totals over sources count as another.
-- :name bulletin_findings
-- unscoped: of a source that was read through its scope or that a command may read; the label is looked at there
SELECT f.id, f.no, f.item_no, f.title, f.facts, f.phase, f.status, f.label, f.aspect_id,
       (SELECT count(*) FROM measure m WHERE m.finding_id = f.id AND m.state <> 'dropped') AS measures,
       (SELECT count(*) FROM measure m WHERE m.finding_id = f.id AND m.state IN ('completed', 'verified')) AS measures_done
FROM finding f WHERE f.source_id = $id AND f.label <= $label_max AND f.status <> 'withdrawn' ORDER BY f.item_no, f.id

-- :name bulletin_measures
-- unscoped: of a source that was read through its scope or that a command may read
SELECT m.finding_id, m.text, m.state, m.phase, m.is_derived FROM measure m JOIN finding f ON f.id = m.finding_id
WHERE f.source_id = $id AND f.label <= $label_max AND m.state <> 'dropped' ORDER BY m.finding_id, m.no

-- Every figure of a bulletin's text is one of these.
-- :name bulletin_figures
-- unscoped: sums over a source that was read through its scope or that a command may read
SELECT count(*) AS findings,
       coalesce(sum(CASE WHEN f.status = 'closed' THEN 1 ELSE 0 END), 0) AS closed,
       coalesce(sum(CASE WHEN f.status = 'kept' THEN 1 ELSE 0 END), 0) AS kept,
       coalesce(sum(CASE WHEN f.status NOT IN ('closed', 'kept', 'ended') THEN 1 ELSE 0 END), 0) AS running,
       coalesce(sum(CASE WHEN f.phase = 'long_term' THEN 1 ELSE 0 END), 0) AS lasting,
       (SELECT count(*) FROM measure m JOIN finding g ON g.id = m.finding_id WHERE g.source_id = $id AND g.status <> 'withdrawn' AND g.label <= $label_max AND m.state <> 'dropped') AS measures,
       (SELECT count(*) FROM measure m JOIN finding g ON g.id = m.finding_id WHERE g.source_id = $id AND g.status <> 'withdrawn' AND g.label <= $label_max AND m.state IN ('completed', 'verified')) AS measures_done,
       (SELECT count(*) FROM task t WHERE t.source_id = $id AND t.label <= $label_max AND t.state <> 'cancelled') AS tasks,
       (SELECT count(*) FROM task t WHERE t.source_id = $id AND t.label <= $label_max AND t.state = 'done') AS tasks_done,
       (SELECT count(*) FROM meeting e WHERE e.source_id = $id AND e.state = 'held') AS meetings
FROM finding f WHERE f.source_id = $id AND f.status <> 'withdrawn' AND f.label <= $label_max

-- :name bulletin_blocks
-- unscoped: of a bulletin that was read through its scope, or that a command may read
SELECT k.n, k.sort, k.kind, k.role, k.title, k.body, k.finding_id, k.is_withheld, k.reason, k.changed_seq, coalesce(f.label, 0) AS finding_label, coalesce(f.status, '') AS finding_status,
       coalesce(f.no, '') AS finding_no
FROM bulletin_block k LEFT JOIN finding f ON f.id = k.finding_id WHERE k.bulletin_id = $id ORDER BY k.sort, k.n

-- The document that a bulletin's source was read from, when it was a bulletin itself.
-- :name bulletin_draft
-- unscoped: of a bulletin whose source the caller may read
SELECT d.draft_sha256 FROM draft d JOIN source s ON s.id = d.source_id
WHERE d.source_id = $id AND d.state = 'confirmed' AND s.doc_kind = 'bulletin' ORDER BY d.id LIMIT 1

-- :name bulletin_find
-- unscoped: the command line of who runs the program
SELECT b.* FROM bulletin b WHERE b.no = $no

-- :name bulletin_version_get
-- unscoped: of a bulletin that was read through its scope, or that is public
SELECT v.id, v.n, v.content, v.sha256, v.made_at FROM bulletin_version v WHERE v.bulletin_id = $id AND v.n = $version

-- Who must not release: who wrote in it, whoever takes a writer's place or whose place a writer takes, also by a delegation that
-- was taken back.
-- :name bulletin_entangled
-- unscoped: a guard
SELECT count(*) FROM bulletin_hand h WHERE h.bulletin_id = $id AND (h.account_id = $me OR h.account_id IN (
  SELECT o.id FROM account o JOIN account a ON a.id = $me JOIN delegation d ON (d.from_person = a.person_id AND d.to_person = o.person_id) OR (d.to_person = a.person_id AND d.from_person = o.person_id)
  WHERE d.valid_from <= $today AND d.valid_to >= h.first_on))

-- Who may release it: has the permission there and, by the guard above, no hand in it.
-- :name bulletin_releasers
-- unscoped: names beside a bulletin that was read through its scope
SELECT a.name FROM user_scope s JOIN account a ON a.id = s.user_id
WHERE s.unit_id = $unit_id AND s.perm = $perm AND s.clearance >= $label AND a.is_disabled = 0 AND NOT EXISTS (
  SELECT 1 FROM bulletin_hand h WHERE h.bulletin_id = $id AND (h.account_id = a.id OR h.account_id IN (
    SELECT o.id FROM account o JOIN delegation d ON (d.from_person = a.person_id AND d.to_person = o.person_id) OR (d.to_person = a.person_id AND d.from_person = o.person_id)
    WHERE d.valid_from <= $today AND d.valid_to >= h.first_on)))
ORDER BY a.id LIMIT 10

-- :name bulletin_to_publish
-- unscoped: the tick
SELECT b.* FROM bulletin b WHERE b.state = 'released' AND b.window_from <= $today ORDER BY b.id LIMIT $limit

-- :name bulletin_to_close
-- unscoped: the tick
SELECT b.* FROM bulletin b WHERE b.state = 'published' AND b.window_to < $today ORDER BY b.id LIMIT $limit

-- ---- pages ----------------------------------------------------------------------------------------------------
-- :list bulletin_list
-- scope: b
SELECT b.id, b.no, b.title, b.state, b.unit_id, b.label, b.window_from, b.window_to, b.version, b.published_on, b.changed_seq, u.short_name AS unit_short, s.no AS source_no, b.source_id,
       CASE WHEN b.state IN ('closed', 'withdrawn') THEN 1 ELSE 0 END AS is_over
FROM bulletin b JOIN unit u ON u.id = b.unit_id JOIN source s ON s.id = b.source_id
WHERE {scope b.unit_id b.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter open b.state IN ('draft', 'submitted', 'released')
-- :filter public b.state IN ('published', 'closed')
-- :filter withdrawn b.state = 'withdrawn'
-- :sort newest b.id DESC

-- :name bulletin_get
-- scope: b
SELECT b.*, u.name AS unit_name, u.short_name AS unit_short, s.no AS source_no, s.title AS source_title, s.doc_kind AS source_doc_kind, coalesce(a.name, '') AS created_by_name, coalesce(r.name, '') AS released_by_name
FROM bulletin b JOIN unit u ON u.id = b.unit_id JOIN source s ON s.id = b.source_id LEFT JOIN account a ON a.id = b.created_by LEFT JOIN account r ON r.id = b.released_by
WHERE b.id = $id AND {scope b.unit_id b.label}

-- :name bulletin_source_options
-- scope: s
SELECT s.id, s.no, s.title FROM source s WHERE {scope s.unit_id s.label} ORDER BY s.id DESC LIMIT 500

-- What the reader may see of the findings beside the text.
-- :name bulletin_register
-- scope: f
SELECT f.id, f.no, f.title, f.status, f.phase, f.label, f.aspect_id, coalesce(a.title, '') AS aspect, f.status AS state,
       (SELECT count(*) FROM measure m WHERE m.finding_id = f.id AND m.state <> 'dropped') AS measures,
       (SELECT count(*) FROM measure m WHERE m.finding_id = f.id AND m.state IN ('completed', 'verified')) AS measures_done,
       (SELECT coalesce(min(k.n), 0) FROM bulletin_block k WHERE k.bulletin_id = $bulletin_id AND k.finding_id = f.id) AS block
FROM finding f LEFT JOIN aspect a ON a.id = f.aspect_id
WHERE f.source_id = $source_id AND f.status <> 'withdrawn' AND {scope f.unit_id f.label} ORDER BY f.item_no, f.id

-- :name bulletin_versions
-- unscoped: of a bulletin that was read through its scope
SELECT v.id, v.n, v.sha256, v.made_at, coalesce(a.name, '') AS made_by_name FROM bulletin_version v LEFT JOIN account a ON a.id = v.made_by WHERE v.bulletin_id = $id ORDER BY v.n DESC

-- ---- what everybody may read ----------------------------------------------------------------------------------
-- :name bulletin_public_list
-- unscoped: published for everybody
SELECT b.id, b.no, b.title, b.state, b.window_from, b.window_to, b.published_on, b.version, u.name AS unit_name
FROM bulletin b JOIN unit u ON u.id = b.unit_id WHERE b.state IN ('published', 'closed') ORDER BY b.published_on DESC, b.id DESC LIMIT 500

-- :name bulletin_public_get
-- unscoped: published for everybody
SELECT b.id, b.no, b.title, b.state, b.window_from, b.window_to, b.window_days, b.published_on, b.version, b.unit_id, b.source_id, u.name AS unit_name, v.content, v.sha256, v.id AS version_id, v.made_at
FROM bulletin b JOIN unit u ON u.id = b.unit_id JOIN bulletin_version v ON v.bulletin_id = b.id AND v.n = b.version
WHERE b.no = $no AND b.state IN ('published', 'closed')
