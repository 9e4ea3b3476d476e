-- Root causes.

-- :name cause_insert
-- unscoped: apply
INSERT INTO cause (id, finding_id, level, method, text, steps, is_dropped, changed_seq) VALUES ($seq, $finding_id, $level, $method, $text, $steps, 0, $seq)

-- :name cause_update
-- unscoped: apply
UPDATE cause SET level = $level, method = $method, text = $text, steps = $steps, changed_seq = $seq WHERE id = $cause_id

-- :name cause_set_dropped
-- unscoped: apply
UPDATE cause SET is_dropped = 1, changed_seq = $seq WHERE id = $cause_id

-- :name finding_cause_insert
-- unscoped: apply
INSERT INTO finding_cause (finding_id, cause_id) VALUES ($finding_id, coalesce(CAST($cause_id AS bigint), CAST($seq AS bigint)))

-- :name finding_cause_delete
-- unscoped: apply
DELETE FROM finding_cause WHERE finding_id = $finding_id AND cause_id = $cause_id

-- :name cause_row
-- unscoped: commands check the permission themselves
SELECT k.id, k.finding_id, k.level, k.method, k.text, k.steps, k.is_dropped, k.changed_seq, f.unit_id, f.label, f.source_id, f.no, f.title
FROM cause k JOIN finding f ON f.id = k.finding_id WHERE k.id = $id AND k.is_dropped = 0

-- :name cause_is_of
-- unscoped: a guard
SELECT count(*) FROM finding_cause c JOIN cause k ON k.id = c.cause_id WHERE c.cause_id = $cause_id AND c.finding_id = $finding_id AND k.is_dropped = 0

-- :name cause_measures
-- unscoped: a guard, and the page of a cause that was read through its scope
SELECT m.id, m.no, m.text, m.state, m.finding_id FROM measure m WHERE m.cause_id = $id AND m.state <> 'dropped' ORDER BY m.id

-- :name cause_get
-- scope: f
SELECT k.id, k.finding_id, k.level, k.method, k.text, k.steps, k.changed_seq, f.no AS finding_no, f.title AS finding_title, f.unit_id, f.label
FROM cause k JOIN finding f ON f.id = k.finding_id WHERE k.id = $id AND k.is_dropped = 0 AND {scope f.unit_id f.label}

-- :name cause_texts
-- unscoped: compares what a ledger says of a finding that was read through its scope
SELECT k.text FROM finding_cause c JOIN cause k ON k.id = c.cause_id WHERE c.finding_id = $id AND k.is_dropped = 0 ORDER BY k.id

-- The causes of a finding; one that was found for another finding only when that one may be seen.
-- :name cause_of_finding
-- scope: o
SELECT k.id, k.finding_id, k.level, k.method, k.text, k.steps, o.no AS origin_no,
       (SELECT count(*) FROM measure m WHERE m.cause_id = k.id AND m.state <> 'dropped') AS measures
FROM finding_cause c JOIN cause k ON k.id = c.cause_id JOIN finding o ON o.id = k.finding_id
WHERE c.finding_id = $id AND k.is_dropped = 0 AND {scope o.unit_id o.label} ORDER BY k.id

-- :name cause_findings
-- scope: f
SELECT f.id, f.no, f.title, f.status FROM finding_cause c JOIN finding f ON f.id = c.finding_id
WHERE c.cause_id = $id AND {scope f.unit_id f.label} ORDER BY f.id LIMIT 200
