-- Sweeps: one finding asked of many units, and what they answered.

-- :name sweep_insert
-- unscoped: apply
INSERT INTO sweep (id, no, title, finding_id, common_cause, reach, reach_level, unit_id, label, due, state, source_id, created_at, created_by, closed_on, changed_at,
  changed_seq)
VALUES ($seq, $no, $title, $finding_id, $common_cause, $reach, $reach_level, $unit_id, $label, $due, 'open', NULL, $at, $actor, NULL, $at, $seq)

-- :name sweep_item_insert
-- unscoped: apply
INSERT INTO sweep_item (sweep_id, n, text) VALUES ($seq, $item_n, $text)

-- :name sweep_answer_insert
-- unscoped: apply
INSERT INTO sweep_answer (id, sweep_id, unit_id, label, state, result, found_count, fixed_count, amount_fen, explanation, evidence, signed_name, answered_by, answered_at,
  answered_on, is_on_time, checked_by, checked_at, returned_count, escalation, is_fault, fault_finding, fault_on, changed_seq)
VALUES (CAST($seq AS bigint) * 4096 + $n, coalesce(CAST($id AS bigint), CAST($seq AS bigint)), $answer_unit, $label, 'asked', '', 0, 0, 0, '', '', '', 0, NULL,
  NULL, NULL, 0, NULL, 0, 0, 0, NULL, NULL, $seq)

-- Ids of waits that one event begins in hundreds are negative, apart from those of wait_begin.
-- :name sweep_answer_wait
-- unscoped: apply
INSERT INTO wait (id, subject_kind, subject_id, what, actor_kind, actor_id, since, due, due_key, unit_id, label, source_id, no, title)
VALUES (-(CAST($seq AS bigint) * 4096 + $n), 'answer', CAST($seq AS bigint) * 4096 + $n, 'answer_sweep', 'unit', $answer_unit, $at, $due, $due, $answer_unit, $label, 0,
        $no, $title)

-- :name sweep_set_state
-- unscoped: apply
UPDATE sweep SET state = $to, closed_on = CASE WHEN $to = 'open' THEN NULL ELSE $day END, changed_at = $at, changed_seq = $seq WHERE id = $id

-- :name sweep_touch
-- unscoped: apply
UPDATE sweep SET changed_at = $at, changed_seq = $seq WHERE id = $sweep_id

-- A sweep that is widened beyond its unit belongs to the one above.
-- :name sweep_set_top
-- unscoped: apply
UPDATE sweep SET unit_id = $unit_id WHERE id = $id AND unit_id <> $unit_id

-- :name sweep_set_top_waits
-- unscoped: apply
UPDATE wait SET unit_id = $unit_id, actor_id = $unit_id WHERE subject_kind = 'sweep' AND subject_id = $id AND unit_id <> $unit_id

-- :name sweep_end_answer_waits
-- unscoped: apply
DELETE FROM wait WHERE subject_kind = 'answer' AND subject_id IN (SELECT id FROM sweep_answer WHERE sweep_id = $id)

-- :name sweep_answer_give
-- unscoped: apply
UPDATE sweep_answer SET state = $to, result = $result, found_count = $found_count, fixed_count = $fixed_count, amount_fen = $amount_fen, explanation = $explanation,
  evidence = $evidence, signed_name = $signed_name, answered_by = $actor, answered_at = $at, answered_on = coalesce(answered_on, $day),
  is_on_time = coalesce(is_on_time, CASE WHEN $sweep_due >= $day THEN 1 ELSE 0 END), escalation = 0, changed_seq = $seq
WHERE id = $id

-- :name sweep_answer_item_clear
-- unscoped: apply
DELETE FROM sweep_answer_item WHERE answer_id = $id

-- :name sweep_answer_item_insert
-- unscoped: apply
INSERT INTO sweep_answer_item (answer_id, n, result, found_count, fixed_count, amount_fen, text)
VALUES ($id, $item_n, $item_result, $item_found, $item_fixed, $item_amount, $item_text)

-- :name sweep_answer_set_state
-- unscoped: apply
UPDATE sweep_answer SET state = $to, returned_count = returned_count + CASE WHEN $to = 'returned' THEN 1 ELSE 0 END,
  checked_by = CASE WHEN $to = 'checked' THEN CAST($actor AS bigint) ELSE checked_by END, checked_at = CASE WHEN $to = 'checked' THEN CAST($at AS bigint) ELSE checked_at END,
  changed_seq = $seq
WHERE id = $id

-- :name sweep_answer_set_fault
-- unscoped: apply
UPDATE sweep_answer SET is_fault = 1, fault_finding = $finding_id, fault_on = $day WHERE id = $id

-- :name sweep_answer_check_one
-- unscoped: apply
UPDATE sweep_answer SET state = 'checked', checked_by = $actor, checked_at = $at, changed_seq = $seq WHERE id = $answer_id

-- :name sweep_answer_end_wait
-- unscoped: apply
DELETE FROM wait WHERE subject_kind = 'answer' AND subject_id = $answer_id

-- :name sweep_answer_escalate
-- unscoped: apply
UPDATE sweep_answer SET escalation = $level, changed_seq = $seq WHERE id = $answer_id

-- Who had to urge has done so, or the next level has to; who carries the sweep through is waited for as before.  Events without
-- run_goes_on begin that wait anew.
-- :name sweep_urge_done
-- unscoped: apply
DELETE FROM wait WHERE subject_kind = 'sweep' AND subject_id = $id AND (what = 'urge_sweep' OR CAST($run_goes_on AS bigint) IS NULL)

-- Nobody is urged for a sweep that all have answered.
-- :name sweep_urge_end
-- unscoped: apply
DELETE FROM wait WHERE subject_kind = 'sweep' AND subject_id = $sweep_id AND what = 'urge_sweep'
  AND NOT EXISTS (SELECT 1 FROM sweep_answer a WHERE a.sweep_id = $sweep_id AND a.state IN ('asked', 'returned') AND a.escalation > 0)

-- :name sweep_hit_insert
-- unscoped: apply
INSERT INTO sweep_hit (answer_id, finding_id, is_new) VALUES ($id, $finding_id, $is_new)

-- :name sweep_set_source
-- unscoped: apply
UPDATE sweep SET source_id = coalesce($hit_source, source_id), changed_at = $at, changed_seq = $seq WHERE id = $sweep_id

-- ---- what commands read -------------------------------------------------------------------------------------

-- :name sweep_next_no
-- unscoped: numbering
SELECT count(*) + 1 FROM sweep WHERE no LIKE $prefix

-- The lowest unit that is above both, or is one of them; -1 when there is none.
-- :name sweep_common_unit
-- unscoped: commands check the permission themselves
SELECT coalesce((SELECT x.ancestor FROM unit_anc x JOIN unit_anc y ON y.ancestor = x.ancestor AND y.unit = $other_id WHERE x.unit = $unit_id ORDER BY x.depth LIMIT 1), -1) AS id

-- Units that are swept: open ones below (and with) a unit, of one level or of all.
-- :name sweep_units_below
-- unscoped: commands check the permission themselves
SELECT u.id FROM unit_anc a JOIN unit u ON u.id = a.unit
WHERE a.ancestor = $unit_id AND u.valid_to IS NULL AND (CAST($level AS bigint) = 0 OR u.mgmt_level = $level) AND ($with_departments = 1 OR u.kind <> 'department')
ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id

-- :name sweep_get_any
-- unscoped: commands check the permission themselves
SELECT s.*, CAST(0 AS bigint) AS chain FROM sweep s WHERE s.id = $id

-- :name sweep_answer_get_any
-- unscoped: commands check the permission themselves
SELECT a.*, s.no, s.title, s.due AS sweep_due, s.state AS sweep_state, s.finding_id AS origin_id, s.unit_id AS sweep_unit, 0 AS source_id, s.source_id AS hit_source, u.name AS unit_name
FROM sweep_answer a JOIN sweep s ON s.id = a.sweep_id JOIN unit u ON u.id = a.unit_id WHERE a.id = $id

-- :name sweep_has_unit
-- unscoped: commands check the permission themselves
SELECT count(*) FROM sweep_answer WHERE sweep_id = $id AND unit_id = $unit_id

-- :name sweep_items
-- unscoped: of a sweep that was read through its scope
SELECT i.n, i.text FROM sweep_item i WHERE i.sweep_id = $id ORDER BY i.n

-- :name sweep_late
-- unscoped: work of the program; ids only
SELECT s.id, s.no, s.title, s.due, s.unit_id, s.label, 0 AS source_id FROM sweep s WHERE s.state = 'open' AND s.due < $today ORDER BY s.id

-- :name sweep_late_answers
-- unscoped: work of the program; ids only
SELECT a.id AS answer_id FROM sweep_answer a WHERE a.sweep_id = $id AND (CAST($only AS bigint) = 0 OR a.id = $only) AND a.state IN ('asked', 'returned') AND a.escalation < $level ORDER BY a.id

-- Answers that can be passed as they are: all that they found is registered or was put right at once.
-- :name sweep_to_check
-- unscoped: commands check the permission themselves
SELECT a.id AS answer_id, a.unit_id, a.label, a.answered_by FROM sweep_answer a
WHERE a.sweep_id = $id AND a.state = 'answered' AND (CAST($result AS text) = '' OR a.result = $result)
  AND a.found_count - a.fixed_count <= (SELECT count(*) FROM sweep_hit h WHERE h.answer_id = a.id)
ORDER BY a.id

-- :name sweep_source_get
-- unscoped: commands check the permission themselves
SELECT id, no, unit_id, label, last_item_no FROM source WHERE id = $id

-- :name sweep_hit_exists
-- unscoped: commands check the permission themselves
SELECT count(*) FROM sweep_hit WHERE answer_id = $id AND finding_id = $finding_id

-- :name guard_sweep_answers_open
-- unscoped: a guard
SELECT a.id, u.name AS title FROM sweep_answer a JOIN unit u ON u.id = a.unit_id WHERE a.sweep_id = $id AND a.state <> 'checked' ORDER BY a.id LIMIT 200

-- :name guard_answer_hits_open
-- unscoped: a guard
SELECT a.id, CAST(a.found_count - a.fixed_count - (SELECT count(*) FROM sweep_hit h WHERE h.answer_id = a.id) AS text) AS title
FROM sweep_answer a WHERE a.id = $id AND a.found_count - a.fixed_count > (SELECT count(*) FROM sweep_hit h WHERE h.answer_id = a.id)

-- ---- pages --------------------------------------------------------------------------------------------------

-- A sweep is seen by who sees the unit at its top, or one of the units asked; counts are of what is seen.
-- :list sweep_list
-- scope: s
SELECT s.id, s.no, s.title, s.due, s.state, s.label, s.finding_id, u.name AS unit_name, count(a.id) AS asked,
       coalesce(sum(CASE WHEN a.state IN ('answered', 'checked') THEN 1 ELSE 0 END), 0) AS answered,
       coalesce(sum(CASE WHEN a.state IN ('asked', 'returned') THEN 1 ELSE 0 END), 0) AS waiting,
       CAST(coalesce(sum(a.found_count), 0) AS bigint) AS found
FROM sweep s JOIN unit u ON u.id = s.unit_id LEFT JOIN sweep_answer a ON a.sweep_id = s.id AND {scope a.unit_id a.label}
WHERE s.id < $before AND ({scope s.unit_id s.label} OR a.id IS NOT NULL) AND {filters}
GROUP BY s.id, u.name ORDER BY {order} LIMIT $limit
-- :filter state s.state = $state
-- :filter words (s.title LIKE '%' || CAST($words AS text) || '%' OR s.no LIKE '%' || CAST($words AS text) || '%')
-- :filter late s.state = 'open' AND s.due < $today AND EXISTS (SELECT 1 FROM sweep_answer l WHERE l.sweep_id = s.id AND l.state IN ('asked', 'returned') AND {scope l.unit_id l.label})
-- :filter finding s.finding_id = $finding_id
-- :sort newest s.id DESC

-- :name sweep_get
-- scope: s
SELECT s.*, u.name AS unit_name, coalesce(c.name, '') AS created_by_name,
       CASE WHEN {scope s.unit_id s.label} THEN 1 ELSE 0 END AS is_whole
FROM sweep s JOIN unit u ON u.id = s.unit_id LEFT JOIN account c ON c.id = s.created_by
WHERE s.id = $id AND ({scope s.unit_id s.label} OR EXISTS (SELECT 1 FROM sweep_answer a WHERE a.sweep_id = s.id AND {scope a.unit_id a.label}))

-- :name sweep_events
-- unscoped: called only for a sweep whose top unit is in the reader's scope
SELECT e.seq, e.at, e.kind, e.reason, e.body, coalesce(a.name, '') AS actor_name
FROM event e LEFT JOIN account a ON a.id = e.actor
WHERE e.subject = $id AND e.kind LIKE 'sweep.%' ORDER BY e.seq DESC LIMIT 20

-- The answers of a sweep; every figure of its page is the count of one of these lists.
-- :list sweep_answers
-- scope: a
SELECT a.id, a.sweep_id, a.unit_id, u.name AS unit_name, u.short_name AS unit_short, u.mgmt_level, a.state, a.result, a.found_count, a.fixed_count, a.amount_fen, a.answered_on, a.is_on_time,
       a.signed_name, a.escalation, a.is_fault, a.returned_count, s.due, (SELECT count(*) FROM sweep_hit h WHERE h.answer_id = a.id) AS hits,
       coalesce((SELECT max(g.on_day) FROM urge g WHERE g.subject_kind = 'answer' AND g.subject_id = a.id), '') AS urged_on
FROM sweep_answer a JOIN sweep s ON s.id = a.sweep_id JOIN unit u ON u.id = a.unit_id
WHERE a.sweep_id = $id AND {scope a.unit_id a.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter answered a.state IN ('answered', 'checked')
-- :filter waiting a.state IN ('asked', 'returned')
-- :filter late a.state IN ('asked', 'returned') AND s.due < $today
-- :filter none a.state IN ('answered', 'checked') AND a.result = 'none'
-- :filter found a.state IN ('answered', 'checked') AND a.result = 'found'
-- :filter not_applicable a.state IN ('answered', 'checked') AND a.result = 'not_applicable'
-- :filter to_check a.state = 'answered'
-- :filter checked a.state = 'checked'
-- :filter fault a.is_fault = 1
-- :sort unit u.mgmt_level, u.sort_no, u.sort_key, u.id

-- :list sweep_answer_count like sweep_answers
-- scope: a
SELECT count(*) AS n, CAST(coalesce(sum(a.found_count), 0) AS bigint) AS found, CAST(coalesce(sum(a.amount_fen), 0) AS bigint) AS amount_fen, CAST(coalesce(sum(a.fixed_count), 0) AS bigint) AS fixed
FROM sweep_answer a JOIN sweep s ON s.id = a.sweep_id JOIN unit u ON u.id = a.unit_id
WHERE a.sweep_id = $id AND {scope a.unit_id a.label} AND {filters}

-- :name sweep_hits
-- scope: f
SELECT f.id, f.no, f.title, f.status, f.due, f.amount_fen, u.name AS unit_name, h.is_new, h.answer_id,
       (SELECT min(w.due_key) FROM wait w WHERE w.subject_kind = 'finding' AND w.subject_id = f.id) AS step_due
FROM sweep_hit h JOIN sweep_answer a ON a.id = h.answer_id JOIN finding f ON f.id = h.finding_id JOIN unit u ON u.id = f.unit_id
WHERE a.sweep_id = $id AND {scope f.unit_id f.label} ORDER BY f.id LIMIT 1000

-- Answers signed as none where the same matter came up afterwards.
-- :name sweep_suspects
-- scope: a
SELECT a.id AS answer_id, u.name AS unit_name, f.id AS finding_id, f.no AS finding_no, f.title AS finding_title
FROM sweep s JOIN sweep_answer a ON a.sweep_id = s.id JOIN unit u ON u.id = a.unit_id
JOIN unit_anc d ON d.ancestor = a.unit_id JOIN finding f ON f.unit_id = d.unit
WHERE s.id = $id AND a.result = 'none' AND a.state IN ('answered', 'checked') AND a.is_fault = 0 AND f.created_at > a.answered_at AND f.status <> 'withdrawn'
  AND {scope a.unit_id a.label} AND {scope f.unit_id f.label} AND f.id <> s.finding_id
  AND (f.recurs_id = s.finding_id OR f.main_id = s.finding_id
    OR EXISTS (SELECT 1 FROM source_item i WHERE i.finding_id = f.id AND i.other_id = s.finding_id)
    OR EXISTS (SELECT 1 FROM finding_cause x JOIN finding_cause y ON y.cause_id = x.cause_id WHERE x.finding_id = f.id AND y.finding_id = s.finding_id))
ORDER BY a.id, f.id LIMIT 100

-- Where each unit stands, for the map: every unit in sight, with its answer if it was asked.
-- :name sweep_map
-- scope: u
SELECT u.id, u.parent_id, u.name, u.short_name, u.mgmt_level, a.id AS answer_id, coalesce(a.state, '') AS state, coalesce(a.result, '') AS result,
       coalesce(a.found_count, 0) AS found_count, coalesce(a.is_fault, 0) AS is_fault
FROM unit u LEFT JOIN sweep_answer a ON a.sweep_id = $id AND a.unit_id = u.id AND {scope a.unit_id a.label}
WHERE {scope u.id 0}
ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id

-- :name sweep_answer_get
-- scope: a
SELECT a.*, s.no, s.title, s.common_cause, s.due, s.state AS sweep_state, s.finding_id AS origin_id, u.name AS unit_name, 0 AS source_id,
       coalesce(b.name, '') AS answered_by_name, coalesce(c.name, '') AS checked_by_name
FROM sweep_answer a JOIN sweep s ON s.id = a.sweep_id JOIN unit u ON u.id = a.unit_id
LEFT JOIN account b ON b.id = a.answered_by LEFT JOIN account c ON c.id = a.checked_by
WHERE a.id = $id AND {scope a.unit_id a.label}

-- :name sweep_answer_items
-- unscoped: of an answer that was read through its scope
SELECT i.n, i.text AS item_text, coalesce(r.result, '') AS result, coalesce(r.found_count, 0) AS found_count, coalesce(r.fixed_count, 0) AS fixed_count,
       coalesce(r.amount_fen, 0) AS amount_fen, coalesce(r.text, '') AS text
FROM sweep_answer a JOIN sweep_item i ON i.sweep_id = a.sweep_id LEFT JOIN sweep_answer_item r ON r.answer_id = a.id AND r.n = i.n
WHERE a.id = $id ORDER BY i.n

-- :name sweep_answer_hits
-- scope: f
SELECT f.id, f.no, f.title, f.status, f.due,
       (SELECT min(w.due_key) FROM wait w WHERE w.subject_kind = 'finding' AND w.subject_id = f.id) AS step_due
FROM sweep_hit h JOIN finding f ON f.id = h.finding_id
WHERE h.answer_id = $id AND {scope f.unit_id f.label} ORDER BY f.id

-- All answers in sight, over all sweeps: what a unit has to answer, what the office has to check.
-- :list sweep_answer_list
-- scope: a
SELECT a.id, a.sweep_id, s.no, s.title, s.due, a.unit_id, u.name AS unit_name, a.state, a.result, a.found_count, a.escalation, a.is_fault
FROM sweep_answer a JOIN sweep s ON s.id = a.sweep_id JOIN unit u ON u.id = a.unit_id
WHERE s.state <> 'cancelled' AND {scope a.unit_id a.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter waiting a.state IN ('asked', 'returned')
-- :filter late a.state IN ('asked', 'returned') AND s.due < $today
-- :filter to_check a.state = 'answered'
-- :filter fault a.is_fault = 1
-- :sort due s.due, a.id

-- :name sweep_of_finding
-- scope: s
SELECT s.id, s.no, s.title, s.due, s.state, count(a.id) AS asked, coalesce(sum(CASE WHEN a.state IN ('answered', 'checked') THEN 1 ELSE 0 END), 0) AS answered,
       CAST(coalesce(sum(a.found_count), 0) AS bigint) AS found
FROM sweep s LEFT JOIN sweep_answer a ON a.sweep_id = s.id AND {scope a.unit_id a.label}
WHERE s.finding_id = $id AND s.state <> 'cancelled' AND ({scope s.unit_id s.label} OR a.id IS NOT NULL) GROUP BY s.id ORDER BY s.id

-- The sweep that brought a finding up.
-- :name sweep_behind_finding
-- scope: a
SELECT s.id, s.no, s.title, s.finding_id AS origin_id, a.id AS answer_id FROM sweep_hit h JOIN sweep_answer a ON a.id = h.answer_id JOIN sweep s ON s.id = a.sweep_id
WHERE h.finding_id = $id AND {scope a.unit_id a.label} ORDER BY s.id
