-- Look-backs.

-- What can be drawn: the last cycle of a finding, closed in the given days, that the one who draws may see.
-- :name lookback_population
-- scope: f
SELECT c.id AS cycle_id, f.id AS finding_id FROM cycle c JOIN finding f ON f.cycle_id = c.id
WHERE f.status IN ('closed', 'kept') AND c.closed_on >= $closed_from AND c.closed_on <= $closed_to
  AND f.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $unit_id) AND ($source_id = 0 OR f.source_id = $source_id) AND f.label <= $label
  AND {scope f.unit_id f.label}
ORDER BY c.id

-- :name lookback_insert
-- unscoped: apply
INSERT INTO lookback (id, name, unit_id, label, source_id, closed_from, closed_to, population, sample, seed, method, checklist, due, state, drawn_on, conclusion, changed_seq)
VALUES ($seq, $name, $unit_id, $label, $source_id, $closed_from, $closed_to, $population, $sample, $seed, $method, $checklist, $due, 'checking', $day, '', $seq)

-- :name lookback_item_insert
-- unscoped: apply
INSERT INTO lookback_item (id, lookback_id, finding_id, cycle_id, rank, checker_id, verdict, answers, note, evidence, checked_on, checked_by, review_id, changed_seq)
VALUES (CAST($seq AS bigint) * 1024 + $rank, $seq, $finding_id, $cycle_id, $rank, NULL, '', '[]', '', '', NULL, NULL, NULL, $seq)

-- :name lookback_item_assign
-- unscoped: apply
UPDATE lookback_item SET checker_id = $checker_id, changed_seq = $seq WHERE id = $id

-- :name lookback_item_check
-- unscoped: apply
UPDATE lookback_item SET verdict = $verdict, answers = $answers, note = $note, evidence = $evidence, checked_on = $day, checked_by = $actor, changed_seq = $seq WHERE id = $id

-- :name lookback_item_review
-- unscoped: apply
UPDATE lookback_item SET review_id = $review_id WHERE id = $id

-- :name lookback_finish
-- unscoped: apply
UPDATE lookback SET state = 'finished', conclusion = $conclusion, changed_seq = $seq WHERE id = $id

-- :name lookback_get_any
-- unscoped: commands check the permission themselves
SELECT l.*, l.name AS title, '' AS no FROM lookback l WHERE l.id = $id

-- :name lookback_item_get_any
-- unscoped: commands check the permission themselves
SELECT i.*, f.unit_id, f.label, f.source_id, f.no, f.title, f.status AS finding_status, l.checklist, l.due, l.state AS lookback_state,
       CASE WHEN i.verdict <> '' THEN 'checked' WHEN i.checker_id IS NULL THEN 'drawn' ELSE 'assigned' END AS state
FROM lookback_item i JOIN finding f ON f.id = i.finding_id JOIN lookback l ON l.id = i.lookback_id WHERE i.id = $id

-- :name lookback_open_items
-- unscoped: a guard
SELECT i.id, f.title FROM lookback_item i JOIN finding f ON f.id = i.finding_id WHERE i.lookback_id = $id AND i.verdict = '' ORDER BY i.rank

-- A checker is not of the unit, and did none of the work.
-- :name lookback_checker_is_near
-- unscoped: a guard
SELECT count(*) FROM (
  SELECT 1 AS one FROM person p JOIN unit_anc a ON a.unit = p.unit_id AND a.ancestor = $unit_id WHERE p.id = $checker_id
  UNION ALL SELECT 1 FROM handler h JOIN account a ON a.id = h.account_id WHERE h.cycle_id = $cycle_id AND a.person_id = $checker_id) AS near_ones

-- :name lookback_get
-- scope: l
SELECT l.*, u.name AS unit_name, coalesce(s.title, '') AS source_title FROM lookback l JOIN unit u ON u.id = l.unit_id
LEFT JOIN source s ON s.id = l.source_id AND {scope s.unit_id s.label}
WHERE l.id = $id AND {scope l.unit_id l.label}

-- :name lookback_list
-- scope: l
SELECT l.id, l.name, l.unit_id, u.short_name AS unit_short, u.name AS unit_name, l.drawn_on, l.due, l.state,
       (SELECT count(*) FROM lookback_item i JOIN finding f ON f.id = i.finding_id WHERE i.lookback_id = l.id AND {scope f.unit_id f.label}) AS items,
       (SELECT count(*) FROM lookback_item i JOIN finding f ON f.id = i.finding_id WHERE i.lookback_id = l.id AND i.verdict <> '' AND {scope f.unit_id f.label}) AS checked,
       (SELECT count(*) FROM lookback_item i JOIN finding f ON f.id = i.finding_id WHERE i.lookback_id = l.id AND i.verdict IN ('rebound', 'untrue') AND {scope f.unit_id f.label}) AS failed
FROM lookback l JOIN unit u ON u.id = l.unit_id WHERE {scope l.unit_id l.label} ORDER BY l.id DESC LIMIT 200

-- :name lookback_items
-- scope: f
SELECT i.id, i.rank, i.finding_id, i.cycle_id, i.verdict, i.note, i.checked_on, i.review_id, i.checker_id, coalesce(p.name, '') AS checker_name,
       f.no, f.title, f.status, f.unit_id, u.short_name AS unit_short, u.name AS unit_name, c.n AS cycle_n, c.closed_on, c.certificate_no
FROM lookback_item i JOIN finding f ON f.id = i.finding_id JOIN unit u ON u.id = f.unit_id JOIN cycle c ON c.id = i.cycle_id LEFT JOIN person p ON p.id = i.checker_id
WHERE i.lookback_id = $id AND {scope f.unit_id f.label} ORDER BY i.rank

-- :name lookback_item_get
-- scope: f
SELECT i.id, i.rank, i.lookback_id, i.finding_id, i.cycle_id, i.verdict, i.answers, i.note, i.evidence, i.checked_on, i.review_id, i.checker_id, coalesce(p.name, '') AS checker_name,
       f.no, f.title, f.facts, f.status, f.unit_id, f.label, u.name AS unit_name, c.n AS cycle_n, c.closed_on, c.certificate_no, l.name AS lookback_name, l.checklist, l.due, l.state AS lookback_state,
       (SELECT max(k.id) FROM certificate k WHERE k.cycle_id = i.cycle_id) AS certificate_id,
       CASE WHEN i.verdict <> '' THEN 'checked' WHEN i.checker_id IS NULL THEN 'drawn' ELSE 'assigned' END AS state
FROM lookback_item i JOIN finding f ON f.id = i.finding_id JOIN unit u ON u.id = f.unit_id JOIN cycle c ON c.id = i.cycle_id JOIN lookback l ON l.id = i.lookback_id
LEFT JOIN person p ON p.id = i.checker_id
WHERE i.id = $id AND {scope f.unit_id f.label}

-- :name lookback_of_finding
-- unscoped: of a finding that was read through its scope
SELECT i.id, i.lookback_id, i.verdict, i.checked_on, i.note, i.cycle_id, l.name AS lookback_name FROM lookback_item i JOIN lookback l ON l.id = i.lookback_id
WHERE i.finding_id = $id ORDER BY i.id

-- :name lookback_checkers
-- scope: p
SELECT p.id, p.name, u.short_name AS unit_short, u.name AS unit_name FROM person p JOIN unit u ON u.id = p.unit_id
WHERE p.id IN (SELECT a.person_id FROM account a WHERE a.is_disabled = 0 AND a.person_id IS NOT NULL) AND {scope p.unit_id 0}
  AND p.unit_id NOT IN (SELECT unit FROM unit_anc WHERE ancestor = $unit_id)
ORDER BY p.sort_key, p.id LIMIT 500
