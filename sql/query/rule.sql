-- Rules made: from the draft to the issue, taught, checked, and taken over below.

-- :name rule_insert
-- unscoped: apply
INSERT INTO rule (id, no, name, kind, state, unit_id, drafter_id, label, due, replaces_id, text, old_text, reviewer, reviewed_on, opinion, meeting, met_on, doc_no,
  issued_on, effective_on, review_due, is_on_time, created_at, created_by, changed_at, changed_seq)
VALUES ($seq, $no, $name, $kind, 'drafting', $unit_id, $drafter_id, $label, $due, $replaces_id, $text, $old_text, '', NULL, '', '', NULL, '',
  NULL, NULL, NULL, NULL, $at, $actor, $at, $seq)

-- :name rule_update
-- unscoped: apply
UPDATE rule SET name = $name, due = $due, text = $text, old_text = $old_text, review_due = $review_due, changed_at = $at,
  changed_seq = $seq
WHERE id = $id

-- :name rule_set_state
-- unscoped: apply
UPDATE rule SET state = $to, changed_at = $at, changed_seq = $seq WHERE id = $id

-- :name rule_set_review
-- unscoped: apply
UPDATE rule SET reviewer = $reviewer, reviewed_on = $reviewed_on, opinion = $opinion WHERE id = $id

-- :name rule_set_meeting
-- unscoped: apply
UPDATE rule SET meeting = $meeting, met_on = $met_on WHERE id = $id

-- :name rule_set_issue
-- unscoped: apply
UPDATE rule SET doc_no = $doc_no, issued_on = $issued_on, effective_on = $effective_on, review_due = $review_due,
  is_on_time = CASE WHEN due IS NULL OR due >= $issued_on THEN 1 ELSE 0 END
WHERE id = $id

-- :name rule_abolish_replaced
-- unscoped: apply
UPDATE rule SET state = 'abolished', changed_at = $at, changed_seq = $seq WHERE id = $replaces_id

-- :name rule_end_replaced_waits
-- unscoped: apply
DELETE FROM wait WHERE subject_kind = 'rule' AND subject_id = $replaces_id

-- :name rule_link_insert
-- unscoped: apply
INSERT INTO rule_link (rule_id, target_kind, target_id) VALUES (coalesce(CAST($id AS bigint), CAST($seq AS bigint)), $target_kind, $target_id) ON CONFLICT DO NOTHING

-- :name rule_link_delete
-- unscoped: apply
DELETE FROM rule_link WHERE rule_id = $id AND target_kind = $target_kind AND target_id = $target_id

-- :name rule_teaching_insert
-- unscoped: apply
INSERT INTO rule_teaching (id, rule_id, day, form, people, text) VALUES ($seq, $id, $taught_on, $form, $people, $text)

-- :name rule_check_insert
-- unscoped: apply
INSERT INTO rule_check (id, rule_id, day, verdict, text) VALUES ($seq, $id, $checked_on, $verdict, $text)

-- :name rule_touch
-- unscoped: apply
UPDATE rule SET changed_at = $at, changed_seq = $seq WHERE id = $id

-- :name rule_cascade_insert
-- unscoped: apply
INSERT INTO rule_cascade (id, rule_id, unit_id, label, state, due, own_name, own_doc_no, own_issued_on, reason, answered_at, answered_by, is_on_time, returned_count, changed_seq)
VALUES (CAST($seq AS bigint) * 4096 + $n, $id, $answer_unit, $label, 'asked', $cascade_due, '', '', NULL, '', NULL, 0, NULL, 0, $seq)

-- :name rule_cascade_wait
-- unscoped: apply
INSERT INTO wait (id, subject_kind, subject_id, what, actor_kind, actor_id, since, due, due_key, unit_id, label, source_id, no, title)
VALUES (-(CAST($seq AS bigint) * 4096 + $n), 'cascade', CAST($seq AS bigint) * 4096 + $n, 'cascade_rule', 'unit', $answer_unit, $at, $cascade_due, $cascade_due, $answer_unit,
        $label, 0, $no, $title)

-- :name rule_cascade_answer
-- unscoped: apply
UPDATE rule_cascade SET state = $to, own_name = $own_name, own_doc_no = $own_doc_no, own_issued_on = $own_issued_on, reason = $why, answered_at = $at, answered_by = $actor,
  is_on_time = coalesce(is_on_time, CASE WHEN due >= $day THEN 1 ELSE 0 END), changed_seq = $seq
WHERE id = $id

-- :name rule_cascade_return
-- unscoped: apply
UPDATE rule_cascade SET state = $to, returned_count = returned_count + 1, changed_seq = $seq WHERE id = $id

-- ---- what commands read -------------------------------------------------------------------------------------

-- :name rule_next_no
-- unscoped: numbering
SELECT count(*) + 1 FROM rule WHERE no LIKE $prefix

-- :name rule_get_any
-- unscoped: commands check the permission themselves
SELECT r.*, r.name AS title, 0 AS source_id FROM rule r WHERE r.id = $id

-- :name rule_find_no
-- unscoped: commands check the permission themselves
SELECT r.*, r.name AS title, 0 AS source_id FROM rule r WHERE r.no = $no

-- :name rule_cascade_get_any
-- unscoped: commands check the permission themselves
SELECT c.*, r.no, r.name AS title, r.state AS rule_state, 0 AS source_id, u.name AS unit_name
FROM rule_cascade c JOIN rule r ON r.id = c.rule_id JOIN unit u ON u.id = c.unit_id WHERE c.id = $id

-- :name rule_has_unit
-- unscoped: commands check the permission themselves
SELECT count(*) FROM rule_cascade WHERE rule_id = $id AND unit_id = $unit_id

-- :name rule_measure_get
-- unscoped: commands check the permission themselves
SELECT m.id, m.finding_id, f.unit_id, f.label FROM measure m JOIN finding f ON f.id = m.finding_id WHERE m.id = $id

-- :name guard_rule_text
-- unscoped: a guard
SELECT r.id, r.name AS title FROM rule r WHERE r.id = $id AND r.kind <> 'abolished' AND r.text = ''

-- ---- pages --------------------------------------------------------------------------------------------------

-- A rule is seen by who sees its unit, or a unit that has to take it over.
-- :list rule_list
-- scope: r
SELECT r.id, r.no, r.name, r.kind, r.state, r.doc_no, r.due, r.issued_on, r.effective_on, r.review_due, r.is_on_time, u.name AS unit_name, d.name AS drafter_name,
       (SELECT count(*) FROM rule_cascade c WHERE c.rule_id = r.id AND {scope c.unit_id c.label}) AS asked,
       (SELECT count(*) FROM rule_cascade c WHERE c.rule_id = r.id AND c.state IN ('made', 'not_needed') AND {scope c.unit_id c.label}) AS answered,
       (SELECT count(*) FROM rule_check k WHERE k.rule_id = r.id) AS checks
FROM rule r JOIN unit u ON u.id = r.unit_id JOIN unit d ON d.id = r.drafter_id
WHERE r.id < $before AND ({scope r.unit_id r.label} OR EXISTS (SELECT 1 FROM rule_cascade c WHERE c.rule_id = r.id AND {scope c.unit_id c.label})) AND {filters}
ORDER BY {order} LIMIT $limit
-- :filter state r.state = $state
-- :filter kind r.kind = $kind
-- :filter words (r.name LIKE '%' || CAST($words AS text) || '%' OR r.no LIKE '%' || CAST($words AS text) || '%' OR r.doc_no LIKE '%' || CAST($words AS text) || '%')
-- :filter under r.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $under)
-- :filter making r.state IN ('drafting', 'reviewed', 'passed')
-- :filter late r.state IN ('drafting', 'reviewed', 'passed') AND r.due < $today
-- :filter no_check r.state = 'issued' AND r.kind <> 'abolished' AND r.issued_on < $half_year_ago AND NOT EXISTS (SELECT 1 FROM rule_check k WHERE k.rule_id = r.id)
-- :filter no_cascade r.state = 'issued' AND r.kind <> 'abolished' AND r.issued_on < $quarter_ago AND NOT EXISTS (SELECT 1 FROM rule_cascade c WHERE c.rule_id = r.id)
-- :filter to_review r.state = 'issued' AND r.review_due < $today
-- :filter issued r.state = 'issued'
-- :filter source EXISTS (SELECT 1 FROM rule_link l JOIN finding f ON f.id = CASE WHEN l.target_kind = 'finding' THEN l.target_id ELSE (SELECT m.finding_id FROM measure m WHERE m.id = l.target_id) END WHERE l.rule_id = r.id AND l.target_kind IN ('finding', 'measure') AND f.source_id = $source)
-- :sort newest r.id DESC

-- :list rule_list_count like rule_list
-- scope: r
SELECT count(*) FROM rule r
WHERE ({scope r.unit_id r.label} OR EXISTS (SELECT 1 FROM rule_cascade c WHERE c.rule_id = r.id AND {scope c.unit_id c.label})) AND {filters}

-- Measures that were to make a rule and have none that is issued.
-- :name rule_missing
-- scope: f
SELECT m.id, m.text, m.due, f.id AS finding_id, f.no AS finding_no, f.title AS finding_title, u.name AS unit_name
FROM measure m JOIN finding f ON f.id = m.finding_id JOIN unit u ON u.id = f.unit_id
WHERE (',' || m.kinds || ',') LIKE '%,rules,%' AND m.state <> 'dropped' AND m.due < $today AND f.status NOT IN ('withdrawn', 'ended') AND {scope f.unit_id f.label}
  AND NOT EXISTS (SELECT 1 FROM rule_link l JOIN rule r ON r.id = l.rule_id WHERE l.target_kind = 'measure' AND l.target_id = m.id AND r.state IN ('issued', 'abolished'))
ORDER BY m.due, m.id LIMIT 500

-- :name rule_get
-- scope: r
SELECT r.*, r.name AS title, u.name AS unit_name, d.name AS drafter_name, coalesce(a.name, '') AS created_by_name, coalesce(o.no, '') AS replaces_no,
       coalesce(o.name, '') AS replaces_name, CASE WHEN {scope r.unit_id r.label} THEN 1 ELSE 0 END AS is_whole
FROM rule r JOIN unit u ON u.id = r.unit_id JOIN unit d ON d.id = r.drafter_id LEFT JOIN account a ON a.id = r.created_by LEFT JOIN rule o ON o.id = r.replaces_id
WHERE r.id = $id AND ({scope r.unit_id r.label} OR EXISTS (SELECT 1 FROM rule_cascade c WHERE c.rule_id = r.id AND {scope c.unit_id c.label}))

-- :name rule_teachings
-- unscoped: of a rule that was read through its scope
SELECT t.day, t.form, t.people, t.text FROM rule_teaching t WHERE t.rule_id = $id ORDER BY t.day, t.id

-- :name rule_checks
-- unscoped: of a rule that was read through its scope
SELECT k.day, k.verdict, k.text FROM rule_check k WHERE k.rule_id = $id ORDER BY k.day, k.id

-- :name rule_findings
-- scope: f
SELECT f.id, f.no, f.title, f.status, f.due, 0 AS measure_id, '' AS measure_text,
       (SELECT min(w.due_key) FROM wait w WHERE w.subject_kind = 'finding' AND w.subject_id = f.id) AS step_due
FROM rule_link l JOIN finding f ON f.id = l.target_id
WHERE l.rule_id = $id AND l.target_kind = 'finding' AND {scope f.unit_id f.label}
UNION ALL
SELECT f.id, f.no, f.title, f.status, f.due, m.id, m.text,
       (SELECT min(w.due_key) FROM wait w WHERE w.subject_kind = 'finding' AND w.subject_id = f.id)
FROM rule_link l JOIN measure m ON m.id = l.target_id JOIN finding f ON f.id = m.finding_id
WHERE l.rule_id = $id AND l.target_kind = 'measure' AND {scope f.unit_id f.label}
ORDER BY 1, 6

-- The units that have to take a rule over; every figure of its page is the count of one of these lists.
-- :list rule_cascades
-- scope: c
SELECT c.id, c.unit_id, u.name AS unit_name, c.state, c.due, c.own_name, c.own_doc_no, c.own_issued_on, c.reason
FROM rule_cascade c JOIN unit u ON u.id = c.unit_id
WHERE c.rule_id = $id AND {scope c.unit_id c.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter made c.state = 'made'
-- :filter not_needed c.state = 'not_needed'
-- :filter waiting c.state IN ('asked', 'returned')
-- :filter late c.state IN ('asked', 'returned') AND c.due < $today
-- :sort unit u.mgmt_level, u.sort_no, u.sort_key, u.id

-- :list rule_cascade_count like rule_cascades
-- scope: c
SELECT count(*) FROM rule_cascade c JOIN unit u ON u.id = c.unit_id WHERE c.rule_id = $id AND {scope c.unit_id c.label} AND {filters}

-- :name rule_map
-- scope: u
SELECT u.id, u.parent_id, u.name, c.id AS cascade_id, coalesce(c.state, '') AS state, c.due
FROM unit u LEFT JOIN rule_cascade c ON c.rule_id = $id AND c.unit_id = u.id AND {scope c.unit_id c.label}
WHERE {scope u.id 0}
ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id

-- :name rule_cascade_get
-- scope: c
SELECT c.*, r.no, r.name AS title, r.doc_no, r.issued_on, u.name AS unit_name, 0 AS source_id, coalesce(a.name, '') AS answered_by_name
FROM rule_cascade c JOIN rule r ON r.id = c.rule_id JOIN unit u ON u.id = c.unit_id LEFT JOIN account a ON a.id = c.answered_by
WHERE c.id = $id AND {scope c.unit_id c.label}

-- :name rule_of_finding
-- scope: r
SELECT r.id, r.no, r.name, r.kind, r.state, r.doc_no, r.issued_on FROM rule r
WHERE r.id IN (SELECT l.rule_id FROM rule_link l WHERE (l.target_kind = 'finding' AND l.target_id = $id)
                 OR (l.target_kind = 'measure' AND l.target_id IN (SELECT m.id FROM measure m WHERE m.finding_id = $id)))
  AND r.state <> 'dropped' AND ({scope r.unit_id r.label} OR EXISTS (SELECT 1 FROM rule_cascade c WHERE c.rule_id = r.id AND {scope c.unit_id c.label}))
ORDER BY r.id
