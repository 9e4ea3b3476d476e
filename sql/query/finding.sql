-- The register.

-- :name finding_insert
-- unscoped: apply
INSERT INTO finding (id, source_id, item_no, no, mark, aspect_id, title, facts, phase, nature, severity, status, status_stated, amount_fen, amount_key,
  responsible, unit_id, label, due, due_key, due_stated, paragraph_from, paragraph_to, measure_count, created_at, created_by, changed_at,
  changed_seq, rev)
VALUES ($seq, $source_id, $item_no, $no, $mark, $aspect_id, $title, $facts, $phase, $nature, $severity, $status, $status_stated, $amount_fen, coalesce(CAST($amount_fen AS bigint), -1),
  $responsible, $unit_id, $label, $due, coalesce($due, '9999-12-31'), $due_stated, $paragraph_from, $paragraph_to, 0, $at, $actor, $at, $seq, 1)

-- :name source_item_insert
-- unscoped: apply
INSERT INTO source_item (id, source_id, finding_id, relation, title, text, paragraph_from, paragraph_to)
VALUES ($seq, $source_id, $finding_id, $relation, $title, $text, $paragraph_from, $paragraph_to)

-- :name source_item_issue
-- unscoped: apply; the finding's own source item has the finding's id
INSERT INTO source_item (id, source_id, finding_id, relation, title, text, paragraph_from, paragraph_to)
VALUES ($seq, $source_id, $seq, 'issued', $title, $facts, $paragraph_from, $paragraph_to)

-- :name finding_update
-- unscoped: apply
UPDATE finding SET title = $title, facts = $facts, aspect_id = $aspect_id, phase = $phase, nature = $nature, severity = $severity,
  status_stated = $status_stated, amount_fen = $amount_fen, amount_key = coalesce(CAST($amount_fen AS bigint), -1), responsible = $responsible, unit_id = $unit_id, label = $label, due = $due, due_key = coalesce($due, '9999-12-31'),
  due_stated = $due_stated, changed_at = $at, changed_seq = $seq, rev = rev + 1
WHERE id = $id

-- :name finding_touch
-- unscoped: apply
UPDATE finding SET changed_at = $at, changed_seq = $seq WHERE id = $finding_id

-- :name finding_count_measure
-- unscoped: apply
UPDATE finding SET measure_count = measure_count + 1, changed_at = $at, changed_seq = $seq WHERE id = $finding_id

-- :name measure_insert
-- unscoped: apply
INSERT INTO measure (id, finding_id, no, text, is_derived, phase, due, paragraph, changed_seq)
VALUES ($seq, $finding_id, $no, $text, $is_derived, $phase, $due, $paragraph, $seq)

-- :name measure_update
-- unscoped: apply
UPDATE measure SET text = $text, phase = $phase, due = $due, changed_seq = $seq WHERE id = $id

-- :name measure_get_any
-- unscoped: commands check the permission themselves
SELECT m.id, m.finding_id, m.no, m.text, m.is_derived, m.phase, m.due FROM measure m WHERE m.id = $id

-- :name measure_next_no
-- unscoped: numbering
SELECT coalesce(max(no), 0) + 1 FROM measure WHERE finding_id = $finding_id

-- :name figure_insert
-- unscoped: apply
INSERT INTO figure (id, finding_id, label, value, scale, unit, text) VALUES ($seq, $finding_id, $label, $value, $scale, $unit, $text)

-- :name finding_get
-- scope: f
SELECT f.*, s.no AS source_no, s.title AS source_title, s.kind AS source_kind, s.fed_back AS source_fed_back, s.file_sha256 AS source_file,
       coalesce(a.title, '') AS aspect_title, u.name AS unit_name, u.short_name AS unit_short, coalesce(c.name, '') AS created_by_name
FROM finding f JOIN source s ON s.id = f.source_id JOIN unit u ON u.id = f.unit_id
LEFT JOIN aspect a ON a.id = f.aspect_id LEFT JOIN account c ON c.id = f.created_by
WHERE f.id = $id AND {scope f.unit_id f.label}

-- :name finding_get_any
-- unscoped: commands check the permission themselves
SELECT f.* FROM finding f WHERE f.id = $id

-- :name finding_find_no
-- unscoped: commands check the permission themselves
SELECT f.* FROM finding f WHERE f.no = $no

-- :name finding_measures
-- unscoped: of a finding that was read through its scope
SELECT id, no, text, is_derived, phase, due, paragraph FROM measure WHERE finding_id = $id ORDER BY no

-- :name finding_figures
-- unscoped: of a finding that was read through its scope
SELECT id, label, value, scale, unit, text FROM figure WHERE finding_id = $id ORDER BY id

-- :name finding_source_items
-- scope: s
SELECT i.id, i.relation, i.title, i.text, s.id AS source_id, s.no AS source_no, s.title AS source_title
FROM source_item i JOIN source s ON s.id = i.source_id
WHERE i.finding_id = $id AND {scope s.unit_id s.label} ORDER BY i.id

-- :list finding_list
-- scope: f
SELECT f.id, f.no, f.mark, f.title, f.phase, f.nature, f.severity, f.status, f.status_stated, f.amount_fen, f.due, f.due_stated, f.label, f.measure_count,
       f.changed_at, f.changed_seq, f.responsible, f.source_id, s.no AS source_no, coalesce(a.title, '') AS aspect_title,
       f.unit_id, u.short_name AS unit_short, u.name AS unit_name
FROM finding f JOIN source s ON s.id = f.source_id JOIN unit u ON u.id = f.unit_id LEFT JOIN aspect a ON a.id = f.aspect_id
WHERE {scope f.unit_id f.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter source f.source_id = $source
-- :filter aspect f.aspect_id = $aspect
-- :filter unit f.unit_id = $unit
-- :filter under f.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $under)
-- :filter status f.status = $status
-- :filter phase f.phase = $phase
-- :filter nature f.nature = $nature
-- :filter severity f.severity = $severity
-- :filter due_from f.due >= $due_from
-- :filter due_to f.due <= $due_to
-- :filter no_due f.due IS NULL
-- :filter overdue f.due < $today AND f.status NOT IN ('closed', 'ended')
-- :filter amount_min f.amount_fen >= $amount_min
-- :filter after_due (f.due_key, f.id) > ($after_due, CAST($after_id AS bigint))
-- :filter after_changed f.changed_seq < $after_seq
-- :filter after_id f.id > $after_id
-- :filter after_amount (f.amount_key, f.id) < (CAST($after_value AS bigint), CAST($after_id AS bigint))
-- :sort due f.due_key, f.id
-- :sort changed f.changed_seq DESC
-- :sort no f.id
-- :sort amount f.amount_key DESC, f.id DESC

-- :list finding_count
-- scope: f
SELECT count(*) FROM (SELECT 1 AS one FROM finding f WHERE {scope f.unit_id f.label} AND {filters} LIMIT $limit) AS counted
-- :filter source f.source_id = $source
-- :filter aspect f.aspect_id = $aspect
-- :filter unit f.unit_id = $unit
-- :filter under f.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $under)
-- :filter status f.status = $status
-- :filter phase f.phase = $phase
-- :filter nature f.nature = $nature
-- :filter severity f.severity = $severity
-- :filter due_from f.due >= $due_from
-- :filter due_to f.due <= $due_to
-- :filter no_due f.due IS NULL
-- :filter overdue f.due < $today AND f.status NOT IN ('closed', 'ended')
-- :filter amount_min f.amount_fen >= $amount_min

-- :name finding_summary
-- scope: f
SELECT count(*) AS total,
       coalesce(sum(CASE WHEN f.phase = 'long_term' THEN 1 ELSE 0 END), 0) AS long_term,
       coalesce(sum(CASE WHEN f.due IS NULL THEN 1 ELSE 0 END), 0) AS no_due,
       coalesce(sum(CASE WHEN f.due < $today AND f.status NOT IN ('closed', 'ended') THEN 1 ELSE 0 END), 0) AS overdue,
       coalesce(sum(CASE WHEN f.due >= $today AND f.due <= $soon AND f.status NOT IN ('closed', 'ended') THEN 1 ELSE 0 END), 0) AS due_soon
FROM finding f WHERE {scope f.unit_id f.label}

-- :name finding_due_soon
-- scope: f
SELECT f.id, f.no, f.title, f.due, f.phase, f.status, u.short_name AS unit_short
FROM finding f JOIN unit u ON u.id = f.unit_id
WHERE f.due IS NOT NULL AND f.status NOT IN ('closed', 'ended') AND {scope f.unit_id f.label} ORDER BY f.due, f.id LIMIT 20

-- :name aspect_options
-- unscoped: titles of a source that was read through its scope
SELECT id, title FROM aspect WHERE source_id = $source ORDER BY no, id

-- :name saved_view_list
-- unscoped: a person's own
SELECT id, name, query FROM saved_view WHERE account_id = $me AND page = $page ORDER BY name

-- :name saved_view_insert
-- unscoped: apply
INSERT INTO saved_view (id, account_id, page, name, query) VALUES ($seq, $actor, $page, $name, $query)
ON CONFLICT (account_id, page, name) DO UPDATE SET query = excluded.query

-- :name saved_view_delete
-- unscoped: apply
DELETE FROM saved_view WHERE id = $id AND account_id = $actor

-- :name import_mapping_get
-- unscoped: column names only
SELECT mapping FROM import_mapping WHERE signature = $signature

-- :name import_mapping_set
-- unscoped: apply
INSERT INTO import_mapping (signature, mapping, changed_seq) VALUES ($signature, $mapping, $seq)
ON CONFLICT (signature) DO UPDATE SET mapping = excluded.mapping, changed_seq = excluded.changed_seq
