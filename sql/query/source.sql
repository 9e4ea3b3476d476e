-- Sources, their documents, drafts.

-- :name file_insert
-- unscoped: apply
INSERT INTO stored_file (id, sha256, name, media_type, size, stored_at) VALUES ($seq, $sha256, $name, $media_type, $size, $at)
ON CONFLICT (sha256) DO NOTHING

-- :name file_find
-- unscoped: content by digest; the page that shows it was read through its scope
SELECT id, sha256, name, media_type, size FROM stored_file WHERE sha256 = $sha256

-- :name file_list
-- unscoped: bihuan check and backup
SELECT sha256, size FROM stored_file WHERE sha256 > $after ORDER BY sha256 LIMIT 1000

-- :name draft_insert
-- unscoped: apply
INSERT INTO draft (id, file_sha256, file_name, draft_sha256, unit_id, label, title, kind, state, source_id, op_count, created_at, created_by, changed_seq)
VALUES ($seq, $file_sha256, $file_name, $draft_sha256, $unit_id, $label, $title, $kind, 'open', NULL, 0, $at, $actor, $seq)

-- :name draft_op_delete_undone
-- unscoped: apply
DELETE FROM draft_op WHERE draft_id = $draft_id AND n >= $n

-- :name draft_op_insert
-- unscoped: apply
INSERT INTO draft_op (draft_id, n, op) VALUES ($draft_id, $n, $op)

-- :name draft_set_op_count
-- unscoped: apply
UPDATE draft SET op_count = $n, changed_seq = $seq WHERE id = $draft_id

-- :name draft_close
-- unscoped: apply
UPDATE draft SET state = $state, source_id = $source_id, changed_seq = $seq WHERE id = $draft_id

-- :name draft_get
-- scope: d
SELECT d.* FROM draft d WHERE d.id = $id AND {scope d.unit_id d.label}

-- :name draft_ops
-- unscoped: of a draft that was read through its scope
SELECT n, op FROM draft_op WHERE draft_id = $id ORDER BY n

-- :name draft_list
-- scope: d
SELECT d.id, d.title, d.file_name, d.state, d.created_at, d.op_count, coalesce(a.name, '') AS created_by_name
FROM draft d LEFT JOIN account a ON a.id = d.created_by
WHERE d.state = 'open' AND {scope d.unit_id d.label} ORDER BY d.id DESC LIMIT 200

-- :name source_next_no
-- unscoped: numbering
SELECT count(*) + 1 FROM source WHERE no LIKE $prefix

-- :name source_insert
-- unscoped: apply
INSERT INTO source (id, no, kind, doc_kind, title, issuer, inspector, inspected_body, inspected_from, inspected_to, fed_back, signatory,
  signed, publicity_from, publicity_to, publicity_days, publicity_first_day, contacts, unit_id, label, file_sha256, file_name,
  finding_count, last_item_no, created_at, created_by, changed_seq)
VALUES ($seq, $no, $kind, $doc_kind, $title, $issuer, $inspector, $inspected_body, $inspected_from, $inspected_to, $fed_back, $signatory,
  $signed, $publicity_from, $publicity_to, $publicity_days, $publicity_first_day, $contacts, $unit_id, $label, $file_sha256, $file_name,
  0, 0, $at, $actor, $seq)

-- :name source_paragraph_insert
-- unscoped: apply
INSERT INTO source_paragraph (source_id, n, place, role, text, raw, dropped)
VALUES ($seq, $n, $place, $role, $text, $raw, $dropped)

-- :name source_count_finding
-- unscoped: apply
UPDATE source SET finding_count = finding_count + 1, last_item_no = $item_no, changed_seq = $seq WHERE id = $source_id

-- :name source_touch
-- unscoped: apply
UPDATE source SET changed_seq = $seq WHERE id = $source_id

-- :name source_get
-- scope: s
SELECT s.*, u.name AS unit_name, coalesce(a.name, '') AS created_by_name
FROM source s JOIN unit u ON u.id = s.unit_id LEFT JOIN account a ON a.id = s.created_by
WHERE s.id = $id AND {scope s.unit_id s.label}

-- :name source_get_any
-- unscoped: commands check the permission themselves
SELECT id, no, unit_id, label, last_item_no, finding_count FROM source WHERE id = $id

-- :name source_find_file
-- unscoped: warns of a second import of the same file; commands check the permission themselves
SELECT id, no, title FROM source WHERE file_sha256 = $sha256 ORDER BY id LIMIT 1

-- :list source_list
-- scope: s
SELECT s.id, s.no, s.kind, s.doc_kind, s.title, s.issuer, s.inspector, s.fed_back, s.signed, s.finding_count, s.publicity_to, s.label,
       s.changed_seq, u.name AS unit_name
FROM source s JOIN unit u ON u.id = s.unit_id
WHERE s.id < $before AND {scope s.unit_id s.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter kind s.kind = $kind
-- :filter words (s.title LIKE '%' || CAST($words AS text) || '%' OR s.no LIKE '%' || CAST($words AS text) || '%' OR s.inspector LIKE '%' || CAST($words AS text) || '%')
-- :sort newest s.id DESC

-- :name source_options
-- scope: s
SELECT s.id, s.no, s.title FROM source s WHERE {scope s.unit_id s.label} ORDER BY s.id DESC LIMIT 500

-- :name source_paragraphs
-- unscoped: of a source that was read through its scope
SELECT n, place, role, text, raw, dropped FROM source_paragraph WHERE source_id = $id ORDER BY n

-- :name source_paragraph_range
-- unscoped: of a finding that was read through its scope
SELECT n, place, role, text, raw FROM source_paragraph
WHERE source_id = $source_id AND n >= $first AND n <= $last ORDER BY n

-- :name source_findings
-- scope: f
SELECT f.id, f.no, f.mark, f.title, f.phase, f.status, f.due, f.aspect_id, f.measure_count, f.paragraph_from, f.paragraph_to, u.short_name AS unit_short
FROM finding f JOIN unit u ON u.id = f.unit_id
WHERE f.source_id = $id AND {scope f.unit_id f.label} ORDER BY f.item_no LIMIT 2000

-- :name aspect_insert
-- unscoped: apply
INSERT INTO aspect (id, source_id, no, title) VALUES ($seq, $source_id, $no, $title)

-- :name aspect_of_source
-- unscoped: of a source that was read through its scope
SELECT id, no, title FROM aspect WHERE source_id = $id ORDER BY no, id

-- :name aspect_find
-- unscoped: imports; commands check the permission themselves
SELECT id FROM aspect WHERE source_id = $source_id AND title = $title

-- :name aspect_next_no
-- unscoped: numbering
SELECT coalesce(max(no), 0) + 1 FROM aspect WHERE source_id = $source_id

-- :name draft_get_any
-- unscoped: commands check the permission themselves
SELECT d.* FROM draft d WHERE d.id = $id

-- :name source_recent
-- scope: s
SELECT s.id, s.no, s.kind, s.title, s.finding_count, s.fed_back FROM source s
WHERE {scope s.unit_id s.label} ORDER BY s.id DESC LIMIT 5

-- :name aspect_counts
-- scope: f
SELECT a.id, a.no, a.title, (SELECT count(*) FROM finding f WHERE f.aspect_id = a.id AND {scope f.unit_id f.label}) AS findings
FROM aspect a WHERE a.source_id = $id ORDER BY a.no, a.id
