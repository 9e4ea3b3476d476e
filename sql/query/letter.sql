-- Letters of supervision: blue reminds, yellow urges, red supervises, then a talk; and urging by hand.

-- :name letter_insert
-- unscoped: apply
INSERT INTO letter (id, kind, state, no, title, issuer_id, subject_kind, subject_id, subject_no, unit_id, label, source_id, to_kind, to_id, cause, cause_key, raised_from,
  demand, reply_days, due, drafted_on, issued_on, issued_by, delivered_at, delivered_by, signed_at, signed_by, answer, answered_at, answered_by, closed_on, note, talk_on, talk_time, talk_place, changed_seq)
VALUES ($seq, $kind, 'draft', '', $title, $issuer_id, $subject_kind, $subject_id, $no, $unit_id, $label, $source_id, $to_kind, $to_id, $cause, coalesce($cause_key, 'manual:' || CAST(CAST($seq AS bigint) AS text)),
  $raised_from, $demand, $reply_days, NULL, $day, NULL, NULL, NULL, '', NULL, NULL, '', NULL, NULL, NULL, '', $talk_on, coalesce($talk_time, ''), coalesce($talk_place, ''), $seq)

-- :name letter_update
-- unscoped: apply
UPDATE letter SET kind = $kind, demand = $demand, reply_days = $reply_days, talk_on = $talk_on, talk_time = coalesce($talk_time, ''), talk_place = coalesce($talk_place, ''), changed_seq = $seq WHERE id = $id

-- :name letter_issue
-- unscoped: apply
UPDATE letter SET state = 'issued', no = $letter_no, issuer_id = $doc_issuer_id, due = $due, issued_on = $day, issued_by = $actor, changed_seq = $seq WHERE id = $id

-- :name letter_deliver
-- unscoped: apply
UPDATE letter SET state = 'delivered', delivered_at = $at, delivered_by = $delivered_by, changed_seq = $seq WHERE id = $id

-- :name letter_sign
-- unscoped: apply
UPDATE letter SET state = 'signed', signed_at = $at, signed_by = $actor, changed_seq = $seq WHERE id = $id

-- :name letter_answer
-- unscoped: apply
UPDATE letter SET state = 'answered', answer = $answer, answered_at = $at, answered_by = $actor, changed_seq = $seq WHERE id = $id

-- :name letter_file_insert
-- unscoped: apply
INSERT INTO letter_file (id, letter_id, sha256, name, size, note)
SELECT $seq, $id, $file_sha256, $file_name, $file_size, '' WHERE $file_sha256 <> ''

-- :name letter_set_state
-- unscoped: apply; returned, closed, raised, void
UPDATE letter SET state = $to, note = $note, closed_on = CASE WHEN $to IN ('closed', 'raised', 'void') THEN $day ELSE NULL END, changed_seq = $seq WHERE id = $id

-- :name letter_set_due
-- unscoped: apply
UPDATE letter SET due = $due, changed_seq = $seq WHERE id = $id

-- :name letter_get_any
-- unscoped: commands check the permission themselves
SELECT l.*, l.subject_no AS subject_number FROM letter l WHERE l.id = $id

-- :name letter_open_of_subject
-- unscoped: one item, one letter; commands check the permission themselves
SELECT l.id, l.kind, l.state FROM letter l
WHERE l.subject_kind = $subject_kind AND l.subject_id = $subject_id AND l.kind <> 'talk' AND l.state IN ('draft', 'issued', 'delivered', 'signed', 'answered') LIMIT 1

-- :name letter_yellow_count
-- unscoped: two yellow letters go to the leader
SELECT count(*) FROM letter l WHERE l.subject_kind = $subject_kind AND l.subject_id = $subject_id AND l.kind = 'yellow' AND l.no <> ''

-- Who leads the subject: its leading leader, or the leader of its case; a task's, or its finding's.
-- :name letter_leader
-- unscoped: commands check the permission themselves
SELECT d.actor_kind, d.actor_id FROM (
  SELECT 1 AS rank, d1.actor_kind, d1.actor_id, d1.id FROM duty d1 WHERE d1.subject_kind = $subject_kind AND d1.subject_id = $subject_id AND d1.role = 'lead_leader' AND d1.until IS NULL
  UNION ALL SELECT 2, c.leader_kind, c.leader_id, c.id FROM lead_case c WHERE c.subject_kind = $subject_kind AND c.subject_id = $subject_id AND c.state = 'active'
  UNION ALL SELECT 3, d2.actor_kind, d2.actor_id, d2.id FROM duty d2 WHERE d2.subject_kind = 'finding' AND d2.subject_id = $finding_id AND d2.role = 'lead_leader' AND d2.until IS NULL
  UNION ALL SELECT 4, c2.leader_kind, c2.leader_id, c2.id FROM lead_case c2 WHERE c2.subject_kind = 'finding' AND c2.subject_id = $finding_id AND c2.state = 'active'
) d WHERE d.actor_kind IN ('person', 'post') ORDER BY d.rank, d.id LIMIT 1

-- :name letter_units_above
-- unscoped: the highest unit whose letters the actor may issue; the command checks each
SELECT a.ancestor AS id FROM unit_anc a WHERE a.unit = $unit_id ORDER BY a.depth DESC

-- :name guard_letter_talk
-- unscoped: a guard
SELECT l.id, l.title FROM letter l WHERE l.id = $id AND l.kind = 'talk' AND (l.talk_on IS NULL OR l.talk_time = '' OR l.talk_place = '')

-- :name guard_letter_answer
-- unscoped: a guard
SELECT l.id, l.title FROM letter l WHERE l.id = $id AND l.answer = ''

-- :name guard_letter_evidence
-- unscoped: a guard
SELECT l.id, l.title FROM letter l WHERE l.id = $id AND NOT EXISTS (SELECT 1 FROM letter_file f WHERE f.letter_id = l.id)

-- Drafts of the program about what is done by now.
-- :name letter_pointless
-- unscoped: the tick
SELECT l.id, l.id AS after FROM letter l WHERE l.state = 'draft' AND l.id > $after AND l.cause NOT IN ('manual', 'red') AND (
  (l.subject_kind = 'task' AND EXISTS (SELECT 1 FROM task t WHERE t.id = l.subject_id AND t.state IN ('done', 'cancelled')))
  OR (l.subject_kind = 'finding' AND EXISTS (SELECT 1 FROM finding f WHERE f.id = l.subject_id AND f.status IN ('closed', 'kept', 'ended', 'withdrawn'))))
ORDER BY l.id LIMIT $limit

-- Issued, and nobody answered in time.
-- :name letter_unanswered
-- unscoped: the tick
SELECT l.*, l.id AS after FROM letter l WHERE l.state IN ('issued', 'delivered', 'signed') AND l.id > $after AND l.kind <> 'talk' AND l.due < $today AND (
  (l.subject_kind = 'task' AND EXISTS (SELECT 1 FROM task t WHERE t.id = l.subject_id AND t.state NOT IN ('done', 'cancelled')))
  OR (l.subject_kind = 'finding' AND EXISTS (SELECT 1 FROM finding f WHERE f.id = l.subject_id AND f.status NOT IN ('closed', 'kept', 'ended', 'withdrawn'))))
ORDER BY l.id LIMIT $limit

-- Hung and without a letter for that.
-- :name letter_for_hung
-- unscoped: the tick
SELECT h.id AS hang_id, h.id AS after, h.subject_kind, h.subject_id AS id, h.miss_count, h.missed_due AS due
FROM hang h
WHERE h.state = 'open' AND h.id > $after
  AND NOT EXISTS (SELECT 1 FROM letter l WHERE l.subject_kind = h.subject_kind AND l.subject_id = h.subject_id
                  AND (l.state IN ('issued', 'delivered', 'signed', 'answered') OR (l.state = 'draft' AND l.cause NOT IN ('due_soon', 'behind')) OR l.cause_key = 'hang:' || CAST(h.id AS text) || ':' || CAST(h.miss_count AS text)))
ORDER BY h.id LIMIT $limit

-- Due within the days and not begun to be told.
-- :name letter_due_soon
-- unscoped: the tick
SELECT 'task' AS subject_kind, t.id, t.due, t.due_key AS after_day, t.id AS after FROM task t
WHERE t.state IN ('assigned', 'doing', 'returned') AND t.due_key >= $today AND (t.due_key, t.id) > ($after_day, $after) AND t.due_key <= $until AND t.progress_bp < 10000
  AND NOT EXISTS (SELECT 1 FROM letter l WHERE l.subject_kind = 'task' AND l.subject_id = t.id
                  AND (l.state IN ('draft', 'issued', 'delivered', 'signed', 'answered') OR l.cause_key = 'soon:' || t.due))
ORDER BY t.due_key, t.id LIMIT $limit

-- Running tasks with both dates and no letter for being behind; how far the plan is follows from the days.
-- :name letter_may_be_behind
-- unscoped: the tick
SELECT 'task' AS subject_kind, t.id, t.id AS after, t.start, t.due, t.progress_bp FROM task t
WHERE t.state IN ('doing', 'returned') AND t.id > $after AND t.start IS NOT NULL AND t.start < $today AND t.due_key > $until AND t.due_key < '9999' AND t.progress_bp < 8000
  AND NOT EXISTS (SELECT 1 FROM letter l WHERE l.subject_kind = 'task' AND l.subject_id = t.id
                  AND (l.state IN ('draft', 'issued', 'delivered', 'signed', 'answered') OR l.cause_key = 'behind:' || t.due))
ORDER BY t.id LIMIT $limit

-- ---- pages ----------------------------------------------------------------------------------------------------
-- :list letter_list
-- scope: l
SELECT l.id, l.kind, l.state, l.no, l.title, l.subject_kind, l.subject_id, l.subject_no, l.cause, l.due, l.drafted_on, l.issued_on, l.delivered_at, l.signed_at, l.answered_at,
       l.closed_on, l.unit_id, l.label, u.short_name AS unit_short
FROM letter l JOIN unit u ON u.id = l.unit_id
WHERE {scope l.unit_id l.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter kind l.kind = $kind
-- :filter state l.state = $state
-- :filter running l.state IN ('issued', 'delivered', 'signed', 'answered')
-- :filter unsigned (l.state = 'delivered' AND l.issued_on < $signed_since)
-- :filter late (l.state IN ('issued', 'delivered', 'signed') AND l.due < $today)
-- :filter under EXISTS (SELECT 1 FROM unit_anc a WHERE a.ancestor = $under AND a.unit = l.unit_id)
-- :filter subject (l.subject_kind = $subject_kind AND l.subject_id = $subject_id)
-- :sort newest l.id DESC

-- Drafts that may be issued, the gravest first.
-- :name letter_to_issue
-- scope: l
SELECT l.id, l.kind, l.title, l.subject_kind, l.subject_id, l.subject_no, l.cause, l.drafted_on, u.short_name AS unit_short
FROM letter l JOIN unit u ON u.id = l.unit_id
WHERE l.state = 'draft' AND {scope l.unit_id l.label}
ORDER BY CASE l.kind WHEN 'red' THEN 0 WHEN 'yellow' THEN 1 WHEN 'blue' THEN 2 ELSE 3 END, l.id LIMIT 500

-- :name letter_figures
-- scope: l
SELECT count(CASE WHEN l.state = 'draft' THEN 1 END) AS draft_count,
       count(CASE WHEN l.state IN ('issued', 'delivered', 'signed', 'answered') THEN 1 END) AS running_count,
       count(CASE WHEN l.state = 'delivered' AND l.issued_on < $signed_since THEN 1 END) AS unsigned_count,
       count(CASE WHEN l.state IN ('issued', 'delivered', 'signed') AND l.due < $today THEN 1 END) AS late_count
FROM letter l WHERE {scope l.unit_id l.label}

-- :name letter_get
-- scope: l
SELECT l.*, CASE WHEN l.kind = 'talk' THEN 1 ELSE 0 END AS is_talk, u.name AS unit_name, i.name AS issuer_name, coalesce(p.name, t.title, tu.name, '') AS to_name, coalesce(a.name, '') AS issued_name, coalesce(s.name, '') AS signed_name,
       coalesce(b.name, '') AS answered_name, coalesce(r.no, '') AS raised_no
FROM letter l JOIN unit u ON u.id = l.unit_id JOIN unit i ON i.id = l.issuer_id
LEFT JOIN person p ON l.to_kind = 'person' AND p.id = l.to_id
LEFT JOIN post t ON l.to_kind = 'post' AND t.id = l.to_id
LEFT JOIN unit tu ON l.to_kind = 'unit' AND tu.id = l.to_id
LEFT JOIN account a ON a.id = l.issued_by
LEFT JOIN account s ON s.id = l.signed_by
LEFT JOIN account b ON b.id = l.answered_by
LEFT JOIN letter r ON r.id = l.raised_from
WHERE l.id = $id AND {scope l.unit_id l.label}

-- :name letter_files
-- unscoped: of a letter that was read through its scope
SELECT f.id, f.sha256, f.name, f.size FROM letter_file f WHERE f.letter_id = $id ORDER BY f.id

-- :name letter_file_get
-- scope: l
SELECT f.id, f.sha256, f.name, f.size FROM letter_file f JOIN letter l ON l.id = f.letter_id WHERE f.id = $id AND {scope l.unit_id l.label}

-- ---- urging ---------------------------------------------------------------------------------------------------
-- :name urge_insert
-- unscoped: apply
INSERT INTO urge (id, subject_kind, subject_id, on_day, at, by_account, text) VALUES ($seq, $noun, $id, $day, $at, $actor, $text)

-- :name urge_last
-- unscoped: commands check the permission themselves
SELECT u.on_day FROM urge u WHERE u.subject_kind = $subject_kind AND u.subject_id = $subject_id ORDER BY u.id DESC LIMIT 1
